package grants

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/wire"
)

func TestPagesOfGrantsAreWellMade(t *testing.T) {
	t.Parallel()
	f, broken, at := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Broken()}, time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	role := wire.Grant{
		ID: "gra_a", Subject: wire.Subject{Kind: access.User, ID: "usr_a", Email: "a@example.com"}, Effect: access.Allow, Role: "editor", Where: access.Everywhere, Source: access.Manual,
		Created: at.Add(-time.Hour), CreatedBy: "person:usr_b", CreatedByEmail: "b@example.com", ExpiresAt: at.Add(time.Hour), Reason: "INC-1", Ticket: "INC-1",
	}
	deny := wire.Grant{
		ID: "gra_b", Subject: wire.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Deny, Permission: "shop/orders:read", Org: "acme", Where: access.Condition, Condition: "true",
		Source: access.Applied, Created: at, CreatedBy: "console", Requirement: wire.Requirement{ACR: "aal2", MaxAge: "5m"}, NotBefore: at.Add(time.Hour),
	}
	gone := wire.Grant{
		ID: "gra_c", Subject: wire.Subject{Kind: access.User, ID: "usr_c"}, Effect: access.Allow, Permission: "shop/orders:*", Where: access.Listed, ResourceIDs: []string{"41", "42"}, Source: access.Requested,
		Created: at.Add(-2 * time.Hour), CreatedBy: "person:usr_b", Revoked: at, RevokedBy: "person:usr_b", RevokedReason: "INC-2",
	}
	all := []wire.Grant{role, deny, gone}
	of := func(g wire.Grant) grantFrame {
		return grantFrame{Frame: f, Grant: g, ETag: `"1"`, Now: at, People: true}
	}
	named := func(g wire.Grant) grantFrame {
		f := of(g)
		f.Names = map[string]string{"usr_b": "b@example.com"}
		return f
	}
	again := gone
	again.Subject.Email = "c@example.com"
	some := gain{Permissions: []string{"shop/orders:read", "shop/orders:write", "crm/people:read"}, Known: true}
	many := gain{Permissions: []string{"shop/orders:read"}, Known: true, Members: 200, More: true}
	list := func(state string, asked url.Values) listPage {
		return listPage{Frame: f, State: state, Asked: asked, Grants: all, Next: "n", Now: at, CanCreate: true, CanChange: true, People: true, Calendar: true}
	}
	in := entry{Kind: "user", Subject: "a@example.com", Role: "editor", Last: "8h", Reason: "INC-1"}
	group := entry{Kind: "group", Subject: "desk", Effect: "deny", Permission: "shop/orders:read", Org: "acme", From: "2026-04-01T10:00", Where: "ids", IDs: "1 2", Reason: "INC-1"}
	several := in
	several.Subject = "a@example.com\nb@example.com"
	denied := several
	denied.Effect = "deny"
	lineWrong := guard.Frame{Form: viewtest.Broken()}
	lineWrong.Wrong = &fault.Error{Kind: fault.Invalid, Code: "grants.refused", Fields: []fault.Field{{Name: "grants[1].subject.id", Problem: "is nobody's address"}, {Name: "grants[1].role", Problem: "is missing"}}}
	viewtest.Crawl(t, map[string]view.Page{
		"grants":              list("active", nil),
		"grants, scheduled":   list("scheduled", url.Values{"subject": {"a@example.com"}, "source": {"manual"}, "cursor": {"c"}}),
		"grants, ended":       list("ended", url.Values{"day": {"2026-03-01"}}),
		"grants, none":        listPage{Frame: f, State: "ending", Asked: url.Values{"role": {"42"}}, CanCreate: true},
		"grants, wrong":       listPage{Frame: broken, State: "active", Refused: true},
		"grant":               grantPage{grantFrame: named(role), Changes: changes, Trailed: true, Trail: []wire.Event{{ID: "evt_a", At: at, Action: "grant.create", Actor: wire.Actor{Kind: audit.Person, ID: "usr_b"}}, {ID: "evt_b", At: at, Action: "grant.extend", Actor: wire.Actor{Kind: audit.Console}}}},
		"grant 2":             grantPage{grantFrame: of(deny), Changes: changes},
		"grant 3":             grantPage{grantFrame: grantFrame{Frame: f, Grant: gone, Now: at}},
		"grant 4":             grantPage{grantFrame: named(again)},
		"extend":              changePage{grantFrame: of(role), change: changes[0], Gain: some},
		"revoke":              changePage{grantFrame: of(deny), change: changes[1], Gain: many},
		"revoke, wrong":       changePage{grantFrame: grantFrame{Frame: broken, Grant: deny, Now: at}, change: changes[1]},
		"several":             selectedPage{Frame: f, Chosen: []string{"gra_a", "gra_b"}, Do: "revoke", Grants: all[:2], Now: at},
		"several, done":       selectedPage{Frame: f, Chosen: []string{"gra_a", "gra_b"}, Do: "revoke", Finished: true},
		"longer":              selectedPage{Frame: f, Chosen: []string{"gra_a"}, Do: "extend", Grants: all[:1], Now: at},
		"longer, done":        selectedPage{Frame: f, Chosen: []string{"gra_a"}, Do: "extend", Finished: true, Not: []not{{"gra_a", fault.Missing("grant")}}},
		"new":                 newPage{Frame: f, In: in, Now: at},
		"new, sure":           newPage{Frame: f, In: in, Now: at, Sure: true, Gain: some, Ends: at.Add(8 * time.Hour)},
		"new, unproved":       newPage{Frame: f, In: in, Now: at, Sure: true, Gain: some, Unproved: lacking{What: "shop/orders:refund", Who: []string{"a@example.com"}}},
		"new, unproved, all":  newPage{Frame: f, In: several, Now: at, Sure: true, Gain: some, Unproved: lacking{Who: []string{"a@example.com", "b@example.com"}}},
		"new, sure, deny":     newPage{Frame: f, In: group, Now: at, Sure: true, Gain: many, Begins: at},
		"new, wrong":          newPage{Frame: broken, In: group, Now: at},
		"new, several":        newPage{Frame: f, In: several, Now: at, Sure: true, Gain: some},
		"new, several denied": newPage{Frame: f, In: denied, Now: at, Sure: true, Gain: some},
		"new, one is wrong":   newPage{Frame: lineWrong, In: several, Now: at},
		"made, several":       severalPage{Frame: f, Made: all[:2], Now: at, People: true},
		"calendar":            calendarPage{Frame: f, Month: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Now: at, Days: []wire.DayEndings{{Day: "2026-03-01", Grants: 3}, {Day: "2026-03-02", Grants: 1000, More: true}, {Day: "2026-03-03"}}},
	})
}

// The command makes what the form holds, one for each of whom it is for, and takes nothing that was typed
// for a flag.
func TestTheCommandOfAGrantDoesWhatItsFormDoes(t *testing.T) {
	t.Parallel()
	for want, in := range map[string]entry{
		"gatehouse grant create --user ADDRESS --role ROLE --for 8h --reason WHY": {Last: "8h"},
		"gatehouse grant create --group=-desk --permission 'shop/orders:*' --org acme --resource-id 1 --resource-id 2 --deny --from 2026-04-01T10:00:00Z --reason 'It is late' --ticket INC-1": {
			Kind: "group", Subject: "-desk", Permission: "shop/orders:*", Org: "acme", Where: "ids", IDs: "1 2", Effect: "deny", From: "2026-04-01T10:00", Reason: "It is late", Ticket: "INC-1",
		},
		"gatehouse grant create --user a@example.com --role editor --where own --acr aal2 --until 2026-04-01T10:00:00Z --reason x\ngatehouse grant create --user b@example.com --role editor --where own --acr aal2 --until 2026-04-01T10:00:00Z --reason x": {
			Kind: "user", Subject: "a@example.com\r\n\nb@example.com\na@example.com", Role: "editor", Where: "own", ACR: "aal2", Until: "2026-04-01T10:00", Reason: "x",
		},
	} {
		if got := in.command(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// Whatever narrows the list of grants, the command under it narrows by the same.
func TestTheCommandUnderGrantsListsTheSame(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	for want, p := range map[string]listPage{
		"gatehouse grant list --state active":                                                       {State: "active"},
		"gatehouse grant list --state active --ends-before 2026-03-09":                              {State: "ending"},
		"gatehouse grant list --state ended --ends-after 2026-02-01 --ends-before 2026-02-02":       {State: "ended", Asked: url.Values{"day": {"2026-02-01"}}},
		"gatehouse grant list --state scheduled --user a@example.com --role editor --source manual": {State: "scheduled", Asked: url.Values{"subject": {"a@example.com"}, "role": {"editor"}, "source": {"manual"}}},
		"gatehouse grant list --state active --everyone-in=-acme --permission 'shop/*:read'":        {State: "active", Asked: url.Values{"subject": {"organisation:-acme"}, "permission": {"shop/*:read"}}},
		"": {State: "active", Asked: url.Values{"by": {"console"}}},
	} {
		if p.Now = now; p.same() != want {
			t.Errorf("got  %s\nwant %s", p.same(), want)
		}
	}
}

// Whoever comes by a link finds the form filled in, and the one that it names is chosen. The reason is in
// their own words: a link has none for them.
func TestALinkToANewGrantFillsInTheForm(t *testing.T) {
	t.Parallel()
	asked := url.Values{"who": {"ada@example.com"}, "permission": {"shop/orders:refund"}, "where": {"own"}, "reason": {"INC-1"}, "for": {"1d"}}
	in := linked(asked.Get)
	if want := (entry{Subject: "ada@example.com", Gives: "permission", Permission: "shop/orders:refund", Where: "own", Last: "1d"}); in != want {
		t.Errorf("got  %+v\nwant %+v", in, want)
	}
	if in := linked(url.Values{"subject": {"desk"}, "kind": {"group"}, "role": {"editor"}}.Get); in.Subject != "desk" || in.Gives != "role" || in.Last != "8h" {
		t.Errorf("it is %+v", in)
	}
}

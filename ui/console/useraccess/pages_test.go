package useraccess

import (
	"net/url"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func samples() map[string]view.Page {
	at := time.Date(2026, 3, 1, 12, 4, 0, 0, time.UTC)
	one := personFrame{
		Frame: person.Frame{
			Frame: guard.Frame{Form: viewtest.Form()}, User: wire.UserDetail{User: wire.User{ID: "usr_a", Email: "ada@example.com", Name: "A"}}, Now: at, Tabs: person.Tabs,
		},
		CanGrant: true, Look: url.Values{"at": {"2026"}, "org": {"42"}},
	}
	little, wrong := one, one
	little.CanGrant, little.Tabs, little.Look, little.User.Name = false, nil, nil, ""
	little.User.Email = "B@example.com"
	wrong.Form = viewtest.Broken()
	role := wire.Considered{ID: "gra_a", Verdict: access.Counts, Effect: access.Allow, Role: "editor", Where: access.Everywhere, Created: at.Add(-time.Hour), ExpiresAt: at.Add(time.Hour), Reason: "INC-1"}
	group := wire.Considered{
		ID: "gra_b", Verdict: access.NotYet, Effect: access.Allow, Pattern: "shop/orders:*", Where: access.Own, Org: "acme", NotBefore: at.Add(time.Hour),
		Path: []wire.Subject{{Kind: access.Group, ID: "desk"}, {Kind: access.Organisation, ID: "acme"}},
	}
	deny := wire.Considered{ID: "gra_c", Verdict: access.Counts, Effect: access.Deny, Role: "editor", Where: access.Listed}
	past := wire.Considered{ID: "gra_d", Verdict: access.Ended, Effect: access.Allow, Role: "editor", Where: access.Condition, ExpiresAt: at.Add(-time.Hour)}
	other := wire.Considered{ID: "gra_e", Verdict: access.OtherPermission, Effect: access.Allow, Role: "auditor"}
	answer := func(decision string, why access.Reason, all ...wire.Considered) wire.Explanation {
		return wire.Explanation{Decision: decision, Reason: why, Do: "shop/orders:read", Grant: "gra_a", Until: at.Add(time.Hour), Grants: all}
	}
	held := []wire.Explanation{
		answer("allow", access.Granted, role, group), answer("deny", access.Denied, role, deny), answer("challenge", access.ProofInsufficient, role),
		answer("deny", access.ResourceUnknown, group), answer("deny", access.NoGrant, past), answer("deny", access.Locked, role),
	}
	locked := answer("deny", access.Locked, role)
	locked.Locks, locked.Changes = []wire.Suspension{{On: wire.LockTarget{Kind: access.LockUser, ID: "usr_a"}, Reason: "stolen"}}, []string{"Lift it."}
	fresh, step := answer("allow", access.Granted, role), answer("allow", access.Granted, role)
	fresh.Requires, step.Requires = &wire.Requirement{MaxAge: "5m"}, &wire.Requirement{ACR: "aal2"}
	held = append(held, fresh, step)
	asking := func(f personFrame, e *wire.Explanation) checkPage {
		return checkPage{personFrame: f, Permission: "shop/orders:read", Answer: e}
	}
	inactive, yes, stronger := answer("deny", access.Inactive, role), answer("allow", access.Granted, role, other, deny), answer("challenge", access.ProofInsufficient, role)
	stronger.Requires = &wire.Requirement{ACR: "aal2", MaxAge: "5m"}
	stronger.Grants[0].Verdict, stronger.Grants[0].Need = access.NeedsProof, stronger.Requires
	unproved := one.grantPage(guard.Given{Permission: "shop/orders:refund"}, "", "8h")
	unproved.Takes = "shop/orders:refund"
	pages := map[string]view.Page{
		"grant, unproved":  unproved,
		"access":           accessPage{personFrame: one, Held: held, Cursor: "c", Next: "n"},
		"access, little":   accessPage{personFrame: little, Held: []wire.Explanation{inactive}},
		"access, none":     accessPage{personFrame: little},
		"access, wrong":    accessPage{personFrame: wrong},
		"check, to ask":    checkPage{personFrame: one},
		"check, locked":    asking(one, &locked),
		"check, yes":       asking(little, &yes),
		"check, stronger":  asking(one, &stronger),
		"check, wrong":     checkPage{personFrame: wrong, Permission: "x"},
		"grant":            one.grantPage(guard.Given{Role: "editor"}, "", "8h"),
		"grant, wrong":     wrong.grantPage(guard.Given{Permission: "x"}, "acme", ""),
		"extend, of group": changePage{personFrame: one, change: changes[0], Last: "8h", Grant: wire.Grant{ID: "gra_b", Subject: wire.Subject{Kind: access.Group, ID: "desk"}, Permission: "shop/orders:*", Created: at, ExpiresAt: at.Add(time.Hour)}},
		"revoke":           changePage{personFrame: one, change: changes[1], ETag: `"1"`, Grant: wire.Grant{ID: "gra_a", Subject: wire.Subject{Kind: access.User, ID: "usr_a"}, Role: "editor", Created: at}},
		"revoke, wrong":    changePage{personFrame: wrong, change: changes[1], Grant: wire.Grant{ID: "gra_a", Subject: wire.Subject{Kind: access.User, ID: "usr_a"}, Role: "editor"}},
	}
	return pages
}

func TestPagesOfAccessAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, samples())
}

func TestTheCommandUnderWhatSomebodyHoldsListsTheSame(t *testing.T) {
	t.Parallel()
	p := accessPage{personFrame: personFrame{Frame: person.Frame{User: wire.UserDetail{User: wire.User{Email: "ada@example.com"}}}, Look: url.Values{"org": {"acme"}, "at": {"2026-03-01T12:04"}}}}
	if got, want := p.same(), "gatehouse user access --org acme --at 2026-03-01T12:04:00Z ada@example.com"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheCommandUnderACheckAsksTheSame(t *testing.T) {
	t.Parallel()
	p := checkPage{personFrame: personFrame{Frame: person.Frame{User: wire.UserDetail{User: wire.User{Email: "ada@example.com"}}}, Look: url.Values{"at": {"2026-03-01T12:04"}}}, Permission: "shop/orders:read", Thing: "42"}
	if got, want := p.same(), "gatehouse explain --as ada@example.com --do shop/orders:read --on orders/42 --at 2026-03-01T12:04:00Z"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A person's access and a check of a permission call it the same, whatever was proved meanwhile.
func TestThePagesOfAccessCallAProofThatIsAskedForTheSame(t *testing.T) {
	t.Parallel()
	say, asked := words.Shipped().Named("en"), &wire.Requirement{ACR: "aal2"}
	var f personFrame
	f.User.ID = "usr_a"
	held := badge(say, wire.Explanation{Decision: "allow", Reason: access.Granted, Requires: asked})
	check := checkPage{personFrame: f, Answer: &wire.Explanation{Decision: "challenge", Reason: access.ProofInsufficient, Requires: asked}}
	if got := check.answer(say); got != held || got.Label != "After a second step" {
		t.Errorf("the list says %+v, the check %+v", held, got)
	}
	if got, want := check.why(say), say.ConsoleAccess.NoStep; got != want {
		t.Errorf("why is %q, want %q", got, want)
	}
}

// What is proposed extends the grant: its end is not before the present one.
func TestWhatIsProposedIsLonger(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	for left, want := range map[time.Duration]string{-time.Hour: "8h", 7 * time.Hour: "8h", 8 * time.Hour: "1d", 12 * 24 * time.Hour: "30d", 30 * 24 * time.Hour: ""} {
		if got := longer(now.Add(left), now); got != want {
			t.Errorf("%s are left, and %q is proposed, want %q", left, got, want)
		}
	}
}

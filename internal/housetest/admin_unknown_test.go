package housetest

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// listNaming is a parameter of a list whose values are the names of things: none that there
// is, none that there can be, and such as there are.
type listNaming struct{ unknown, malformed, known []string }

// Every parameter of every request that reads is either among these, by the operation and
// its name, or among those in plainParameters, which name nothing.
func listNamings(gone map[string]string) map[string]listNaming {
	events := map[string]listNaming{
		"resource": {
			unknown: []string{
				"user:usr_nobody", "group:nosuch", "role:nosuch", "grant:gra_nosuch", "client:nosuch", "session:ses_nosuch", "setting:no.such", "key:nosuch",
				"servicekey:key_nosuch", "route:nosuch", "upstream:nosuch", "api:nosuch", "scope:nosuch", "organisation:nosuch", "service:nosuch", "consent:usr_nobody|nosuch", "usr:x", "nothing:x", "house:other",
			},
			malformed: []string{"desk", ":desk"},
			known:     []string{"group:desk", "role:support", "role:gatehouse/auditor", "organisation:acme", "user:" + gone["user"], "group:old", "setting:session.absolute", "house:gatehouse", "service:boss", "api:shop", "api:gatehouse"},
		},
		"actor": {
			unknown:   []string{"person:usr_nobody", "person:ada", "service:nosuch", "client:nosuch"},
			malformed: []string{"robot:x", "person:"},
			known:     []string{"service:boss", "console", "console:root", "person:" + gone["user"], "house"},
		},
		"client": {unknown: []string{"nosuch"}, known: []string{"web", "gone"}},
	}
	events["target"] = events["resource"]
	all := map[string]listNaming{
		"listGrants subject": {
			unknown:   []string{"user:usr_nobody", "group:nosuch", "service:nosuch", "client:nosuch", "organisation:nosuch"},
			malformed: []string{"user:bob@example.test", "group:Desk", "desk", "robot:x"},
			known:     []string{"group:desk", "group:floor", "service:boss", "user:" + gone["user"], "group:old", "group:forgotten", "client:web", "organisation:acme"},
		},
		"listGrants role":             {unknown: []string{"nosuch", "gatehouse/nosuch"}, malformed: []string{"No Such"}, known: []string{"support", "refunder", "auditor", "gatehouse/auditor", "passing", "forgotten"}},
		"listGrants permission":       {unknown: []string{"shop/orders:nosuch", "nosuch/orders:read", "shop/nosuch:*"}, malformed: []string{"orders", "shop/orders"}, known: []string{"shop/orders:refund", "shop/*:read", "shop/orders:*", "gatehouse/users:read"}},
		"listGrants org":              {unknown: []string{"nosuch"}, malformed: []string{"No Such"}, known: []string{"acme", "bolt", "past", "forgotten"}},
		"listUserAccess org":          {unknown: []string{"nosuch"}, malformed: []string{"No Such"}, known: []string{"acme", "bolt"}},
		"checkUserAccess org":         {unknown: []string{"nosuch"}, malformed: []string{"No Such"}, known: []string{"acme", "bolt"}},
		"listHolders org":             {unknown: []string{"nosuch"}, malformed: []string{"No Such"}, known: []string{"acme", "bolt"}},
		"checkUserAccess permission":  {unknown: []string{"shop/orders:nosuch", "nosuch/orders:read"}, malformed: []string{"orders", "shop/orders"}, known: []string{"shop/orders:refund", "gatehouse/users:read"}},
		"listHolders permission":      {unknown: []string{"shop/orders:nosuch", "nosuch/orders:read"}, malformed: []string{"orders", "shop/orders"}, known: []string{"shop/orders:refund", "gatehouse/users:read"}},
		"listPermissions api":         {unknown: []string{"nosuch"}, known: []string{"shop", "gatehouse"}},
		"explainGateRequest user":     {unknown: []string{"usr_nobody", gone["user"]}, malformed: []string{"ada", "bob@example.test"}, known: []string{gone["living"]}},
		"explainGateRequest service":  {unknown: []string{"nosuch"}, malformed: []string{"No Such"}, known: []string{"boss"}},
		"explainGateRequest resource": {malformed: []string{"desk", "null", "[]"}, known: []string{"{}", `{"owner":"nobody"}`}}, // attributes: whose they are nobody knows
		"getShadowDecisions route":    {unknown: []string{"nosuch"}, malformed: []string{"No Such"}},
		"getGateRefusals route":       {unknown: []string{"nosuch"}, malformed: []string{"No Such"}},
		"listUsers import":            {unknown: []string{"imp_nosuch"}, malformed: []string{"nosuch"}},
		"listConsents client":         {unknown: []string{"nosuch", "no/such"}, known: []string{"web"}},
	}
	for name, n := range events {
		all["listAuditEvents "+name], all["exportAuditEvents "+name], all["getAuditHistogram "+name] = n, n, n
	}
	return all
}

// plainParameters name nothing: words that things are searched by, of which none need
// fit, values of which the schema says all, or whose form alone can be wrong, and what is
// asked of the gate, which answers any URL, or of what one process serves, which may be nothing. What is
// listed by ids is what of them is there.
var plainParameters = []string{
	"limit", "cursor", "fields", "sort", "state", "kind", "search", "email", "since", "until", "days", "ends_before", "ends_after", "created_by", "source", "all", "details", "format",
	"id", "ids", "outcome", "reason", "ip", "action", "at", "thing", "acr", "audience", "method", "url", "age", "hours", "list", "wrong", "second_factor", "has_password", "signed_in_before",
}

// A list that is narrowed by what there is not says so to whoever sees all of it: they
// would take an empty one for the answer. What was deleted has had grants and events.
func TestAListOfWhatThereIsNotIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	gone := s.past()
	s.App("web")
	named := listNamings(gone)
	seen := map[string]bool{}
	for _, rt := range admin.Table() {
		if rt.Method != http.MethodGet {
			continue
		}
		for _, parameter := range rt.Parameters() {
			what := rt.ID + " " + parameter
			n, is := named[what]
			if !is {
				if !slices.Contains(plainParameters, parameter) {
					t.Errorf("nobody decided what %s means of what there is not", what)
				}
				continue
			}
			seen[what] = true
			path := "/api/v1" + strings.ReplaceAll(rt.Path, "{user}", gone["living"]) + "?"
			ask := func(key, value string, status int) {
				t.Helper()
				for _, more := range also(rt.ID, parameter) {
					a := s.call(key, http.MethodGet, path+more+parameter+"="+url.QueryEscape(value), nil)
					if a.Status != status || status != http.StatusOK && (problem(a) != "request.invalid" || !strings.Contains(string(a.Body), `"parameter":"`+parameter+`"`)) {
						t.Errorf("%s=%s%s: %d %s, want %d", what, value, more, a.Status, a.Body, status)
					}
				}
			}
			for _, value := range slices.Concat(n.unknown, n.malformed) {
				ask(s.boss, value, http.StatusUnprocessableEntity)
			}
			for _, value := range n.known {
				ask(s.boss, value, http.StatusOK)
			}
		}
	}
	for what := range named {
		if !seen[what] {
			t.Errorf("there is no parameter %s", what)
		}
	}
}

// also are filters beside the one that is tried, which change nothing of the answer, or which
// the operation needs.
func also(operation, parameter string) []string {
	switch {
	case operation == "listGrants":
		return []string{"", "state=active&", "state=ended&", "state=scheduled&"}
	case (operation == "checkUserAccess" || operation == "listHolders") && parameter != "permission":
		return []string{"permission=shop/orders:read&"}
	case operation == "explainGateRequest":
		return []string{"url=https://a.test/&"}
	}
	return []string{""}
}

// Who sees a part of a list alone hears of no name whether there is such a thing.
func TestAFilteredListDoesNotTellWhatThereIs(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	key := s.manager("clerk", "", "desk", "grants:read")
	s.Settle()
	for what, n := range listNamings(s.past()) {
		operation, parameter, _ := strings.Cut(what, " ")
		if operation != "listGrants" {
			continue
		}
		for _, value := range slices.Concat(n.unknown, n.known) {
			if a := s.call(key, http.MethodGet, "/api/v1/grants?"+parameter+"="+url.QueryEscape(value), nil); a.Status != http.StatusOK || idsOf(a) != "" {
				t.Errorf("%s=%s: %d %s", what, value, a.Status, a.Body)
			}
		}
		for _, value := range n.malformed {
			if a := s.call(key, http.MethodGet, "/api/v1/grants?"+parameter+"="+url.QueryEscape(value), nil); a.Status != http.StatusUnprocessableEntity || problem(a) != "request.invalid" {
				t.Errorf("%s=%s: %d %s", what, value, a.Status, a.Body)
			}
		}
	}
}

// past makes things that were granted something, and deletes them; the names are those of
// a person among them and of one who stays.
func (s *steering) past() map[string]string {
	s.t.Helper()
	ctx, h := context.Background(), s.House
	person, stays := s.Person("past", gatetest.NoPassword), s.Person("stays", gatetest.NoPassword)
	_, err := h.Access.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: "old"})
	must(s.t, err)
	_, err = h.Access.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: "past"})
	must(s.t, err)
	_, err = h.Access.CreateRole(ctx, gatetest.Console, access.Role{ID: "passing", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
	must(s.t, err)
	for _, g := range []access.Grant{
		{Subject: access.Subject{Kind: access.Group, ID: "old"}, Role: "passing"},
		{Subject: access.Subject{Kind: access.User, ID: string(person.ID)}, Role: "passing", Org: "past"},
	} {
		g.Effect, g.Where, g.Reason = access.Allow, access.Where{Place: access.Everywhere}, "test"
		made, err := h.Access.Give(ctx, gatetest.Console, g)
		must(s.t, err)
		_, err = h.Access.Revoke(ctx, gatetest.Console, made.ID, "test")
		must(s.t, err)
	}
	must(s.t, h.Identity.Delete(ctx, gatetest.Console, person.ID))
	must(s.t, h.Access.DeleteGroup(ctx, gatetest.Console, "old"))
	must(s.t, h.Access.DeleteOrg(ctx, gatetest.Console, "past"))
	must(s.t, h.Access.DeleteRole(ctx, gatetest.Console, "passing"))
	app := s.App("gone")
	must(s.t, h.OAuth.DeleteClient(ctx, gatetest.Console, app.ID))
	must(s.t, h.Store.InsertGrant(ctx, access.GrantRecord{ // of which the audit log knows nothing
		Grant: access.Grant{
			ID: id.NewGrant(), Subject: access.Subject{Kind: access.Group, ID: "forgotten"}, Effect: access.Allow, Role: "forgotten", Org: "forgotten",
			Where: access.Where{Place: access.Everywhere}, Source: access.Manual, Reason: "test",
		},
		Created: time.Now().Add(-time.Hour), CreatedBy: "console", Revoked: time.Now().Add(-time.Minute), RevokedBy: "console", RevokedReason: "test", Rev: 2,
	}))
	return map[string]string{"user": string(person.ID), "living": string(stays.ID)}
}

// A time in which nothing can be is a slip, and its empty list would look like an answer.
func TestAListOfNoTimeIsRefused(t *testing.T) {
	t.Parallel()
	s, asked := newShop(t), 0
	for _, rt := range admin.Table() {
		if rt.Method != http.MethodGet || !slices.Contains(rt.Parameters(), "since") || !slices.Contains(rt.Parameters(), "until") {
			continue
		}
		asked++
		for until, status := range map[string]int{"2026-01-01T00:00:00Z": http.StatusUnprocessableEntity, "2026-02-01T00:00:00Z": http.StatusUnprocessableEntity, "2026-02-01T00:00:01Z": http.StatusOK} {
			a := s.call(s.boss, http.MethodGet, "/api/v1"+rt.Path+"?since=2026-02-01T00:00:00Z&until="+until, nil)
			if a.Status != status || status != http.StatusOK && !strings.Contains(string(a.Body), `"parameter":"until"`) {
				t.Errorf("%s until %s: %d %s, want %d", rt.ID, until, a.Status, a.Body, status)
			}
		}
	}
	if asked < 3 {
		t.Errorf("only %d lists were asked", asked)
	}
}

// A person is named by their id, which a refusal says to whoever wrote the address.
func TestWhoAsksByAnAddressIsToldOfTheID(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	a := s.call(s.boss, http.MethodGet, "/api/v1/grants?subject=user:bob@example.test", nil)
	if !strings.Contains(string(a.Body), "a person is user:usr_") {
		t.Errorf("%d %s", a.Status, a.Body)
	}
}

package access_test

import (
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

// Where somebody holds a permission is asked before a list is shown to them: what nothing can
// lift leaves no place, and what is denied on some things leaves the rest.
func TestAPlaceIsLeftWhereNothingDeniesAllOfIt(t *testing.T) {
	t.Parallel()
	const one, all, everywhere = "of acme", "of all", "everywhere"
	given := map[string]Grant{
		one:        {ID: "gra_1", Subject: ada, Role: "support", Org: "acme"},
		all:        {ID: "gra_1", Subject: ada, Role: "support", Where: Where{Place: Listed, IDs: []string{"42", "41"}}},
		everywhere: {ID: "gra_1", Subject: ada, Role: "support", Where: Where{Place: Own}},
	}
	deny := func(change func(*Grant)) func(*Policy) {
		return func(p *Policy) {
			g := Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "support", Where: Where{Place: Everywhere}}
			change(&g)
			p.Grants = append(p.Grants, g)
		}
	}
	lock := func(on ...LockTarget) func(*Policy) {
		return func(p *Policy) {
			for _, target := range on {
				p.Locks = append(p.Locks, Lock{On: target, Reason: "test"})
			}
		}
	}
	for what, c := range map[string]struct {
		change func(*Policy)
		want   map[string]string
	}{
		"nothing besides":             {func(*Policy) {}, map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"a deny everywhere":           {deny(func(*Grant) {}), nil},
		"a deny within acme":          {deny(func(g *Grant) { g.Org = "acme" }), map[string]string{all: "41 42", everywhere: "*"}},
		"a deny within another":       {deny(func(g *Grant) { g.Org = "bolt" }), map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"a deny of one thing":         {deny(func(g *Grant) { g.Where = Where{Place: Listed, IDs: []string{"42"}} }), map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"a deny to come":              {deny(func(g *Grant) { g.NotBefore = began.Add(time.Second) }), map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"a deny that is over":         {deny(func(g *Grant) { g.ExpiresAt = began }), map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"a deny that is not known":    {deny(func(g *Grant) { g.Where = Where{Place: "somewhere"} }), nil},
		"a lock on them":              {lock(On(ada)), nil},
		"a lock on their session":     {lock(LockTarget{LockSession, "ses_1"}), nil},
		"a lock on their client":      {lock(LockTarget{LockClient, "web"}), nil},
		"a lock on the role":          {lock(LockTarget{LockRole, "support"}), nil},
		"a lock on the grant":         {lock(LockTarget{LockGrant, "gra_1"}), nil},
		"a lock on another":           {lock(LockTarget{LockGrant, "gra_9"}), map[string]string{one: "acme", all: "41 42", everywhere: "*"}},
		"they are disabled":           {func(p *Policy) { p.Principals = []Principal{{Subject: ada, Disabled: true}} }, nil},
		"they have left":              {func(p *Policy) { p.Memberships = nil }, map[string]string{all: "41 42", everywhere: "*"}},
		"they are in it from then on": {func(p *Policy) { p.Memberships[0].NotBefore = began.Add(time.Second) }, map[string]string{all: "41 42", everywhere: "*"}},
	} {
		for where, g := range given {
			p := shop(g)
			p.Memberships = []Membership{{Member: ada, Of: acme}}
			c.change(&p)
			q := asks("shop/orders:read")
			q.Session, q.Client = "ses_1", "web"
			at := Compile(p).Places(&q)
			got := strings.Join(append(at.Orgs, at.IDs...), " ")
			if at.Everywhere {
				got += "*"
			}
			if got != c.want[where] || at.None() != (c.want[where] == "") {
				t.Errorf("%s, given %s: %+v, want %q", what, where, at, c.want[where])
			}
		}
	}
}

// A token has the places that its scopes let it have, and a question that names nothing none.
func TestATokenHasNoPlaceBeyondItsScopes(t *testing.T) {
	t.Parallel()
	p := shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Listed, IDs: []string{"42"}}})
	p.APIs[0].Delegation = ByScope
	p.Scopes = []Scope{{Name: "orders", API: "shop", Patterns: []Pattern{{"shop", "orders", "read"}}}}
	s := Compile(p)
	for what, c := range map[string]struct {
		change func(q *Question)
		none   bool
	}{
		"themselves":            {func(*Question) {}, false},
		"a token with it":       {func(q *Question) { q.Delegated, q.Scopes = true, []string{"orders"} }, false},
		"a token without it":    {func(q *Question) { q.Delegated, q.Scopes = true, []string{"openid"} }, true},
		"a permission of none":  {func(q *Question) { q.Permission = "shop/orders:eat" }, true},
		"one who holds nothing": {func(q *Question) { q.Principal = Subject{User, "usr_bob"} }, true},
	} {
		q := asks("shop/orders:read")
		c.change(&q)
		if at := s.Places(&q); at.None() != c.none {
			t.Errorf("%s: %+v", what, at)
		}
	}
}

// What asks for a proof is a place for whoever has it, and not for who has still to give it:
// of these the lists would be empty, and look like an answer.
func TestAPlaceThatAsksForAProofIsForWhoHasIt(t *testing.T) {
	t.Parallel()
	p := shop(Grant{Subject: ada, Role: "support", Org: "acme", Requires: Requirement{proof.AAL2, time.Hour}})
	p.Memberships = []Membership{{Member: ada, Of: acme}}
	s := Compile(p)
	for what, c := range map[string]struct {
		level proof.Level
		at    time.Time
		none  bool
	}{
		"one factor":             {proof.AAL1, began, true},
		"two":                    {proof.AAL2, began, false},
		"two, an hour ago":       {proof.AAL2, began.Add(-time.Hour), true},
		"two, nobody knows when": {proof.AAL2, time.Time{}, true},
	} {
		q := asks("shop/orders:read")
		q.Level, q.AuthTime = c.level, c.at
		if at := s.Places(&q); at.None() != c.none {
			t.Errorf("%s: %+v", what, at)
		}
	}
}

package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

// has is the naive reading of who somebody is: r of the roles, p of those that are had
// on some resources, w of those that wait for a proof, g of the groups.
func (n naive) has() string {
	var all []string
	for _, l := range n.p.Locks {
		if n.alive(Window{ExpiresAt: l.Ends}) && n.isAsking(l.On) {
			return ""
		}
	}
	for _, p := range n.p.Principals {
		if p.Subject == n.q.Principal && p.Disabled {
			return ""
		}
	}
	for _, r := range n.p.Roles {
		kinds := map[string]bool{}
		for _, g := range n.p.Grants {
			if g.Effect != Allow || g.Org != "" || g.Role == "" || n.lockedAs(LockGrant, string(g.ID)) || !n.counts(g) || !n.leads(g.Role, r.ID, true, MaxInheritance) {
				continue
			}
			place := map[Place]string{Everywhere: "r:", Own: "p:", Listed: "p:"}[g.Where.Place]
			if place != "" && !n.proved(g.Requires) {
				place = "w:"
			}
			kinds[place] = true
		}
		for kind := range kinds {
			if kind != "" && !n.denied(r.ID) && !n.suspended(r.ID) {
				all = append(all, kind+r.ID)
			}
		}
	}
	for _, g := range []string{"g1", "g2", "g3"} {
		if n.isIn(n.q.Principal, Subject{Group, g}, MaxNesting) {
			all = append(all, "g:"+g)
		}
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

func (n naive) counts(g Grant) bool {
	return n.alive(g.Window) && n.isIn(n.q.Principal, g.Subject, MaxNesting)
}

func (n naive) denied(role string) bool {
	return slices.ContainsFunc(n.p.Grants, func(g Grant) bool {
		if g.Effect == Allow || g.Org != "" || !n.counts(g) {
			return false
		}
		if g.Role != "" && n.leads(role, g.Role, false, MaxInheritance) {
			return true
		}
		return slices.ContainsFunc(n.p.APIs, func(a API) bool {
			return slices.ContainsFunc(a.Permissions, func(e Permission) bool {
				return n.roleGives(role, a.ID, e, false, MaxInheritance) && n.applies(g, a.ID, e)
			})
		})
	})
}

func (n naive) suspended(role string) bool {
	return slices.ContainsFunc(n.p.Roles, func(r Role) bool {
		return n.leads(role, r.ID, false, MaxInheritance) && n.lockedAs(LockRole, r.ID)
	})
}

// leads reports whether the role from has all that the role to has.
func (n naive) leads(from, to string, unlessLocked bool, deeper int) bool {
	if unlessLocked && n.lockedAs(LockRole, from) {
		return false
	}
	for _, r := range n.p.Roles {
		if r.ID != from {
			continue
		}
		if from == to {
			return true
		}
		for _, parent := range r.Parents {
			if deeper > 0 && n.leads(parent, to, unlessLocked, deeper-1) {
				return true
			}
		}
	}
	return false
}

func told(s Standing) string {
	var all []string
	for kind, list := range map[string][]Held{"r:": s.Roles, "p:": s.Partly, "g:": s.Groups} {
		for _, h := range list {
			all = append(all, kind+h.ID)
		}
	}
	for _, p := range s.Pending {
		all = append(all, "w:"+p.ID)
	}
	slices.Sort(all)
	return strings.Join(all, " ")
}

// What somebody has is what the naive reading finds, and each end that is told is the
// very moment at which the naive reading finds it gone.
func TestStandingIsWhatTheNaiveReadingFindsAndEndsWhenThatDoes(t *testing.T) {
	t.Parallel()
	const ahead = 25 // seconds; every moment of a policy and every age lies within
	each(t, 20_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		p.Roles = append(slices.Clone(p.Roles), BuiltInRoles()...)
		p.APIs = append(slices.Clone(p.APIs), BuiltIn{}.API())
		for range questions / 10 {
			q := d.question()
			q.Org = ""
			got := s.Standing(&q, q.Now.Add(ahead*time.Second))
			if want := (naive{p, q}).has(); told(got) != want {
				t.Errorf("%+v\nof %+v\nhas %q, want %q", q, p, told(got), want)
				return
			}
			for kind, list := range map[string][]Held{"r:": got.Roles, "p:": got.Partly, "g:": got.Groups} {
				for _, h := range list {
					if want := lost(p, q, kind+h.ID, ahead); !h.Until.Equal(want) {
						t.Errorf("%+v\nof %+v\nhas %s%s until %v, want %v", q, p, kind, h.ID, h.Until, want)
						return
					}
				}
			}
		}
	})
}

// lost is the first second at which what was had is not had; zero: none so far ahead.
func lost(p Policy, q Question, what string, ahead int) time.Time {
	from := q.Now
	for n := 1; n < ahead; n++ {
		q.Now = from.Add(time.Duration(n) * time.Second)
		if !slices.Contains(strings.Fields(naive{p, q}.has()), what) {
			return q.Now
		}
	}
	return time.Time{}
}

func TestStandingTellsWhatGrantsComeTo(t *testing.T) {
	t.Parallel()
	hour := Window{ExpiresAt: began.Add(time.Hour)}
	desk := Subject{Group, "desk"}
	in := Membership{Member: ada, Of: desk, Window: Window{ExpiresAt: began.Add(time.Minute)}}
	for name, c := range map[string]struct {
		policy Policy
		want   string
		until  map[string]time.Duration
	}{
		"a role and its parents":  {shop(Grant{Subject: ada, Role: "support", Window: hour}), "r:customer r:support", map[string]time.Duration{"support": time.Hour, "customer": time.Hour}},
		"one's own":               {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Own}}), "p:customer p:support", nil},
		"under a condition":       {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Condition, Expression: "true"}}), "", nil},
		"once more is proved":     {shop(Grant{Subject: ada, Role: "refunder", Requires: Requirement{Level: proof.AAL2}}), "w:refunder", nil},
		"while a proof is fresh":  {shop(Grant{Subject: ada, Role: "refunder", Requires: Requirement{MaxAge: 5 * time.Minute}}), "r:refunder", map[string]time.Duration{"refunder": 4 * time.Minute}},
		"by a group":              {with(shop(Grant{Subject: desk, Role: "customer"}), in), "g:desk r:customer", map[string]time.Duration{"desk": time.Minute, "customer": time.Minute}},
		"by two ways":             {with(shop(Grant{Subject: desk, Role: "customer"}, Grant{ID: "gra_2", Subject: ada, Role: "customer", Window: hour}), in), "g:desk r:customer", map[string]time.Duration{"desk": time.Minute, "customer": time.Hour}},
		"within an organisation":  {shop(Grant{Subject: ada, Role: "support", Org: "acme"}), "", nil},
		"a part is denied":        {shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Permission: Pattern{"shop", "orders", "read"}}), "r:customer", nil},
		"a parent is denied":      {shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "customer"}), "", nil},
		"a deny begins":           {shop(Grant{Subject: ada, Role: "customer"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "customer", Window: Window{NotBefore: began.Add(time.Second)}}), "r:customer", map[string]time.Duration{"customer": time.Second}},
		"a permission is no role": {shop(Grant{Subject: ada, Permission: Pattern{"shop", "orders", "read"}}), "", nil},
	} {
		q := asks("")
		got := Compile(c.policy).Standing(&q, began.Add(8*time.Hour))
		if told(got) != c.want {
			t.Errorf("%s: %q, want %q", name, told(got), c.want)
		}
		for _, h := range slices.Concat(got.Roles, got.Partly, got.Groups) {
			want := time.Time{}
			if d, ends := c.until[h.ID]; ends {
				want = began.Add(d)
			}
			if !h.Until.Equal(want) {
				t.Errorf("%s: %s until %v, want %v", name, h.ID, h.Until, want)
			}
		}
	}
}

func with(p Policy, in ...Membership) Policy {
	p.Memberships = in
	return p
}

// However often the clock changes what somebody has, the look ahead ends, and tells of
// nothing that it did not see.
func TestALookAheadIsBounded(t *testing.T) {
	t.Parallel()
	var often []Grant
	for i := range 10_000 {
		from := began.Add(time.Duration(i) * time.Millisecond)
		often = append(often, Grant{ID: "gra_x", Subject: ada, Role: fmt.Sprint("r", i), Window: Window{from, from.Add(time.Hour)}})
	}
	q := asks("")
	got := Compile(shop(append(often, Grant{Subject: ada, Role: "customer"})...)).Standing(&q, began.Add(time.Minute))
	if len(got.Roles) != 1 || got.Roles[0].Until.IsZero() || got.Roles[0].Until.After(began.Add(time.Second)) {
		t.Errorf("got %+v", got)
	}
}

package access_test

import (
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
		for _, kind := range []string{"r:", "p:", "w:"} {
			if n.hasRole(kind, r.ID, nil) {
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

// hasRole reports whether a role is had: on every resource, in part, or after a proof;
// for who reads what it gives at the audiences, or all for nil.
func (n naive) hasRole(kind, name string, audiences []string) bool {
	if n.denied(name, audiences) || n.suspended(name, audiences) {
		return false
	}
	return slices.ContainsFunc(n.p.Grants, func(g Grant) bool {
		if g.Effect != Allow || g.Org != "" || g.Role == "" || n.lockedAs(LockGrant, string(g.ID)) || !n.counts(g) || !n.leads(g.Role, name, true, MaxInheritance) {
			return false
		}
		place := map[Place]string{Everywhere: "r:", Own: "p:", Listed: "p:"}[g.Where.Place]
		if place != "" && !n.proved(g.Requires) {
			place = "w:"
		}
		return place == kind
	})
}

func (n naive) counts(g Grant) bool {
	return n.alive(g.Window) && n.isIn(n.q.Principal, g.Subject, MaxNesting)
}

// says reports whether a role gives something at the audiences.
func (n naive) says(role string, audiences []string) bool {
	return audiences == nil || slices.ContainsFunc(n.p.APIs, func(a API) bool {
		return slices.Contains(audiences, a.Audience) && slices.ContainsFunc(a.Permissions, func(e Permission) bool {
			return n.roleGives(role, a.ID, e, Allow, false, MaxInheritance)
		})
	})
}

func (n naive) denied(role string, audiences []string) bool {
	return slices.ContainsFunc(n.p.Grants, func(g Grant) bool {
		if g.Effect == Allow || g.Org != "" && !n.isIn(n.q.Principal, Subject{Organisation, g.Org}, MaxNesting) || !n.counts(g) {
			return false
		}
		if g.Role != "" && n.leads(role, g.Role, false, MaxInheritance) && n.says(g.Role, audiences) {
			return true
		}
		return slices.ContainsFunc(n.p.APIs, func(a API) bool {
			return (audiences == nil || slices.Contains(audiences, a.Audience)) && slices.ContainsFunc(a.Permissions, func(e Permission) bool {
				return n.roleGives(role, a.ID, e, Allow, false, MaxInheritance) && n.reaches(g, a.ID, e)
			})
		})
	})
}

func (n naive) suspended(role string, audiences []string) bool {
	return slices.ContainsFunc(n.p.Roles, func(r Role) bool {
		return n.says(r.ID, audiences) && n.leads(role, r.ID, false, MaxInheritance) && n.lockedAs(LockRole, r.ID)
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

func told(s Assignments) string {
	var all []string
	for kind, list := range map[string][]Assignment{"r:": s.Roles, "p:": s.Partly, "g:": s.Groups} {
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
func TestAssignmentsIsWhatTheNaiveReadingFindsAndEndsWhenThatDoes(t *testing.T) {
	t.Parallel()
	const ahead = 25 // seconds; every moment of a policy and every age lies within
	each(t, 4_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		p.Roles = append(slices.Clone(p.Roles), BuiltInRoles()...)
		p.APIs = append(slices.Clone(p.APIs), BuiltIn{}.API())
		for range questions / 10 {
			q := d.question()
			q.Org = ""
			got := s.Assignments(&q, q.Now.Add(ahead*time.Second))
			if want := (naive{p, q}).has(); told(got) != want {
				t.Errorf("%+v\nof %+v\nhas %q, want %q", q, p, told(got), want)
				return
			}
			for kind, list := range map[string][]Assignment{"r:": got.Roles, "p:": got.Partly, "g:": got.Groups} {
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

func TestAssignmentsTellsWhatGrantsComeTo(t *testing.T) {
	t.Parallel()
	hour := Window{ExpiresAt: began.Add(time.Hour)}
	desk := Subject{Group, "desk"}
	in := Membership{Member: ada, Of: desk, Window: Window{ExpiresAt: began.Add(time.Minute)}}
	for name, c := range map[string]struct {
		policy Policy
		want   string
		until  map[string]time.Duration
	}{
		"a role and its parents": {shop(Grant{Subject: ada, Role: "support", Window: hour}), "r:customer r:support", map[string]time.Duration{"support": time.Hour, "customer": time.Hour}},
		"one's own":              {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Own}}), "p:customer p:support", nil},
		"under a condition":      {shop(Grant{Subject: ada, Role: "support", Where: Where{Place: Condition, Expression: "true"}}), "", nil},
		"once more is proved":    {shop(Grant{Subject: ada, Role: "refunder", Requires: Requirement{Level: proof.AAL2}}), "w:refunder", nil},
		"while a proof is fresh": {shop(Grant{Subject: ada, Role: "refunder", Requires: Requirement{MaxAge: 5 * time.Minute}}), "r:refunder", map[string]time.Duration{"refunder": 4 * time.Minute}},
		"by a group":             {with(shop(Grant{Subject: desk, Role: "customer"}), in), "g:desk r:customer", map[string]time.Duration{"desk": time.Minute, "customer": time.Minute}},
		"by two ways":            {with(shop(Grant{Subject: desk, Role: "customer"}, Grant{ID: "gra_2", Subject: ada, Role: "customer", Window: hour}), in), "g:desk r:customer", map[string]time.Duration{"desk": time.Minute, "customer": time.Hour}},
		"within an organisation": {shop(Grant{Subject: ada, Role: "support", Org: "acme"}), "", nil},
		"a part is denied":       {shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Permission: Pattern{"shop", "orders", "read"}}), "r:customer", nil},
		"a parent is denied":     {shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "customer"}), "", nil},
		"a deny begins":          {shop(Grant{Subject: ada, Role: "customer"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "customer", Window: Window{NotBefore: began.Add(time.Second)}}), "r:customer", map[string]time.Duration{"customer": time.Second}},
		"a part is denied within an organisation of theirs": {
			with(shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Org: "acme", Permission: Pattern{"shop", "orders", "read"}}), Membership{Member: ada, Of: Subject{Organisation, "acme"}}),
			"r:customer", nil,
		},
		"a part is denied within an organisation once they are in it": {
			with(shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Org: "acme", Role: "support"}), Membership{Member: ada, Of: Subject{Organisation, "acme"}, Window: Window{NotBefore: began.Add(time.Minute)}}),
			"r:customer r:support",
			map[string]time.Duration{"support": time.Minute},
		},
		"a part is denied within another organisation": {
			shop(Grant{Subject: ada, Role: "support"}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Org: "acme", Role: "support"}),
			"r:customer r:support", nil,
		},
		"it is locked":       {locked(shop(Grant{Subject: ada, Role: "support"}), "support"), "", nil},
		"a parent is locked": {locked(shop(Grant{Subject: ada, Role: "support"}), "customer"), "", nil},
		"a child is locked":  {locked(shop(Grant{Subject: ada, Role: "customer"}), "support"), "r:customer", nil},
		"once more is proved, of what is denied": {
			shop(Grant{Subject: ada, Role: "refunder", Requires: Requirement{Level: proof.AAL2}}, Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "refunder"}), "", nil,
		},
		"by two ways, on one's own by one of them": {
			shop(Grant{Subject: ada, Role: "customer"}, Grant{ID: "gra_2", Subject: ada, Role: "customer", Where: Where{Place: Own}}), "p:customer r:customer", nil,
		},
		"by two ways, after a proof by one of them": {
			shop(Grant{Subject: ada, Role: "customer", Requires: Requirement{Level: proof.AAL2}}, Grant{ID: "gra_2", Subject: ada, Role: "customer", Requires: Requirement{MaxAge: 5 * time.Minute}}),
			"r:customer w:customer",
			map[string]time.Duration{"customer": 4 * time.Minute},
		},
		"a permission is no role": {shop(Grant{Subject: ada, Permission: Pattern{"shop", "orders", "read"}}), "", nil},
	} {
		q := asks("")
		got := Compile(c.policy).Assignments(&q, began.Add(8*time.Hour))
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

// locked is a policy with locks on roles.
func locked(p Policy, roles ...string) Policy {
	for _, name := range roles {
		p.Locks = append(p.Locks, Lock{On: LockTarget{LockRole, name}, Reason: "test"})
	}
	return p
}

// Whoever asks for a proof asks for the least that would do, whichever grant comes first.
func TestARoleWaitsForTheLeastProof(t *testing.T) {
	t.Parallel()
	more, less := Requirement{Level: proof.AAL2, MaxAge: time.Minute}, Requirement{Level: proof.AAL2}
	for _, needs := range [][]Requirement{{more, less}, {less, more}} {
		q := asks("")
		got := Compile(shop(Grant{Subject: ada, Role: "refunder", Requires: needs[0]}, Grant{ID: "gra_2", Subject: ada, Role: "refunder", Requires: needs[1]})).Assignments(&q, q.Now)
		if len(got.Pending) != 1 || got.Pending[0] != (Pending{"refunder", less}) || len(got.Roles) > 0 {
			t.Errorf("of %v she has %+v", needs, got)
		}
	}
}

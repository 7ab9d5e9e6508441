package access_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	. "gatehouse/access"
)

// generous is how many generous policies are tried in the long form.
const generous = 40_000

// heldNow is what a naive reading says is held at the moment of its question.
type heldNow struct{ permissions, own, roles []string }

func (n naive) held(audiences []string) (h heldNow) {
	everywhere := map[string]bool{}
	for _, a := range n.p.APIs {
		for _, e := range a.Permissions {
			full := a.ID + "/" + e.Resource + ":" + e.Action
			if !slices.Contains(audiences, a.Audience) {
				continue
			}
			if n.holds(a, e, false) {
				everywhere[full] = true
				h.permissions = append(h.permissions, full)
			}
			if a.Owners[e.Resource] != "" && n.holds(a, e, true) {
				h.own = append(h.own, full)
			}
		}
	}
	for _, r := range n.p.Roles {
		if n.gives(r.ID, audiences, everywhere) && n.hasRole("r:", r.ID, audiences) {
			h.roles = append(h.roles, r.ID)
		}
	}
	return h
}

func (n naive) stopped() bool {
	return slices.ContainsFunc(n.p.Locks, func(l Lock) bool { return n.alive(Window{ExpiresAt: l.Ends}) && n.isAsking(l.On) }) ||
		slices.ContainsFunc(n.p.Principals, func(p Principal) bool { return p.Subject == n.q.Principal && p.Disabled })
}

// reaches is applies, in the organisation of the grant.
func (n naive) reaches(g Grant, api string, e Permission) bool {
	n.q.Org = g.Org
	return n.applies(g, api, e)
}

// holds reports whether a permission is held everywhere, or on one's own at least.
func (n naive) holds(a API, e Permission, own bool) bool {
	if n.stopped() || !n.proved(e.Requires) || n.q.Delegated && a.Delegation != ByAudience && !n.scoped(a.ID, e) {
		return false
	}
	allowed := false
	for _, g := range n.p.Grants {
		switch {
		case !n.reaches(g, a.ID, e):
		case g.Effect != Allow:
			return false
		default:
			allowed = allowed || n.free(g) || own && g.Where.Place == Own && g.Org == "" && n.proved(g.Requires) && !n.lockedAs(LockGrant, string(g.ID))
		}
	}
	return allowed
}

// free reports whether an allow depends on nothing.
func (n naive) free(g Grant) bool {
	return g.Effect == Allow && g.Org == "" && g.Where.Place == Everywhere && n.proved(g.Requires) && !n.lockedAs(LockGrant, string(g.ID))
}

// gives reports whether a role gives something at the audiences, and all of that
// is held.
func (n naive) gives(name string, audiences []string, held map[string]bool) bool {
	something := false
	for _, a := range n.p.APIs {
		for _, e := range a.Permissions {
			if slices.Contains(audiences, a.Audience) && n.roleGives(name, a.ID, e, Allow, false, MaxInheritance) {
				if something = true; !held[a.ID+"/"+e.Resource+":"+e.Action] {
					return false
				}
			}
		}
	}
	return something
}

// audiences are those of the APIs of the dice, and some of nobody.
var audiences = [][]string{
	{"https://shop.test"}, {"https://mail.test"}, {"https://shop.test", "https://mail.test"}, {"https://nobody.test"}, {},
}

// generous is a policy that gives much to one person, so that there is something to
// lose, and a question of theirs.
func (d dice) generous() (Policy, Question) {
	p, q := d.policy(), d.question()
	for i := range p.APIs {
		p.APIs[i].Audience = "https://" + p.APIs[i].ID + ".test"
	}
	p.BuiltIn.Audience = "https://gatehouse.test"
	p.Grants = append(p.Grants, many(d, 4, d.grant)...)
	for i := range p.Grants {
		g := &p.Grants[i]
		if d.IntN(4) > 0 {
			g.Subject = pick(d, Subject{User, "usr_a"}, Subject{User, "usr_a"}, Subject{Group, "g1"})
		}
		if d.IntN(8) > 0 {
			g.Effect = Allow
		}
		if d.IntN(4) > 0 {
			g.Where, g.Org = Where{Place: pick(d, Everywhere, Everywhere, Own)}, ""
		}
		if g.Role == "none" {
			g.Role = "r1"
		}
	}
	p.Memberships = append(p.Memberships[:min(len(p.Memberships), 4)], Membership{Subject{User, "usr_a"}, Subject{Group, "g1"}, d.window()})
	if d.IntN(4) > 0 {
		p.Principals, p.Locks = nil, nil
	}
	if d.IntN(4) > 0 {
		q.Principal = Subject{User, "usr_a"}
	}
	q.Now = q.Now.Add(time.Duration(d.IntN(4)) * 250 * time.Millisecond)
	return p, q
}

// instants are the moments from one on, before another, at which the clock may change
// what a naive reading says.
func (n naive) instants(from, until time.Time) []time.Time {
	all := []time.Time{from, n.q.AuthTime.Add(-time.Second), n.q.AuthTime.Add(5 * time.Second), n.q.AuthTime.Add(12 * time.Second)}
	for _, g := range n.p.Grants {
		all = append(all, g.NotBefore, g.ExpiresAt)
	}
	for _, m := range n.p.Memberships {
		all = append(all, m.NotBefore, m.ExpiresAt)
	}
	for _, l := range n.p.Locks {
		all = append(all, l.Ends)
	}
	slices.SortFunc(all, time.Time.Compare)
	return slices.DeleteFunc(slices.Compact(all), func(t time.Time) bool { return t.Before(from) || !t.Before(until) })
}

// Entitlements are exactly what a naive reading at every moment comes to: what is held for a
// second at least, and until the first moment at which one of it is lost.
func TestEntitlementsAreExactlyWhatTheNaiveReadingOfEveryMomentSays(t *testing.T) {
	t.Parallel()
	some := make(chan string, 1<<20)
	t.Run("cases", func(t *testing.T) {
		each(t, generous, func(t *testing.T, d dice, _ Policy) {
			p, q := d.generous()
			s, of := Compile(p), pick(d, audiences...)
			if d.IntN(40) == 0 { // its catalogue is long
				of = []string{p.BuiltIn.Audience}
			}
			ahead := Ahead{Least: time.Second, Most: time.Duration(1+d.IntN(25)) * time.Second}
			got := s.Entitlements(&q, of, ahead)
			want, until := naiveHeld(reading(p, q), of, ahead)
			for i, part := range []Part{got.Permissions, got.Own, got.Roles} {
				if !slices.Equal(part.Names, want[i]) || !part.Until.Equal(until[i]) {
					t.Errorf("%+v\nat %v for %v ahead of %+v:\npart %d is %v until %v, want %v until %v", p, of, ahead, q, i, part.Names, part.Until, want[i], until[i])
					return
				}
				if len(part.Names) > 0 {
					some <- fmt.Sprint(i, part.Until.IsZero())
				}
			}
		})
	})
	close(some)
	seen := map[string]int{}
	for kind := range some {
		seen[kind]++
	}
	for i := range 3 { // a part that is never held, never lost or never kept was not tried
		for _, end := range []bool{true, false} {
			if kind := fmt.Sprint(i, end); seen[kind] < 15 {
				t.Errorf("part and endless %s came %d times of %v", kind, seen[kind], seen)
			}
		}
	}
}

// naiveHeld asks at every moment from the question's on.
func naiveHeld(n naive, of []string, ahead Ahead) (want [3][]string, until [3]time.Time) {
	now := n.q.Now
	at := func(t time.Time) [3][]string {
		n.q.Now = t
		h := n.held(of)
		return [3][]string{h.permissions, h.own, h.roles}
	}
	want = at(now)
	moments := n.instants(now, now.Add(ahead.Most))
	for _, m := range moments {
		if m.Before(now.Add(ahead.Least)) {
			then := at(m)
			for i := range want {
				want[i] = slices.DeleteFunc(want[i], func(name string) bool { return !slices.Contains(then[i], name) })
			}
		}
	}
	want[1] = slices.DeleteFunc(want[1], func(name string) bool { return slices.Contains(want[0], name) })
	for _, m := range moments {
		if m.Before(now.Add(ahead.Least)) {
			continue
		}
		then := at(m)
		for i := range want {
			if until[i].IsZero() && slices.ContainsFunc(want[i], func(name string) bool { return !slices.Contains(then[i], name) }) {
				until[i] = m
			}
		}
	}
	for i := range want {
		slices.Sort(want[i])
		if want[i] = slices.Clip(want[i]); len(want[i]) == 0 {
			want[i] = nil
		}
	}
	return want, until
}

// What is written down is true: until the end, whoever asks for it is answered with
// allow, whatever the resource, the request and the organisation.
func TestWhatIsHeldIsAllowedUntilItIsLost(t *testing.T) {
	t.Parallel()
	each(t, generous, func(t *testing.T, d dice, _ Policy) {
		p, q := d.generous()
		s := Compile(p)
		h := s.Entitlements(&q, nil, Ahead{Most: 30 * time.Second})
		for _, part := range []Part{h.Permissions, h.Own} {
			end := part.Until
			if end.IsZero() {
				end = q.Now.Add(30 * time.Second)
			}
			for _, name := range part.Names {
				other := d.question()
				ask := q
				ask.Permission, ask.Org, ask.Resource, ask.Request = name, other.Org, other.Resource, other.Request
				if ask.Now = q.Now.Add(time.Duration(d.Int64N(int64(end.Sub(q.Now))))); slices.Equal(part.Names, h.Own.Names) {
					ask.Resource.Attrs = maps.Clone(ask.Resource.Attrs)
					if ask.Resource.Attrs == nil {
						ask.Resource.Attrs = map[string]any{}
					}
					ask.Resource.Attrs["owner_id"] = q.Principal.ID
				}
				if got := decide(t, s, ask); got.Outcome != Allowed {
					t.Errorf("%+v\nholds %+v, but %+v is answered with %+v", p, h, ask, got)
					return
				}
			}
		}
	})
}

// A scope that is bound can be given by whoever holds one of its permissions, and
// until they hold none.
func TestDelegableIsExactlyWhatTheNaiveReadingOfEveryMomentSays(t *testing.T) {
	t.Parallel()
	each(t, generous, func(t *testing.T, d dice, _ Policy) {
		p, q := d.generous()
		ahead := Ahead{Least: time.Second, Most: time.Duration(1+d.IntN(25)) * time.Second}
		asked := []string{"openid", "orders", "mail", "nothing"}
		got, until := Compile(p).Delegable(&q, asked, ahead)
		want, end := reading(p, q).delegable(asked, ahead)
		if !slices.Equal(got, want) || !until.Equal(end) {
			t.Errorf("%+v\nof %+v\nmay give %v until %v, want %v until %v", q, p, got, until, want, end)
		}
	})
}

func (n naive) delegable(scopes []string, ahead Ahead) (may []string, until time.Time) {
	now := n.q.Now
	may = slices.Clone(scopes)
	for _, m := range n.instants(now, now.Add(ahead.Most)) {
		n.q.Now = m
		left := slices.DeleteFunc(slices.Clone(may), func(name string) bool { return n.bound(name) && !n.serves(name) })
		if len(left) < len(may) && !m.Before(now.Add(ahead.Least)) {
			return may, m
		}
		may = left
	}
	return may, time.Time{}
}

func (n naive) bound(scope string) bool {
	return slices.ContainsFunc(n.p.Scopes, func(s Scope) bool { return s.Name == scope })
}

// serves reports whether one of the scope's permissions is allowed somewhere.
func (n naive) serves(scope string) bool {
	n.q.Scopes = []string{scope}
	if n.stopped() {
		return false
	}
	for _, a := range n.p.APIs {
		for _, e := range a.Permissions {
			if !n.scoped(a.ID, e) {
				continue
			}
			allowed, denied := false, false
			for _, g := range n.p.Grants {
				if n.reaches(g, a.ID, e) {
					allowed = allowed || g.Effect == Allow && !n.lockedAs(LockGrant, string(g.ID))
					denied = denied || g.Effect != Allow && g.Org == "" && g.Where.Place != Own && g.Where.Place != Listed && g.Where.Place != Condition
				}
			}
			if allowed && !denied {
				return true
			}
		}
	}
	return false
}

// An API reads no more in a role than what it gives there: what is denied, or locked, of
// it elsewhere takes it from nobody's token.
func TestAnAPIReadsOfARoleWhatItGivesThere(t *testing.T) {
	t.Parallel()
	of := func(grants ...Grant) Policy {
		p := shop(append([]Grant{{Subject: ada, Role: "both"}}, grants...)...)
		p.APIs = append(p.APIs, API{ID: "mail", Audience: "https://mail.example.test", Delegation: ByAudience, Permissions: []Permission{{Resource: "box", Action: "read"}}})
		p.Roles = append(p.Roles, Role{ID: "both", Permissions: []Pattern{{"shop", "orders", "read"}}, Parents: []string{"letters"}}, Role{ID: "letters", Permissions: []Pattern{{"mail", "box", "read"}}})
		return p
	}
	both, none := []string{"both"}, []string(nil)
	for name, c := range map[string]struct {
		policy             Policy
		atShop, atMail, at []string // by tokens for the one, the other, and both
	}{
		"as it was granted":          {of(), both, []string{"both", "letters"}, []string{"both", "letters"}},
		"a part is denied":           {of(Grant{ID: "gra_2", Subject: ada, Effect: Deny, Permission: Pattern{"mail", "box", "read"}}), both, none, none},
		"a parent is denied":         {of(Grant{ID: "gra_2", Subject: ada, Effect: Deny, Role: "letters"}), both, none, none},
		"a parent is locked":         {locked(of(), "letters"), both, none, none},
		"the other part is denied":   {of(Grant{ID: "gra_2", Subject: ada, Effect: Deny, Permission: Pattern{"shop", "orders", "read"}}), none, []string{"both", "letters"}, []string{"letters"}},
		"it is locked, as a whole":   {locked(of(), "both"), none, none, none},
		"both of them are locked":    {locked(of(), "letters", "both"), none, none, none},
		"a role beside it is locked": {locked(of(), "support"), both, []string{"both", "letters"}, []string{"both", "letters"}},
	} {
		s := Compile(c.policy)
		for _, at := range []struct {
			audiences, want []string
		}{
			{[]string{"https://shop.example.test"}, c.atShop},
			{[]string{"https://mail.example.test"}, c.atMail},
			{[]string{"https://shop.example.test", "https://mail.example.test"}, c.at},
		} {
			q := asks("")
			if got := s.Entitlements(&q, at.audiences, Ahead{}).Roles.Names; !slices.Equal(got, at.want) {
				t.Errorf("%s: a token for %v names %v, want %v", name, at.audiences, got, at.want)
			}
		}
	}
}

// A token that says the roles alone ends with these, whatever else was lost before.
func TestEachPartOfWhatIsHeldEndsByItself(t *testing.T) {
	t.Parallel()
	in := func(d time.Duration) Window { return Window{ExpiresAt: began.Add(d)} }
	p := shop(
		Grant{Subject: ada, Role: "customer", Window: in(3 * time.Hour)}, // gives nothing by itself
		Grant{ID: "gra_2", Subject: ada, Role: "all", Window: in(2 * time.Hour)},
		Grant{ID: "gra_3", Subject: ada, Permission: Pattern{"shop", "orders", "write"}, Window: in(time.Hour)},
		Grant{ID: "gra_4", Subject: ada, Permission: Pattern{"shop", "orders", "ship"}, Where: Where{Place: Own}, Window: in(90 * time.Minute)},
	)
	p.APIs[0].Permissions = append(p.APIs[0].Permissions, Permission{Resource: "orders", Action: "write", Sensitive: true}, Permission{Resource: "orders", Action: "ship", Sensitive: true})
	q := asks("")
	got := Compile(p).Entitlements(&q, []string{"https://shop.example.test"}, Ahead{Most: 8 * time.Hour})
	for what, c := range map[string]struct {
		part  Part
		names []string
		until time.Duration
	}{
		"permissions": {got.Permissions, []string{"shop/orders:read", "shop/orders:write"}, time.Hour},
		"own":         {got.Own, []string{"shop/orders:ship"}, 90 * time.Minute},
		"roles":       {got.Roles, []string{"all"}, 2 * time.Hour},
	} {
		if !slices.Equal(c.part.Names, c.names) || !c.part.Until.Equal(began.Add(c.until)) {
			t.Errorf("%s: %v until %v, want %v until %v", what, c.part.Names, c.part.Until, c.names, began.Add(c.until))
		}
	}
}

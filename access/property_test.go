package access_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/id"
	"gatehouse/proof"
)

// dice makes policies and questions out of few names and moments, so that they
// meet often.
type dice struct{ *rand.Rand }

func roll(seed uint64) dice { return dice{rand.New(rand.NewPCG(seed, 7))} }

func pick[T any](d dice, of ...T) T { return of[d.IntN(len(of))] }

func many[T any](d dice, most int, one func() T) []T {
	list := make([]T, d.IntN(most+1))
	for i := range list {
		list[i] = one()
	}
	return list
}

// began is shortly before nine in Berlin, so that the local hour turns within
// the questions' range.
var began = time.Date(2026, 3, 2, 7, 59, 50, 0, time.UTC)

func (d dice) moment() time.Time { return began.Add(time.Duration(d.IntN(20)) * time.Second) }

func (d dice) window() Window {
	w := Window{}
	if d.IntN(3) == 0 {
		w.NotBefore = d.moment()
	}
	if d.IntN(2) == 0 {
		w.ExpiresAt = d.moment()
	}
	return w
}

func (d dice) pattern() Pattern {
	if d.IntN(8) == 0 {
		return Pattern{Gatehouse, pick(d, "users", "grants", Any), pick(d, "read", "delete", "unheard-of", Any)}
	}
	return Pattern{pick(d, "shop", "shop", "mail"), pick(d, "orders", "products", Any), pick(d, "read", "refund", Any)}
}

func (d dice) requirement() Requirement {
	if d.IntN(4) > 0 {
		return Requirement{}
	}
	return Requirement{pick(d, proof.None, proof.AAL1, proof.AAL2), pick(d, 0, 5*time.Second, 12*time.Second)}
}

func (d dice) actor() Subject {
	return pick(d, Subject{User, "usr_a"}, Subject{User, "usr_b"}, Subject{ServiceAccount, "ops"}, Subject{Client, "web"})
}

func (d dice) container() Subject {
	return pick(d, Subject{Group, "g1"}, Subject{Group, "g2"}, Subject{Group, "g3"}, Subject{Organisation, "o1"}, Subject{Organisation, "o2"})
}

func (d dice) anybody() Subject {
	if d.IntN(2) == 0 {
		return d.actor()
	}
	return d.container()
}

func (d dice) role() string { return pick(d, "r1", "r2", "r3", "r4", "none", Administrator, Helpdesk) }

func (d dice) catalogue(api string) API {
	a := API{ID: api, Owners: map[string]string{"orders": "owner_id"}, Delegation: pick(d, ByAudience, ByScope)}
	for _, resource := range []string{"orders", "products"} {
		for _, action := range []string{"read", "refund"} {
			a.Permissions = append(a.Permissions, Permission{Resource: resource, Action: action, Sensitive: d.IntN(4) == 0, Requires: d.requirement()})
		}
	}
	return a
}

func (d dice) grant() Grant {
	g := Grant{
		ID: id.Grant(fmt.Sprint("gra_", d.IntN(8))), Subject: d.anybody(), Effect: pick(d, Allow, Allow, Allow, Allow, Deny, ""),
		Org: pick(d, "", "", "o1", "o2"), Window: d.window(), Requires: d.requirement(),
		Where: Where{Place: pick(d, Everywhere, Everywhere, Everywhere, Own, Listed, Condition, "nonsense")},
	}
	switch g.Where.Place {
	case Listed:
		g.Where.IDs = []string{"r1", "r2"}
	case Condition:
		g.Where.Expression = pick(d, slices.Sorted(keys(conditions))...)
	}
	if g.Permission = d.pattern(); d.IntN(2) == 0 {
		g.Role, g.Permission = d.role(), Pattern{}
	}
	return g
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func (d dice) lock() Lock {
	l := Lock{On: pick(d,
		LockTarget{LockUser, "usr_a"}, LockTarget{LockUser, "ops"}, LockTarget{LockService, "ops"}, LockTarget{LockService, "web"}, LockTarget{LockSession, "ses_1"}, LockTarget{LockClient, "web"},
		LockTarget{LockRole, "r1"}, LockTarget{LockRole, "r2"}, LockTarget{LockGrant, "gra_1"}, LockTarget{LockGrant, "gra_2"})}
	if d.IntN(4) > 0 {
		l.Ends = d.moment()
	}
	return l
}

func (d dice) policy() Policy {
	p := Policy{
		Version:     1,
		APIs:        []API{d.catalogue("shop"), d.catalogue("mail")},
		Scopes:      many(d, 2, func() Scope { return Scope{Name: pick(d, "orders", "mail"), Patterns: many(d, 2, d.pattern)} }),
		BuiltIn:     BuiltIn{Writes: d.requirement()},
		Memberships: many(d, 8, func() Membership { return Membership{d.anybody(), d.container(), d.window()} }),
		Grants:      many(d, 8, d.grant),
	}
	for _, name := range []string{"r1", "r2", "r3", "r4"} {
		p.Roles = append(p.Roles, Role{ID: name, Permissions: many(d, 2, d.pattern), Parents: many(d, 2, d.role)})
	}
	if d.IntN(6) == 0 {
		p.Principals = []Principal{{Subject: d.actor(), Disabled: true}}
	}
	if d.IntN(2) == 0 {
		p.Locks = many(d, 3, d.lock)
	}
	return p
}

func (d dice) question() Question {
	q := Question{
		Principal: d.actor(), Permission: pick(d, "shop", "shop", "mail") + "/" + pick(d, "orders", "products") + ":" + pick(d, "read", "refund"),
		Now: d.moment(), Session: pick[id.Session](d, "", "ses_1"), Client: pick[id.Client](d, "", "web", "app"),
		Level: pick(d, proof.None, proof.AAL1, proof.AAL2, proof.AAL2), Org: pick(d, "", "o1", "o2"),
		Request: Request{Method: pick(d, "GET", "POST")},
	}
	if d.IntN(8) == 0 {
		q.Permission = pick(d, Gatehouse+"/users:read", Gatehouse+"/users:delete", Escalate)
	}
	if d.IntN(4) > 0 {
		q.AuthTime = d.moment()
	}
	if d.IntN(3) == 0 {
		q.Delegated, q.Scopes = true, many(d, 2, func() string { return pick(d, "orders", "mail", "nothing") })
	}
	if d.IntN(3) > 0 {
		q.Resource = Resource{ID: pick(d, "", "r1", "r9"), Attrs: map[string]any{
			"owner_id": pick[any](d, "usr_a", "usr_b", "", 7), "total": pick[any](d, 10.0, 900.0, "many"),
		}}
	}
	return q
}

// questions is how many are put to each policy.
const questions = 50

// long reports whether the properties are to be tried as often as before a
// release: `make properties`.
func long() bool { return os.Getenv("GATEHOUSE_TEST_PROPERTIES") == "long" }

// times is how often something is tried that is tried n times in the long form.
func times(n uint64) uint64 {
	if long() {
		return n
	}
	return n / 20
}

// each tries a property on so many policies in the long form, by all processors.
func each(t *testing.T, policies uint64, try func(t *testing.T, d dice, p Policy)) {
	t.Helper()
	policies = times(policies)
	t.Logf("%d policies", policies)
	var next atomic.Uint64
	for range 2 {
		t.Run("", func(t *testing.T) {
			t.Parallel()
			for seed := next.Add(1); seed <= policies && !t.Failed(); seed = next.Add(1) {
				d := roll(seed)
				try(t, d, d.policy())
			}
		})
	}
}

func decide(t *testing.T, s *Snapshot, q Question) Decision {
	t.Helper()
	d, err := s.Decide(&q)
	if err != nil {
		t.Fatalf("%+v: %v", q, err)
	}
	return d
}

func TestTheEngineAnswersAsTheNaiveReadingDoes(t *testing.T) {
	t.Parallel()
	seen := map[Reason]*atomic.Int64{}
	for _, r := range []Reason{Granted, Locked, Inactive, OutOfScope, Denied, NoGrant, ResourceUnknown, ProofInsufficient} {
		seen[r] = &atomic.Int64{}
	}
	t.Run("cases", func(t *testing.T) {
		each(t, 40_000, func(t *testing.T, d dice, p Policy) {
			s := Compile(p)
			for range questions {
				q := d.question()
				outcome, reason := reading(p, q).decide()
				if got := decide(t, s, q); got.Outcome != outcome || got.Reason != reason {
					t.Errorf("%+v\nof %+v\nis answered with %v %s, want %v %s", q, p, got.Outcome, got.Reason, outcome, reason)
					return
				}
				seen[reason].Add(1)
			}
		})
	})
	for reason, times := range seen { // a reason that never comes is a rule that was not tried
		if times.Load() < 100 {
			t.Errorf("%s came %d times", reason, times.Load())
		}
	}
}

// What ends, ends to the nanosecond, whatever it is: every moment at which
// something in a policy begins or ends is asked of, and the ones beside it.
func TestEveryEdgeOfAPolicyIsExactToTheClock(t *testing.T) {
	t.Parallel()
	var trials atomic.Int64
	t.Run("cases", func(t *testing.T) {
		each(t, 60_000, func(t *testing.T, d dice, p Policy) {
			edges := d.jitter(&p)
			s := Compile(p)
			for _, edge := range edges {
				q := d.question()
				if d.IntN(3) == 0 { // a proof may become too old there too, or come from too far ahead
					q.AuthTime = edge.Add(-pick(d, -time.Second, 5*time.Second, 12*time.Second))
				}
				for _, beside := range []time.Duration{-1, 0, 1} {
					q.Now = edge.Add(beside)
					outcome, reason := reading(p, q).decide()
					if got := decide(t, s, q); got.Outcome != outcome || got.Reason != reason {
						t.Errorf("%+v\nof %+v\nis answered with %v %s, want %v %s", q, p, got.Outcome, got.Reason, outcome, reason)
						return
					}
				}
				trials.Add(3)
			}
		})
	})
	if n := trials.Load(); n < int64(times(1_000_000)) {
		t.Errorf("only %d moments were tried", n)
	}
	t.Logf("%d moments", trials.Load())
}

// jitter moves every moment of p by less than a second, each by itself, and lists
// them all.
func (d dice) jitter(p *Policy) (edges []time.Time) {
	move := func(at *time.Time) {
		if !at.IsZero() {
			*at = at.Add(time.Duration(d.Int64N(int64(time.Second))))
			edges = append(edges, *at)
		}
	}
	for i := range p.Grants {
		move(&p.Grants[i].NotBefore)
		move(&p.Grants[i].ExpiresAt)
	}
	for i := range p.Memberships {
		move(&p.Memberships[i].NotBefore)
		move(&p.Memberships[i].ExpiresAt)
	}
	for i := range p.Locks {
		move(&p.Locks[i].Ends)
	}
	return edges
}

func TestUntilIsATrueLowerBound(t *testing.T) {
	t.Parallel()
	each(t, 20_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		for range questions {
			q := d.question()
			first := decide(t, s, q)
			end := first.Until
			if end.IsZero() {
				end = q.Now.Add(time.Hour)
			}
			if !end.After(q.Now) {
				t.Errorf("at %v %+v lasts until %v", q.Now, q, end)
			}
			for _, at := range []time.Time{end.Add(-1), q.Now.Add(time.Duration(d.Int64N(int64(end.Sub(q.Now)))))} {
				later := q
				later.Now = at
				if got := decide(t, s, later); got.Outcome != first.Outcome || got.Reason != first.Reason || got.Grant != first.Grant {
					t.Errorf("%+v\nof %+v\nis %+v, and at %v already %+v", q, p, first, at, got)
					return
				}
			}
		}
	})
}

// Until of an explanation is no earlier than that of the decision, and the answer
// is the same at every moment before it, and another one then.
func TestUntilOfAnExplanationIsExact(t *testing.T) {
	t.Parallel()
	each(t, 40_000, func(t *testing.T, d dice, p Policy) {
		s, q := Compile(p), d.question()
		e, err := s.Explain(&q)
		if err != nil {
			return
		}
		same := func(x Decision) bool {
			return x.Outcome == e.Outcome && (x.Reason == ResourceUnknown) == (e.Reason == ResourceUnknown)
		}
		for at, last := q.Now, q.Now.Add(30*time.Second); at.Before(last); at = at.Add(time.Second) {
			asked := q
			asked.Now = at
			before := e.Until.IsZero() || at.Before(e.Until)
			if now := decide(t, s, asked); before && !same(now) || at.Equal(e.Until) && same(now) {
				t.Fatalf("%+v\n%+v\nis explained as %s until %s, and at %s it is %+v", p, q, e.Reason, e.Until, at, now)
			}
		}
	})
}

func TestTheOrderOfWhatIsWrittenDoesNotMatter(t *testing.T) {
	t.Parallel()
	each(t, 40_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		other := p
		other.Grants, other.Memberships, other.Locks, other.Scopes = shuffled(d, p.Grants), shuffled(d, p.Memberships), shuffled(d, p.Locks), shuffled(d, p.Scopes)
		other.APIs, other.Roles = shuffled(d, p.APIs), shuffled(d, p.Roles)
		for i := range other.APIs {
			other.APIs[i].Permissions = shuffled(d, other.APIs[i].Permissions)
		}
		for i := range other.Roles {
			other.Roles[i].Permissions, other.Roles[i].Parents = shuffled(d, other.Roles[i].Permissions), shuffled(d, other.Roles[i].Parents)
		}
		turned := Compile(other)
		for range questions {
			q := d.question()
			if a, b := decide(t, s, q), decide(t, turned, q); a.Outcome != b.Outcome || a.Reason != b.Reason || a.Need != b.Need {
				t.Errorf("%+v\nof %+v\nis %+v, in another order %+v", q, p, a, b)
				return
			}
		}
	})
}

func shuffled[T any](d dice, list []T) []T {
	list = slices.Clone(list)
	d.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

func TestADenyNeverAllowsAndAnAllowNeverDenies(t *testing.T) {
	t.Parallel()
	each(t, 40_000, func(t *testing.T, d dice, p Policy) {
		s := Compile(p)
		more := p
		one := d.grant()
		one.ID = "gra_new"
		more.Grants = append(slices.Clone(p.Grants), one)
		with := Compile(more)
		for range questions {
			q := d.question()
			before, after := decide(t, s, q), decide(t, with, q)
			if one.Effect == Allow && before.Outcome == Allowed && after.Outcome != Allowed {
				t.Errorf("%+v: the allow %+v took %+v away: %+v", q, one, before, after)
			}
			if one.Effect != Allow && before.Outcome != Allowed && after.Outcome == Allowed {
				t.Errorf("%+v: the deny %+v gave %+v", q, one, after)
			}
		}
	})
}

func TestWithIsWhatCompilingAnewWouldBe(t *testing.T) {
	t.Parallel()
	each(t, 40_000, func(t *testing.T, d dice, p Policy) {
		other := d.policy()
		who := d.actor()
		var mine []Grant
		p.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g Grant) bool { return g.Subject == who })
		for _, g := range other.Grants {
			if g.Subject == who {
				mine = append(mine, g)
			}
		}
		var memberships []Membership
		rest := p
		rest.Memberships = slices.DeleteFunc(slices.Clone(p.Memberships), func(m Membership) bool { return m.Member == who })
		for _, m := range other.Memberships {
			if m.Member == who {
				memberships = append(memberships, m)
			}
		}
		changed := Principal{Subject: who, Disabled: d.IntN(4) == 0}
		full := rest
		full.Grants, full.Memberships = append(slices.Clone(rest.Grants), mine...), append(slices.Clone(rest.Memberships), memberships...)
		full.Principals = append(slices.DeleteFunc(slices.Clone(rest.Principals), func(one Principal) bool { return one.Subject == who }), changed)
		step, anew := Compile(p).With(2, changed, memberships, mine), Compile(full)
		for range questions {
			q := d.question()
			if a, b := decide(t, step, q), decide(t, anew, q); a.Outcome != b.Outcome || a.Reason != b.Reason || !a.Until.Equal(b.Until) {
				t.Errorf("%+v\nis %+v by a step, %+v anew", q, a, b)
				return
			}
		}
	})
}

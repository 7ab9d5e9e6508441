package access

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/id"
)

// granting is a policy in which each of so many people may read.
func granting(n int, grant func(i int) Grant) Policy {
	p := Policy{Version: 1, APIs: []API{{ID: "shop", Delegation: ByAudience, Permissions: []Permission{{Resource: "orders", Action: "read"}}}}}
	for i := range n {
		g := grant(i)
		g.Subject, g.Effect, g.Permission = nth(i), Allow, Pattern{"shop", "orders", "read"}
		p.Grants = append(p.Grants, g)
	}
	return p
}

func nth(i int) Subject { return Subject{User, fmt.Sprint("usr_", i)} }

func everywhereGranted(int) Grant { return Grant{ID: "gra_x", Where: Where{Place: Everywhere}} }

func mayRead(s *Snapshot, i int) bool {
	d, err := s.Decide(&Question{Principal: nth(i), Permission: "shop/orders:read", Now: time.Unix(1_000_000, 0)})
	if err != nil {
		panic(err)
	}
	return d.Outcome == Allowed
}

// kept is how many principals are hot.
func (h *hot) kept() (n int) {
	for i := range h.places {
		if h.places[i].Load() != nil {
			n++
		}
	}
	return n
}

func TestHotPrincipalsAreNoMoreThanTheBound(t *testing.T) {
	t.Parallel()
	s := Compile(granting(3*mostHot, everywhereGranted))
	for range 2 {
		for i := range 3 * mostHot {
			if !mayRead(s, i) {
				t.Fatal(nth(i), "may not")
			}
		}
	}
	if n := s.hot.kept(); n > mostHot || n < mostHot/2 {
		t.Errorf("%d are hot of %d", n, mostHot)
	}
}

// A house that grows by what changes has place for those who are asked about.
func TestThereArePlacesForWhoCameLater(t *testing.T) {
	t.Parallel()
	s := Compile(granting(0, nil))
	for i := range 300 {
		p := granting(i+1, everywhereGranted)
		s = s.With(uint64(i+2), Principal{Subject: nth(i)}, nil, p.Grants[i:])
	}
	for i := range 300 {
		if !mayRead(s, i) {
			t.Fatal(nth(i), "may not")
		}
	}
	if n := s.hot.kept(); n < 200 {
		t.Errorf("%d of 300 are hot", n)
	}
}

// Who asks who may do something asks about everybody.
func TestWhoCanLeavesThoseHotWhoAre(t *testing.T) {
	t.Parallel()
	s := Compile(granting(500, everywhereGranted))
	mayRead(s, 7)
	all, err := s.WhoCan(t.Context(), "shop/orders:read", "", time.Unix(1_000_000, 0))
	if err != nil || len(all) != 500 {
		t.Fatal(len(all), err)
	}
	if n := s.hot.kept(); n != 1 {
		t.Errorf("%d are hot, want one", n)
	}
}

// Who asks for how long something lasts asks about later moments.
func TestExplainLeavesWhatDecisionsRemember(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_000_000, 0)
	s := Compile(granting(1, func(int) Grant {
		return Grant{ID: "gra_x", Where: Where{Place: Everywhere}, Window: Window{ExpiresAt: at.Add(time.Hour)}}
	}))
	mayRead(s, 0)
	want := s.principal(nth(0)).everywhere.Load()
	e, err := s.Explain(&Question{Principal: nth(0), Permission: "shop/orders:read", Now: at})
	if err != nil || !e.Until.Equal(at.Add(time.Hour)) {
		t.Fatal(e, err)
	}
	if got := s.principal(nth(0)).everywhere.Load(); want == nil || got != want {
		t.Error("what is remembered is of another moment")
	}
}

func TestTheSameConditionIsCompiledOnce(t *testing.T) {
	t.Parallel()
	s := Compile(granting(2, func(int) Grant { return Grant{Where: Where{Place: Condition, Expression: "resource.total == 7"}} }))
	if a, b := s.principal(nth(0)), s.principal(nth(1)); a.grants[0].condition != b.grants[0].condition {
		t.Error("it is compiled twice")
	}
}

// While parts are written anew, each snapshot answers as it did when it was made: the
// ones of before too, which share with it who is hot.
func TestSnapshotsStayWhileOthersAreMade(t *testing.T) {
	t.Parallel()
	const people, versions = 600, 3000
	step := func(version uint64) int { return int(version * 7919 % people) }
	// Every version gives somebody the right, or takes it from them.
	touched := make([][]uint64, people) // by which versions
	for v := uint64(2); v <= versions+1; v++ {
		touched[step(v)] = append(touched[step(v)], v)
	}
	want := func(version uint64, i int) bool {
		n, _ := slices.BinarySearch(touched[i], version+1)
		return n%2 == 1
	}
	first := Compile(granting(0, nil))
	var now atomic.Pointer[Snapshot]
	now.Store(first)
	grant := granting(1, everywhereGranted).Grants[0]
	var done atomic.Bool
	var wg sync.WaitGroup
	for reader := range 4 {
		wg.Go(func() {
			old := now.Load()
			for n := reader; !done.Load(); n++ {
				s := now.Load()
				for _, of := range []*Snapshot{s, old} {
					if i := n * 31 % people; mayRead(of, i) != want(of.Version(), i) {
						t.Errorf("%s at version %d: %v", nth(i).ID, of.Version(), !want(of.Version(), i))
						return
					}
				}
				if n%500 == 0 {
					old = s
				}
			}
		})
	}
	for v := uint64(2); v <= versions+1; v++ {
		i := step(v)
		var grants []Grant
		if want(v, i) {
			grant.Subject, grant.ID = nth(i), id.Grant(fmt.Sprint("gra_", v))
			grants = []Grant{grant}
		}
		now.Store(now.Load().With(v, Principal{Subject: nth(i)}, nil, grants))
	}
	done.Store(true)
	wg.Wait()
	if mayRead(first, step(2)) {
		t.Error("the first snapshot has changed")
	}
}

// What rules were must not stay in memory for each person who was asked about by them.
func TestRulesOfBeforeAreForgotten(t *testing.T) {
	const groups, people = 1000, 1000
	p := Policy{Version: 1, APIs: []API{{ID: "shop", Audience: "https://shop.example.test", Permissions: []Permission{{Resource: "orders", Action: "read"}}}}}
	pattern := Pattern{API: "shop", Resource: "orders", Action: "read"}
	for i := range people {
		p.Grants = append(p.Grants, Grant{ID: id.Grant(fmt.Sprint("gra_u", i)), Subject: Subject{User, fmt.Sprint("usr_", i)}, Effect: Allow, Permission: pattern, Where: Where{Place: Everywhere}})
	}
	rules := func() Policy {
		q := Policy{APIs: p.APIs}
		for i := range groups {
			q.Grants = append(q.Grants, Grant{ID: id.Grant(fmt.Sprint("gra_g", i)), Subject: Subject{Group, fmt.Sprint("group-", i)}, Effect: Allow, Permission: pattern, Where: Where{Place: Everywhere}})
		}
		return q
	}
	s := Compile(p).withRules(2, rules())
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc) / (1 << 20)
	}
	before := heap()
	for i := range people {
		s = s.withRules(uint64(3+i), rules())                                                                                           // somebody changes a rule,
		d, err := s.Decide(&Question{Principal: Subject{User, fmt.Sprint("usr_", i)}, Permission: "shop/orders:read", Now: time.Now()}) // and another one is asked about
		if err != nil || d.Outcome != Allowed {
			t.Fatal(d, err)
		}
	}
	after := heap()
	t.Logf("%.1f MiB before, %.1f after %d changes", before, after, people)
	if after > before+50 {
		t.Errorf("%d changes of rules with %d groups left %.0f MiB", people, groups, after-before)
	}
	runtime.KeepAlive(s)
}

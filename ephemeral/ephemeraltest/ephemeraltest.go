// Package ephemeraltest holds what implements ephemeral.Limiter to its contract, so
// that a server behind several replicas limits as memory does. It has no clock of
// its own: the subject says where its time passes, a synctest bubble or the world.
package ephemeraltest

import (
	"context"
	"sync"
	"testing"
	"time"

	"gatehouse/ephemeral"
)

// Subject is an implementation under test.
type Subject struct {
	// Open returns a new limiter that has seen nothing.
	Open func(t *testing.T, c ephemeral.Config) ephemeral.Limiter
	// In runs f where the subject's time passes.
	In func(t *testing.T, f func(t *testing.T))
}

// interval is what lies between two events of quick; short enough to be waited for
// on a real clock.
const interval = 200 * time.Millisecond

var quick = ephemeral.Config{Enabled: true, Burst: 3, PerMinute: int(time.Minute / interval), Remembered: 1000}

// Run runs the suite.
func Run(t *testing.T, s Subject) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, s Subject)
	}{
		{"BlocksAfterTheBurst", blocksAfterTheBurst},
		{"LetsOneThroughPerInterval", letsOneThroughPerInterval},
		{"CountsKeysApart", countsKeysApart},
		{"DoesNotLengthenTheWaitDuringAFlood", doesNotLengthenTheWait},
		{"CountsEveryConcurrentEvent", countsEveryConcurrentEvent},
		{"TakesNoMoreAtOnceThanMayPass", takesNoMoreThanMayPass},
		{"SaysWhenTheBurstIsWholeAgain", saysWhenItIsWhole},
		{"DoesNotLetAnybodyPassOnAnEndedContext", holdsOnAnEndedContext},
	} {
		t.Run(c.name, func(t *testing.T) { s.In(t, func(t *testing.T) { c.test(t, s) }) })
	}
}

func blocksAfterTheBurst(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	for i := range quick.Burst {
		if wait := blocked(t, l, "a"); wait != 0 {
			t.Fatalf("event %d of the burst has to wait %v", i+1, wait)
		}
		count(t, l, "a", 1)
	}
	if wait := blocked(t, l, "a"); wait <= 0 || wait > interval {
		t.Fatalf("after the burst Blocked = %v, want up to %v", wait, interval)
	}
}

func letsOneThroughPerInterval(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	count(t, l, "a", quick.Burst)
	time.Sleep(blocked(t, l, "a"))
	if wait := blocked(t, l, "a"); wait != 0 {
		t.Fatalf("after waiting as told, there are %v left", wait)
	}
	count(t, l, "a", 1)
	if blocked(t, l, "a") == 0 {
		t.Fatal("two events passed in one interval")
	}
}

func countsKeysApart(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	count(t, l, "client:192.0.2.1 web", quick.Burst)
	for _, other := range []string{"client:192.0.2.1 ", "client:192.0.2.1 web2", "client:192.0.2.2 web", "userinfo:192.0.2.1", ""} {
		if wait := blocked(t, l, other); wait != 0 {
			t.Errorf("%q has to wait %v for another key", other, wait)
		}
	}
}

func doesNotLengthenTheWait(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	count(t, l, "flood", 200)
	if wait := blocked(t, l, "flood"); wait > interval {
		t.Fatalf("Blocked = %v after a flood, want at most %v", wait, interval)
	}
}

func countsEveryConcurrentEvent(t *testing.T, s Subject) {
	const callers, each = 10, 20
	slow := ephemeral.Config{Enabled: true, Burst: callers*each + 1, PerMinute: 1, Remembered: 1000}
	l := s.Open(t, slow)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for range each {
				if err := l.Count(t.Context(), "k"); err != nil {
					t.Errorf("count: %v", err)
				}
			}
		})
	}
	all.Wait()
	if wait := blocked(t, l, "k"); wait != 0 {
		t.Fatalf("one event before the burst is used up the key has to wait %v", wait)
	}
	count(t, l, "k", 1)
	if blocked(t, l, "k") == 0 {
		t.Fatal("after the burst the key may go on: an event was lost")
	}
}

func takesNoMoreThanMayPass(t *testing.T, s Subject) {
	const callers = 50
	l := s.Open(t, quick)
	count(t, l, "k", 1)
	passed := make(chan bool, callers)
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			wait, _, err := l.Take(t.Context(), "k")
			if err != nil || wait > interval {
				t.Errorf("take: %v, %v", wait, err)
			}
			passed <- wait == 0
		})
	}
	all.Wait()
	close(passed)
	n := 0
	for ok := range passed {
		if ok {
			n++
		}
	}
	if n != quick.Burst-1 {
		t.Fatalf("%d of %d events passed at once, want the %d that are left of the burst", n, callers, quick.Burst-1)
	}
	time.Sleep(blocked(t, l, "k"))
	if wait, _, err := l.Take(t.Context(), "k"); wait != 0 || err != nil {
		t.Fatalf("after waiting as told, Take = %v, %v: what was refused was counted", wait, err)
	}
	if wait, _, err := l.Take(t.Context(), "k"); wait == 0 || err != nil {
		t.Fatalf("Take = %v, %v, want a wait: two events passed in one interval", wait, err)
	}
}

func saysWhenItIsWhole(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	for i := range quick.Burst {
		_, whole, err := l.Take(t.Context(), "k")
		if most := interval * time.Duration(i+1); err != nil || whole <= 0 || whole > most {
			t.Fatalf("after %d events: whole in %v, %v; want up to %v", i+1, whole, err, most)
		}
	}
	wait, whole, err := l.Take(t.Context(), "k")
	if err != nil || wait <= 0 || whole < wait || whole > interval*time.Duration(quick.Burst) {
		t.Fatalf("once it is blocked: %v, %v, %v", wait, whole, err)
	}
}

// A limiter that cannot ask in time says so; it does not say that nobody waits.
func holdsOnAnEndedContext(t *testing.T, s Subject) {
	l := s.Open(t, quick)
	count(t, l, "a", quick.Burst)
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if wait, err := l.Blocked(ended, "a"); err == nil && wait == 0 {
		t.Error("a blocked key may go on when the context has ended")
	}
	if wait, _, err := l.Take(ended, "a"); err == nil && wait == 0 {
		t.Error("a blocked key is taken when the context has ended")
	}
}

func blocked(t *testing.T, l ephemeral.Limiter, key string) time.Duration {
	t.Helper()
	wait, err := l.Blocked(t.Context(), key)
	if err != nil {
		t.Fatalf("is %q blocked? %v", key, err)
	}
	return wait
}

func count(t *testing.T, l ephemeral.Limiter, key string, n int) {
	t.Helper()
	for range n {
		if err := l.Count(t.Context(), key); err != nil {
			t.Fatalf("count %q: %v", key, err)
		}
	}
}

package house

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/clock"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/internal/testconfig"
	"gatehouse/oauth"
)

// tally counts steps by the name of their row.
type tally struct {
	mu    sync.Mutex
	steps map[string]int
}

// counted returns beats that are always due and count their steps, which they
// take all the same.
func (c *tally) counted(beats []Beat) []Beat {
	counted := slices.Clone(beats)
	for i, b := range counted {
		counted[i].Due = nil
		counted[i].Step = func(ctx context.Context, now time.Time) error {
			c.mu.Lock()
			if c.steps == nil {
				c.steps = map[string]int{}
			}
			c.steps[b.Name]++
			c.mu.Unlock()
			return b.Step(ctx, now)
		}
	}
	return counted
}

func (c *tally) read() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.steps)
}

// Two replicas over one store beat for ten minutes. Every row beats on both,
// but for those under a lease, which beat on one alone; and when that one is
// gone, on the other.
func TestEveryRowBeatsAndOneUnderALeaseOnOneReplicaOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cfg := testconfig.New(t)
		cfg.Audit.Retention = 90 * 24 * time.Hour // so that every row has something to do
		houses := []*House{openHouse(t, cfg), openHouse(t, cfg)}
		var counts [2]tally
		var stops [2]context.CancelFunc
		var wait sync.WaitGroup
		for i, h := range houses {
			var ctx context.Context
			ctx, stops[i] = context.WithCancel(t.Context())
			beats := counts[i].counted(h.Beats())
			wait.Go(func() { runner{h.Store, newHolder(), h.Log}.run(ctx, beats) })
			synctest.Wait() // the first takes every lease
		}
		time.Sleep(10*time.Minute + time.Second)
		first, second := counts[0].read(), counts[1].read()
		for _, b := range houses[0].Beats() {
			want := int(10*time.Minute/b.Every) + 1
			if first[b.Name] < want {
				t.Errorf("%s: %d steps in ten minutes, want %d", b.Name, first[b.Name], want)
			}
			if got := second[b.Name]; b.Lease == "" && got < want || b.Lease != "" && got != 0 {
				t.Errorf("%s (lease %q): %d steps on the second replica", b.Name, b.Lease, got)
			}
		}
		stops[0]()
		time.Sleep(10 * time.Minute)
		for name, n := range counts[1].read() {
			if n == second[name] {
				t.Errorf("%s: nobody took over", name)
			}
		}
		stops[1]()
		wait.Wait()
	})
}

func TestSweepingRemovesWhatHasEndedAndNothingElse(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	begun := flow.Interaction{ID: id.NewInteraction(), Browser: []byte("browser"), Version: 1, Created: time.Now(), Expires: time.Now().Add(time.Hour)}
	if ok, err := h.Store.InsertInteraction(t.Context(), begun, 1); err != nil || !ok {
		t.Fatal(ok, err)
	}
	for _, c := range []struct {
		after time.Duration
		there bool
	}{{0, true}, {100 * 24 * time.Hour, false}} {
		if err := h.sweep(t.Context(), time.Now().Add(c.after)); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Store.Interaction(t.Context(), begun.ID); (err == nil) != c.there {
			t.Errorf("after %s the interaction is there: %t (%v)", c.after, err == nil, err)
		}
	}
}

// leases is a store of leases that another process may hold.
type leases struct {
	taken bool
	until time.Duration
	err   error
}

func (l *leases) Lease(_ context.Context, _, _ string, now, until time.Time) (bool, error) {
	l.until = until.Sub(now)
	return !l.taken, l.err
}

// Every process loads the revocations that were there before it, and once.
func TestRevocationsOfBeforeTheStartAreLoadedInTheBackground(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	if err := h.OAuth.EndToken(t.Context(), "long ago", time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	rows := h.Beats()
	load := rows[slices.IndexFunc(rows, func(b Beat) bool { return b.Name == LoadRevocations })]
	beat := func() {
		t.Helper()
		if err := (runner{h.Store, "us", h.Log}).beat(t.Context(), load, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	if beat(); !load.due(time.Now()) {
		t.Error("it is over before anything is followed")
	}
	if err := h.Feed.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if beat(); load.due(time.Now()) {
		t.Error("there is more to load")
	}
	dead, err := h.Registry.Revoked(t.Context(), oauth.TokenFacts{JTI: "long ago", Issued: time.Now().Add(-time.Minute)})
	if err != nil || !dead {
		t.Errorf("dead %v, %v", dead, err)
	}
}

func TestABeatIsTakenWhenItIsDueAndThisReplicasTurn(t *testing.T) {
	t.Parallel()
	fire := errors.New("the disk is on fire")
	for name, c := range map[string]struct {
		notDue bool
		clock  *clock.Watch
		lease  string
		leases leases
		steps  int
		err    error
	}{
		"no lease":           {steps: 1},
		"not due":            {notDue: true, lease: "a"},
		"the lease is ours":  {lease: "a", steps: 1},
		"another's lease":    {lease: "a", leases: leases{taken: true}},
		"the store is away":  {lease: "a", leases: leases{err: fire}, err: fire},
		"another's, no need": {leases: leases{taken: true}, steps: 1},
		"the clocks agree":   {clock: beside(0, nil), lease: "a", steps: 1},
		"they do not":        {clock: beside(time.Hour, nil), lease: "a", leases: leases{err: fire}}, // which nobody asks
		"nobody can say":     {clock: beside(0, fire), lease: "a", leases: leases{err: errors.New("asked")}, err: fire},
	} {
		steps := 0
		b := Beat{Name: name, Every: time.Hour, Clock: c.clock, Lease: c.lease, Step: func(context.Context, time.Time) error { steps++; return nil }}
		if c.notDue {
			b.Due = func(time.Time) bool { return false }
		}
		err := runner{&c.leases, "us", slog.New(slog.DiscardHandler)}.beat(t.Context(), b, time.Now())
		if steps != c.steps || !errors.Is(err, c.err) {
			t.Errorf("%s: %d steps and %v, want %d and %v", name, steps, err, c.steps, c.err)
		}
		if c.steps == 1 && c.lease != "" && c.leases.until != 3*time.Hour {
			t.Errorf("%s: the lease is kept for %s, want three beats", name, c.leases.until)
		}
	}
}

// beside is the watch of a clock that is so far ahead of its database's, or whose
// database does not answer.
func beside(ahead time.Duration, fails error) *clock.Watch {
	return &clock.Watch{Read: clock.Reader(), Database: func(context.Context) (time.Time, bool, error) { return time.Now().Add(-ahead), true, fails }}
}

// turns is a store of one lease.
type turns struct {
	mu     sync.Mutex
	holder string
	until  time.Time
}

func (l *turns) Lease(ctx context.Context, _, holder string, now, until time.Time) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if ctx.Err() != nil || l.holder != holder && l.until.After(now) {
		return false, ctx.Err()
	}
	l.holder, l.until = holder, until
	return true, nil
}

// A replica that cannot do its work, or stops, is in nobody's way.
func TestALeaseIsGivenBackAfterAFailureAndAtTheEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		lease := &turns{}
		var steps [2]int
		start := func(i int, err error) (stop func()) {
			ctx, cancel := context.WithCancel(t.Context())
			b := Beat{Name: "sweep", Every: time.Minute, Lease: "a", Step: func(context.Context, time.Time) error { steps[i]++; return err }}
			ended := make(chan struct{})
			go func() {
				runner{lease, newHolder(), slog.New(slog.DiscardHandler)}.run(ctx, []Beat{b})
				close(ended)
			}()
			return func() { cancel(); <-ended }
		}
		stopBroken := start(0, errors.New("the disk is read-only"))
		synctest.Wait()
		time.Sleep(time.Second)
		stop := start(1, nil)
		time.Sleep(10*time.Minute + time.Second)
		synctest.Wait()
		if steps[0] != 1 || steps[1] != 11 {
			t.Errorf("in ten minutes the broken replica took %d turns and the other %d, want 1 and 11", steps[0], steps[1])
		}
		stop()
		time.Sleep(time.Minute)
		synctest.Wait()
		if steps[0] != 2 {
			t.Errorf("after the other stopped the next took %d turns within a minute, want 1", steps[0]-1)
		}
		stopBroken()
	})
}

func TestABeatThatFailsIsTriedAgainAndTellsWhenItBeginsAndEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		ctx, stop := context.WithCancel(t.Context())
		steps, wake := 0, make(chan struct{})
		b := Beat{Name: "sweep", Every: 10 * time.Second, Wake: wake, Step: func(context.Context, time.Time) error {
			if steps++; steps <= 9 { // from 0 to 80 seconds
				return errors.New("the disk is full")
			}
			return nil
		}}
		ended := make(chan struct{})
		go func() {
			runner{&leases{}, "us", slog.New(slog.NewTextHandler(&log, nil))}.run(ctx, []Beat{b})
			close(ended)
		}()
		time.Sleep(2*time.Minute + time.Second)
		wake <- struct{}{}
		synctest.Wait()
		stop()
		<-ended
		if steps != 14 {
			t.Errorf("%d steps in two minutes with a wake-up, want 14", steps)
		}
		said := log.String()
		if strings.Count(said, "the disk is full") != 2 || strings.Count(said, "works again") != 1 || !strings.Contains(said, "beat=sweep") {
			t.Errorf("the log says:\n%s", said)
		}
	})
}

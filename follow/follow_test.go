package follow

import (
	"context"
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"
)

var errAway = errors.New("the store is away")

// counters is a Store in memory that can be slow or away.
type counters struct {
	mu     sync.Mutex
	values map[string]int64
	takes  time.Duration
	err    error
	asked  int
}

func (c *counters) Versions(ctx context.Context) (map[string]int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked++
	said, err := maps.Clone(c.values), c.err
	if takes := c.takes; takes > 0 {
		c.mu.Unlock()
		defer c.mu.Lock()
		select {
		case <-time.After(takes):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return said, err
}

func (c *counters) set(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *counters) raise(name string) {
	c.set(func() {
		if c.values == nil {
			c.values = map[string]int64{}
		}
		c.values[name]++
	})
}

func (c *counters) questions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.asked
}

// reader counts how often it had to read.
type reader struct {
	reads atomic.Int32
	err   atomic.Pointer[error]
}

func (r *reader) reload(context.Context, map[string]int64) error {
	r.reads.Add(1)
	if err := r.err.Load(); err != nil {
		return *err
	}
	return nil
}

func step(t *testing.T, f *Feed) {
	t.Helper()
	if err := f.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestOneQuestionServesEverybodyAndOnlyWhatRoseIsReadAgain(t *testing.T) {
	t.Parallel()
	store := &counters{}
	f := NewFeed(store)
	var clients, policy reader
	f.Follow(clients.reload, "clients", "revocations")
	f.Follow(policy.reload, "policy")
	for i, c := range []struct {
		raise           string
		clients, policy int32
	}{{"", 1, 1}, {"", 1, 1}, {"revocations", 2, 1}, {"policy", 2, 2}, {"settings", 2, 2}, {"clients", 3, 2}} {
		if c.raise != "" {
			store.raise(c.raise)
		}
		step(t, f)
		if got := store.questions(); got != i+1 {
			t.Errorf("step %d: the store was asked %d times", i, got)
		}
		if clients.reads.Load() != c.clients || policy.reads.Load() != c.policy {
			t.Errorf("after %q rose: read %d and %d times, want %d and %d", c.raise, clients.reads.Load(), policy.reads.Load(), c.clients, c.policy)
		}
	}
}

// A store that went back comes to the same counters again, and not to the same stamps.
func TestACounterOfAnotherHistoryIsReadAgain(t *testing.T) {
	t.Parallel()
	store := &counters{}
	f := NewFeed(store)
	var r reader
	f.Follow(r.reload, "clients", "policy")
	store.raise("policy")
	step(t, f)
	for i, name := range []string{Stamp("clients"), Stamp("policy")} {
		store.raise(name)
		step(t, f)
		if got := r.reads.Load(); got != int32(i+2) {
			t.Errorf("after the %s rose: read %d times", name, got)
		}
	}
}

// An answer that travelled long says less than one that was asked for later: whoever
// gets it last must not take it for news.
func TestAnOlderAnswerTakesNothingBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var read atomic.Int64
		w := f.Follow(func(_ context.Context, v map[string]int64) error {
			read.Store(v["policy"])
			return nil
		}, "policy")
		step(t, f)
		store.set(func() { store.takes = time.Second })
		late := make(chan error, 1)
		go func() { late <- f.Step(t.Context()) }()
		synctest.Wait() // it has asked
		store.raise("policy")
		store.set(func() { store.takes = 0 })
		time.Sleep(time.Millisecond)
		step(t, f)
		if err := <-late; err != nil || read.Load() != 1 {
			t.Errorf("the late answer: %v, and version %d is known, want 1", err, read.Load())
		}
		if w.Age() > time.Second {
			t.Errorf("by the late answer all is %s old", w.Age())
		}
	})
}

func TestAReadingThatFailedIsTriedAgainAndAgesItsFollowerAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var good, bad reader
		well, ill := f.Follow(good.reload, "clients"), f.Follow(bad.reload, "keys")
		step(t, f)
		store.raise("keys")
		bad.err.Store(&errAway)
		time.Sleep(2 * MaxAge)
		for range 2 {
			if err := f.Step(t.Context()); !errors.Is(err, errAway) {
				t.Errorf("the step says %v", err)
			}
		}
		if well.Age() != 0 || ill.Age() != 2*MaxAge {
			t.Errorf("ages are %s and %s, want 0 and %s", well.Age(), ill.Age(), 2*MaxAge)
		}
		bad.err.Store(nil)
		step(t, f)
		if ill.Age() != 0 || bad.reads.Load() != 4 || good.reads.Load() != 1 {
			t.Errorf("age %s after %d readings (the other: %d)", ill.Age(), bad.reads.Load(), good.reads.Load())
		}
	})
}

// What is known is as old as the question, not as the answer: what was committed
// while the answer travelled may be missing in it.
func TestAgeCountsFromTheQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{takes: 400 * time.Millisecond}
		f := NewFeed(store)
		w := f.Follow((&reader{}).reload, "clients")
		step(t, f)
		if w.Age() != 400*time.Millisecond {
			t.Errorf("right after a slow answer the age is %s", w.Age())
		}
	})
}

// jump moves the wall clock's reading in an instant and leaves the monotonic
// one, which is what setting a machine's clock does to every instant taken before.
func jump(t *testing.T, at *time.Time, by time.Duration) {
	t.Helper()
	before := *at
	wall := (*uint64)(unsafe.Pointer(at)) // bit 63: there is a monotonic reading; then 33 bits of seconds
	*wall += uint64(by/time.Second) << 30
	if moved := at.Round(0).Sub(before.Round(0)); moved != by || !at.Equal(before) && at.Sub(before) != 0 {
		t.Fatalf("the wall clock moved by %s and the monotonic one by %s", moved, at.Sub(before))
	}
}

// A bubble has no monotonic clock, so this runs outside.
func TestAWallClockThatJumpsMakesNothingFreshOrStale(t *testing.T) {
	t.Parallel()
	for _, by := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		store := &counters{}
		f := NewFeed(store)
		w := f.Follow((&reader{}).reload, "clients")
		jump(t, &f.born, -by)
		step(t, f)
		jump(t, &f.born, by)
		if age := w.Age(); age < 0 || age > time.Minute {
			t.Errorf("a jump by %s: what was just read is %s old", by, age)
		}
		w.fresh.Add(-int64(time.Minute))
		jump(t, &f.born, by)
		if age := w.Age(); age < time.Minute || age > 2*time.Minute {
			t.Errorf("a jump by %s: what was read a minute ago is %s old", by, age)
		}
		store.set(func() { store.err = errAway })
		if err := w.Current(t.Context()); !errors.Is(err, errAway) {
			t.Errorf("a jump by %s: what was read a minute ago is good enough: %v", by, err)
		}
	}
}

func TestDecisionsCatchUpOnceForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var r reader
		w := f.Follow(r.reload, "clients")
		step(t, f)
		store.raise("clients")
		store.set(func() { store.takes = CatchUp / 2 })
		time.Sleep(MaxAge + time.Nanosecond)
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				if err := w.Current(t.Context()); err != nil {
					t.Errorf("a decision was refused: %v", err)
				}
			})
		}
		wait.Wait()
		if store.questions() != 2 || r.reads.Load() != 2 {
			t.Errorf("50 decisions asked %d times and read %d times, want one of each", store.questions()-1, r.reads.Load()-1)
		}
	})
}

func TestADecisionWaitsNotLongAndIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		w := f.Follow((&reader{}).reload, "clients")
		if err := w.Current(t.Context()); err != nil {
			t.Errorf("the first decision of all: %v", err)
		}
		store.set(func() { store.takes = time.Minute })
		time.Sleep(2 * MaxAge)
		begun := time.Now()
		if err := w.Current(t.Context()); !errors.Is(err, errStale) || time.Since(begun) != CatchUp {
			t.Errorf("a store that hangs: %v after %s, want a refusal after %s", err, time.Since(begun), CatchUp)
		}
		time.Sleep(askBound)

		// A store that is gone is asked a few times a second, not by every caller.
		store.set(func() { store.takes, store.err, store.asked = 0, errAway, 0 })
		for range 1000 {
			if err := w.Current(t.Context()); !errors.Is(err, errStale) {
				t.Fatalf("a store that is gone: %v", err)
			}
			time.Sleep(time.Millisecond)
		}
		if n := store.questions(); n < 5 || n > 10 {
			t.Errorf("a store that is gone was asked %d times in a second", n)
		}
		store.set(func() { store.err = nil })
		time.Sleep(2 * restless)
		if err := w.Current(t.Context()); err != nil {
			t.Errorf("the store is back: %v", err)
		}
	})
}

// Whoever does not wait for the end of an attempt has learned nothing, and is refused.
func TestWhoGivesUpIsRefusedAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		w := f.Follow((&reader{}).reload, "clients")
		step(t, f)
		store.set(func() { store.takes = CatchUp / 2 })
		time.Sleep(2 * MaxAge)
		ctx, cancel := context.WithTimeout(t.Context(), CatchUp/4)
		defer cancel()
		begun := time.Now()
		if err := w.Current(ctx); !errors.Is(err, errStale) || !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != CatchUp/4 {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		if err := w.Current(t.Context()); err != nil {
			t.Errorf("who waits for the same attempt: %v", err)
		}
	})
}

// Who waits for the next reading is told of one that succeeded, of something that changed,
// and only once all can be decided by it.
func TestWhoWaitsForTheNextReadingIsToldOfIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var r reader
		w := f.Follow(r.reload, "clients")
		step(t, f)
		told := func(next <-chan struct{}) bool {
			select {
			case <-next:
				return true
			default:
				return false
			}
		}
		next := w.Next()
		step(t, f)
		if told(next) {
			t.Error("they are told although nothing changed")
		}
		store.raise("clients")
		r.err.Store(&errAway)
		if _ = f.Step(t.Context()); told(next) {
			t.Error("they are told of a reading that failed")
		}
		r.err.Store(nil)
		time.Sleep(2 * MaxAge)
		go func() {
			<-next
			if age := w.Age(); age != 0 {
				t.Errorf("they are told while what is known is %s old", age)
			}
		}()
		if step(t, f); !told(next) {
			t.Error("they are not told of a reading that succeeded")
		}
		if told(w.Next()) {
			t.Error("they are told of the next one before it was")
		}
		synctest.Wait()
	})
}

// A question that hangs ends, so that the next one can be asked.
func TestAQuestionThatHangsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{takes: time.Hour}
		f := NewFeed(store)
		f.Follow((&reader{}).reload, "policy")
		begun := time.Now()
		if err := f.Beat(t.Context(), begun); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != askBound {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

// A reading that hangs ends, says so, and is begun again.
func TestAReadingThatHangsEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := NewFeed(&counters{})
		var begun atomic.Int32
		f.Follow(func(ctx context.Context, _ map[string]int64) error {
			begun.Add(1)
			<-ctx.Done()
			return ctx.Err()
		}, "policy")
		ctx, cancel := context.WithCancel(t.Context())
		for i, want := range []error{nil, context.DeadlineExceeded} {
			if err := f.Beat(ctx, time.Now()); !errors.Is(err, want) {
				t.Errorf("beat %d says %v, want %v", i, err, want)
			}
			time.Sleep(readBound)
			synctest.Wait()
		}
		if n := begun.Load(); n != 2 {
			t.Errorf("it was begun %d times, want 2", n)
		}
		cancel()
		f.Wait()
	})
}

// Who has just written waits for what they wrote, also when what is known is
// young, and when an attempt that began before the write is under way.
func TestWhoKnowsOfNewsWaitsForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var read atomic.Int64
		w := f.Follow(func(_ context.Context, v map[string]int64) error {
			read.Store(v["policy"])
			return nil
		}, "policy")
		step(t, f)
		knows := func(n int64) func() bool { return func() bool { return read.Load() >= n } }
		store.raise("policy")
		if err := w.Current(t.Context()); err != nil || read.Load() != 0 {
			t.Fatalf("what is young was read again: %d, %v", read.Load(), err)
		}
		if err := w.Reach(t.Context(), knows(1)); err != nil || read.Load() != 1 {
			t.Errorf("after the write: %d, %v", read.Load(), err)
		}

		store.set(func() { store.takes = CatchUp / 4 })
		time.Sleep(2 * MaxAge)
		go func() { _ = w.Current(t.Context()) }()
		synctest.Wait() // it has asked, and the store will answer what was so then
		store.raise("policy")
		if err := w.Reach(t.Context(), knows(2)); err != nil {
			t.Errorf("behind an attempt that had asked before: %v", err)
		}
		if err := w.Reach(t.Context(), knows(3)); !errors.Is(err, errStale) {
			t.Errorf("what nobody wrote is known: %v", err)
		}
	})
}

// A policy of a million grants may take seconds to read. Whoever needs the
// revocations must not wait for it.
func TestALongReadingKeepsNobodyElseFromNews(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var quick reader
		fast := f.Follow(quick.reload, "revocations")
		slow := f.Follow(func(ctx context.Context, _ map[string]int64) error {
			select {
			case <-time.After(5 * time.Second):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}, "policy")
		step(t, f)
		store.raise("policy")
		for range 40 { // ten seconds
			if err := f.Beat(t.Context(), time.Now()); err != nil {
				t.Error(err)
			}
			store.raise("revocations")
			time.Sleep(250 * time.Millisecond)
			if fast.Age() > MaxAge {
				t.Fatalf("the quick one is %s old", fast.Age())
			}
		}
		if quick.reads.Load() < 40 {
			t.Errorf("the quick one read %d times", quick.reads.Load())
		}
		if slow.Age() > 6*time.Second {
			t.Errorf("the slow one never arrives: it is %s old", slow.Age())
		}
		f.Wait()
	})
}

// A word that comes while something is read is not left to the next poll.
func TestNewsOfDuringAReadingIsLookedAtAfterIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &counters{}
		f := NewFeed(store)
		var read atomic.Int64
		f.Follow(func(_ context.Context, v map[string]int64) error {
			time.Sleep(10 * time.Millisecond)
			read.Store(v["policy"])
			return nil
		}, "policy")
		beat := func() {
			t.Helper()
			if err := f.Beat(t.Context(), time.Now()); err != nil {
				t.Error(err)
			}
		}
		beat()
		f.Wait()
		store.raise("policy")
		beat()
		synctest.Wait() // it reads
		store.raise("policy")
		beat()
		f.Wait()
		select {
		case <-f.News():
		default:
			t.Fatal("nobody is woken for what came while it read")
		}
		beat()
		f.Wait()
		if read.Load() != 2 {
			t.Errorf("it has read version %d, want 2", read.Load())
		}
		select {
		case <-f.News():
			t.Error("it is woken for nothing")
		default:
		}
	})
}

func TestABeatTellsOfReadingsThatFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := NewFeed(&counters{})
		var r reader
		r.err.Store(&errAway)
		f.Follow(r.reload, "clients")
		for i, want := range []error{nil, errAway, errAway} {
			if err := f.Beat(t.Context(), time.Now()); !errors.Is(err, want) {
				t.Errorf("beat %d says %v, want %v", i, err, want)
			}
			synctest.Wait()
		}
		r.err.Store(nil)
		_ = f.Beat(t.Context(), time.Now())
		synctest.Wait()
		if err := f.Beat(t.Context(), time.Now()); err != nil {
			t.Errorf("after a good reading: %v", err)
		}
	})
}

func TestNewsIsKnownOnceHoweverOftenItComes(t *testing.T) {
	t.Parallel()
	f := NewFeed(&counters{})
	for range 3 {
		f.Wake()
	}
	<-f.News()
	select {
	case <-f.News():
		t.Error("the same news came twice")
	default:
	}
}

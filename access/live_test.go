package access_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "gatehouse/access"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/store"
)

// replica follows the policy of a house as a process does, with a store that can
// fail it.
type replica struct {
	*testing.T
	*Live
	feed  *follow.Feed
	store *failing
}

// failing is a store that is away while err is set.
type failing struct {
	*store.Store
	mu  sync.Mutex
	err error
}

func (f *failing) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *failing) Versions(ctx context.Context) (map[string]int64, error) {
	f.mu.Lock()
	err := f.err
	f.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return f.Store.Versions(ctx)
}

func newReplica(t *testing.T, s *store.Store) replica {
	t.Helper()
	kept := &failing{Store: s}
	feed := follow.NewFeed(kept)
	return replica{t, NewLive(kept, feed, BuiltIn{}), feed, kept}
}

// may reports whether ada may read orders as the replica knows it now.
func (r replica) may() Outcome {
	r.Helper()
	s, err := r.Current(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	d, err := s.Decide(&Question{Principal: adas, Permission: "shop/orders:read", Now: time.Now()})
	if err != nil {
		r.Fatal(err)
	}
	return d.Outcome
}

func TestAProcessKnowsItsOwnChangesAtOnce(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	here := newReplica(t, w.Store.(*store.Store))
	w.Live = here.Live
	for range 3 { // nothing follows the store but what asks
		g := w.give(toAda(nil))
		if got := here.may(); got != Allowed {
			t.Fatalf("what was just granted is answered with %v", got)
		}
		w.must(w.Revoke(t.Context(), console, g.ID, "over"))
		if got := here.may(); got != Refused {
			t.Fatalf("what was just revoked is answered with %v", got)
		}
	}
	fails := errors.New("thought better of it")
	err := w.Store.InTx(t.Context(), func(ctx context.Context) error {
		_, err := w.Give(ctx, console, toAda(nil))
		return errors.Join(err, fails)
	})
	if !errors.Is(err, fails) || here.may() != Refused {
		t.Errorf("what was undone counts (%v)", err)
	}
}

func TestAnotherProcessesChangeIsKnownWithinASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWritten(t).shop()
		there := newReplica(t, w.Store.(*store.Store))
		if got := there.may(); got != Refused {
			t.Fatalf("nothing was granted, and it is answered with %v", got)
		}
		w.give(toAda(nil))
		time.Sleep(follow.MaxAge + time.Nanosecond)
		if got := there.may(); got != Allowed {
			t.Errorf("a second later it is answered with %v", got)
		}
		if f := there.Figures(); f.Version == 0 || f.Principals != 1 {
			t.Errorf("its figures are %+v", f)
		}
	})
}

// Who cannot know says so: it is no answer, and least of all a yes.
func TestWhatCannotBeKnownIsUnavailable(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWritten(t).shop()
		w.give(toAda(nil))
		r := newReplica(t, w.Store.(*store.Store))
		r.store.fail(errors.New("away"))
		unknown := func(when string) {
			t.Helper()
			if s, err := r.Current(t.Context()); s != nil || !fault.Is(err, fault.Unavailable) || fault.CodeOf(err) != "policy.unknown" {
				t.Errorf("%s the answer is %v, %v", when, s, err)
			}
		}
		unknown("before the first load")
		r.store.fail(nil)
		time.Sleep(follow.MaxAge)
		if r.may() != Allowed {
			t.Error("the store is back, and the grant is not")
		}
		r.store.fail(errors.New("away again"))
		time.Sleep(follow.MaxAge)
		if r.may() != Allowed {
			t.Error("what is a second old is not good enough")
		}
		time.Sleep(time.Nanosecond)
		unknown("after more than a second")
	})
}

// A house that is filled from a back-up goes back in time: so does who follows it.
func TestALowerVersionIsReadAnew(t *testing.T) {
	t.Parallel()
	old, present := newWritten(t).shop(), newWritten(t).shop()
	present.give(toAda(nil))
	r := newReplica(t, present.Store.(*store.Store))
	if r.may() != Allowed {
		t.Fatal("the grant does not count")
	}
	r.Committed(r.Figures().Version)
	r.store.Store = old.Store.(*store.Store)
	if err := r.feed.Step(t.Context()); err != nil {
		t.Fatal(err)
	}
	if r.may() != Refused {
		t.Error("a grant of another time counts")
	}
}

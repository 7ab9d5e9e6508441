package access_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	. "gatehouse/access"
	"gatehouse/audit"
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
	old map[string]int64 // the next answer, once
}

func (f *failing) answer(old map[string]int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.old = old
}

func (f *failing) fail(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err = err
}

func (f *failing) Versions(ctx context.Context) (map[string]int64, error) {
	f.mu.Lock()
	err, old := f.err, f.old
	f.old = nil
	f.mu.Unlock()
	if err != nil || old != nil {
		return old, err
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

// twins are two houses that were one until now.
func twins(t *testing.T) (written, written) {
	t.Helper()
	dir := t.TempDir()
	first, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + filepath.Join(dir, "first.db"), MaxConns: 4}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := written{t, &Service{Store: first, Audit: &audit.Log{Store: first}, People: anybody{}, Clients: anybody{}}}
	w.must(nil, first.Migrate(t.Context()))
	w.must(nil, first.KeepEpoch(t.Context()))
	w.shop()
	w.must(nil, first.Close())
	all, err := os.ReadFile(filepath.Join(dir, "first.db"))
	w.must(nil, err)
	w.must(nil, os.WriteFile(filepath.Join(dir, "second.db"), all, 0o600))
	return writtenOn(t, "sqlite:"+filepath.Join(dir, "first.db")), writtenOn(t, "sqlite:"+filepath.Join(dir, "second.db"))
}

// A database that is put back beneath a server comes to versions that it had already,
// by other changes. Whoever lived through it reads all of it again, and no version
// counts twice: the next one is beyond all that there were.
func TestAnotherHistoryIsReadAnew(t *testing.T) {
	t.Parallel()
	for name, more := range map[string]int{"of fewer versions": -1, "of the same version": 0, "of the next version": 1, "of many more": 40} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			here, there := twins(t)
			r := newReplica(t, here.Store.(*store.Store))
			if r.may() != Refused {
				t.Fatal("something counts before it was granted")
			}
			here.give(toAda(nil))
			here.give(toAda(nil))
			there.give(toAda(func(g *Grant) { g.Permission.Action = "write" }))
			for range 1 + more {
				there.give(toAda(func(g *Grant) { g.Permission.Action = "write" }))
			}
			if err := r.feed.Step(t.Context()); err != nil || r.may() != Allowed {
				t.Fatalf("before, the answer is %v %v", r.may(), err)
			}
			epoch, version := r.Epoch(), r.Figures().Version
			r.Committed(version)
			r.store.Store = there.Store.(*store.Store)
			if err := r.feed.Step(t.Context()); err != nil || r.may() != Refused {
				t.Errorf("the answer is by another history: %v %v", r.may(), err)
			}
			if now := r.Figures().Version; r.Epoch() == epoch || now <= version+40 {
				t.Errorf("the epoch was %d and is %d, the version %d and %d", epoch, r.Epoch(), version, now)
			}
			loads, epoch := r.Loads(), r.Epoch()
			there.give(toAda(nil))
			if err := r.feed.Step(t.Context()); err != nil || r.may() != Allowed || r.Loads() != loads || r.Epoch() != epoch {
				t.Errorf("afterwards the answer is %v %v, after %d more loads", r.may(), err, r.Loads()-loads)
			}
		})
	}
}

// One answer of the store may be older than what was read since: that is no reason to
// take it for one that went back.
func TestAnOldAnswerIsNoOtherHistory(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	w.must(nil, w.Store.(*store.Store).KeepEpoch(t.Context()))
	r := newReplica(t, w.Store.(*store.Store))
	r.may()
	epoch := r.Epoch()
	old, err := w.Store.Versions(t.Context())
	w.must(nil, err)
	w.give(toAda(nil))
	w.must(nil, r.feed.Step(t.Context()))
	loads := r.Loads()
	r.store.answer(old)
	w.must(nil, r.feed.Step(t.Context()))
	if r.may() != Allowed || r.Loads() != loads || r.Epoch() != epoch {
		t.Errorf("the answer is %v, after %d more loads, in the epoch %d of %d", r.may(), r.Loads()-loads, r.Epoch(), epoch)
	}
}

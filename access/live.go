package access

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"gatehouse/fault"
	"gatehouse/follow"
)

// Live holds the policy of the present in memory and follows the store. Whoever
// decides takes a Snapshot of it and asks that: reading takes no lock and no
// query. When the store fails, what is known is good for follow.MaxAge and not
// longer. All methods may be called at once.
type Live struct {
	store    liveStore
	builtIn  BuiltIn
	follower *follow.Follower
	snapshot atomic.Pointer[Snapshot]
	epoch    atomic.Int64  // of what is known; written by read, which is not called twice at a time
	least    atomic.Uint64 // the version that a commit of this process made
	stamp    int64         // of the version that is known; read's
	took     atomic.Int64  // how long the last whole load took
	loads    atomic.Uint64 // how many there were
}

// liveStore is what is followed.
type liveStore interface {
	policyReader
	lossStore
	historyStore
}

// historyStore is told that it is not what it was.
type historyStore interface {
	// WentBack begins another epoch, unless the present one is another already.
	WentBack(ctx context.Context, epoch int64) error
}

// NewLive returns a Live that follows by feed and has read nothing yet. One process
// has one of them for a store.
func NewLive(store Store, feed *follow.Feed, b BuiltIn) *Live {
	l := &Live{store: store, builtIn: b}
	l.follower = feed.Follow(l.read, VersionPolicy, VersionEpoch)
	return l
}

// Current returns the snapshot to decide by. It is at most follow.MaxAge old, and
// has all that this process committed before the call. Where what is known is older
// one attempt for all callers reads it anew; when that does not succeed in a moment
// nobody can know: Unavailable fault "policy.unknown", and the caller must refuse.
func (l *Live) Current(ctx context.Context) (*Snapshot, error) {
	least := l.least.Load()
	if s := l.snapshot.Load(); s != nil && s.version >= least && l.follower.Age() <= follow.MaxAge {
		return s, nil
	}
	if err := l.follower.Reach(ctx, func() bool { return l.version() >= least }); err != nil {
		return nil, policyUnknown(err)
	}
	return l.snapshot.Load(), nil
}

// Latest is Current of a moment after the call: the store is asked once more, for all
// callers of the moment together. It is for who misses what may just have been made.
func (l *Live) Latest(ctx context.Context) (*Snapshot, error) {
	begun, least := time.Now(), l.least.Load()
	asked := func() bool { return l.version() >= least && l.follower.Age() <= time.Since(begun) }
	if err := l.follower.Reach(ctx, asked); err != nil {
		return nil, policyUnknown(err)
	}
	return l.snapshot.Load(), nil
}

func policyUnknown(err error) error {
	return &fault.Error{
		Kind: fault.Unavailable, Code: "policy.unknown", Detail: "Gatehouse cannot tell now who may do what.",
		RetryAfter: time.Second, Err: err,
	}
}

// Committed says that this process has made that version of the policy: Current
// does not answer with an older one from now on. Call it after the commit. A nil
// Live takes no notice: nobody reads it.
func (l *Live) Committed(version uint64) {
	if l == nil {
		return
	}
	for {
		least := l.least.Load()
		if least >= version || l.least.CompareAndSwap(least, version) {
			return
		}
	}
}

// Made is the newest version of the policy that a commit of this process made, 0 for none.
func (l *Live) Made() uint64 { return l.least.Load() }

// Age is how long ago the store was asked for what is known.
func (l *Live) Age() time.Duration { return l.follower.Age() }

// Epoch is that of what is known: another one once the store was filled from a
// back-up.
func (l *Live) Epoch() int64 { return l.epoch.Load() }

// Loads is how often the whole policy was read. What changes is read by itself.
func (l *Live) Loads() uint64 { return l.loads.Load() }

// Figures say how a Live does.
type Figures struct {
	Version    uint64        // of the policy
	Principals int           // whom it has something about
	Load       time.Duration // that the last whole load took
}

// Figures returns those of now; all zero before the first load.
func (l *Live) Figures() Figures {
	s := l.snapshot.Load()
	if s == nil {
		return Figures{}
	}
	return Figures{Version: s.version, Principals: s.Principals(), Load: time.Duration(l.took.Load())}
}

// Known returns what was known last, however long ago, and nil before the first
// load. It is for telling people and programs what there is, never for deciding.
func (l *Live) Known() *Snapshot { return l.snapshot.Load() }

// version is the one that is known, 0 before the first load.
func (l *Live) version() uint64 {
	if s := l.snapshot.Load(); s != nil {
		return s.version
	}
	return 0
}

// read reads what changed. After an error what was known before still counts.
func (l *Live) read(ctx context.Context, versions map[string]int64) error {
	s := l.snapshot.Load()
	if s == nil || versions[VersionEpoch] != l.epoch.Load() {
		return l.load(ctx)
	}
	if uint64(versions[VersionPolicy]) == s.version && versions[stampOfPolicy] == l.stamp {
		return nil
	}
	next, err := l.advance(ctx, s, time.Now())
	if errors.Is(err, errWentBack) {
		err = l.store.WentBack(ctx, l.epoch.Load())
	}
	switch {
	case err != nil:
		return fmt.Errorf("read what changed of the policy: %w", err)
	case next.Snapshot == nil:
		return l.load(ctx)
	}
	l.stamp = next.stamp
	l.snapshot.Store(next.Snapshot)
	return nil
}

// load reads all of it. Grants of a clock that is ahead are among it: they were
// committed, and the version says that they are there.
func (l *Live) load(ctx context.Context) error {
	begun := time.Now()
	next, err := viewed(ctx, l.store, l.builtIn, begun, time.Time{})
	if err != nil {
		return err
	}
	l.took.Store(int64(time.Since(begun)))
	l.loads.Add(1)
	if known := l.snapshot.Load(); known != nil && (next.version < known.version || next.epoch != l.epoch.Load()) {
		l.least.Store(0) // the store was filled from a back-up: what was committed is gone
	}
	l.stamp = next.stamp
	l.epoch.Store(next.epoch)
	l.snapshot.Store(next.Snapshot)
	return nil
}

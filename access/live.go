package access

import (
	"context"
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
	store    Store
	follower *follow.Follower
	snapshot atomic.Pointer[Snapshot]
	least    atomic.Uint64 // the version that a commit of this process made
	took     atomic.Int64  // how long the last load took
}

// NewLive returns a Live that follows by feed and has read nothing yet. One process
// has one of them for a store.
func NewLive(store Store, feed *follow.Feed) *Live {
	l := &Live{store: store}
	l.follower = feed.Follow(l.read, VersionPolicy)
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

// Age is how long ago the store was asked for what is known.
func (l *Live) Age() time.Duration { return l.follower.Age() }

// Figures say how a Live does.
type Figures struct {
	Version    uint64        // of the policy
	Principals int           // whom it has something about
	Load       time.Duration // that the last load took
}

// Figures returns those of now; all zero before the first load.
func (l *Live) Figures() Figures {
	s := l.snapshot.Load()
	if s == nil {
		return Figures{}
	}
	return Figures{Version: s.version, Principals: s.Principals(), Load: time.Duration(l.took.Load())}
}

// version is the one that is known, 0 before the first load.
func (l *Live) version() uint64 {
	if s := l.snapshot.Load(); s != nil {
		return s.version
	}
	return 0
}

// read loads the policy where its counter is not the one that is known. After an
// error what was known before still counts.
func (l *Live) read(ctx context.Context, versions map[string]int64) error {
	if s := l.snapshot.Load(); s != nil && s.version == uint64(versions[VersionPolicy]) {
		return nil
	}
	begun := time.Now()
	p, err := Load(ctx, l.store, begun)
	if err != nil {
		return err
	}
	if p.Version < uint64(versions[VersionPolicy]) {
		return fmt.Errorf("load the policy: version %d has gone back to %d", versions[VersionPolicy], p.Version)
	}
	l.show(Compile(p))
	l.took.Store(int64(time.Since(begun)))
	return nil
}

// show makes s the present snapshot. A version below the known one is of another
// time: the store was filled from a back-up, and what was committed before it is gone.
func (l *Live) show(s *Snapshot) {
	if s.version < l.version() {
		l.least.Store(0)
	}
	l.snapshot.Store(s)
}

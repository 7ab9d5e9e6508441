// Package follow keeps what a process holds in memory at one with the store.
//
// The store has a counter for each kind of thing, raised in the transaction of
// every change. One Feed in each process asks for all of the counters with one
// query, and tells the followers whose counters rose to read again. It is asked
// to on a beat, and woken early by whoever has news: a commit of this process,
// or a word from another one. Nothing is lost when no such word comes; the beat
// alone is enough.
//
// A Follower knows how old its knowledge is: the time since it asked for the
// counters of which it has read everything. That is measured by the monotonic
// clock, so a wall clock that jumps makes nothing look fresh or stale. Who takes
// decisions calls Current first.
package follow

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// The bounds of freshness.
const (
	// MaxAge is how old the knowledge of whoever decides may be.
	MaxAge = time.Second
	// CatchUp is how long a decision waits for knowledge that is too old.
	CatchUp = 150 * time.Millisecond

	askBound  = 2 * time.Second        // how long the store may take to tell its counters
	readBound = 30 * time.Second       // how long one reading may take
	restless  = 100 * time.Millisecond // how long a failed attempt to catch up speaks for those that follow
)

// Store tells the counters; *store.Store does.
type Store interface {
	// Versions returns the counters by name, with their Stamps; a name never raised is
	// absent.
	Versions(ctx context.Context) (map[string]int64, error)
}

// Feed asks the store for its counters and tells those who follow them. All
// methods may be called at once.
type Feed struct {
	store Store
	born  time.Time // carries the monotonic clock's reading
	news  chan struct{}

	mu        sync.Mutex
	followers []*Follower
	reading   sync.WaitGroup // followers whose reading was begun by Beat
}

// NewFeed returns a Feed that nobody follows yet.
func NewFeed(store Store) *Feed {
	return &Feed{store: store, born: time.Now(), news: make(chan struct{}, 1)}
}

// Follow registers who reads again when one of the named counters changed: first
// when the store is first asked, and again after a reading that failed. reload
// gets all counters, which it must not change, and is not called twice at a time.
func (f *Feed) Follow(reload func(ctx context.Context, versions map[string]int64) error, names ...string) *Follower {
	w := &Follower{feed: f, reload: reload}
	for _, name := range names {
		w.names = append(w.names, name, Stamp(name))
	}
	w.fresh.Store(never)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.followers = append(f.followers, w)
	return w
}

// Wake says that there is news. It never waits.
func (f *Feed) Wake() {
	select {
	case f.news <- struct{}{}:
	default: // it is known already, and not looked at yet
	}
}

// News receives when somebody called Wake.
func (f *Feed) News() <-chan struct{} { return f.news }

// Step asks once and returns when every follower has read what changed, with
// the errors of those that could not.
func (f *Feed) Step(ctx context.Context) error {
	v, err := f.ask(ctx)
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	all := f.all()
	failed := make([]error, len(all))
	for i, w := range all {
		wait.Go(func() { failed[i] = w.hear(ctx, v) })
	}
	wait.Wait()
	return errors.Join(failed...)
}

// Beat is Step for the background: it waits for no follower, so that a long
// reading of one keeps no other from its news. It returns what went wrong in the
// readings that ended since.
func (f *Feed) Beat(ctx context.Context, _ time.Time) error {
	v, err := f.ask(ctx)
	if err != nil {
		return err
	}
	var failed []error
	for _, w := range f.all() {
		failed = append(failed, w.tell(ctx, v))
	}
	return errors.Join(failed...)
}

// Wait returns when the readings that Beat began are over; end their context first.
func (f *Feed) Wait() { f.reading.Wait() }

func (f *Feed) all() []*Follower {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.followers
}

// answer is what the store said, and when it was asked.
type answer struct {
	versions map[string]int64
	asked    time.Duration
}

func (f *Feed) ask(ctx context.Context) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, askBound)
	defer cancel()
	asked := f.now()
	versions, err := f.store.Versions(ctx)
	if err != nil {
		return answer{}, fmt.Errorf("ask the store for its counters: %w", err)
	}
	return answer{versions, asked}, nil
}

// now is the monotonic clock, from the birth of f on.
func (f *Feed) now() time.Duration { return time.Since(f.born) }

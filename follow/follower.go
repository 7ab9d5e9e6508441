package follow

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"
)

// errStale is behind every refusal of Current.
var errStale = errors.New("what is known is too old to decide by")

// never is the time of a question that was not asked yet.
const never = math.MinInt64

// Follower is one part of the process that follows some of the counters.
type Follower struct {
	feed   *Feed
	names  []string // of the counters, and of their stamps
	reload func(ctx context.Context, versions map[string]int64) error
	fresh  atomic.Int64 // when the store was asked for what is known, in the Feed's time

	turn   sync.Mutex       // held while it reads
	missed atomic.Bool      // somebody with an answer did not wait for the turn
	seen   map[string]int64 // the counters of the last good reading
	last   error            // what went wrong in the last reading

	catching sync.Mutex
	flight   *flight // the last attempt to catch up

	waiting sync.Mutex
	next    chan struct{} // closed by the next reading; nil: nobody waits for it
}

// flight is one attempt to catch up, shared by all who need it.
type flight struct {
	done  chan struct{}
	ended time.Duration // in the Feed's time
	err   error         // both are final once done is closed
}

// Age is how old the knowledge is: the time since the store was asked for what
// has been read. It is as old as can be before the first reading.
func (w *Follower) Age() time.Duration {
	if asked := w.fresh.Load(); asked != never {
		return w.feed.now() - time.Duration(asked)
	}
	return math.MaxInt64
}

// Current returns nil when the knowledge is young enough to decide by. When it
// is not, one attempt for all callers asks the store and reads, and each waits
// for it for at most CatchUp; then the error says why nobody can know. The
// caller must refuse, and neither allow nor deny.
func (w *Follower) Current(ctx context.Context) error {
	if w.Age() <= MaxAge {
		return nil
	}
	return w.wait(ctx, func() bool { return true })
}

// Reach is Current for who knows of something besides that must have been read:
// it tries, as Current does, until known says that it was.
func (w *Follower) Reach(ctx context.Context, known func() bool) error {
	if w.Age() <= MaxAge && known() {
		return nil
	}
	return w.wait(ctx, known)
}

// Next returns a channel that is closed when the next reading of something that
// changed has succeeded. Ask for it before looking at what is known.
func (w *Follower) Next() <-chan struct{} {
	w.waiting.Lock()
	defer w.waiting.Unlock()
	if w.next == nil {
		w.next = make(chan struct{})
	}
	return w.next
}

func (w *Follower) announce() {
	w.waiting.Lock()
	defer w.waiting.Unlock()
	if w.next != nil {
		close(w.next)
		w.next = nil
	}
}

// wait tries to know, and takes what is older where the question does (UpTo).
func (w *Follower) wait(ctx context.Context, known func() bool) error {
	b := boundOf(ctx)
	if b.refuses() {
		return errStale
	}
	err := w.catch(ctx, known)
	if err != nil && known() && b.takes(w.Age()) {
		return nil
	}
	return err
}

// catch takes two attempts at most: the one that is under way may have asked the
// store before there was what is to be known, the next one has not.
func (w *Follower) catch(ctx context.Context, known func() bool) error {
	patience := time.NewTimer(CatchUp)
	defer patience.Stop()
	for range 2 {
		try := w.attempt()
		select {
		case <-try.done:
			if w.Age() <= MaxAge && known() {
				return nil
			}
			if try.err != nil {
				return errors.Join(errStale, try.err)
			}
		case <-patience.C:
			return fmt.Errorf("%w: the store did not answer within %s", errStale, CatchUp)
		case <-ctx.Done():
			return errors.Join(errStale, ctx.Err())
		}
	}
	return errStale
}

// attempt returns the attempt under way, or begins one, unless one has just
// failed: while the store is away, callers are told so at once.
func (w *Follower) attempt() *flight {
	w.catching.Lock()
	defer w.catching.Unlock()
	if w.flight != nil && !w.flight.over(w.feed.now()) {
		return w.flight
	}
	try := &flight{done: make(chan struct{})}
	w.flight = try
	go func() {
		try.err = w.catchUp()
		try.ended = w.feed.now()
		close(try.done)
	}()
	return try
}

// over reports whether another attempt may begin.
func (f *flight) over(now time.Duration) bool {
	select {
	case <-f.done:
		return f.err == nil || now-f.ended > restless
	default:
		return false
	}
}

// catchUp belongs to no caller, so none of them can cut it short.
func (w *Follower) catchUp() error {
	ctx := context.Background()
	v, err := w.feed.ask(ctx)
	if err != nil {
		return err
	}
	return w.hear(ctx, v)
}

// hear reads what changed, after the reading that is under way.
func (w *Follower) hear(ctx context.Context, v answer) error {
	w.turn.Lock()
	defer w.pass()
	return w.read(ctx, v)
}

// pass gives the turn back. For whoever had an answer meanwhile the store is asked
// again at once: their word would have to wait for the next beat.
func (w *Follower) pass() {
	w.turn.Unlock()
	if w.missed.Swap(false) {
		w.feed.Wake()
	}
}

// tell is hear without waiting: a reading that is due goes on by itself. While one
// is under way, v is left to the beat that follows it. It returns what went wrong
// last.
func (w *Follower) tell(ctx context.Context, v answer) error {
	if !w.turn.TryLock() {
		if w.missed.Store(true); !w.turn.TryLock() { // once more: it may have ended before the note
			return nil
		}
	}
	if !w.changed(v) {
		defer w.pass()
		return w.read(ctx, v)
	}
	last := w.last
	w.feed.reading.Go(func() {
		defer w.pass()
		_ = w.read(ctx, v) // the next beat tells
	})
	return last
}

// read is called with the turn.
func (w *Follower) read(ctx context.Context, v answer) error {
	if int64(v.asked) < w.fresh.Load() {
		return nil // what is known is younger than this answer
	}
	if w.changed(v) {
		ctx, cancel := context.WithTimeout(ctx, readBound)
		defer cancel()
		if w.last = w.reload(ctx, v.versions); w.last != nil {
			return w.last
		}
		defer w.announce() // once what was read counts as fresh
	}
	w.seen = v.versions
	w.fresh.Store(int64(v.asked))
	return nil
}

// changed reports whether a counter differs from the one of the last good reading.
func (w *Follower) changed(v answer) bool {
	if w.fresh.Load() == never {
		return true
	}
	for _, name := range w.names {
		if w.seen[name] != v.versions[name] {
			return true
		}
	}
	return false
}

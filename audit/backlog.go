package audit

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"gatehouse/fault"
)

// Bounds of what waits to be recorded while the database cannot take it.
const (
	answerWithin = 250 * time.Millisecond // how long the answer to a refusal waits for its record
	tryWithin    = 5 * time.Second        // how long one attempt may take
	tryAgain     = time.Second
	mostWaiting  = 1000 // refusals; what comes beyond them is lost, and counted
	mostWriters  = 4
)

var (
	errBacklogFull = errors.New("too many wait to be recorded")
	errBacklogOver = errors.New("the house stops")
)

// backlog records events in transactions of their own, while those whom they are about go
// on. Some writers share the work and go when there is none. The zero backlog is ready;
// any number may call at once.
type backlog struct {
	mu      sync.Mutex
	waiting []*late
	trying  int // by the writers
	writers int
	over    chan struct{} // closed by close; nil: nobody called either of them yet
	stop    context.CancelFunc
	ctx     context.Context // of all attempts
	done    sync.WaitGroup  // the writers

	lost atomic.Uint64
}

// late is an event that is to be recorded. Its id is given, so that it is kept once.
type late struct {
	event  Event
	record func(ctx context.Context, e Event) error
	failed func(err error) // it is lost
	ended  chan struct{}   // closed once it is recorded or lost
}

// open makes what the zero backlog lacks. It is called with the lock.
func (b *backlog) open() {
	if b.over == nil {
		b.over = make(chan struct{})
		b.ctx, b.stop = context.WithCancel(context.Background())
	}
}

// put has n recorded, now or as soon as the database can take it.
func (b *backlog) put(n *late) {
	if err := b.take(n); err != nil {
		b.lose(n, err)
	}
}

func (b *backlog) take(n *late) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open()
	switch {
	case b.closed():
		return errBacklogOver
	case len(b.waiting) >= mostWaiting:
		return errBacklogFull
	}
	b.waiting = append(b.waiting, n)
	if b.writers < mostWriters {
		b.writers++
		b.done.Go(b.write)
	}
	return nil
}

func (b *backlog) lose(n *late, why error) {
	b.lost.Add(1)
	n.failed(why)
	close(n.ended)
}

func (b *backlog) closed() bool {
	select {
	case <-b.over:
		return true
	default:
		return false
	}
}

// write records what waits, the oldest first, until there is nothing left.
func (b *backlog) write() {
	for n := b.next(nil); n != nil; n = b.next(n) {
		if err := b.keep(n); err != nil {
			b.lose(n, err)
			continue
		}
		close(n.ended)
	}
}

// next returns nil to a writer that is to go.
func (b *backlog) next(had *late) *late {
	b.mu.Lock()
	defer b.mu.Unlock()
	if had != nil {
		b.trying--
	}
	if len(b.waiting) == 0 {
		b.writers--
		return nil
	}
	b.trying++
	n := b.waiting[0]
	b.waiting = slices.Delete(b.waiting, 0, 1)
	return n
}

// keep records n, however often it takes. An error is one that would come again, or the
// last one before the end. That the event exists is good news: an attempt before succeeded,
// and its answer was lost.
func (b *backlog) keep(n *late) error {
	for {
		last := b.closed()
		err := b.try(n)
		if err == nil || fault.CodeOf(err) == fault.CodeExists {
			return nil
		}
		if last || !goesAway(err) {
			return err
		}
		select {
		case <-time.After(tryAgain):
		case <-b.over:
		}
	}
}

func (b *backlog) try(n *late) error {
	ctx, cancel := context.WithTimeout(b.ctx, tryWithin)
	defer cancel()
	return n.record(ctx, n.event)
}

// goesAway reports whether the same may be recorded a little later.
func goesAway(err error) bool {
	return fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded)
}

// close has what waits tried once more, for so long, and takes nothing from then on.
func (b *backlog) close(within time.Duration) {
	b.mu.Lock()
	if b.open(); !b.closed() {
		close(b.over)
	}
	b.mu.Unlock()
	patience := time.AfterFunc(within, b.stop)
	b.done.Wait()
	patience.Stop()
	b.stop()
}

// len is how many wait, those that are being tried among them.
func (b *backlog) len() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.waiting) + b.trying
}

package engine

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// groupMost is how many calls one round trip carries at most.
	groupMost = 128
	// groupWorkers bounds the round trips of a kind that may be under way.
	groupWorkers = 8
	// groupPatience is how long a round trip holds its lane at most: when the
	// database is slow, nobody waits for one that hangs.
	groupPatience = 20 * time.Millisecond
)

// Group carries calls of one kind to the database together: a worker takes
// whatever waits, asks once, and answers everybody. There is no timer, so under
// light load a call travels alone and waits for nobody.
type Group[Q, A any] struct {
	waiting chan *call[Q, A]
	lanes   chan struct{}  // full while as many round trips are under way as are good
	once    sync.Once      // for Stop
	closing chan struct{}  // closed when no more is taken
	done    sync.WaitGroup // the workers
	ended   chan struct{}  // closed when the workers are gone
	// One asks for a single call, All for several; the answers of all are in the
	// order of the questions. When All fails, each call is asked for by itself, so
	// that nobody pays for a neighbour.
	One func(ctx context.Context, q Q) (A, error)
	All func(ctx context.Context, qs []Q) ([]A, error)
}

// call is one question under way.
type call[Q, A any] struct {
	ctx    context.Context
	q      Q
	answer A
	err    error
	ready  chan struct{}
	taken  atomic.Bool // by a worker, or back by who asked
}

// Start brings the workers up. Fewer lanes carry more each.
func (g *Group[Q, A]) Start(lanes int) {
	g.waiting = make(chan *call[Q, A], groupMost)
	g.lanes = make(chan struct{}, lanes)
	g.closing, g.ended = make(chan struct{}), make(chan struct{})
	for range groupWorkers {
		g.done.Go(g.work)
	}
}

// Stop answers what a worker has taken; the rest hears that the store is closed. It may
// be called again.
func (g *Group[Q, A]) Stop() {
	g.once.Do(func() {
		close(g.closing)
		g.done.Wait()
		close(g.ended)
	})
}

// Ask waits for the answer. A caller who gives up before a worker took the
// question takes it back; once it is taken, the answer is waited for, because
// what it changed cannot be taken back.
func (g *Group[Q, A]) Ask(ctx context.Context, q Q) (A, error) {
	answer, err := g.ask(ctx, q)
	return answer, classify(err)
}

func (g *Group[Q, A]) ask(ctx context.Context, q Q) (A, error) {
	c := &call[Q, A]{ctx: ctx, q: q, ready: make(chan struct{})}
	select {
	case <-g.closing:
		return c.answer, ErrClosed
	case <-ctx.Done():
		return c.answer, ctx.Err()
	case g.waiting <- c:
	}
	select {
	case <-c.ready:
		return c.answer, c.err
	case <-g.ended:
	case <-ctx.Done():
		if c.taken.CompareAndSwap(false, true) {
			return c.answer, ctx.Err()
		}
	}
	select {
	case <-c.ready:
		return c.answer, c.err
	case <-g.ended:
	}
	select {
	case <-c.ready: // it was the last one taken
		return c.answer, c.err
	default:
		return c.answer, ErrClosed
	}
}

func (g *Group[Q, A]) work() {
	for {
		select {
		case <-g.closing:
			return
		case g.lanes <- struct{}{}:
		}
		select {
		case <-g.closing:
			return
		case first := <-g.waiting:
			g.travel(first)
		}
	}
}

// travel serves first and whatever waits behind it. The lane is free again when
// they are answered, or when patience ends.
func (g *Group[Q, A]) travel(first *call[Q, A]) {
	leave := sync.OnceFunc(func() { <-g.lanes })
	patience := time.AfterFunc(groupPatience, leave)
	g.serve(g.gather(first))
	patience.Stop()
	leave()
}

// gather takes what waits, without those who gave up.
func (g *Group[Q, A]) gather(first *call[Q, A]) []*call[Q, A] {
	taken := make([]*call[Q, A], 0, 16)
	take := func(c *call[Q, A]) {
		if !c.taken.CompareAndSwap(false, true) {
			return // nobody waits for it
		}
		if c.err = c.ctx.Err(); c.err != nil {
			close(c.ready)
			return
		}
		taken = append(taken, c)
	}
	take(first)
	for len(taken) < groupMost {
		select {
		case c := <-g.waiting:
			take(c)
		default:
			return taken
		}
	}
	return taken
}

func (g *Group[Q, A]) serve(calls []*call[Q, A]) {
	if len(calls) > 1 && g.together(calls) {
		return
	}
	for _, c := range calls {
		c.answer, c.err = g.One(c.ctx, c.q)
		close(c.ready)
	}
}

// together asks once for all and reports whether that worked. It has a bound of
// its own: no caller's deadline may cut off the others.
func (g *Group[Q, A]) together(calls []*call[Q, A]) bool {
	qs := make([]Q, len(calls))
	for i, c := range calls {
		qs[i] = c.q
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeBound)
	defer cancel()
	answers, err := g.All(ctx, qs)
	if err != nil {
		return false
	}
	for i, c := range calls {
		c.answer = answers[i]
		close(c.ready)
	}
	return true
}

package store

import (
	"context"
	"sync"
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

// group carries calls of one kind to the database together: a worker takes
// whatever waits, asks once, and answers everybody. There is no timer, so under
// light load a call travels alone and waits for nobody.
type group[Q, A any] struct {
	waiting chan *call[Q, A]
	lanes   chan struct{}  // full while as many round trips are under way as are good
	closing chan struct{}  // closed when no more is taken
	done    sync.WaitGroup // the workers
	ended   chan struct{}  // closed when the workers are gone
	// one asks for a single call, all for several; the answers of all are in the
	// order of the questions. When all fails, each call is asked for by itself, so
	// that nobody pays for a neighbour.
	one func(ctx context.Context, q Q) (A, error)
	all func(ctx context.Context, qs []Q) ([]A, error)
}

// call is one question under way.
type call[Q, A any] struct {
	ctx    context.Context
	q      Q
	answer A
	err    error
	ready  chan struct{}
}

// start brings the workers up. Fewer lanes carry more each.
func (g *group[Q, A]) start(lanes int) {
	g.waiting = make(chan *call[Q, A], groupMost)
	g.lanes = make(chan struct{}, lanes)
	g.closing, g.ended = make(chan struct{}), make(chan struct{})
	for range groupWorkers {
		g.done.Go(g.work)
	}
}

// stop answers what a worker has taken; the rest hears that the store is closed.
func (g *group[Q, A]) stop() {
	close(g.closing)
	g.done.Wait()
	close(g.ended)
}

// ask waits for the answer. A caller who gives up before a worker took the
// question takes it back; once it is taken, the answer is waited for, because
// what it changed cannot be taken back.
func (g *group[Q, A]) ask(ctx context.Context, q Q) (A, error) {
	c := &call[Q, A]{ctx: ctx, q: q, ready: make(chan struct{})}
	select {
	case <-g.closing:
		return c.answer, errClosed
	case <-ctx.Done():
		return c.answer, ctx.Err()
	case g.waiting <- c:
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
		return c.answer, errClosed
	}
}

func (g *group[Q, A]) work() {
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
func (g *group[Q, A]) travel(first *call[Q, A]) {
	leave := sync.OnceFunc(func() { <-g.lanes })
	patience := time.AfterFunc(groupPatience, leave)
	g.serve(g.gather(first))
	patience.Stop()
	leave()
}

// gather takes what waits, without those who gave up.
func (g *group[Q, A]) gather(first *call[Q, A]) []*call[Q, A] {
	taken := make([]*call[Q, A], 0, 16)
	take := func(c *call[Q, A]) {
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

func (g *group[Q, A]) serve(calls []*call[Q, A]) {
	if len(calls) > 1 && g.together(calls) {
		return
	}
	for _, c := range calls {
		c.answer, c.err = g.one(c.ctx, c.q)
		close(c.ready)
	}
}

// together asks once for all and reports whether that worked. It has a bound of
// its own: no caller's deadline may cut off the others.
func (g *group[Q, A]) together(calls []*call[Q, A]) bool {
	qs := make([]Q, len(calls))
	for i, c := range calls {
		qs[i] = c.q
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeBound)
	defer cancel()
	answers, err := g.all(ctx, qs)
	if err != nil {
		return false
	}
	for i, c := range calls {
		c.answer = answers[i]
		close(c.ready)
	}
	return true
}

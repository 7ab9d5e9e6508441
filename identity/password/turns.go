package password

import (
	"context"
	"sync"
)

// turns lets one caller at a time go on for each name. The zero value is ready.
type turns struct {
	mu sync.Mutex
	of map[string]*turn
}

type turn struct {
	held  chan struct{} // holds one value while somebody has the turn
	users int           // holder and waiters
}

// try takes the turn if nobody has it. The function gives it back and is never
// nil; it does nothing when the turn was not taken, or for the empty name.
func (t *turns) try(who string) (func(), bool) {
	if who == "" {
		return func() {}, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.of[who] != nil {
		return func() {}, false
	}
	n := t.join(who)
	n.held <- struct{}{}
	return func() { <-n.held; t.part(who) }, true
}

// take waits for the turn until ctx is done.
func (t *turns) take(ctx context.Context, who string) (func(), error) {
	t.mu.Lock()
	n := t.join(who)
	t.mu.Unlock()
	select {
	case n.held <- struct{}{}:
		return func() { <-n.held; t.part(who) }, nil
	case <-ctx.Done():
		t.part(who)
		return nil, ctx.Err()
	}
}

// join must be called with the lock held.
func (t *turns) join(who string) *turn {
	n := t.of[who]
	if n == nil {
		if t.of == nil {
			t.of = make(map[string]*turn)
		}
		n = &turn{held: make(chan struct{}, 1)}
		t.of[who] = n
	}
	n.users++
	return n
}

// part forgets the name when nobody waits any more.
func (t *turns) part(who string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := t.of[who]; n.users > 1 {
		n.users--
	} else {
		delete(t.of, who)
	}
}

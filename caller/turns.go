package caller

import (
	"context"
	"sync"
)

// turns let one at a time of those who share a name look at what costs much: what many send at
// once would else all be looked at before the first of them counts. The zero turns is ready.
type turns struct {
	mu  sync.Mutex
	all map[string]*turn
}

// turn is that of one name; those who wait for it keep it.
type turn struct {
	held chan struct{}
	by   int
}

// take waits for the turn of a name, and returns how to give it back. Its error is that of the
// context.
func (t *turns) take(ctx context.Context, name string) (give func(), err error) {
	one := t.of(name)
	select {
	case one.held <- struct{}{}:
		return func() { <-one.held; t.leave(name, one) }, nil
	case <-ctx.Done():
		t.leave(name, one)
		return nil, ctx.Err()
	}
}

func (t *turns) of(name string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.all[name]
	if one == nil {
		if t.all == nil {
			t.all = map[string]*turn{}
		}
		one = &turn{held: make(chan struct{}, 1)}
		t.all[name] = one
	}
	one.by++
	return one
}

func (t *turns) leave(name string, one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one.by--; one.by == 0 {
		delete(t.all, name)
	}
}

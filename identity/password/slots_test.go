package password

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/identity/password/worker"
)

// counting is an engine that takes a second for a key and remembers how many
// keys were in the making at once.
type counting struct{ now, most atomic.Int64 }

func (c *counting) Ready(context.Context) error { return nil }

func (c *counting) Key(_ context.Context, j worker.Job) ([]byte, error) {
	if n := c.now.Add(1); n > c.most.Load() {
		c.most.Store(n)
	}
	time.Sleep(time.Second)
	c.now.Add(-1)
	return j.Key(), nil
}

// Each key takes its memory while it is made; what the slots promise is what
// the machine has for it.
func TestNoMoreKeysAreMadeAtOnceThanThereAreSlots(t *testing.T) {
	t.Parallel()
	for _, slots := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			h := NewHasher(Options{Params: Params{MemoryKiB: 64, Passes: 1}, Slots: slots, Queue: 100, Wait: time.Minute})
			e := &counting{}
			h.room.Store(newRoom(e, slots))
			start := time.Now()
			for range 12 {
				go func() {
					if _, err := h.Hash(t.Context(), "violet harbour 77 engines"); err != nil {
						t.Error(err)
					}
				}()
			}
			time.Sleep(time.Minute)
			synctest.Wait()
			if got := e.most.Load(); got != int64(slots) {
				t.Errorf("%d keys at once with %d slots, %v after the start", got, slots, time.Since(start))
			}
		})
	}
}

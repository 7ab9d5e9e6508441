package audit

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// recorded counts events.
type recorded struct{ n atomic.Int64 }

func (r *recorded) Record(context.Context, Event) error { r.n.Add(1); return nil }

// A request may seal while the background does.
func TestWhatManyNoticeAtOnceIsToldOnce(t *testing.T) {
	t.Parallel()
	var one teller
	var log recorded
	var all sync.WaitGroup
	now := time.Now()
	for range 32 {
		all.Go(func() {
			if _, err := one.tell(t.Context(), &log, Disturbed{{Reason: ReasonAdded, Rows: 1, First: "evt_x"}, {Reason: ReasonLeaf, Rows: 1}}, now); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if n := log.n.Load(); n != 2 {
		t.Errorf("two things were told of by %d events", n)
	}
}

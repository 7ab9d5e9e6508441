package caller

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// Of those who share a name one has its turn, and nobody else waits for them.
func TestOneAtATimeHasItsTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var all turns
		var inside, most atomic.Int64
		var done sync.WaitGroup
		begun := time.Now()
		for range 10 {
			for _, name := range []string{"one", "other"} {
				done.Go(func() {
					give, err := all.take(t.Context(), name)
					if err != nil {
						t.Error(err)
						return
					}
					most.Store(max(most.Load(), inside.Add(1)))
					time.Sleep(time.Second)
					inside.Add(-1)
					give()
				})
			}
		}
		done.Wait()
		if took := time.Since(begun); took != 10*time.Second || most.Load() > 2 {
			t.Errorf("twenty of two names took %s, %d at once", took, most.Load())
		}
		give, err := all.take(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := all.take(gone, "one"); !errors.Is(err, context.Canceled) {
			t.Errorf("who went away: %v", err)
		}
		if give(); len(all.all) != 0 {
			t.Errorf("%d names are kept", len(all.all))
		}
	})
}

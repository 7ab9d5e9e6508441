package pdp

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
)

// Searches look at everybody: so many run at once and no more, and who waits for too
// long is told so.
func TestSearchesWaitForTheirTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &Door{heavy: make(chan struct{}, maxHeavy)}
		release := make(chan struct{})
		for range maxHeavy {
			go func() { _ = d.heavily(t.Context(), func() error { <-release; return nil }) }()
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := d.heavily(ctx, func() error { t.Error("one too many runs"); return nil }); !fault.Is(err, fault.Unavailable) {
			t.Errorf("who waited in vain hears %v", err)
		}
		close(release)
		synctest.Wait()
		ran := false
		if err := d.heavily(t.Context(), func() error { ran = true; return nil }); err != nil || !ran {
			t.Errorf("afterwards: %t %v", ran, err)
		}
	})
}

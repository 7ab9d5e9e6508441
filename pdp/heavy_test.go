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

// What is asked of each name may take long: whoever does not wait any more has no
// further one looked at.
func TestSearchesEndWithTheirRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	looked := 0
	_, err := (&call{Context: ctx}).gather(page{limit: 10}, []string{"a", "b", "c"}, func(string) (bool, error) {
		looked++
		cancel()
		return false, nil
	}, func(name string) any { return name })
	if looked != 1 || !fault.Is(err, fault.Unavailable) {
		t.Errorf("%d were looked at, %v", looked, err)
	}
}

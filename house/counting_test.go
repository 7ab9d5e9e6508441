package house

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// A first administrator who looks at the console is not told for ten minutes that there is nobody.
func TestASmallHouseIsCountedOftenAndALargeOneSeldom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes time.Duration
		want  int
	}{"small": {time.Millisecond, 31}, "middling": {200 * time.Millisecond, 8}, "large": {5 * time.Second, 4}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := 0
				counts := counting{count: func(context.Context, time.Time) error { got++; time.Sleep(c.takes); return nil }}
				ticks := time.NewTicker(countEvery)
				defer ticks.Stop()
				for end := time.Now().Add(30*time.Minute + time.Second); time.Now().Before(end); <-ticks.C {
					if err := counts.Step(t.Context(), time.Now()); err != nil {
						t.Fatal(err)
					}
				}
				if got != c.want {
					t.Errorf("what takes %v to count was counted %d times in half an hour, want %d", c.takes, got, c.want)
				}
			})
		})
	}
}

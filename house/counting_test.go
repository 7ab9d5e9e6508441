package house

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// beats beats c for as long as that takes, as the house does.
func (c *counting) beats(t *testing.T, lasts time.Duration) {
	t.Helper()
	ticks := time.NewTicker(countLook)
	defer ticks.Stop()
	for end := time.Now().Add(lasts + time.Second); time.Now().Before(end); <-ticks.C {
		if !c.Due(time.Now()) {
			continue
		}
		if err := c.Step(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}

// A first administrator who looks at the console is not told for ten minutes that there is nobody.
func TestASmallHouseIsCountedOftenAndALargeOneSeldom(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		takes time.Duration
		want  int
	}{"small": {time.Millisecond, 31}, "middling": {200 * time.Millisecond, 9}, "large": {5 * time.Second, 4}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := 0
				counts := &counting{count: func(context.Context, time.Time) (int64, error) { got++; time.Sleep(c.takes); return 3, nil }}
				counts.beats(t, 30*time.Minute)
				if got != c.want {
					t.Errorf("what takes %v to count was counted %d times in half an hour, want %d", c.takes, got, c.want)
				}
			})
		})
	}
}

// The first start counts nobody. Whoever is made a moment later is not looked for a minute.
func TestAHouseWithNobodyIsCountedUntilSomebodyIsThere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began, people, seen := time.Now(), atomic.Int64{}, time.Duration(0)
		counts := &counting{count: func(context.Context, time.Time) (int64, error) {
			n := people.Load()
			if n > 0 && seen == 0 {
				seen = time.Since(began)
			}
			return n, nil
		}}
		time.AfterFunc(12*time.Second, func() { people.Store(1) })
		counts.beats(t, time.Minute)
		if seen == 0 || seen > 12*time.Second+countLook {
			t.Errorf("who was there after 12s was counted after %v", seen)
		}
	})
}

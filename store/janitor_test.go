package store

import (
	"testing"
	"time"
)

// Others wait while a slice is removed: the next one follows how long that was, and
// there is always a next one.
func TestASliceFollowsHowLongTheLastOneHeldUpOthers(t *testing.T) {
	t.Parallel()
	const sliceTime = 8 * time.Millisecond
	for _, c := range []struct {
		rows int64
		held time.Duration
		want int64
	}{
		{firstRows, 0, 2 * firstRows},
		{80, sliceTime / 4, sliceRows},
		{sliceRows, 0, sliceRows},
		{40, sliceTime, 40},
		{40, sliceTime + 1, 20},
		{1, time.Second, 1},
	} {
		if got := rowsAfter(c.rows, c.held, sliceTime); got != c.want {
			t.Errorf("after %d rows in %v come %d, want %d", c.rows, c.held, got, c.want)
		}
	}
}

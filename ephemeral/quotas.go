package ephemeral

import (
	"context"
	"time"
)

// Quotas bounds keys of which each has a bound of its own, always the same one.
type Quotas struct{ counter *counter }

// Take is Limiter's, for a key that may have burst events at once and one more in each
// every. It never fails.
func (q *Quotas) Take(_ context.Context, key string, burst int, every time.Duration) (wait, whole time.Duration) {
	return q.counter.take(key, newBound(burst, every))
}

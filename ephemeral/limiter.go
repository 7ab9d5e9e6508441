package ephemeral

import (
	"context"
	"time"
)

// limiter is a Limiter whose keys have one bound.
type limiter struct {
	*counter
	bound bound
}

// AnswersAtOnce says that nobody need bound how long an answer takes.
func (limiter) AnswersAtOnce() {}

// Blocked implements Limiter. It never fails.
func (l limiter) Blocked(_ context.Context, key string) (time.Duration, error) {
	return l.blocked(key, l.bound), nil
}

// Count implements Limiter. It never fails.
func (l limiter) Count(_ context.Context, key string) error {
	l.count(key, l.bound)
	return nil
}

// Take implements Limiter. It never fails.
func (l limiter) Take(_ context.Context, key string) (wait, whole time.Duration, err error) {
	wait, whole = l.take(key, l.bound)
	return wait, whole, nil
}

package ephemeral

import (
	"context"
	"crypto/sha256"
	"time"
)

// bound is how much a key may have: in the long run one event in each every, and at once
// as many as fit into reach.
type bound struct{ every, reach time.Duration }

// newBound rounds up to what Redis counts in: microseconds.
func newBound(burst int, every time.Duration) bound {
	every = (every + time.Microsecond - 1).Truncate(time.Microsecond)
	return bound{every, every * time.Duration(burst)}
}

func (c Config) bound() bound { return newBound(c.Burst, c.Every()) }

// Every is what lies between two events at the rate of c.
func (c Config) Every() time.Duration {
	n := time.Duration(c.PerMinute)
	return newBound(1, (time.Minute+n-1)/n).every
}

// wait is how long a key has to wait at now whose allowance is whole again at whole.
func (b bound) wait(whole, now time.Duration) time.Duration {
	return max(0, min(whole, now+b.reach)+b.every-b.reach-now)
}

// counter counts the events of keys, in Redis and in memory.
type counter struct {
	name   string
	memory *memory
	remote *remote // nil: there is none
}

// longestKey is how much of memory a key may take.
const longestKey = 64

func short(key string) string {
	if len(key) <= longestKey {
		return key
	}
	sum := sha256.Sum256([]byte(key))
	return string(sum[:])
}

func (c *counter) blocked(key string, b bound) time.Duration {
	wait, _ := c.memory.look(short(key), b)
	return wait
}

func (c *counter) count(key string, b bound) {
	key = short(key)
	wait, wholeAt := c.memory.look(key, b)
	if wait > 0 {
		return // a blocked key is counted no further
	}
	if a, ok := c.remote.ask(c.name, key, b, counting, wholeAt); ok {
		c.memory.learn(key, b, a.whole)
		return
	}
	c.memory.count(key, b)
}

// take takes one event. What is known here to be blocked is, whatever others have counted
// besides: so a flood costs Redis nothing.
func (c *counter) take(key string, b bound) (wait, rest time.Duration) {
	key = short(key)
	wait, wholeAt := c.memory.look(key, b)
	if wait > 0 {
		return wait, wholeAt - c.memory.now()
	}
	if a, ok := c.remote.ask(c.name, key, b, taking, wholeAt); ok {
		c.memory.learn(key, b, a.whole)
		return a.wait, a.rest
	}
	return c.memory.take(key, b)
}

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

// Quotas bounds keys of which each has a bound of its own, always the same one.
type Quotas struct{ counter *counter }

// Take is Limiter's, for a key that may have burst events at once and one more in each
// every. It never fails.
func (q *Quotas) Take(_ context.Context, key string, burst int, every time.Duration) (wait, whole time.Duration) {
	return q.counter.take(key, newBound(burst, every))
}

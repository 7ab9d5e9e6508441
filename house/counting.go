package house

import (
	"context"
	"time"
)

// countEvery is how often people, sessions and what ends are counted at most, countWithin how long
// what was counted may be old: to count walks an index of each.
const (
	countEvery  = time.Minute
	countWithin = 10 * time.Minute
)

// counting counts what there is, as often as that costs a thousandth of the time: a new house shows
// its first person a minute later, and a large one does not count all day.
type counting struct {
	count func(ctx context.Context, now time.Time) error
	next  time.Time // zero: at once
}

// Step is a beat. Who waits keeps the lease, so that no other replica counts meanwhile.
func (c *counting) Step(ctx context.Context, now time.Time) error {
	began := time.Now()
	if began.Before(c.next) {
		return nil
	}
	if err := c.count(ctx, now); err != nil {
		return err
	}
	c.next = began.Add(min(1000*time.Since(began), countWithin))
	return nil
}

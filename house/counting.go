package house

import (
	"context"
	"time"
)

// countEvery is how often people, sessions and what ends are counted at most, countWithin how long
// what was counted may be old: to count walks an index of each. A house that has nobody is counted
// every countLook, so that its first person is seen at once.
const (
	countLook   = 5 * time.Second
	countEvery  = time.Minute
	countWithin = 10 * time.Minute
)

// counting counts what there is, as often as that costs a thousandth of the time: a new house shows
// its first person some seconds later, and a large one does not count all day.
type counting struct {
	// count returns how many people there are.
	count func(ctx context.Context, now time.Time) (people int64, err error)
	next  time.Time // when to count again; zero: at once
	look  time.Time // when to take the lease, or keep it
}

// Due reports whether there is something to do.
func (c *counting) Due(now time.Time) bool { return !now.Before(c.look) }

// Step is a beat. Who waits keeps the lease, so that no other replica counts meanwhile.
func (c *counting) Step(ctx context.Context, now time.Time) error {
	began := time.Now()
	c.look = began.Add(countEvery / 2)
	if began.Before(c.next) {
		return nil
	}
	people, err := c.count(ctx, now)
	if err != nil {
		return err
	}
	if people == 0 {
		c.look = began
		return nil
	}
	c.next = began.Add(min(max(1000*time.Since(began), countEvery-countLook), countWithin))
	return nil
}

// Else is a beat of a replica while another counts.
func (c *counting) Else(context.Context, time.Time) error {
	c.look = time.Now().Add(countEvery / 2)
	return nil
}

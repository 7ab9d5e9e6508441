package ephemeral

import "time"

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

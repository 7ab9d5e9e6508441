// Package clock reads the time as precisely as the store keeps it, so that a
// time that was just taken equals the one that is read back, and says whether it is
// to be believed where something is removed by it.
package clock

import "time"

// Now is the present moment in UTC, cut to the microsecond.
func Now() time.Time { return Cut(time.Now()) }

// Cut returns t in UTC, cut to the microsecond. The zero time stays zero.
func Cut(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

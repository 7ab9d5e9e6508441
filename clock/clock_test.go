package clock

import (
	"testing"
	"time"
)

func TestTimesAreCutToTheMicrosecondInUTC(t *testing.T) {
	t.Parallel()
	in := time.Date(2026, 3, 1, 13, 0, 0, 123456789, time.FixedZone("CET", 3600))
	if got, want := Cut(in), time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Cut(time.Time{}.In(time.FixedZone("CET", 3600))); got != (time.Time{}) {
		t.Errorf("the zero time became %v", got)
	}
	if now := Now(); now != Cut(now) || time.Since(now) < 0 {
		t.Errorf("now is %v", now)
	}
}

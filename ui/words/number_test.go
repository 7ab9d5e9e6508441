package words_test

import (
	"testing"
	"time"

	"gatehouse/ui/words/wordstest"
)

func TestNumbersShowTheirThousands(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 48211: "48,211", 1234567: "1,234,567", -1284: "−1,284"} {
		if got := say.Number(n); got != want {
			t.Errorf("%d is said %q, want %q", n, got, want)
		}
	}
}

func TestMomentsAreToldByTheirDistance(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		0: "now", 900 * time.Millisecond: "now", time.Second: "in 1 second", 59 * time.Second: "in 59 seconds", time.Minute: "in 1 minute",
		41*time.Minute + 59*time.Second: "in 41 minutes", time.Hour: "in 1 hour", 23 * time.Hour: "in 23 hours", 24 * time.Hour: "in 1 day",
		400 * 24 * time.Hour: "in 400 days", -time.Minute: "1 minute ago", -49 * time.Hour: "2 days ago",
	} {
		if got := say.From(now, now.Add(d)); got != want {
			t.Errorf("%s from now is said %q, want %q", d, got, want)
		}
	}
}

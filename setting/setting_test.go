package setting

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDuration(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		want time.Duration
		ok   bool
	}{
		{"90s", 90 * time.Second, true},
		{"5m", 5 * time.Minute, true},
		{"12h", 12 * time.Hour, true},
		{"30d", 30 * Day, true},
		{"1d12h", 36 * time.Hour, true},
		{"1m30.5s", 90500 * time.Millisecond, true},
		{"0s", 0, true},
		{"0", 0, true},
		{"0d", 0, true},
		{"", 0, false},
		{"d", 0, false},
		{"12", 0, false},
		{"-1h", 0, false},
		{"-1d", 0, false},
		{"1d-12h", 0, false},
		{"1d+12h", 0, false},
		{"+1h", 0, false},
		{"1.5d", 0, false},
		{"12h1d", 0, false},
		{"1d1d", 0, false},
		{"7 days", 0, false},
		{"100001d", 0, false},
		{"100000d2562047h", 0, false},
		{"99999999999999999999d", 0, false},
	} {
		got, err := ParseDuration(c.text)
		if (err == nil) != c.ok || got != c.want {
			t.Errorf("ParseDuration(%q) = %v, %v; want %v, ok %v", c.text, got, err, c.want, c.ok)
		}
	}
}

func TestFormatDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0:                "0s",
		time.Minute:      "1m",
		90 * time.Second: "1m30s",
		10 * time.Minute: "10m",
		24 * time.Hour:   "24h",
		25 * time.Hour:   "25h",
		20 * time.Hour:   "20h",
		2 * Day:          "2d",
		30 * Day:         "30d",
		365 * Day:        "365d",
		time.Hour + 1e9:  "1h0m1s",
	} {
		if got := FormatDuration(d); got != want {
			t.Errorf("FormatDuration(%d) = %q, want %q", d, got, want)
		}
	}
}

func TestFormattedDurationsAreReadBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, int64(100_000*Day)).Draw(t, "d"))
		got, err := ParseDuration(FormatDuration(d))
		if err != nil || got != d {
			t.Fatalf("%d was written %q and read %d, %v", d, FormatDuration(d), got, err)
		}
	})
}

// Package setting holds what every part's configuration is written with: durations
// that people can read ("12h", "30d"), and the sentences that say which values
// would be right.
//
// A Config struct names its keys by the tag `setting:"idle"`; `setting:"token,secret"`
// marks a value that is never shown and that a file may hold instead, and
// `setting:"url,secret-url"` one of which only the password is hidden; a struct with
// `setting:",inline"` adds its keys to its parent's. A field is a string, a whole
// number, a bool, a time.Duration, a list of strings, a struct, or a list of
// structs, whose zero value is its default unless the struct has a method
// Defaults. The comment of a field becomes its paragraph in docs/config.md. Package
// config reads, checks and explains them all.
//
// A part whose configuration may change while it runs is given a function that returns
// it; Always makes one of a configuration that stays.
package setting

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Day is what "d" stands for: 24 hours, whatever the clocks do.
const Day = 24 * time.Hour

// ParseDuration reads a duration as time.ParseDuration does, with "d" for days
// in front of the rest: "90s", "12h", "30d", "1d12h". It refuses negative ones.
func ParseDuration(s string) (time.Duration, error) {
	days, rest, found := strings.Cut(s, "d")
	if !found {
		days, rest = "", s
	}
	total := time.Duration(0)
	if found {
		n, err := parseDays(days)
		if err != nil {
			return 0, err
		}
		total = time.Duration(n) * Day
	}
	if rest == "" && found {
		return total, nil
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || strings.HasPrefix(rest, "+") {
		return 0, errDuration
	}
	if total+d < total {
		return 0, errLong
	}
	return total + d, nil
}

var (
	errDuration = errors.New(`is not a duration; write a number and a unit, like "90s", "5m", "12h" or "30d"`)
	errLong     = errors.New("is longer than any duration can be")
)

func parseDays(s string) (int, error) {
	if s == "" {
		return 0, errDuration
	}
	n := 0
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, errDuration
		}
		n = n*10 + int(c-'0')
		if n > 100_000 { // 270 years; an int64 of nanoseconds ends at 292
			return 0, errLong
		}
	}
	return n, nil
}

// FormatDuration writes d so that ParseDuration reads it back, as short as it
// can: "30d", "25h", "1m30s". Whole days count as days from two on.
func FormatDuration(d time.Duration) string {
	if d >= 2*Day && d%Day == 0 {
		return fmt.Sprintf("%dd", d/Day)
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// Within returns "" when lo <= d <= hi, else the sentence that says so.
func Within(d, lo, hi time.Duration) string {
	if d >= lo && d <= hi {
		return ""
	}
	return fmt.Sprintf("is %s; it must be between %s and %s", FormatDuration(d), FormatDuration(lo), FormatDuration(hi))
}

// Number is any integer type.
type Number interface{ ~int | ~int64 | ~uint32 }

// Count returns "" when lo <= n <= hi, else the sentence that says so.
func Count[N Number](n, lo, hi N) string {
	if n >= lo && n <= hi {
		return ""
	}
	return fmt.Sprintf("is %d; it must be between %d and %d", n, lo, hi)
}

package keys

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config says how long a signing key stays in each state of its life.
type Config struct {
	// Rotate is how long a key signs before the next one takes over.
	Rotate time.Duration `setting:"rotate"`
	// Announce is how long a key is published before it signs, so that everybody
	// who caches the key set has seen it.
	Announce time.Duration `setting:"announce"`
	// Retain is how long a key that no longer signs stays published; it must
	// outlive the last token it signed.
	Retain time.Duration `setting:"retain"`
}

// DefaultConfig returns a monthly rotation, announced a day before.
func DefaultConfig() Config {
	return Config{Rotate: 30 * setting.Day, Announce: 24 * time.Hour, Retain: 25 * time.Hour}
}

// Validate says what is wrong with c. A token lives at most 24 hours
// (oauth.MaxAccessTokenTTL), so a key that no longer signs stays for 25.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	for _, f := range []struct {
		name      string
		d, lo, hi time.Duration
	}{
		{"rotate", c.Rotate, time.Hour, 365 * setting.Day},
		{"announce", c.Announce, 20 * time.Minute, 30 * setting.Day},
		{"retain", c.Retain, 25 * time.Hour, 90 * setting.Day},
	} {
		if p := setting.Within(f.d, f.lo, f.hi); p != "" {
			bad = append(bad, fault.Field{Name: f.name, Problem: p})
		}
	}
	if len(bad) == 0 && c.Announce >= c.Rotate {
		bad = append(bad, fault.Field{Name: "announce", Problem: "is " + setting.FormatDuration(c.Announce) +
			"; it must be shorter than keys.rotate, which is " + setting.FormatDuration(c.Rotate)})
	}
	return bad
}

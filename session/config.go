package session

import (
	"time"

	"gatehouse/conf"
	"gatehouse/fault"
)

// Config says how long a browser stays signed in.
type Config struct {
	// Idle is how long a browser stays signed in without a request.
	Idle time.Duration `conf:"idle"`
	// Absolute is how long a browser stays signed in at most, whatever it does.
	Absolute time.Duration `conf:"absolute"`
}

// DefaultConfig returns a week of silence and a month in all.
func DefaultConfig() Config {
	return Config{Idle: 7 * conf.Day, Absolute: 30 * conf.Day}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if p := conf.Within(c.Idle, time.Minute, 90*conf.Day); p != "" {
		bad = append(bad, fault.Field{Name: "idle", Problem: p})
	}
	if p := conf.Within(c.Absolute, time.Minute, 365*conf.Day); p != "" {
		bad = append(bad, fault.Field{Name: "absolute", Problem: p})
	}
	if len(bad) == 0 && c.Idle > c.Absolute {
		bad = append(bad, fault.Field{Name: "idle", Problem: "is " + conf.FormatDuration(c.Idle) +
			"; it must not be longer than session.absolute, which is " + conf.FormatDuration(c.Absolute)})
	}
	return bad
}

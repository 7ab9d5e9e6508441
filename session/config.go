package session

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config says how long a browser stays signed in.
type Config struct {
	// Idle is how long a browser stays signed in without a request.
	Idle time.Duration `setting:"idle"`
	// Absolute is how long a browser stays signed in at most, whatever it does.
	Absolute time.Duration `setting:"absolute"`
}

// DefaultConfig returns a week of silence and a month in all.
func DefaultConfig() Config {
	return Config{Idle: 7 * setting.Day, Absolute: 30 * setting.Day}
}

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if p := setting.Within(c.Idle, time.Minute, 90*setting.Day); p != "" {
		bad = append(bad, fault.Field{Name: "idle", Problem: p})
	}
	if p := setting.Within(c.Absolute, time.Minute, 365*setting.Day); p != "" {
		bad = append(bad, fault.Field{Name: "absolute", Problem: p})
	}
	if len(bad) == 0 && c.Idle > c.Absolute {
		bad = append(bad, fault.Field{Name: "idle", Problem: "is " + setting.FormatDuration(c.Idle) +
			"; it must not be longer than session.absolute, which is " + setting.FormatDuration(c.Absolute)})
	}
	return bad
}

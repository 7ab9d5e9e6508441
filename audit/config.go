package audit

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config says how long events are kept.
type Config struct {
	// Retention is how long audit events are kept, at least 30d; 0 keeps them
	// forever. That something was removed is an event itself.
	Retention time.Duration `setting:"retention"`
	// CheckpointFile is a file to which every process appends the signed heads of the
	// log, each with what was recorded until then. It belongs onto another machine, or
	// where nobody can take back what was written: with it `gatehouse audit verify`
	// finds out that the end of the log was cut off. Empty: none.
	CheckpointFile string `setting:"checkpoint_file"`
}

// DefaultConfig keeps everything: a record that vanished cannot be brought back,
// and whoever must delete it knows that they must.
func DefaultConfig() Config { return Config{} }

// minRetention is the shortest retention. The database lets nobody remove
// events of the last 29 days; a day is left for clocks that differ.
const minRetention = 30 * setting.Day

// Validate says what is wrong with c.
func (c Config) Validate() []fault.Field {
	if c.Retention == 0 || c.Retention >= minRetention {
		return nil
	}
	return []fault.Field{{
		Name: "retention", Problem: "is " + setting.FormatDuration(c.Retention) + "; it must be at least " +
			setting.FormatDuration(minRetention) + ", or 0 to keep events forever",
	}}
}

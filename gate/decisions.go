package gate

import (
	"time"

	"gatehouse/fault"
)

// DecisionsConfig is the log of what the gate decided.
type DecisionsConfig struct {
	// File is where decisions are written, a line of JSON each, for "gatehouse route replay"
	// and whoever looks for who was refused what. It has addresses, paths and ids of people.
	// Each process needs one of its own. Unset, no such log is kept.
	File string `setting:"file"`
	// Sample is how many of a hundred decisions that let somebody through are written, from
	// 0 to 100. All others are.
	Sample int `setting:"sample"`
	// MaxMegabytes is how long the file gets before it is set aside, as FILE.1 up to FILE.9:
	// the oldest one goes.
	MaxMegabytes int `setting:"max_megabytes"`
	// Keep is how long what was set aside is kept at most.
	Keep time.Duration `setting:"keep"`
}

// Validate says what is wrong with c.
func (c DecisionsConfig) Validate() []fault.Field {
	var bad []fault.Field
	if c.Sample < 0 || c.Sample > 100 {
		bad = append(bad, fault.Field{Name: "sample", Problem: "must be from 0 to 100"})
	}
	if c.MaxMegabytes < 1 || c.MaxMegabytes > 10_000 {
		bad = append(bad, fault.Field{Name: "max_megabytes", Problem: "must be from 1 to 10000"})
	}
	if c.Keep < time.Hour {
		bad = append(bad, fault.Field{Name: "keep", Problem: "must be an hour at least"})
	}
	return bad
}

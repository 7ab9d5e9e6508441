// Package wire is how things are written for programs: the JSON that commands print
// with --json, and that an API for administrators will answer. Field names are a
// promise, with the RFC's word where there is one; times are RFC 3339 in UTC; a list
// is never null; and no secret is in any shape but the one that hands out a new
// client secret, once.
//
// A shape is a struct of its own and not the domain's: a new field of a domain type,
// a hash for instance, reaches nobody by accident.
package wire

import (
	"time"

	"gatehouse/setting"
)

// Secret is a secret that was just made: shown this once, and kept by nobody but who
// reads it. No other member of a shape is one.
type Secret string

// list returns a list that is never null in JSON.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// Lifetime writes a client's own limit as configuration would; none is empty.
func Lifetime(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return setting.FormatDuration(d)
}

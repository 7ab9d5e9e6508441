package view

import (
	"strconv"
	"time"
)

// Count says how many there are.
func Count(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// Moment is a time as people read it; Stamp is the same for machines. Pages do
// not know the visitor's zone, so both are UTC and say so.
func Moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

// Stamp is described at Moment.
func Stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

package view

import (
	"strconv"
	"time"
)

// count says how many there are.
func count(n int, one, many string) string {
	switch n {
	case 0:
		return "no " + many
	case 1:
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func onOff(on bool) string {
	if on {
		return "On"
	}
	return "Off"
}

func steps(two bool) string {
	if two {
		return "password and second step"
	}
	return "password"
}

// moment is a time as people read it; stamp is the same for machines. Pages do
// not know the visitor's zone, so both are UTC and say so.
func moment(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") }

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

package guard

import (
	"time"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Lasts reads how long something is to last from now on, as somebody typed it into the field
// of a name: 2m, 8h, 30d. It returns the moment at which that ends, to the second, and zero
// where nothing was typed. What is no such text is refused at the field.
func Lasts(name, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	d, err := setting.ParseDuration(text)
	if err != nil || d < time.Second || d > longest {
		return time.Time{}, &fault.Error{
			Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule.",
			Fields: []fault.Field{{Name: name, Problem: "must be a number and a unit, such as 2m, 8h or 30d"}},
		}
	}
	return now.Add(d).UTC().Truncate(time.Second), nil
}

// longest is how long anything may last that ends: what is meant to last longer has no end.
const longest = 100 * 366 * 24 * time.Hour

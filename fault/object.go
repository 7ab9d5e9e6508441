package fault

import (
	"strconv"
	"strings"
)

const (
	objects = "objects["
	closed  = "]"
)

// Object names a field of the n-th of several objects that are looked at together, as in a file of
// them: objects[3].spec.paths. "" is the object as a whole.
func Object(n int, field string) string {
	name := objects + strconv.Itoa(n) + closed
	if field == "" {
		return name
	}
	return name + "." + field
}

// InObject reads what Object wrote. It reports false for the name of any other field.
func InObject(name string) (n int, field string, ok bool) {
	rest, _ := strings.CutPrefix(name, objects)
	digits, field, _ := strings.Cut(rest, closed)
	field, _ = strings.CutPrefix(field, ".")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 || Object(n, field) != name { // which says of all that was cut that it was there
		return 0, "", false
	}
	return n, field, true
}

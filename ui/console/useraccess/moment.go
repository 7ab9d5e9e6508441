package useraccess

import (
	"net/url"
	"strings"
	"time"

	"gatehouse/ui/console/guard"
)

// typed is how browsers send a moment that was typed; we take it for one of UTC.
const typed = "2006-01-02T15:04"

// looking is what the API is asked with for where and when the page is looked at from. What
// cannot be read is for the API to refuse.
func looking(look url.Values) url.Values {
	q := url.Values{}
	for name, all := range look {
		q[name] = all
	}
	if at, err := time.Parse(typed, look.Get("at")); err == nil {
		q.Set("at", at.Format(time.RFC3339))
	}
	return q
}

// atInputs puts what is wrong with a parameter at the input of its name.
func atInputs(f *guard.Frame) {
	for i := range f.Fields {
		f.Fields[i].Name = strings.TrimPrefix(f.Fields[i].Name, "?")
	}
}

package useraccess

import (
	"net/url"
	"time"
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

package admin

import (
	"maps"
	"net/url"
	"strings"

	"gatehouse/fault"
	"gatehouse/secret"
)

// cursorStep is of what the length of a sealed place is a multiple, in bytes: it does not
// tell one name from another either.
const cursorStep = 64

// cursor is where the next page of c begins, for the caller: good for the same caller,
// route and filters alone, and sealed, for a page ends at what its caller may not see too.
// "" stays "".
func (d *Door) cursor(c *Call, place string) (string, error) {
	if place == "" {
		return "", nil
	}
	if short := len(place) % cursorStep; short > 0 {
		place += strings.Repeat("\x00", cursorStep-short)
	}
	return d.box(c).Seal([]byte(place))
}

// place is where a page begins, "" for the first one.
func (d *Door) place(c *Call) (string, error) {
	text := c.query.Get("cursor")
	if text == "" {
		return "", nil
	}
	place, err := d.box(c).Open(text)
	if err != nil {
		return "", badCursor()
	}
	return strings.TrimRight(string(place), "\x00"), nil
}

func badCursor() error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "request.cursor", Detail: "This cursor is not of this list, of these filters, or of this caller.",
		Fields: []fault.Field{{Name: aParameter + "cursor", Problem: "must be next of the page before"}},
	}
}

// box opens the cursors of one caller, route and filters: its key is made of all of it.
func (d *Door) box(c *Call) secret.Box {
	filters := maps.Clone(c.query)
	for _, free := range []string{"cursor", "limit", "fields"} {
		delete(filters, free)
	}
	of := []string{"cursor", string(c.Subject.Kind), c.Subject.ID, c.route.ID, url.Values(filters).Encode()}
	return secret.NewBox(secret.MAC(d.Key, strings.Join(of, "\x00")))
}

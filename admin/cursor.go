package admin

import (
	"encoding/base64"
	"maps"
	"net/url"
	"strings"

	"gatehouse/fault"
	"gatehouse/secret"
)

// cursorMAC is how much of the MAC a cursor has, in bytes.
const cursorMAC = 16

// cursor is where the next page of c begins, for the caller: good for the same caller,
// route and filters alone. "" stays "".
func (d *Door) cursor(c *Call, place string) string {
	if place == "" {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(append(d.bind(c, place), place...))
}

// place is where a page begins, "" for the first one.
func (d *Door) place(c *Call) (string, error) {
	text := c.query.Get("cursor")
	if text == "" {
		return "", nil
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) <= cursorMAC || !secret.Equal(b[:cursorMAC], d.bind(c, string(b[cursorMAC:]))) {
		return "", badCursor()
	}
	return string(b[cursorMAC:]), nil
}

func badCursor() error {
	return &fault.Error{
		Kind: fault.Invalid, Code: "request.cursor", Detail: "This cursor is not of this list, of these filters, or of this caller.",
		Fields: []fault.Field{{Name: aParameter + "cursor", Problem: "must be next of the page before"}},
	}
}

// bind is a MAC of all that a cursor is for.
func (d *Door) bind(c *Call, place string) []byte {
	filters := maps.Clone(c.query)
	for _, free := range []string{"cursor", "limit", "fields"} {
		delete(filters, free)
	}
	parts := []string{"cursor", string(c.Subject.Kind), c.Subject.ID, c.route.ID, url.Values(filters).Encode(), place}
	return secret.MAC(d.Key, strings.Join(parts, "\x00"))[:cursorMAC]
}

package view

import (
	"net/http"
	"time"
)

// choiceAge is how long a browser keeps a choice about how pages look and speak, and what they show.
const choiceAge = 365 * 24 * time.Hour

// hostOnly begins the names of cookies on https: no sibling host can plant them (RFC 6265bis).
const hostOnly = "__Host-"

// Kept returns the choice that the browser keeps as name, "" for none. It is no secret and
// proves nothing: who asks compares it with what there is to choose.
func Kept(r *http.Request, name string) string {
	for _, name := range []string{hostOnly + name, name} {
		if c, err := r.Cookie(name); err == nil {
			return c.Value
		}
	}
	return ""
}

// Keep lets the browser keep a choice as name; "" takes it back. Where pages are on https the
// cookie goes there only.
func Keep(w http.ResponseWriter, name, value string, secure bool) {
	c := &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: int(choiceAge.Seconds()), Secure: secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if secure {
		c.Name = hostOnly + name
	}
	if value == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

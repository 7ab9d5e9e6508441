package gate

import (
	"fmt"
	"slices"
	"strings"
)

// Ways in which a caller shows who they are.
const (
	// ByBearer is a token or a key in the Authorization header.
	ByBearer = "bearer"
	// BySession is the session of a browser that signed in, by a cookie of the gate's.
	BySession = "session"
)

var ways = []string{ByBearer, BySession}

// Accepts reports whether callers may show in that way who they are.
func (r *Route) Accepts(way string) bool { return slices.Contains(r.Authn, way) }

// authn reads the ways of a route. Where its file names none, a browser's cookie opens
// nothing: whoever writes a route for browsers says so.
func (c *compiler) authn(r *Route, list []string) {
	if r.Public {
		if len(list) > 0 {
			c.problem("spec.authn", "is there, and spec.public is true; a public route asks nobody who they are")
		}
		return
	}
	for i, way := range list {
		switch {
		case !slices.Contains(ways, way):
			c.problem("spec.authn", "has %q; it is a list of bearer and session", way)
		case slices.Contains(list[:i], way):
			c.problem("spec.authn", "has %q twice", way)
		}
	}
	for i, host := range r.Hosts {
		if slices.Contains(list, BySession) && strings.HasPrefix(host, "*.") {
			c.problem(fmt.Sprintf("spec.match.hosts[%d]", i), "is a star, and spec.authn has session; whoever got hold of one of its names would be let in as whoever followed their link, so that a route for browsers names its hosts")
		}
	}
	if r.Authn = list; len(list) == 0 {
		r.Authn = []string{ByBearer}
	}
}

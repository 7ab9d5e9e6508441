package gate

// Reserved is the first segment of the paths that are the gate's own at every host that it
// serves: there browsers are let in and sign out.
const Reserved = ".gatehouse"

// Reserved reports whether a path is the gate's own.
func (p Path) Reserved() bool { return len(p.segments) > 0 && p.segments[0] == Reserved }

// reserved reports whether a pattern takes the gate's own paths alone.
func (p pattern) reserved() bool { return p[0].capture == "" && p[0].text == Reserved }

// TakesBrowsers reports whether browsers sign in at a host: a route that is there by its
// name, and not by a star, takes sessions.
func (s *Set) TakesBrowsers(host string) bool { return s.browsers[host] }

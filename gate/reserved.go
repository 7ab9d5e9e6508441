package gate

// Reserved is the first segment of the paths that are the gate's own at every host that it
// serves: there browsers are let in and sign out.
const Reserved = ".gatehouse"

// Reserved reports whether a path is the gate's own.
func (p Path) Reserved() bool { return len(p.segments) > 0 && p.segments[0] == Reserved }

// reserved reports whether a pattern takes the gate's own paths alone.
func (p pattern) reserved() bool { return p[0].capture == "" && p[0].text == Reserved }

// Serves reports whether a route is at a host.
func (s *Set) Serves(host string) bool { return s.root(host) != nil }

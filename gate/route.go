package gate

import (
	"slices"
	"time"
)

// Mode is what a route does with its decisions. The zero Mode is Enforce.
type Mode uint8

// The modes.
const (
	Enforce Mode = iota
	Shadow       // decides and logs, and lets everybody through
	Off          // takes no requests: its addresses answer as if nobody had them
)

var modes = []string{"enforce", "shadow", "off"}

// String returns the word that files have.
func (m Mode) String() string { return modes[m] }

// Route is a compiled route.
type Route struct {
	ID       string
	Hosts    []string
	Paths    []string
	Methods  []string // HEAD is among them where GET is
	Mode     Mode
	Public   bool
	Authn    []string          // how callers show who they are; none where it is public
	Own      bool              // whether tokens and keys of this Gatehouse are taken
	Issuers  []*Issuer         // others whose tokens are taken
	Opaque   *Issuer           // who is asked about tokens that say nothing; nil: nobody
	ClientCA *ClientCA         // whose client certificates are taken; nil: nobody's
	API      string            // the id of the API
	Asks     map[string]string // the whole permission, by method
	Org      Template
	Resource Template
	Fetch    *Fetch // nil: nothing is asked of the resource
	Defer    bool   // whether the upstream holds to what is their own those who have a right to no more
	Filter   bool   // whether the upstream is told which of its things the caller may have
	Upstream *Upstream
	Body     int64 // bytes at most
	Timeout  time.Duration
	Rates    []Rate  // a request has to be within each
	Stream   *Stream // nil: no connection lasts
	MCP      *MCP    // nil: what stands behind it is no MCP server
	Sum      Sum     // of what the route says but in its tests, and its upstreams

	Requires  Requires
	Condition Condition // nil: none
	// PassAuthorization leaves the Authorization header to the upstream: what is for the
	// gate comes in another one.
	PassAuthorization bool
	Pass              map[string]bool // the headers that go on, in small letters; nil: all that may
	Response          Response
	CORS              *CORS // nil: pages of other sites may not use it
	OnStale           Stale
	Tests             []Test
}

// upstreams are what is said of those that a request of the route may reach.
func (r *Route) upstreams() (texts []string) {
	if r.Upstream != nil {
		texts = append(texts, r.Upstream.Text)
	}
	if r.Fetch != nil && r.Fetch.Upstream != nil {
		texts = append(texts, r.Fetch.Upstream.Text)
	}
	return texts
}

// trusted is what is said of those by whose word callers of the route are known.
func (r *Route) trusted() (texts []string) {
	for _, i := range append(slices.Clone(r.Issuers), r.Opaque) {
		if i != nil {
			texts = append(texts, i.Text)
		}
	}
	if r.ClientCA != nil {
		texts = append(texts, r.ClientCA.Text)
	}
	return texts
}

func (r *Route) takes(method string) bool { return slices.Contains(r.Methods, method) }

// Upstream is a server behind the gate.
type Upstream struct {
	ID       string
	Targets  []Target // none: the gate sends nothing there, and another proxy does
	Audience string   // of the assertion that tells it who calls
	Filters  bool     // whether it keeps to the filters in assertions
	TLS      TLS
	Health   Health
	Retry    Retry
	Connect  time.Duration // until there is a connection
	Header   time.Duration // until an answer begins; zero: as long as the route has
	Reach    Reach         // within which its targets must lie
	Text     string        // all that was said of it: two with the same Text are the same
	H2C      bool          // whether it speaks HTTP/2 without TLS
	Headers  []IdentityHeader
}

// Target is where an upstream listens.
type Target struct {
	Scheme string // http or https
	Host   string // with its port, if it is not the scheme's
}

// Fetch asks an upstream about a resource.
type Fetch struct {
	Upstream *Upstream
	Fields   []string
	Timeout  time.Duration

	path []Template // by segment
}

// Path returns the path of a request's resource at its upstream. Its captures came out of
// a path in its one spelling, and are written into another as whole segments.
func (f *Fetch) Path(m *Match) string {
	var b pathBuilder
	for i := range f.path {
		b.add(f.path[i].In(m))
	}
	return b.String()
}

// Template is a text, or the value of a capture. The zero Template is "".
type Template struct {
	text    string
	capture string
}

// IsZero reports whether t is nothing.
func (t Template) IsZero() bool { return t == Template{} }

// In returns what t is for a request.
func (t Template) In(m *Match) string {
	if t.capture == "" {
		return t.text
	}
	return m.Capture(t.capture)
}

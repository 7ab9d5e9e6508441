package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gatehouse/fault"
	"gatehouse/id"
)

// Set is all routes of a gate, ready to be asked. It does not change: any number may ask
// at once, and another set takes its place whole.
type Set struct {
	hosts     map[string]*node
	stars     map[string]*node // of *.example.com, by example.com
	routes    []*Route
	upstreams []*Upstream
	edges     []*Edge
	issuers   []*Issuer
	certified map[string]bool // hosts that ask for client certificates, *.example.com as it is; "" for addresses
	browsers  map[string]bool // hosts at which browsers sign in
	protected map[string]*MCP // by host and path of their metadata
	hash      string

	authorities []*ClientCA
}

// Hash is the same for two sets of the same objects, and for no others; "" of none.
func (s *Set) Hash() string { return s.hash }

// hashOf does not depend on the order of objects.
func hashOf(objects []Object) string {
	parts := make([]string, len(objects))
	for i := range objects {
		parts[i] = documentOf(&objects[i])
	}
	slices.Sort(parts)
	sum := sha256.Sum256([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(sum[:16])
}

func documentOf(o *Object) string {
	text, err := json.Marshal(o)
	if err != nil {
		panic("gate: " + err.Error()) // objects are texts, numbers and lists
	}
	return string(text)
}

// Tests is how many tests the routes have.
func (s *Set) Tests() (n int) {
	for _, r := range s.routes {
		n += len(r.Tests)
	}
	return n
}

// Routes are the routes of the set, by their ids.
func (s *Set) Routes() []*Route { return s.routes }

// Upstreams are the servers behind it, by their ids.
func (s *Set) Upstreams() []*Upstream { return s.upstreams }

// Edges are the proxies that ask the gate, by their ids.
func (s *Set) Edges() []*Edge { return s.edges }

// Issuers are others whose tokens routes may take, by their ids.
func (s *Set) Issuers() []*Issuer { return s.issuers }

// ClientCAs are the authorities whose client certificates routes may take, by their ids.
func (s *Set) ClientCAs() []*ClientCA { return s.authorities }

// Edge returns one of them, nil for none.
func (s *Set) Edge(id string) *Edge {
	if i := slices.IndexFunc(s.edges, func(e *Edge) bool { return e.ID == id }); i >= 0 {
		return s.edges[i]
	}
	return nil
}

// node is where the paths of a host are after some segments.
type node struct {
	texts   map[string]*node
	capture *node
	rest    []entry
	end     []entry
}

// entry is a route at the end of one of its patterns.
type entry struct {
	route *Route
	names []string // of the captures on the way
}

// Match is which route takes a request, and what its captures are.
type Match struct {
	Route *Route

	names  []string
	values [MaxCaptures]string
}

// MaxCaptures bounds the captures of one pattern.
const MaxCaptures = 8

// Capture returns what stands in the place of a capture of the route, "" for none.
func (m *Match) Capture(name string) string {
	if i := slices.Index(m.names, name); i >= 0 {
		return m.values[i]
	}
	return ""
}

// Captures are all of them, by their names.
func (m *Match) Captures() map[string]string {
	all := make(map[string]string, len(m.names))
	for i, name := range m.names {
		all[name] = m.values[i]
	}
	return all
}

// Find returns the route of a request: that of its host, or else of one label less, whose
// pattern is the most specific from the left, a text before a capture before a rest. A
// pattern that is found decides, whatever its methods: what a wider one allows to others
// is not given to a method that this one does not name. Its errors are the faults
// CodeRoute (NotFound) and, inside a *MethodError, CodeMethod (NotAllowed).
func (s *Set) Find(host string, path Path, method string) (Match, error) {
	var m Match
	found := s.root(host).find(path.segments, &m, 0)
	if len(found) == 0 {
		return Match{}, NoRoute()
	}
	for i := range found {
		if e := &found[i]; e.route.takes(method) {
			m.Route, m.names = e.route, e.names
			return m, m.named()
		}
	}
	return Match{}, &MethodError{Allow: allowed(found)}
}

// named refuses what a path has in the place of an organisation, and can be none: whoever has
// a right everywhere has it there too, and an upstream would be told of what it reads otherwise.
func (m *Match) named() error {
	if org := m.Route.Org.In(m); org != "" && !id.IsName(org) {
		return NoRoute()
	}
	return nil
}

// root is where the paths of a host begin, nil where there is none.
func (s *Set) root(host string) *node {
	if root := s.hosts[host]; root != nil {
		return root
	}
	if label, parent, ok := strings.Cut(host, "."); ok && label != "" {
		return s.stars[parent]
	}
	return nil
}

// MethodError is the refusal of a method that no route at this path takes.
type MethodError struct {
	Allow []string // the methods that are taken there
}

// Error returns the text for the log.
func (e *MethodError) Error() string {
	return "method not allowed; allowed are " + strings.Join(e.Allow, ", ")
}

// Unwrap returns the fault: CodeMethod.
func (e *MethodError) Unwrap() error {
	return fault.New(fault.NotAllowed, CodeMethod, "The method is not allowed here; allowed are "+strings.Join(e.Allow, ", ")+".")
}

func allowed(found []entry) (methods []string) {
	for _, e := range found {
		methods = append(methods, e.route.Methods...)
	}
	slices.Sort(methods)
	return slices.Compact(methods)
}

// find goes down the most specific way on which the segments end at a route. It sees each
// node once at most: a node is one way from the root.
func (n *node) find(segments []string, m *Match, captures int) []entry {
	if n == nil {
		return nil
	}
	if len(segments) == 0 {
		return n.end
	}
	if found := n.texts[segments[0]].find(segments[1:], m, captures); found != nil {
		return found
	}
	if n.capture != nil && segments[0] != "" {
		if found := n.capture.find(segments[1:], m, captures+1); found != nil {
			m.values[captures] = segments[0]
			return found
		}
	}
	if len(n.rest) > 0 {
		m.values[captures] = strings.Join(segments, "/")
		return n.rest
	}
	return nil
}

// put adds a route at the end of a pattern. Two that take the same requests are an error.
func (n *node) put(p pattern, e entry) error {
	for _, s := range p {
		switch {
		case s.rest:
			return place(&n.rest, e)
		case s.capture != "":
			if n.capture == nil {
				n.capture = &node{}
			}
			n = n.capture
		default:
			if n.texts == nil {
				n.texts = map[string]*node{}
			}
			if n.texts[s.text] == nil {
				if like := n.alike(s.text); like != "" {
					return fmt.Errorf("has %q where another one has %q: servers that do not tell the two apart take one for the other", s.text, like)
				}
				n.texts[s.text] = &node{}
			}
			n = n.texts[s.text]
		}
	}
	return place(&n.end, e)
}

// alike returns a text at n that differs from another one by capitals alone, "" for none.
func (n *node) alike(text string) string {
	for other := range n.texts {
		if strings.EqualFold(other, text) {
			return other
		}
	}
	return ""
}

func place(all *[]entry, e entry) error {
	for _, other := range *all {
		for _, method := range e.route.Methods {
			if slices.Contains(other.route.Methods, method) {
				return fmt.Errorf("the route %s takes %s there already", other.route.ID, method)
			}
		}
	}
	*all = append(*all, e)
	return nil
}

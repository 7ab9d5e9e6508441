package gate

import (
	"iter"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// MCPSpec says that an MCP server stands behind a route, and who may call which of its
// tools. What no rule names nobody may call.
type MCPSpec struct {
	// Resource is the address of the server as clients know it, and the audience of its API:
	// https://mcp.example.com/mcp. The gate serves its metadata (RFC 9728).
	Resource string     `json:"resource,omitempty"`
	Scopes   []string   `json:"scopes,omitempty"`  // that the metadata and challenges name, and that every message needs of a token
	Methods  []string   `json:"methods,omitempty"` // default: what listing and calling tools takes
	Origins  []string   `json:"origins,omitempty"` // pages that may send to it; default: none
	Tools    []ToolSpec `json:"tools,omitempty"`
	// Exchange and DPoP are not there yet, and are refused with a word.
	Exchange string `json:"exchange,omitempty"`
	DPoP     string `json:"dpop,omitempty"`
}

// ToolSpec is what a call of some tools takes, besides what the route asks for.
type ToolSpec struct {
	Match      []string `json:"match"`               // names, or beginnings of names with a * behind
	Permission string   `json:"permission"`          // of the API of the route
	Scope      string   `json:"scope,omitempty"`     // that a token needs besides
	ID         string   `json:"id,omitempty"`        // the argument that is the id of the resource
	Arguments  []string `json:"arguments,omitempty"` // that conditions may ask for as attributes of the resource
}

// MCP is a compiled MCPSpec.
type MCP struct {
	Resource string
	Scopes   []string
	Methods  map[string]bool
	Origins  []string
	tools    []tool
}

// Tool is what a call of a tool takes.
type Tool struct {
	Permission string // whole
	Scope      string
	ID         string
	Arguments  []string
}

type tool struct {
	Tool
	name string
	star bool
}

// Bounds of an MCP route.
const (
	maxTools     = 200
	maxToolName  = 128
	maxArguments = 32
)

// usualMethods are those of listing and calling tools, in all versions of the protocol.
var usualMethods = []string{"server/discover", "initialize", "notifications/initialized", "notifications/cancelled", "ping", "tools/list", "tools/call"}

// Tool returns what a call of the tool of a name takes: by the rule that names it, or else
// by the longest beginning of it.
func (m *MCP) Tool(name string) (t Tool, ok bool) {
	longest := -1
	for i := range m.tools {
		one := &m.tools[i]
		switch {
		case !one.star && one.name == name:
			return one.Tool, true
		case one.star && strings.HasPrefix(name, one.name) && len(one.name) > longest:
			t, ok, longest = one.Tool, true, len(one.name)
		}
	}
	return t, ok
}

// Tools lists the rules by what they are about, in the order of the file.
func (m *MCP) Tools() iter.Seq2[string, Tool] {
	return func(yield func(string, Tool) bool) {
		for _, one := range m.tools {
			name := one.name
			if one.star {
				name += "*"
			}
			if !yield(name, one.Tool) {
				return
			}
		}
	}
}

const wellKnown = "/.well-known/oauth-protected-resource"

// metadataPath is where the metadata of a resource is, by RFC 9728 section 3.1.
func metadataPath(resource *url.URL) string {
	return wellKnown + strings.TrimSuffix(resource.Path, "/")
}

// Metadata is where the metadata of the server is, as clients know it.
func (m *MCP) Metadata() string {
	u, err := url.Parse(m.Resource) // it was read before
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + metadataPath(u)
}

// Protected returns the MCP server whose metadata a path at a host has, nil for none.
func (s *Set) Protected(host, path string) *MCP {
	if len(s.protected) == 0 || !strings.HasPrefix(path, wellKnown) {
		return nil
	}
	return s.protected[host+" "+path]
}

// mcp reads whether an MCP server stands behind a route.
func (c *compiler) mcp(r *Route, spec *MCPSpec) {
	if spec == nil {
		return
	}
	m := &MCP{Resource: spec.Resource, Scopes: spec.Scopes, Methods: map[string]bool{}, Origins: spec.Origins}
	r.MCP = m
	c.mcpSpec(spec)
	c.mcpBeside(r)
	for _, method := range append(slices.Clone(usualMethods), spec.Methods...) {
		if spec.Methods == nil || slices.Contains(spec.Methods, method) {
			m.Methods[method] = true
		}
	}
	if r.Mode != Off {
		c.protects(r, m)
	}
	c.tools(r, m, spec.Tools)
}

// mcpSpec holds what is said of the server itself.
func (c *compiler) mcpSpec(spec *MCPSpec) {
	if spec.Exchange != "" {
		c.problem("spec.mcp.exchange", "is there, and tokens are not exchanged yet; the client's token goes no further than the gate, and the server gets the assertion")
	}
	if spec.DPoP != "" {
		c.problem("spec.mcp.dpop", "is there, and proofs of possession are not looked at yet; leave it out")
	}
	for i, scope := range spec.Scopes {
		if !isScope(scope) {
			c.problem(index("spec.mcp.scopes", i), "is no scope")
		}
	}
}

// mcpBeside holds what a route may not say or be besides.
func (c *compiler) mcpBeside(r *Route) {
	const field = "spec.mcp"
	if r.Public || slices.Contains(r.Authn, BySession) {
		c.problem(field, "is there, and the route is public or for browsers; an MCP server is asked with a token")
	}
	if r.TakesOthers() || !r.Own && !r.Public || r.Accepts(ByCertificate) {
		c.problem(field, "is there beside spec.issuers, spec.opaque or mtls; an MCP server is asked with a token of this Gatehouse, to which its metadata leads")
	}
	if r.Fetch != nil || r.Defer || r.Filter || !r.Resource.IsZero() {
		c.problem(field, "is there beside spec.authorize.resource; which resource a call is about, spec.mcp.tools says")
	}
	if r.Stream != nil {
		c.problem(field, "is there beside spec.stream; answers of an MCP server last for as long as spec.limits.timeout says")
	}
	for _, method := range r.Methods {
		if !slices.Contains([]string{"POST", "GET", "HEAD", "DELETE"}, method) {
			c.problem(field, "is there, and the route takes %s; the transport has POST, GET and DELETE", method)
		}
	}
}

// protects looks at the address of the server, and puts its metadata there.
func (c *compiler) protects(r *Route, m *MCP) {
	const field = "spec.mcp.resource"
	u, err := url.Parse(m.Resource)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || u.RawPath != "" || strings.HasSuffix(m.Resource, "/") || u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		c.problem(field, "must be the https address of the server as its clients know it, without a slash at its end (http is for loopback)")
		return
	}
	if !slices.Contains(r.Hosts, u.Hostname()) || !slices.Contains(r.Paths, max(u.Path, "/")) {
		c.problem(field, "must be at one of the hosts and paths of the route")
		return
	}
	at := u.Hostname() + " " + metadataPath(u)
	if c.set.protected[at] != nil {
		c.problem(field, "is that of another route too")
	}
	if c.set.protected == nil {
		c.set.protected = map[string]*MCP{}
	}
	c.set.protected[at] = m
}

// isScope reports whether a text is one scope (RFC 6749 section 3.3).
func isScope(text string) bool {
	return text != "" && len(text) <= maxToolName && !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c *compiler) tools(r *Route, m *MCP, rules []ToolSpec) {
	if len(rules) > maxTools {
		c.problem("spec.mcp.tools", "are more than %d", maxTools)
	}
	seen := map[string]bool{}
	for i, rule := range rules {
		field := index("spec.mcp.tools", i)
		if rule.Permission == "" {
			c.problem(field+".permission", "is missing; a tool asks for a permission")
		}
		if rule.Scope != "" && !isScope(rule.Scope) {
			c.problem(field+".scope", "is no scope")
		}
		if len(rule.Match) == 0 {
			c.problem(field+".match", "is empty; a rule says of which tools it is")
		}
		if len(rule.Arguments) > maxArguments || slices.Contains(rule.Arguments, "id") {
			c.problem(field+".arguments", "must be at most %d, without id", maxArguments)
		}
		for _, name := range rule.Match {
			text, star := strings.CutSuffix(name, "*")
			if text == "" && !star || len(text) > maxToolName || strings.ContainsAny(text, "*\r\n") || seen[name] {
				c.problem(field+".match", "has %q, which is there twice, or is no name, nor the beginning of one with a * behind", name)
			}
			seen[name] = true
			m.tools = append(m.tools, tool{Tool{r.API + "/" + rule.Permission, rule.Scope, rule.ID, rule.Arguments}, text, star})
		}
	}
}

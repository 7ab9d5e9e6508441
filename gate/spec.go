package gate

// Kinds of what a file of routes may hold.
const (
	KindRoute    = "Route"
	KindUpstream = "Upstream"
	KindEdge     = "Edge"
	KindIssuer   = "Issuer"
	KindClientCA = "ClientCA"
)

// RouteSpec is what a file says of a route: which requests it takes, what it asks of
// them, and where they go. A field that is left out has its default.
type RouteSpec struct {
	Match  MatchSpec `json:"match"`
	Mode   string    `json:"mode,omitempty"`   // enforce, shadow or off; default: enforce
	Public bool      `json:"public,omitempty"` // nobody is asked who they are
	Authn  []string  `json:"authn,omitempty"`  // bearer, session and mtls: how callers show who they are; default: bearer
	// Issuers are whose tokens are taken: self is this Gatehouse, and alone where nothing is said.
	Issuers   []string      `json:"issuers,omitempty"`
	Opaque    string        `json:"opaque,omitempty"`    // the issuer that is asked about tokens which say nothing by themselves
	ClientCA  string        `json:"client_ca,omitempty"` // whose client certificates are taken, for mtls
	Authorize AuthorizeSpec `json:"authorize,omitzero"`
	Upstream  string        `json:"upstream,omitempty"` // none: only another proxy asks about it
	Limits    LimitsSpec    `json:"limits,omitzero"`
	Stream    StreamSpec    `json:"stream,omitzero"` // default: no connection lasts
	MCP       *MCPSpec      `json:"mcp,omitempty"`   // an MCP server stands behind it
	// Credentials says where callers bring what is for the gate. It is not there for the
	// Authorization header, which goes no further; pass leaves that to the upstream, and
	// ours comes as X-Gatehouse-Authorization.
	Credentials string       `json:"credentials,omitempty"`
	Headers     HeadersSpec  `json:"headers,omitzero"`
	Response    ResponseSpec `json:"response,omitzero"`
	CORS        CORSSpec     `json:"cors,omitzero"`
	OnStale     string       `json:"on_stale,omitempty"` // ask, strict or serve:30s; default: ask
	Tests       []TestSpec   `json:"tests,omitempty"`
}

// MatchSpec is which requests a route takes: those of each host and each path with one of
// the methods.
type MatchSpec struct {
	Hosts   []string `json:"hosts"`   // api.example.com, or *.example.com for one label more
	Paths   []string `json:"paths"`   // /orders, /orders/{id}, /files/{rest...}
	Methods []string `json:"methods"` // GET takes HEAD too
}

// AuthorizeSpec is what the caller needs: one permission for all methods of the route, or
// one for each.
type AuthorizeSpec struct {
	API          string            `json:"api,omitempty"` // the id of an API; its audience is asked of tokens
	Permission   string            `json:"permission,omitempty"`
	Permissions  map[string]string `json:"permissions,omitempty"`  // by method
	Organisation string            `json:"organisation,omitempty"` // an id, or a capture
	Resource     ResourceSpec      `json:"resource,omitzero"`
	Requires     RequiresSpec      `json:"requires,omitzero"`
	Condition    string            `json:"condition,omitempty"` // in CEL, as grants have them
}

// ResourceSpec names the one thing that a request is about.
type ResourceSpec struct {
	ID    string    `json:"id,omitempty"` // a capture such as {id}
	Fetch FetchSpec `json:"fetch,omitzero"`
	// Defer leaves to the upstream to hold those who may do so with what is their own to
	// that: the assertion says so.
	Defer bool `json:"defer,omitempty"`
	// Filter is "assertion" where the upstream is told which of its things the caller may
	// have in a list.
	Filter string `json:"filter,omitempty"`
}

// FetchSpec asks an upstream for what the decision needs to know of the resource.
type FetchSpec struct {
	Upstream string   `json:"upstream,omitempty"`
	Path     string   `json:"path,omitempty"` // with captures as whole segments
	Fields   []string `json:"fields,omitempty"`
	Timeout  string   `json:"timeout,omitempty"` // default: 200ms
}

// LimitsSpec bounds a request.
type LimitsSpec struct {
	Body    string `json:"body,omitempty"`    // such as 256KiB; default: 1MiB
	Timeout string `json:"timeout,omitempty"` // until the answer is whole; default: 15s
	// Rate bounds how many requests somebody sends, each of the list for itself; left out,
	// nothing does.
	Rate []RateSpec `json:"rate,omitempty"`
	// Response bounds an answer, such as 10MiB; default: not at all.
	Response string `json:"response,omitempty"`
}

// UpstreamSpec is what a file says of a server behind the gate.
type UpstreamSpec struct {
	Targets  []string     `json:"targets"`            // http:// or https://, a host and a port, and no path
	Protocol string       `json:"protocol,omitempty"` // http, or h2c: HTTP/2 without TLS; default: http
	Identity IdentitySpec `json:"identity,omitzero"`
	TLS      TLSSpec      `json:"tls,omitzero"`
	Health   HealthSpec   `json:"health,omitzero"`
	Timeouts TimeoutsSpec `json:"timeouts,omitzero"`
	Retry    RetrySpec    `json:"retry,omitzero"`
}

// IdentitySpec is how an upstream is told who calls.
type IdentitySpec struct {
	Audience string `json:"audience,omitempty"` // of the assertion; default: the id of the upstream
	Filters  bool   `json:"filters,omitempty"`  // whether it keeps to the filters in assertions
	// Headers are plain ones that say who calls, by their names.
	Headers map[string]string `json:"headers,omitempty"`
}

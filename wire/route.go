package wire

import (
	"maps"
	"slices"

	"gatehouse/gate"
)

// Route is a route of the gate.
type Route struct {
	ID      string   `json:"id"`
	Hosts   []string `json:"hosts"`
	Paths   []string `json:"paths"`
	Methods []string `json:"methods"`
	Mode    string   `json:"mode"`
	Public  bool     `json:"public,omitempty"`
	Authn   []string `json:"authn,omitempty"`
	Trusts
	API         string            `json:"api,omitempty"`
	Permissions map[string]string `json:"permissions,omitempty"` // by method
	Upstream    string            `json:"upstream"`
	Missing     []string          `json:"missing,omitempty"` // what it asks for in vain: permissions that no API has, or the authority of client certificates that nobody can show here
}

// OfRoute is r as programs read it.
func OfRoute(r *gate.Route) Route {
	return Route{
		ID: r.ID, Hosts: r.Hosts, Paths: r.Paths, Methods: slices.Sorted(slices.Values(r.Methods)), Mode: r.Mode.String(), Public: r.Public,
		Authn: r.Authn, Trusts: trusts(r), API: r.API, Permissions: maps.Clone(r.Asks), Upstream: r.Upstream.ID,
	}
}

// Routed is which route takes a request, and what it would ask for.
type Routed struct {
	Method   string            `json:"method"`
	Host     string            `json:"host"`
	Path     string            `json:"path"` // as it goes on to the upstream
	Route    string            `json:"route"`
	Mode     string            `json:"mode"`
	Captures map[string]string `json:"captures"`
	Public   bool              `json:"public,omitempty"`
	Authn    []string          `json:"authn,omitempty"`
	Trusts
	Permission string   `json:"permission,omitempty"`
	Org        string   `json:"organisation,omitempty"`
	Resource   string   `json:"resource,omitempty"`
	Fetches    string   `json:"fetches,omitempty"` // the path at which an upstream is asked about the resource
	Filter     bool     `json:"filter,omitempty"`  // the upstream is told which of its things the caller may have
	Defer      bool     `json:"defer,omitempty"`   // it holds callers to what is their own
	Lasts      []string `json:"lasts,omitempty"`   // connections that may last: websocket, sse, grpc
	Tools      []Tool   `json:"tools,omitempty"`   // of an MCP server: what calls of its tools take
	Upstream   string   `json:"upstream"`
}

// OfMatch is what a request comes to as programs read it.
func OfMatch(method, host string, path gate.Path, m *gate.Match) Routed {
	r := m.Route
	w := Routed{
		Method: method, Host: host, Path: path.String(), Route: r.ID, Mode: r.Mode.String(), Captures: m.Captures(), Public: r.Public, Authn: r.Authn, Trusts: trusts(r),
		Permission: r.Asks[method], Org: r.Org.In(m), Resource: r.Resource.In(m), Upstream: r.Upstream.ID,
		Filter: r.Filter, Defer: r.Defer, Lasts: r.Stream.Kinds(), Tools: toolsOf(r.MCP),
	}
	if r.Fetch != nil {
		w.Fetches = r.Fetch.Path(m)
	}
	return w
}

// Trusts is whose word counts for who callers of a route are.
type Trusts struct {
	Issuers  []string `json:"issuers,omitempty"`   // whose tokens are taken; "self" is this Gatehouse
	Opaque   string   `json:"opaque,omitempty"`    // who is asked about tokens that say nothing
	ClientCA string   `json:"client_ca,omitempty"` // whose client certificates are taken
}

func trusts(r *gate.Route) (t Trusts) {
	if r.Own && r.Accepts(gate.ByBearer) {
		t.Issuers = append(t.Issuers, gate.Self)
	}
	for _, i := range r.Issuers {
		t.Issuers = append(t.Issuers, i.ID)
	}
	if r.Opaque != nil {
		t.Opaque = r.Opaque.ID
	}
	if r.ClientCA != nil {
		t.ClientCA = r.ClientCA.ID
	}
	return t
}

// Tool is what a call of tools of an MCP server takes.
type Tool struct {
	Match      string `json:"match"`
	Permission string `json:"permission"`
	Scope      string `json:"scope,omitempty"`
}

func toolsOf(m *gate.MCP) (all []Tool) {
	if m == nil {
		return nil
	}
	for name, t := range m.Tools() {
		all = append(all, Tool{name, t.Permission, t.Scope})
	}
	return all
}

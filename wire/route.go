package wire

import (
	"maps"
	"slices"

	"gatehouse/gate"
)

// Route is a route of the gate.
type Route struct {
	ID          string            `json:"id"`
	Hosts       []string          `json:"hosts"`
	Paths       []string          `json:"paths"`
	Methods     []string          `json:"methods"`
	Mode        string            `json:"mode"`
	Public      bool              `json:"public,omitempty"`
	Authn       []string          `json:"authn,omitempty"`
	API         string            `json:"api,omitempty"`
	Permissions map[string]string `json:"permissions,omitempty"` // by method
	Upstream    string            `json:"upstream"`
}

// OfRoute is r as programs read it.
func OfRoute(r *gate.Route) Route {
	return Route{
		ID: r.ID, Hosts: r.Hosts, Paths: r.Paths, Methods: slices.Sorted(slices.Values(r.Methods)), Mode: r.Mode.String(), Public: r.Public,
		Authn: r.Authn, API: r.API, Permissions: maps.Clone(r.Asks), Upstream: r.Upstream.ID,
	}
}

// Routed is which route takes a request, and what it would ask for.
type Routed struct {
	Method     string            `json:"method"`
	Host       string            `json:"host"`
	Path       string            `json:"path"` // as it goes on to the upstream
	Route      string            `json:"route"`
	Mode       string            `json:"mode"`
	Captures   map[string]string `json:"captures"`
	Public     bool              `json:"public,omitempty"`
	Authn      []string          `json:"authn,omitempty"`
	Permission string            `json:"permission,omitempty"`
	Org        string            `json:"organisation,omitempty"`
	Resource   string            `json:"resource,omitempty"`
	Fetches    string            `json:"fetches,omitempty"` // the path at which an upstream is asked about the resource
	Upstream   string            `json:"upstream"`
}

// OfMatch is what a request comes to as programs read it.
func OfMatch(method, host string, path gate.Path, m *gate.Match) Routed {
	r := m.Route
	w := Routed{
		Method: method, Host: host, Path: path.String(), Route: r.ID, Mode: r.Mode.String(), Captures: m.Captures(), Public: r.Public, Authn: r.Authn,
		Permission: r.Asks[method], Org: r.Org.In(m), Resource: r.Resource.In(m), Upstream: r.Upstream.ID,
	}
	if r.Fetch != nil {
		w.Fetches = r.Fetch.Path(m)
	}
	return w
}

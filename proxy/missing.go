package proxy

import (
	"cmp"
	"slices"

	"gatehouse/access"
	"gatehouse/gate"
)

// Missing is what a route asks for in vain, one of the two: a permission that no catalogue
// has, so that all who come are answered with 503 gate.permission; or client certificates,
// where the gate has no TLS in which they could be shown.
type Missing struct {
	Route      string `json:"route"`
	Permission string `json:"permission,omitempty"`
	ClientCA   string `json:"client_ca,omitempty"` // whose certificates
}

// String says it in a sentence without its end.
func (m Missing) String() string {
	if m.ClientCA != "" {
		return "the route " + m.Route + " asks for client certificates of " + m.ClientCA + ", and the gate has no TLS (tls.cert_file): nobody can show one"
	}
	return "the route " + m.Route + " asks for " + m.Permission + ", which no API has: nobody gets through"
}

// MissingOf lists what the routes of a set ask for in vain by a policy, each once, in the
// order of the routes. Secure is whether the gate has TLS.
func MissingOf(set *gate.Set, s *access.Snapshot, secure bool) (all []Missing) {
	for _, r := range set.Routes() {
		if r.Public || r.Mode == gate.Off {
			continue
		}
		if r.ClientCA != nil && !secure {
			all = append(all, Missing{Route: r.ID, ClientCA: r.ClientCA.ID})
		}
		for _, permission := range r.Asks {
			all = missed(all, r, permission, s)
		}
		if r.MCP == nil {
			continue
		}
		for _, tool := range r.MCP.Tools() {
			all = missed(all, r, tool.Permission, s)
		}
	}
	slices.SortFunc(all, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Permission, b.Permission), cmp.Compare(a.ClientCA, b.ClientCA))
	})
	return slices.Compact(all)
}

func missed(all []Missing, r *gate.Route, permission string, s *access.Snapshot) []Missing {
	if s.HasPermission(permission) {
		return all
	}
	return append(all, Missing{Route: r.ID, Permission: permission})
}

// InVain is what routes ask for in vain, by their ids: the names of permissions and authorities.
func InVain(all []Missing) map[string][]string {
	vain := map[string][]string{}
	for _, m := range all {
		vain[m.Route] = append(vain[m.Route], cmp.Or(m.Permission, m.ClientCA))
	}
	return vain
}

package proxy

import (
	"cmp"
	"slices"

	"gatehouse/access"
	"gatehouse/gate"
)

// Missing is a permission that a route asks for and no catalogue has: all who come are
// answered with 503 gate.permission.
type Missing struct {
	Route      string `json:"route"`
	Permission string `json:"permission"`
}

// MissingOf lists what the routes of a set ask for in vain by a policy, each once, in the
// order of the routes.
func MissingOf(set *gate.Set, s *access.Snapshot) (all []Missing) {
	for _, r := range set.Routes() {
		if r.Public || r.Mode == gate.Off {
			continue
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
		return cmp.Or(cmp.Compare(a.Route, b.Route), cmp.Compare(a.Permission, b.Permission))
	})
	return slices.Compact(all)
}

func missed(all []Missing, r *gate.Route, permission string, s *access.Snapshot) []Missing {
	if s.HasPermission(permission) {
		return all
	}
	return append(all, Missing{r.ID, permission})
}

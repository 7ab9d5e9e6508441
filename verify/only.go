package verify

import (
	"net/http"

	"gatehouse.example/verify/filter"
)

// Only returns what the caller may see of the things that a handler lists, for a route with
// Filtered: everything for who holds the permission everywhere, and for who passed without
// a permission nothing. Its SQL is a condition for the statement that reads the list.
//
// Where several middlewares stand around the handler, what is returned is what all of them
// let through. Who holds a permission for what is their own alone (OrOwn) is asked about by
// OnlyOwn.
func Only(r *http.Request) filter.Filter {
	c, ok := r.Context().Value(callKey{}).(*call)
	if !ok {
		return filter.Nothing
	}
	only, asks := filter.Everything, false
	for at := c; at != nil; at = at.outer {
		at.asked.Store(true)
		asks = asks || at.rule.permission != ""
		if at.onlyFiltered {
			only = at.claims.Filter
		}
		if at.onlyOwn {
			return filter.Nothing
		}
	}
	if !asks {
		return filter.Nothing
	}
	return only
}

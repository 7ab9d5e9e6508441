package search

import (
	"net/url"
	"strconv"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// Roles finds roles by their ids. They have no pages that a hit could lead to.
var Roles = guard.Finder{
	Label: func(say *words.Catalogue) string { return say.ConsoleSearch.Roles }, Operation: "listRoles",
	Find: finding("listRoles", func(r wire.Role) part.Hit { return part.Hit{Label: r.ID} }),
}

// finding asks an operation that lists things for those that begin with a text.
func finding[T any](operation string, hit func(T) part.Hit) func(v *guard.Visit, text string) ([]part.Hit, error) {
	return func(v *guard.Visit, text string) (all []part.Hit, err error) {
		found, err := guard.Ask[admin.Page[T]](v, operation, admin.Input{Query: url.Values{"search": {text}, "limit": {strconv.Itoa(guard.MaxFound)}}})
		if err != nil {
			return nil, err
		}
		for _, one := range found.Body.Items {
			all = append(all, hit(one))
		}
		return all, nil
	}
}

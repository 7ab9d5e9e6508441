package apis

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// empty says what a scope would be for.
func (p scopesPage) empty(say *words.Catalogue) part.Empty {
	a := &say.ConsoleAPIs
	e := part.Empty{Title: a.NoScopes, Lead: a.NoScopesTodo}
	if p.CanScope {
		e.Do = []part.Link{{Label: a.NewScope, Href: p.path() + "/scopes/new"}}
	}
	return e
}

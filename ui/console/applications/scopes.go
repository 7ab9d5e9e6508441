package applications

import (
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// unknownScopes says which scopes of an application mean nothing here.
func unknownScopes(say *words.Catalogue, c *wire.Client) (all []string) {
	for _, one := range c.UnknownScopes {
		text := say.ConsoleApplications.UnknownScope.With(words.Scope, one.Scope)
		if one.Nearest != "" {
			text = say.ConsoleApplications.UnknownNear.Fill(words.Scope.Is(one.Scope), words.Name.Is(one.Nearest))
		}
		all = append(all, text)
	}
	return all
}

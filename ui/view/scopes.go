package view

import (
	"slices"

	"gatehouse/ui/words"
)

// ScopeGroup is what an application asks for under one heading.
type ScopeGroup struct {
	Title  string
	Scopes []ScopeLine
}

// ScopeLine is one scope in words. Name is the scope itself.
type ScopeLine struct{ Name, Words string }

// ScopesInWords groups scopes by what they mean for the person. A scope that is
// an application's own is shown by its name.
func ScopesInWords(say *words.Catalogue, scopes []string) []ScopeGroup {
	who, other, offline := ScopeGroup{Title: say.Scopes.WhoYouAre}, ScopeGroup{Title: say.Scopes.InYourName}, ScopeGroup{Title: say.Scopes.WhileAway}
	for _, scope := range scopes {
		group, said := &who, ""
		switch scope {
		case "openid":
			said = say.Scopes.OpenID
		case "profile":
			said = say.Scopes.Profile
		case "email":
			said = say.Scopes.Email
		case "address":
			said = say.Scopes.Address
		case "phone":
			said = say.Scopes.Phone
		case "offline_access":
			group, said = &offline, say.Scopes.KeepsGoing
		default:
			group, said = &other, say.Scopes.Own.With(words.Scope, scope)
		}
		group.Scopes = append(group.Scopes, ScopeLine{scope, said})
	}
	return slices.DeleteFunc([]ScopeGroup{who, other, offline}, func(g ScopeGroup) bool { return len(g.Scopes) == 0 })
}

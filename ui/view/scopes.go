package view

import (
	"context"
	"slices"

	"gatehouse/ui/words"
)

// ScopeGroup is what an application asks for under one heading.
type ScopeGroup struct {
	Title  string
	Scopes []ScopeLine
}

// ScopeLine is one scope in words. Name is the scope itself.
type ScopeLine struct {
	Name  string
	Words words.Phrase // Scope is its name, where nobody knows more about it
	Says  string       // what the operator says of it instead, if anything
}

// standard are the scopes of OpenID Connect (Core 5.4 and 11).
var standard = []string{"openid", "profile", "email", "address", "phone", "offline_access"}

// IdentityOnly reports whether scopes tell who somebody is and let nothing be done
// in their name.
func IdentityOnly(scopes []string) bool {
	return !slices.ContainsFunc(scopes, func(s string) bool { return !slices.Contains(standard, s) })
}

type scopesKey struct{}

// withScopes has pages say of each scope what the operator says of it.
func withScopes(ctx context.Context, says func(scope string) string) context.Context {
	return context.WithValue(ctx, scopesKey{}, says)
}

// ScopesInWords groups scopes by what they mean for the person, in the words of
// words.In and of the operator. A scope that has none is shown by its name.
func ScopesInWords(ctx context.Context, scopes []string) []ScopeGroup {
	say := words.In(ctx)
	says, _ := ctx.Value(scopesKey{}).(func(scope string) string)
	if says == nil {
		says = func(string) string { return "" }
	}
	who, other, offline := ScopeGroup{Title: say.Scopes.WhoYouAre}, ScopeGroup{Title: say.Scopes.InYourName}, ScopeGroup{Title: say.Scopes.WhileAway}
	for _, scope := range scopes {
		group, said := &who, words.Phrase("")
		switch scope {
		case "openid":
			said = words.Phrase(say.Scopes.OpenID)
		case "profile":
			said = words.Phrase(say.Scopes.Profile)
		case "email":
			said = words.Phrase(say.Scopes.Email)
		case "address":
			said = words.Phrase(say.Scopes.Address)
		case "phone":
			said = words.Phrase(say.Scopes.Phone)
		case "offline_access":
			group, said = &offline, words.Phrase(say.Scopes.KeepsGoing)
		default:
			group, said = &other, say.Scopes.Own
		}
		group.Scopes = append(group.Scopes, ScopeLine{scope, said, says(scope)})
	}
	return slices.DeleteFunc([]ScopeGroup{who, other, offline}, func(g ScopeGroup) bool { return len(g.Scopes) == 0 })
}

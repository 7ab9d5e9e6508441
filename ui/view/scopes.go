package view

import "slices"

// ScopeGroup is what an application asks for under one heading.
type ScopeGroup struct {
	Title  string
	Scopes []ScopeLine
}

// ScopeLine is one scope in words. Name is the scope itself.
type ScopeLine struct{ Name, Words string }

const (
	groupIdentity = "Who you are"
	groupOffline  = "While you are away"
	groupOther    = "In your name"
)

var standardScopes = map[string]struct{ group, words string }{
	"openid":         {groupIdentity, "Recognise you when you come back"},
	"profile":        {groupIdentity, "See your name and your profile"},
	"email":          {groupIdentity, "See your email address"},
	"address":        {groupIdentity, "See your postal address"},
	"phone":          {groupIdentity, "See your phone number"},
	"offline_access": {groupOffline, "Keep this access when you have signed out of the browser"},
}

// ScopesInWords groups scopes by what they mean for the person. A scope that is
// an application's own is shown by its name.
func ScopesInWords(scopes []string) []ScopeGroup {
	groups := []ScopeGroup{{Title: groupIdentity}, {Title: groupOther}, {Title: groupOffline}}
	for _, scope := range scopes {
		known, ok := standardScopes[scope]
		if !ok {
			known.group, known.words = groupOther, "Use “"+scope+"”"
		}
		for i := range groups {
			if groups[i].Title == known.group {
				groups[i].Scopes = append(groups[i].Scopes, ScopeLine{scope, known.words})
			}
		}
	}
	return slices.DeleteFunc(groups, func(g ScopeGroup) bool { return len(g.Scopes) == 0 })
}

package oauth

import "slices"

// The scopes with a meaning of their own (OpenID Connect Core 5.4 and 11).
const (
	ScopeOpenID  = "openid"
	ScopeOffline = "offline_access"
)

// PersonScopes speak of a person; no client can have them for itself.
var PersonScopes = []string{ScopeOpenID, "profile", "email", "address", "phone", ScopeOffline}

// covers reports whether have holds all that is wanted.
func covers(have, want []string) bool {
	return !slices.ContainsFunc(want, func(s string) bool { return !slices.Contains(have, s) })
}

// common returns what of list is in other too, in the order of list. It returns
// list itself when that is all of it.
func common(list, other []string) []string {
	if covers(other, list) {
		return list
	}
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return !slices.Contains(other, s) })
}

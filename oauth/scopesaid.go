package oauth

import (
	"slices"
	"strings"
)

// Bounds of what a refusal says of scopes.
const (
	maxSaid      = 12 // names
	maxSaidScope = 64 // bytes of one
)

// RefuseScopes is the no to who asked for scopes of which some are none of those that may be
// asked for. It names both, for who looks for a slip: what a scope may not be written with
// (RFC 6749 section 3.3), or is long, is not repeated.
func RefuseScopes(asked, may []string) *Refusal {
	var wrong []string
	for _, scope := range asked {
		if !slices.Contains(may, scope) && !slices.Contains(wrong, scope) {
			wrong = append(wrong, scope)
		}
	}
	said := "The client may not ask for " + listed("the scope ", wrong, "one of the scopes")
	if len(may) == 0 {
		return refuse(InvalidScope, said+"; there is none for it.")
	}
	return refuse(InvalidScope, said+"; it may ask for "+listed("", may, "others")+".")
}

// listed are names as a sentence has them; otherwise is said where one cannot be shown.
func listed(before string, names []string, otherwise string) string {
	if len(names) == 0 || slices.ContainsFunc(names, func(name string) bool { return !sayable(name) }) {
		return otherwise
	}
	if more := len(names) - maxSaid; more > 0 {
		return before + strings.Join(names[:maxSaid], ", ") + " and others"
	}
	if last := len(names) - 1; last > 0 {
		return strings.Replace(before, "scope ", "scopes ", 1) + strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return before + names[0]
}

// sayable reports whether a scope is written as RFC 6749 has it, and short.
func sayable(scope string) bool {
	odd := strings.ContainsFunc(scope, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
	return scope != "" && len(scope) <= maxSaidScope && !odd
}

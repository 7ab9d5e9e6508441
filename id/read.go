package id

import "strings"

// longest is how long a name of ours may be, in bytes; all are shorter.
const longest = 64

// UserOf, SessionOf, InteractionOf, GrantOf, ServiceKeyOf, FilterOf, ImportOf and VerificationOf read a name that comes from outside. What
// cannot be the name of such a thing is "", which names nothing: text that
// nobody checked then reaches no query, no event and no log.
func UserOf(text string) User { return User(named("usr_", text)) }

// SessionOf is described at UserOf.
func SessionOf(text string) Session { return Session(named("ses_", text)) }

// GrantOf is described at UserOf.
func GrantOf(text string) Grant { return Grant(named("gra_", text)) }

// ServiceKeyOf is described at UserOf.
func ServiceKeyOf(text string) ServiceKey { return ServiceKey(named("key_", text)) }

// FilterOf is described at UserOf.
func FilterOf(text string) Filter { return Filter(named("fil_", text)) }

// ImportOf is described at UserOf.
func ImportOf(text string) Import { return Import(named("imp_", text)) }

// InteractionOf is described at UserOf.
func InteractionOf(text string) Interaction { return Interaction(named("int_", text)) }

// named returns text if it has the prefix and the form of a name.
func named(prefix, text string) string {
	rest, ok := strings.CutPrefix(text, prefix)
	if !ok || rest == "" || len(text) > longest {
		return ""
	}
	for _, b := range []byte(rest) {
		if (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '_' {
			return ""
		}
	}
	return text
}

// VerificationOf is described at UserOf.
func VerificationOf(text string) Verification { return Verification(named("ver_", text)) }

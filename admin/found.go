package admin

import (
	"strings"

	"gatehouse/identity"
)

// found reports whether a text begins one of some names or a part of one, in whatever case. It is for lists that are in memory; "" finds all.
func found(text string, names ...string) bool {
	if text == "" {
		return true
	}
	text = strings.ToLower(text)
	for _, name := range names {
		if hasPart(strings.ToLower(name), text) {
			return true
		}
	}
	return false
}

func hasPart(name, text string) bool {
	for from := 0; ; {
		at := strings.Index(name[from:], text)
		if at < 0 {
			return false
		}
		if at += from; at == 0 || strings.IndexByte(identity.BetweenParts, name[at-1]) >= 0 {
			return true
		}
		from = at + 1
	}
}

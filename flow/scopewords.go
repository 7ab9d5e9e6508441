package flow

import (
	"strconv"
	"strings"

	"gatehouse/fault"
)

// ScopeWords say what one scope allows.
type ScopeWords struct {
	// Name is the scope as applications ask for it.
	Name string `setting:"name"`
	// Says is what it lets an application do, such as "See your orders": plain text, at
	// most 200 characters.
	Says string `setting:"says"`
}

// Validate says what is wrong with s.
func (s ScopeWords) Validate() []fault.Field {
	var bad []fault.Field
	if s.Name == "" || len(s.Name) > 200 || strings.ContainsFunc(s.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		bad = append(bad, fault.Field{Name: "name", Problem: "must be the name of a scope"}) // RFC 6749 section 3.3
	}
	if p := badText(s.Says, 200); p != "" {
		bad = append(bad, fault.Field{Name: "says", Problem: p})
	} else if strings.TrimSpace(s.Says) == "" {
		bad = append(bad, fault.Field{Name: "says", Problem: "must say something"})
	}
	return bad
}

func badScopes(all []ScopeWords) string {
	if len(all) > 200 {
		return "has more than 200 entries"
	}
	seen := map[string]bool{}
	for _, s := range all {
		if seen[s.Name] {
			return "names " + strconv.Quote(s.Name) + " twice"
		}
		seen[s.Name] = true
	}
	return ""
}

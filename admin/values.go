package admin

import (
	"fmt"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/proof"
	"gatehouse/setting"
)

// What several requests say in the same words.

func rolesNamed(names []string) (all []string) {
	for _, name := range names {
		all = append(all, access.RoleNamed(name))
	}
	return all
}

// patternsOf reads permissions; an error says which one is none.
func patternsOf(texts []string) ([]access.Pattern, error) { return patternsAt("permissions", texts) }

// patternsAt is patternsOf of a member that is called otherwise.
func patternsAt(name string, texts []string) ([]access.Pattern, error) {
	patterns := make([]access.Pattern, len(texts))
	for i, text := range texts {
		p, err := access.ParsePattern(text)
		if err != nil {
			return nil, &fault.Error{
				Kind: fault.Invalid, Code: fault.CodeOf(err), Detail: "A permission is written API/RESOURCE:ACTION, such as shop/orders:read; a whole RESOURCE or ACTION may be *.",
				Fields: []fault.Field{{Name: fmt.Sprintf("%s[%d]", name, i), Problem: "names no permission"}}, Err: err,
			}
		}
		patterns[i] = p
	}
	return patterns, nil
}

// span reads a span of time; the empty text is none.
func span(name, text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	d, err := setting.ParseDuration(text)
	if err != nil {
		return 0, invalid(name, err.Error())
	}
	return d, nil
}

// requirement reads what somebody must have proved.
func requirement(acr, maxAge string) (r access.Requirement, err error) {
	if r.Level, err = proof.ParseLevel(acr); err != nil {
		return r, invalid("acr", "must be aal1 or aal2")
	}
	r.MaxAge, err = span("max_age", maxAge)
	return r, err
}

package guard

import (
	"net/url"
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/wire"
)

// Wrong is the refusal of what stands in a field, before the API is asked.
func Wrong(field, problem string) error {
	return &fault.Error{Kind: fault.Invalid, Code: "request.invalid", Detail: "The request breaks a rule.", Fields: []fault.Field{{Name: field, Problem: problem}}}
}

// Named is what somebody typed into a field as the API names it: KIND:ID, of which kind is that
// of people. People are named by their addresses, too; an address of nobody is Invalid at the
// field.
func Named(v *Visit, field, kind, text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(text, "usr_"):
		return kind + ":" + text, nil
	case !strings.Contains(text, "@"):
		return text, nil
	}
	found, err := Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: url.Values{"email": {text}}})
	if err != nil {
		return "", err
	}
	if len(found.Body.Items) == 0 {
		return "", Wrong(field, "is nobody's address")
	}
	return kind + ":" + string(found.Body.Items[0].ID), nil
}

// maxNames is how many people are looked up to call them by their names on one page.
const maxNames = 20

// Names are the addresses of people by their ids, as far as the visitor may see people and they
// are there; of many the first ones.
func (v *Visit) Names(ids []string) (map[string]string, error) {
	people, err := v.people(ids)
	names := map[string]string{}
	for _, u := range people {
		names[string(u.ID)] = u.Email
	}
	return names, err
}

// WithoutStep are the addresses of those of some people who have no second step, as Names looks at them.
func (v *Visit) WithoutStep(ids []string) (emails []string, err error) {
	people, err := v.people(ids)
	for _, u := range people {
		if !u.SecondFactor {
			emails = append(emails, u.Email)
		}
	}
	return emails, err
}

// people looks some up by their ids.
func (v *Visit) people(ids []string) (all []wire.UserDetail, err error) {
	if !v.Can("getUser", nil) {
		return nil, nil
	}
	asked := map[string]bool{}
	for _, name := range ids {
		if asked[name] || id.UserOf(name) == "" || len(asked) == maxNames {
			continue
		}
		if asked[name] = true; !v.Can("getUser", On("user", name)) {
			continue
		}
		found, err := Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: On("user", name)})
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		all = append(all, found.Body)
	}
	return all, nil
}

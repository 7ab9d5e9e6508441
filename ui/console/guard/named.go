package guard

import (
	"net/url"
	"slices"
	"strings"
	"sync"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/ui/words"
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

// NamedActor is Named for whoever may have done something. It takes what the lists call them, too:
// "command line demo".
func NamedActor(v *Visit, field, text string) (string, error) {
	if noted := asNoted(strings.TrimSpace(text)); noted != "" {
		return noted, nil
	}
	return Named(v, field, "person", text)
}

// actors are the kinds of actors, but people, by what lists call them in whichever language.
var actors = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, say := range words.Shipped().Catalogues() {
		for kind, called := range say.ConsoleAudit.Kinds {
			if kind != string(audit.Person) {
				all[called] = kind
			}
		}
		all[say.ConsoleAudit.Nobody] = string(audit.Nobody)
	}
	return all
})

// asNoted is ActedBy backwards; "" for what no list says.
func asNoted(text string) string {
	for called, kind := range actors() {
		if len(text) < len(called) || !strings.EqualFold(text[:len(called)], called) {
			continue
		}
		if rest := text[len(called):]; rest == "" || rest[0] == ' ' {
			return strings.TrimSuffix(kind+":"+strings.TrimSpace(rest), ":")
		}
	}
	return ""
}

// Names are the addresses of people by their ids, as far as the visitor may see people and they
// are there.
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
func (v *Visit) people(ids []string) ([]wire.ListedUser, error) {
	var people []string
	for _, name := range ids {
		if id.UserOf(name) != "" {
			people = append(people, name)
		}
	}
	return listed[wire.ListedUser](v, "listUsers", people)
}

// atOnce is how many things of a kind are looked up by one question.
const atOnce = 100

// listed are those of some things that are there, by an operation that lists what the visitor sees of
// them; none where they may not ask it.
func listed[T any](v *Visit, operation string, ids []string) (all []T, err error) {
	if !v.Can(operation, nil) {
		return nil, nil
	}
	for some := range slices.Chunk(once(ids), atOnce) {
		found, err := Ask[admin.Page[T]](v, operation, admin.Input{Query: url.Values{"ids": {strings.Join(some, ",")}}})
		if err != nil {
			return nil, err
		}
		all = append(all, found.Body.Items...)
	}
	return all, nil
}

// once are some ids, each once.
func once(ids []string) []string {
	ids = slices.DeleteFunc(slices.Sorted(slices.Values(ids)), func(name string) bool { return name == "" })
	return slices.Compact(ids)
}

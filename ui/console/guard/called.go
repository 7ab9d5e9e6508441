package guard

import (
	"cmp"
	"net/url"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/wire"
)

// Called are the names of what events tell by an id: people by their ids, and other things by kind and id.
// What was deleted, or is not for the visitor, has none.
type Called map[string]string

// Of is the name of what an event was done to, "" where none is known, and the path of its page.
func (c Called) Of(t *wire.Target) (name, path string) {
	if name := c[t.ID]; name != "" {
		return name, PathUsers + "/" + t.ID
	}
	name = c[keyOf(t.Kind, t.ID)]
	switch t.Kind {
	case audit.KindClient:
		path = Root + "/applications/" + url.PathEscape(t.ID)
	case access.KindGrant:
		path = Root + "/grants/" + t.ID
	case audit.KindConsent:
		user, _, _ := strings.Cut(t.ID, "|")
		path = PathUsers + "/" + user + "/applications"
	}
	return name, path
}

// Client is the name of an application, "" where none is known.
func (c Called) Client(name string) string { return c[keyOf(audit.KindClient, name)] }

func keyOf(kind audit.Kind, name string) string { return string(kind) + ":" + name }

// maxCalled is how many applications, and how many grants, are looked up for one page.
const maxCalled = 10

// Called are the names of those who acted and of what it was done to, of the first of many. Where
// nobody can say one now, it and those behind it are told by their ids: the log is shown all the same.
// So are the names of other people.
func (v *Visit) Called(events []wire.Event, people ...string) Called {
	for i := range events {
		people = append(people, events[i].Actor.ID)
		if t := events[i].Target; t != nil {
			user, _, _ := strings.Cut(t.ID, "|") // of a consent
			people = append(people, user)
		}
	}
	names, err := v.Names(people)
	called := Called(names)
	for _, one := range concerned(events) {
		if err != nil {
			break
		}
		err = v.call(called, one)
	}
	for i := range events { // their parts are known by now
		if t := events[i].Target; t != nil && t.Kind == audit.KindConsent {
			user, client, _ := strings.Cut(t.ID, "|")
			if called[user] != "" && called.Client(client) != "" {
				called[keyOf(t.Kind, t.ID)] = called[user] + " · " + called.Client(client)
			}
		}
	}
	return called
}

// concerned are the applications and grants of events, each once and so many of a kind.
func concerned(events []wire.Event) (all []wire.Target) {
	seen, count := map[wire.Target]bool{}, map[audit.Kind]int{}
	add := func(kind audit.Kind, name string) {
		one := wire.Target{Kind: kind, ID: name}
		if name == "" || seen[one] || count[kind] == maxCalled {
			return
		}
		seen[one] = true
		count[kind]++
		all = append(all, one)
	}
	for i := range events {
		e := &events[i]
		if e.Target != nil && (e.Target.Kind == audit.KindClient || e.Target.Kind == access.KindGrant) {
			add(e.Target.Kind, e.Target.ID)
		}
		if e.Target != nil && e.Target.Kind == audit.KindConsent {
			_, client, _ := strings.Cut(e.Target.ID, "|")
			add(audit.KindClient, client)
		}
		if e.Actor.Kind == audit.Client {
			add(audit.KindClient, e.Actor.ID)
		}
		add(audit.KindClient, string(e.Client))
	}
	return all
}

// call looks up what one is called. Of grants whoever has them in part alone would be refused some,
// and each look would be recorded as a refusal.
func (v *Visit) call(called Called, t wire.Target) error {
	var name string
	var err error
	switch on := On(string(t.Kind), t.ID); {
	case t.Kind == audit.KindClient && v.Can("getClient", on):
		var found *admin.One[wire.ClientState]
		if found, err = Ask[admin.One[wire.ClientState]](v, "getClient", admin.Input{Path: on}); err == nil {
			name = found.Body.Name
		}
	case t.Kind == access.KindGrant && v.Can("getGrant", on) && !v.guard.API.Narrowed(v.Caller, "getGrant"):
		var found *admin.One[wire.Grant]
		if found, err = Ask[admin.One[wire.Grant]](v, "getGrant", admin.Input{Path: on}); err == nil {
			name = grantCalled(&found.Body)
		}
	}
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Invalid) { // it was deleted, or never was
		return nil
	}
	if err == nil && name != "" {
		called[keyOf(t.Kind, t.ID)] = name
	}
	return err
}

// grantCalled is what it gives, and to whom.
func grantCalled(g *wire.Grant) string {
	return cmp.Or(g.Role, g.Permission) + " · " + cmp.Or(g.Subject.Email, g.Subject.ID)
}

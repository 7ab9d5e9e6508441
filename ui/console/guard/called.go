package guard

import (
	"cmp"
	"net/url"
	"strings"

	"gatehouse/access"
	"gatehouse/audit"
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

// Called are the names of those who acted, of what it was done to, and of other people: one question for
// each kind. Where nobody can answer one now, its things are told by their ids: the log is shown all
// the same.
func (v *Visit) Called(events []wire.Event, people ...string) Called {
	who, clients, grants := concerned(events)
	names, _ := v.Names(append(who, people...))
	called := Called(names)
	apps, _ := listed[wire.ClientState](v, "listClients", clients)
	for i := range apps {
		if apps[i].Name != "" {
			called[keyOf(audit.KindClient, string(apps[i].ID))] = apps[i].Name
		}
	}
	given, _ := listed[wire.Grant](v, "listGrants", grants)
	for i := range given {
		called[keyOf(access.KindGrant, string(given[i].ID))] = grantCalled(&given[i])
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

// concerned are the people, applications and grants of events.
func concerned(events []wire.Event) (people, clients, grants []string) {
	for i := range events {
		e := &events[i]
		people = append(people, e.Actor.ID)
		if e.Client != "" {
			clients = append(clients, string(e.Client))
		}
		if e.Actor.Kind == audit.Client {
			clients = append(clients, e.Actor.ID)
		}
		if e.Target == nil {
			continue
		}
		switch e.Target.Kind {
		case audit.KindClient:
			clients = append(clients, e.Target.ID)
		case access.KindGrant:
			grants = append(grants, e.Target.ID)
		case audit.KindConsent:
			user, client, _ := strings.Cut(e.Target.ID, "|")
			people, clients = append(people, user), append(clients, client)
		default:
			people = append(people, e.Target.ID)
		}
	}
	return people, clients, grants
}

// grantCalled is what it gives, and to whom.
func grantCalled(g *wire.Grant) string {
	return cmp.Or(g.Role, g.Permission) + " · " + cmp.Or(g.Subject.Email, g.Subject.ID)
}

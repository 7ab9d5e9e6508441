package useraccess

import (
	"net/url"
	"time"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// personFrame is what the pages share.
type personFrame struct {
	guard.Frame
	User               wire.User
	Sessions, Activity bool // these tabs may be seen
	CanGrant           bool
	Now                time.Time
	// Look is from where it is looked at: org and at, as the address has them.
	Look url.Values
}

func on(v *guard.Visit) map[string]string { return guard.On("user", v.R.PathValue("user")) }

// read returns the person of the address.
func read(v *guard.Visit) (personFrame, error) {
	found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: on(v)})
	if err != nil {
		return personFrame{}, err
	}
	return personFrame{
		Frame: v.Frame(), User: found.Body.User, Sessions: v.Can("listUserSessions", on(v)), Activity: v.Can("listAuditEvents", nil),
		CanGrant: v.Can("createGrant", nil), Now: time.Now(), Look: v.Only("org", "at"),
	}, nil
}

// named is how the person is called: by the address where there is no name.
func (f *personFrame) named() string {
	if f.User.Name != "" {
		return f.User.Name
	}
	return f.User.Email
}

func (f *personFrame) path() string { return pathOf(string(f.User.ID)) + "/access" }

// heading is the head of the person's page.
func (f *personFrame) heading(say *words.Catalogue) part.Heading {
	base := pathOf(string(f.User.ID))
	h := part.Heading{Title: f.named(), Lead: f.User.Email, Code: string(f.User.ID), Face: true, Actions: actions(*f)}
	tab := func(shown bool, label, href string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: href, Current: href == f.path()})
		}
	}
	tab(true, say.ConsoleUsers.Overview, base)
	tab(true, say.ConsoleAccess.Access, f.path())
	tab(f.Sessions, say.ConsoleUsers.Sessions, base+"/sessions")
	tab(true, say.ConsoleUsers.Credentials, base+"/credentials")
	tab(f.Activity, say.ConsoleUsers.Activity, base+"/activity")
	return h
}

// crumbs lead to the page from above; below is for what is below the tab.
func (f *personFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleUsers.Title), Href: pathUsers}}
	if below {
		all = append(all, part.Link{Label: f.named(), Href: pathOf(string(f.User.ID))}, part.Link{Label: say.ConsoleAccess.Access, Href: f.path()})
	}
	return all
}

// with is the address of a page below the tab, with a parameter besides.
func (f *personFrame) with(below, name, value string) string {
	q := url.Values{}
	for key, all := range f.Look {
		q[key] = all
	}
	if q.Set(name, value); value == "" {
		q.Del(name)
	}
	if len(q) == 0 {
		return f.path() + below
	}
	return f.path() + below + "?" + q.Encode()
}

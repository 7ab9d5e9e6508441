// Package person is what the pages about one person share, whatever area they belong to: who
// it is, how it stands with them, and the tabs between those pages. It is no area of its own.
package person

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// List is the path of the list of people; the pages of each are below it.
const List = guard.PathUsers

// Path is the first page of a person, by their id.
func Path(user string) string { return List + "/" + user }

// Tab is a page of a person. Who may not use Operation is not shown it.
type Tab struct {
	Path      string // below the person's first page
	Operation string
	Label     func(say *words.Catalogue) string
}

// Tabs are all of them in their order.
var Tabs = []Tab{
	{"", "getUser", func(say *words.Catalogue) string { return say.ConsoleUsers.Overview }},
	{"/access", "listUserAccess", func(say *words.Catalogue) string { return say.ConsoleAccess.Access }},
	{"/groups", "listUserGroups", func(say *words.Catalogue) string { return say.ConsoleUsers.Groups }},
	{"/sessions", "listUserSessions", func(say *words.Catalogue) string { return say.ConsoleUsers.Sessions }},
	{"/credentials", "getUser", func(say *words.Catalogue) string { return say.ConsoleUsers.Credentials }},
	{"/applications", "listConsents", func(say *words.Catalogue) string { return say.ConsoleUsers.Applications }},
	{"/activity", "listAuditEvents", func(say *words.Catalogue) string { return say.ConsoleUsers.Activity }},
}

// Frame is what such a page has besides its own.
type Frame struct {
	guard.Frame
	User wire.UserDetail
	ETag string // with which the person was seen
	Now  time.Time
	Tabs []Tab // that the visitor may see
}

// On names the person of a visit's address.
func On(v *guard.Visit) map[string]string { return guard.On("user", v.R.PathValue("user")) }

// Read returns the frame of the person whom the address names.
func Read(v *guard.Visit) (Frame, error) {
	found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: On(v)})
	if err != nil {
		return Frame{}, err
	}
	f := Frame{Frame: v.Frame(), User: found.Body, ETag: found.ETag, Now: time.Now()}
	for _, t := range Tabs {
		if v.Can(t.Operation, On(v)) {
			f.Tabs = append(f.Tabs, t)
		}
	}
	return f, nil
}

// Path is the person's first page.
func (f *Frame) Path() string { return Path(string(f.User.ID)) }

// Name is how the person is called.
func (f *Frame) Name() string { return Named(&f.User.User) }

// Named is how somebody is called: by their address where there is no name.
func Named(u *wire.User) string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// Head is the head of a page that asks something about the person: it has no tabs.
func (f *Frame) Head(say *words.Catalogue) part.Heading {
	h := part.Heading{Title: f.Name(), Code: string(f.User.ID), Face: true, Badges: f.badges(say)}
	if f.User.Name != "" {
		h.Lead = f.User.Email
	}
	return h
}

// Tabbed is the head of the tab at path, with what can be done there; actions may be nil.
func (f *Frame) Tabbed(say *words.Catalogue, path string, actions templ.Component) part.Heading {
	h := f.Head(say)
	h.Actions = actions
	for _, t := range f.Tabs {
		h.Tabs = append(h.Tabs, part.Tab{Label: t.Label(say), Href: f.Path() + t.Path, Current: t.Path == path})
	}
	return h
}

func (f *Frame) badges(say *words.Catalogue) []part.Badge {
	all := []part.Badge{State(say, f.User.Disabled)}
	if !f.User.HasPassword {
		all = append(all, part.Badge{Label: say.ConsoleUsers.PasswordOff, Tone: part.Warn})
	}
	if f.User.Administrator {
		all = append(all, part.Badge{Label: say.ConsoleUsers.Administers, Tone: part.Warn})
	}
	return all
}

// State says whether somebody may sign in.
func State(say *words.Catalogue, disabled bool) part.Badge {
	if disabled {
		return part.Badge{Label: say.ConsoleUsers.Disabled, Tone: part.Bad}
	}
	return part.Badge{Label: say.ConsoleUsers.Active, Tone: part.Good}
}

// Crumbs lead to a page from above: to a tab those of nothing; to what is below one those of
// the person, and of that tab where it is not the first.
func (f *Frame) Crumbs(say *words.Catalogue, below ...string) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleUsers.Title), Href: List}}
	for _, path := range below {
		label := f.Name()
		for _, t := range Tabs {
			if path != "" && t.Path == path {
				label = t.Label(say)
			}
		}
		all = append(all, part.Link{Label: label, Href: f.Path() + path})
	}
	return all
}

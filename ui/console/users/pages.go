package users

import (
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists people.
type listPage struct {
	guard.Frame
	Asked                 url.Values // the filters, by the names of listUsers
	People                []wire.User
	Next                  string
	CanCreate, CanDisable bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleUsers.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

// with is the address of the list with another value of a parameter.
func (p listPage) with(name, value string) string {
	asked := maps.Clone(p.Asked)
	if asked == nil {
		asked = url.Values{}
	}
	asked.Del("cursor")
	if asked.Set(name, value); value == "" {
		asked.Del(name)
	}
	return pathUsers + "?" + asked.Encode()
}

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleUsers.Delete.Did
	}
	return ""
}

// userFrame is what the pages of one person share.
type userFrame struct {
	guard.Frame
	User                 wire.UserDetail
	ETag                 string
	Access               bool // these tabs may be seen
	Sessions, Activity   bool
	CanEdit, CanPassword bool
	Acts                 []act // which may be done with them
}

// heading is the head of a person's page with the tabs, of which the one at path is shown.
func (f *userFrame) heading(say *words.Catalogue, path string) part.Heading {
	base := pathOf(string(f.User.ID))
	h := part.Heading{Title: named(&f.User.User), Lead: f.User.Email, Code: string(f.User.ID), Face: true, Badges: f.badges(say), Actions: actions(*f)}
	tab := func(shown bool, label, href string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: href, Current: href == base+path})
		}
	}
	tab(true, say.ConsoleUsers.Overview, base)
	tab(f.Access, say.ConsoleAccess.Access, base+"/access")
	tab(f.Sessions, say.ConsoleUsers.Sessions, base+"/sessions")
	tab(true, say.ConsoleUsers.Credentials, base+"/credentials")
	tab(f.Activity, say.ConsoleUsers.Activity, base+"/activity")
	return h
}

func (f *userFrame) badges(say *words.Catalogue) []part.Badge {
	all := []part.Badge{stateOf(say, f.User.Disabled)}
	if f.User.Administrator {
		all = append(all, part.Badge{Label: say.ConsoleUsers.Administers, Tone: part.Warn})
	}
	return all
}

func stateOf(say *words.Catalogue, disabled bool) part.Badge {
	if disabled {
		return part.Badge{Label: say.ConsoleUsers.Disabled, Tone: part.Bad}
	}
	return part.Badge{Label: say.ConsoleUsers.Active, Tone: part.Good}
}

// named is how a person is called: by the address where there is no name.
func named(u *wire.User) string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// notice says what was just done with the person.
func (f *userFrame) notice(say *words.Catalogue) string {
	switch f.Done {
	case "new":
		return say.ConsoleUsers.Made
	case "edit":
		return say.ConsoleUsers.Changed
	case "password":
		return say.ConsoleUsers.PasswordSet
	}
	for _, a := range acts {
		if a.name == f.Done {
			return a.say(say).Did
		}
	}
	return ""
}

// crumbs lead to a person's page from above, and to what is below it.
func (f *userFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleUsers.Title), Href: pathUsers}}
	if below {
		all = append(all, part.Link{Label: named(&f.User.User), Href: pathOf(string(f.User.ID))})
	}
	return all
}

// userPage shows one person.
type userPage struct{ userFrame }

func (p userPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(named(&p.User.User)))
}
func (p userPage) Body() templ.Component { return userBody(p) }

// sessionsPage shows where they are signed in.
type sessionsPage struct {
	userFrame
	List []wire.Session
}

func (p sessionsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Sessions + " · " + named(&p.User.User)))
}
func (p sessionsPage) Body() templ.Component { return sessionsBody(p) }

// credentialsPage shows by what they prove who they are.
type credentialsPage struct{ userFrame }

func (p credentialsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Credentials + " · " + named(&p.User.User)))
}
func (p credentialsPage) Body() templ.Component { return credentialsBody(p) }

// activityPage shows what is recorded of them.
type activityPage struct {
	userFrame
	Events []wire.Event
	Next   string
	Later  bool // it is not the first page
}

func (p activityPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Activity + " · " + named(&p.User.User)))
}
func (p activityPage) Body() templ.Component { return activityBody(p) }

// actPage asks whether to do something with a person.
type actPage struct {
	userFrame
	Mistyped bool // who it is about was not typed as it must be
	act      act
}

func (p actPage) title(say *words.Catalogue) words.Title {
	return p.act.say(say).Title.With(words.Email, p.User.Email)
}

func (p actPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p actPage) Body() templ.Component { return actBody(p) }

// editPage makes a person, or changes one.
type editPage struct {
	guard.Frame
	Of          *wire.User // nil: a new one
	ETag        string
	Email, Name string
	Verified    bool
}

func (p editPage) title(say *words.Catalogue) words.Title {
	if p.Of == nil {
		return say.ConsoleUsers.New
	}
	return say.ConsoleUsers.EditTitle.With(words.Email, p.Of.Email)
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

// back is where Cancel leads.
func (p editPage) back() string {
	if p.Of == nil {
		return pathUsers
	}
	return pathOf(string(p.Of.ID))
}

// action is where its form is sent.
func (p editPage) action() string {
	if p.Of == nil {
		return pathNew
	}
	return p.back() + "/edit"
}

// passwordPage sets a password.
type passwordPage struct{ userFrame }

func (p passwordPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleUsers.SetPassword.With(words.Email, p.User.Email)
}

func (p passwordPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p passwordPage) Body() templ.Component { return passwordBody(p) }

// selectedPage disables those who were chosen of the list.
type selectedPage struct {
	guard.Frame
	Chosen   []string
	Finished bool
	Not      []not
}

// not is somebody who was not disabled, and why.
type not struct {
	user string
	why  *fault.Error
}

func (p selectedPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleUsers.Bulk) }
func (p selectedPage) Body() templ.Component               { return selectedBody(p) }

// actor says who did something.
func actor(e *wire.Event) string {
	return strings.Join(slices.DeleteFunc([]string{string(e.Actor.Kind), e.Actor.ID}, func(s string) bool { return s == "" }), " ")
}

package users

import (
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists people.
type listPage struct {
	guard.Frame
	Asked                url.Values // the filters, by the names of listUsers
	People               []wire.ListedUser
	Next                 string
	CanCreate, CanImport bool
	Bulks                []bulk // that may be done
	Counted              int    // how many people there are, zero where nobody knows
	Import               string // how the import is called that they came by
}

// linkable reports whether one of those who are shown has no password.
func (p *listPage) linkable() bool {
	return slices.ContainsFunc(p.People, func(u wire.ListedUser) bool { return !u.HasPassword })
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleUsers.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

// with is the address of the list with another value of a parameter.
func (p listPage) with(name, value string) string { return guard.With(pathUsers, p.Asked, name, value) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleUsers.Delete.Did
	}
	return ""
}

// userFrame is what the pages of one person share.
type userFrame struct {
	person.Frame
	CanEdit, CanPassword bool
	CanLink              bool  // they have no password, and may be given a link to set one
	Acts                 []act // which may be done with them
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
	case "revoke":
		return say.ConsoleUsers.TokenRevoked
	case "withdraw":
		return say.ConsoleUsers.Withdrawn
	case "end-family":
		return say.ConsoleUsers.TokenEnded
	case "end-tokens":
		return say.ConsoleUsers.EndTokens.Did
	}
	for _, a := range acts {
		if a.name == f.Done {
			return a.say(say).Did
		}
	}
	return ""
}

// userPage shows one person.
type userPage struct{ userFrame }

func (p userPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(p.Name()))
}
func (p userPage) Body() templ.Component { return userBody(p) }

// drawn is the frame around the page. Whoever made the person has to set a password next.
func (p userPage) drawn(say *words.Catalogue) part.Frame {
	f := p.Frame.Part(say, p.Tabbed(say, "", actions(p.userFrame)), p.notice(say), p.Crumbs(say)...)
	switch {
	case p.Done == "new" && p.CanLink:
		f.Flash.Next = part.Link{Label: say.ConsoleUsers.MakeLink, Href: p.Path() + pathLink}
	case p.Done == "new" && p.CanPassword:
		f.Flash.Next = part.Link{Label: say.ConsoleUsers.NewPassword, Href: p.Path() + "/password"}
	}
	return f
}

// credentialsPage shows by what they prove who they are.
type credentialsPage struct {
	userFrame
	Tokens             *[]wire.PersonalToken // nil: they may not be seen
	CanRevoke, CanMake bool
}

func (p credentialsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Credentials + " · " + p.Name()))
}
func (p credentialsPage) Body() templ.Component { return credentialsBody(p) }

// tokenPage asks whether to end a personal token.
type tokenPage struct {
	userFrame
	Token wire.PersonalToken
}

func (p tokenPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleUsers.RevokeToken.With(words.Name, p.Token.Name))
}
func (p tokenPage) Body() templ.Component { return tokenBody(p) }

// appsPage shows what applications have of the person.
type appsPage struct {
	userFrame
	Apps                []held
	More                bool // they hold more tokens than that
	CanWithdraw, CanEnd bool
	CanEndOne           bool
}

func (p appsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Applications + " · " + p.Name()))
}
func (p appsPage) Body() templ.Component { return appsBody(p) }

// withdrawPage asks whether to take back what an application was allowed.
type withdrawPage struct {
	userFrame
	App held
}

func (p withdrawPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleUsers.Withdraw.With(words.App, p.App.Client))
}
func (p withdrawPage) Body() templ.Component { return withdrawBody(p) }

// activityPage shows what is recorded of them.
type activityPage struct {
	userFrame
	Asked  url.Values
	Events []wire.Event
	Names  map[string]string // of the people who acted, by their ids
	Next   string
}

func (p activityPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleUsers.Activity + " · " + p.Name()))
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
	return person.Path(string(p.Of.ID))
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

// selectedPage does something with those who were chosen of the list.
type selectedPage struct {
	guard.Frame
	Do       *bulk
	Group    string // as typed
	Chosen   []string
	Names    map[string]string // of the first of them
	Finished bool
	Not      []not
	Links    []wire.PasswordLink // that were made
}

// called is how one who was chosen is called.
func (p *selectedPage) called(user string) string {
	if name := p.Names[user]; name != "" {
		return name
	}
	return user
}

// names are those that are known of those who were chosen.
func (p *selectedPage) names() (all []string) {
	for _, user := range p.Chosen {
		if name := p.Names[user]; name != "" {
			all = append(all, name)
		}
	}
	return all
}

// not is somebody to whom it was not done, and why.
type not struct {
	user string
	why  *fault.Error
}

func (p selectedPage) Head(say *words.Catalogue) view.Head {
	if len(p.Links) > 0 {
		return part.HeadOnce(p.Do.say(say).Title)
	}
	return part.Head(p.Form.Title(say, p.Do.say(say).Title))
}
func (p selectedPage) Body() templ.Component { return selectedBody(p) }

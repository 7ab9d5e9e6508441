package account

import (
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// frame is what the pages of the account area share.
type frame struct {
	view.Form
	Email, Name string
	Initials    string // stand where a picture of the person would
	// Done names what was just done, as the address has it; it may be anything.
	Done string
}

// section is an entry of the account's navigation.
type section struct{ path, name string }

func sections(say *words.Catalogue) []section {
	return []section{
		{pathHome, say.Account.Nav.Overview},
		{pathSecurity, say.Account.Nav.Security},
		{pathPassword, say.Account.Nav.Password},
		{pathSessions, say.Account.Nav.Sessions},
		{pathApps, say.Account.Nav.Apps},
	}
}

// notice says what was just done, "" when nothing was. The address names one of
// these; it cannot bring words of its own.
func (a frame) notice(say *words.Catalogue) string {
	switch a.Done {
	case "password":
		return say.Account.Done.Password
	case "session":
		return say.Account.Done.Session
	case "others":
		return say.Account.Done.Others
	case "app":
		return say.Account.Done.App
	case "enrol":
		return say.Account.Done.Enrol
	case "remove":
		return say.Account.Done.Remove
	case "recovery":
		return say.Account.Done.Recovery
	}
	return ""
}

// greeting is how to call the person.
func (a frame) greeting() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// initialsOf returns the first letters of the first and the last word of name, or
// that of the email address where there is no name.
func initialsOf(name, email string) string {
	all := strings.Fields(name)
	if len(all) == 0 {
		all = []string{email}
	}
	first, _ := utf8.DecodeRuneInString(all[0])
	initials := string(unicode.ToUpper(first))
	if len(all) > 1 {
		last, _ := utf8.DecodeRuneInString(all[len(all)-1])
		initials += string(unicode.ToUpper(last))
	}
	return initials
}

// headed is the head of a page of the account area.
func headed(title words.Title) view.Head {
	return view.Head{Title: title, Styles: []string{"parts.css", "account.css"}, Scripts: []string{"account.js"}}
}

// typed is headed for a page with inputs, or with something to copy.
func typed(title words.Title) view.Head {
	h := headed(title)
	h.Scripts = append(h.Scripts, "app.js")
	return h
}

// homePage is the first page of the account area.
type homePage struct {
	frame
	HasFactor    bool
	RecoveryLeft int
	Sessions     int
	Apps         int
	Steers       bool // they administer Gatehouse
}

func (p homePage) Head(say *words.Catalogue) view.Head {
	return headed(say.Account.Title)
}
func (p homePage) Body() templ.Component { return homeBody(p) }

// passwordPage changes the password.
type passwordPage struct {
	frame
	MinLength int
}

func (p passwordPage) Head(say *words.Catalogue) view.Head {
	return typed(p.Title(say, say.Password.Title))
}
func (p passwordPage) Body() templ.Component { return passwordBody(p) }

// inputs are the two passwords.
func (p passwordPage) inputs(say *words.Catalogue) []view.Input {
	return p.Inputs(say, view.Input{
		ID: "password", Label: say.Password.Current, Kind: "password", Autocomplete: "current-password",
		Main: true, Focus: true, MaxLength: 1024, Show: true,
	}, view.NewPassword(say, "new_password", say.Password.New, p.MinLength))
}

// sessionsPage lists where the person is signed in.
type sessionsPage struct {
	frame
	List []sessionLine
}

// sessionLine is one browser that is signed in.
type sessionLine struct {
	ID            string
	Device        view.Device
	IP            string
	TwoSteps      bool // a second factor was used
	Created, Seen time.Time
	Current       bool // the browser that asks
}

func (p sessionsPage) Head(say *words.Catalogue) view.Head {
	return headed(say.Sessions.Title)
}
func (p sessionsPage) Body() templ.Component { return sessionsBody(p) }

// others counts the browsers besides the one that asks.
func (p sessionsPage) others() int {
	n := 0
	for _, s := range p.List {
		if !s.Current {
			n++
		}
	}
	return n
}

// path is where the session has a page of its own.
func (s sessionLine) path() string { return pathSession + "?session=" + url.QueryEscape(s.ID) }

// sessionPage shows one session, and asks whether to end it.
type sessionPage struct {
	frame
	sessionLine
}

func (p sessionPage) Head(say *words.Catalogue) view.Head {
	return headed(say.Session.Title.With(words.Browser, p.Device.Name(say)))
}
func (p sessionPage) Body() templ.Component { return sessionBody(p) }

// othersPage asks whether to end all sessions but this one.
type othersPage struct {
	frame
	Count int
}

func (p othersPage) Head(say *words.Catalogue) view.Head { return headed(say.Others.Title) }
func (p othersPage) Body() templ.Component               { return othersBody(p) }

// appsPage lists the applications that the person has let in.
type appsPage struct {
	frame
	List []appLine
}

// appLine is one application and what it may do.
type appLine struct {
	ID, Name string
	HomeURL  string
	Logo     string // an address that holds its picture; "" is none
	Scopes   []string
	Since    time.Time
}

func (p appsPage) Head(say *words.Catalogue) view.Head {
	return headed(say.Apps.Title)
}
func (p appsPage) Body() templ.Component { return appsBody(p) }

// path is where the application has a page of its own.
func (a appLine) path() string { return pathApp + "?client=" + url.QueryEscape(a.ID) }

// appPage shows what one application may do, and asks whether to take it back.
type appPage struct {
	frame
	App appLine
}

func (p appPage) Head(say *words.Catalogue) view.Head {
	return headed(say.App.Title.With(words.App, p.App.Name))
}
func (p appPage) Body() templ.Component { return appBody(p) }

// securityPage shows the second step and the recovery codes.
type securityPage struct {
	frame
	HasFactor    bool
	Since        time.Time // when the authenticator was confirmed
	LastUsed     time.Time // zero: not yet
	RecoveryLeft int
}

func (p securityPage) Head(say *words.Catalogue) view.Head {
	return headed(say.Security.Title)
}
func (p securityPage) Body() templ.Component { return securityBody(p) }

// removeFactorPage asks whether to remove the second step.
type removeFactorPage struct{ frame }

func (p removeFactorPage) Head(say *words.Catalogue) view.Head {
	return headed(say.NoFactor.Title)
}
func (p removeFactorPage) Body() templ.Component { return removeFactorBody(p) }

// newRecoveryPage asks whether to make new recovery codes.
type newRecoveryPage struct {
	frame
	Set   string // which codes the new ones replace
	Left  int
	Shown bool // new ones were shown just now
}

func (p newRecoveryPage) Head(say *words.Catalogue) view.Head {
	return headed(say.Recodes.Title)
}
func (p newRecoveryPage) Body() templ.Component { return newRecoveryBody(p) }

// newCodesPage shows new recovery codes, this once.
type newCodesPage struct {
	frame
	codes []string
}

func (p newCodesPage) Head(say *words.Catalogue) view.Head {
	h := typed(say.Codes.Title)
	h.Once = true
	return h
}
func (p newCodesPage) Body() templ.Component { return newCodesBody(p) }

func steps(say *words.Catalogue, two bool) string {
	if two {
		return say.Sessions.TwoSteps
	}
	return say.Sessions.OneStep
}

package account

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
)

// frame is what the pages of the account area share.
type frame struct {
	view.Form
	Email, Name string
	// Notice says what was just done; "" when nothing was.
	Notice string
}

// section is an entry of the account's navigation.
type section struct{ path, name string }

var sections = []section{
	{"/account", "Overview"},
	{"/account/security", "Security"},
	{"/account/password", "Password"},
	{"/account/sessions", "Sessions"},
	{"/account/apps", "Connected apps"},
}

// greeting is how to call the person.
func (a frame) greeting() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// homePage is the first page of the account area.
type homePage struct {
	frame
	HasFactor    bool
	RecoveryLeft int
	Sessions     int
	Apps         int
}

func (p homePage) Head() view.Head       { return view.Head{Title: "Your account"} }
func (p homePage) Body() templ.Component { return homeBody(p) }

// passwordPage changes the password.
type passwordPage struct {
	frame
	MinLength int
}

func (p passwordPage) Head() view.Head {
	return view.Head{Title: p.Title("Change your password"), Scripts: []string{"app.js"}}
}
func (p passwordPage) Body() templ.Component { return passwordBody(p) }

func (p passwordPage) current() view.Input {
	return view.Input{
		ID: "password", Label: "Current password", Kind: "password", Autocomplete: "current-password",
		Alerted: p.Both, Problem: p.Problem("password"), Focus: p.Problem("new_password") == "", MaxLength: 1024, Show: true,
	}
}

func (p passwordPage) next() view.Input {
	in := view.NewPassword("new_password", "New password", p.MinLength)
	in.Problem = p.Problem("new_password")
	in.Focus = in.Problem != ""
	return in
}

// sessionsPage lists where the person is signed in.
type sessionsPage struct {
	frame
	List []sessionLine
}

// sessionLine is one browser that is signed in.
type sessionLine struct {
	ID            string
	Device        string
	IP            string
	TwoSteps      bool // a second factor was used
	Created, Seen time.Time
	Current       bool // the browser that asks
}

func (p sessionsPage) Head() view.Head       { return view.Head{Title: "Your sessions"} }
func (p sessionsPage) Body() templ.Component { return sessionsBody(p) }

// others reports whether there is more than the browser that asks.
func (p sessionsPage) others() bool {
	for _, s := range p.List {
		if !s.Current {
			return true
		}
	}
	return false
}

// appsPage lists the applications that the person has let in.
type appsPage struct {
	frame
	List []appLine
}

// appLine is one application and what it may do.
type appLine struct {
	ID, Name string
	HomeURL  string
	Groups   []view.ScopeGroup
	Since    time.Time
}

func (p appsPage) Head() view.Head       { return view.Head{Title: "Connected apps"} }
func (p appsPage) Body() templ.Component { return appsBody(p) }

// securityPage shows the second step and the recovery codes.
type securityPage struct {
	frame
	HasFactor    bool
	Since        time.Time // when the authenticator was confirmed
	LastUsed     time.Time // zero: not yet
	RecoveryLeft int
}

func (p securityPage) Head() view.Head       { return view.Head{Title: "Security"} }
func (p securityPage) Body() templ.Component { return securityBody(p) }

// removeFactorPage asks whether to remove the second step.
type removeFactorPage struct{ frame }

func (p removeFactorPage) Head() view.Head       { return view.Head{Title: "Remove the second step"} }
func (p removeFactorPage) Body() templ.Component { return removeFactorBody(p) }

// newRecoveryPage asks whether to make new recovery codes.
type newRecoveryPage struct {
	frame
	Left int
}

func (p newRecoveryPage) Head() view.Head       { return view.Head{Title: "Make new recovery codes"} }
func (p newRecoveryPage) Body() templ.Component { return newRecoveryBody(p) }

// newCodesPage shows new recovery codes, this once.
type newCodesPage struct {
	frame
	codes []string
}

func (p newCodesPage) Head() view.Head {
	return view.Head{Title: "Your recovery codes", Scripts: []string{"app.js"}}
}
func (p newCodesPage) Body() templ.Component { return newCodesBody(p) }

package view

import (
	"time"

	"github.com/a-h/templ"
)

// Account is what the pages of the account area share.
type Account struct {
	Form
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
func (a Account) greeting() string {
	if a.Name != "" {
		return a.Name
	}
	return a.Email
}

// AccountHome is the first page of the account area.
type AccountHome struct {
	Account
	HasFactor    bool
	RecoveryLeft int
	Sessions     int
	Apps         int
}

func (p AccountHome) head() head            { return head{title: "Your account"} }
func (p AccountHome) body() templ.Component { return accountHome(p) }

// Password changes the password.
type Password struct {
	Account
	MinLength int
}

func (p Password) head() head {
	return head{title: p.title("Change your password"), scripts: []string{"app.js"}}
}
func (p Password) body() templ.Component { return password(p) }

func (p Password) current() input {
	return input{
		id: "password", label: "Current password", kind: "password", autocomplete: "current-password",
		alerted: p.Both, problem: p.Problem("password"), focus: p.Problem("new_password") == "", maxLength: 1024, show: true,
	}
}

func (p Password) next() input {
	in := newPassword("new_password", "New password", p.MinLength)
	in.problem = p.Problem("new_password")
	in.focus = in.problem != ""
	return in
}

func newPassword(id, label string, minLength int) input {
	return input{
		id: id, label: label, kind: "password", autocomplete: "new-password", hint: lengthHint(minLength),
		minLength: minLength, maxLength: 1024, show: true,
	}
}

// Sessions lists where the person is signed in.
type Sessions struct {
	Account
	List []SessionLine
}

// SessionLine is one browser that is signed in.
type SessionLine struct {
	ID            string
	Device        string
	IP            string
	TwoSteps      bool // a second factor was used
	Created, Seen time.Time
	Current       bool // the browser that asks
}

func (p Sessions) head() head            { return head{title: "Your sessions"} }
func (p Sessions) body() templ.Component { return sessions(p) }

// others reports whether there is more than the browser that asks.
func (p Sessions) others() bool {
	for _, s := range p.List {
		if !s.Current {
			return true
		}
	}
	return false
}

// Apps lists the applications that the person has let in.
type Apps struct {
	Account
	List []AppLine
}

// AppLine is one application and what it may do.
type AppLine struct {
	ID, Name string
	HomeURL  string
	Groups   []ScopeGroup
	Since    time.Time
}

func (p Apps) head() head            { return head{title: "Connected apps"} }
func (p Apps) body() templ.Component { return apps(p) }

// Security shows the second step and the recovery codes.
type Security struct {
	Account
	HasFactor    bool
	Since        time.Time // when the authenticator was confirmed
	LastUsed     time.Time // zero: not yet
	RecoveryLeft int
}

func (p Security) head() head            { return head{title: "Security"} }
func (p Security) body() templ.Component { return security(p) }

// RemoveFactor asks whether to remove the second step.
type RemoveFactor struct{ Account }

func (p RemoveFactor) head() head            { return head{title: "Remove the second step"} }
func (p RemoveFactor) body() templ.Component { return removeFactor(p) }

// NewRecovery asks whether to make new recovery codes.
type NewRecovery struct {
	Account
	Left int
}

func (p NewRecovery) head() head            { return head{title: "Make new recovery codes"} }
func (p NewRecovery) body() templ.Component { return newRecovery(p) }

// Package ui is the people's door: sign-in, consent and sign-out, the account
// area, the first set-up, the home page, and what each code of a refusal means. One
// package per area holds its handlers, view draws, static serves what the pages load.
// Forms are plain HTML and work without scripts.
package ui

import (
	"time"

	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/ui/account"
	"gatehouse/ui/gate"
	"gatehouse/ui/home"
	"gatehouse/ui/language"
	"gatehouse/ui/problems"
	"gatehouse/ui/setup"
	"gatehouse/ui/signin"
	"gatehouse/ui/theme"
	"gatehouse/ui/view"
	"gatehouse/ui/welcome"
	"gatehouse/web"
)

// Flow is the sign-in; *flow.Service is.
type Flow interface {
	signin.Flow
	account.Flow
	setup.Flow
}

// Identity knows people; *identity.Service does.
type Identity interface {
	signin.People
	account.Identity
	setup.Identity
	home.Identity
	welcome.Identity
}

// Sessions knows browsers; *session.Manager does.
type Sessions interface {
	signin.Sessions
	account.Sessions
	setup.Sessions
}

// Deps is what the pages need. All fields but Help must be set.
type Deps struct {
	Issuer   string
	Flow     Flow
	Identity Identity
	Sessions Sessions
	OAuth    account.Consents
	Registry account.Clients
	Turns    account.Turns
	// Administrators knows who is shown how to go on after the set-up, and the way to the console.
	Administrators setup.Administrators
	Cookies        *web.Cookies
	Pages          *view.Pages
	// Next returns the path where a sign-in goes on, and Again the one where it begins
	// anew, as the functions of package signin do.
	Next, Again func(e flow.Entry) string
	// Fresh is how long a proof counts where a page changes how one signs in.
	Fresh func() time.Duration
	// MinPassword is how many characters a new password has at least, so that
	// the forms can say so; zero says nothing.
	MinPassword func() int
	Help        func() signin.Help // for who cannot sign in; nil: nothing
	Entrances   gate.Entrances
	Console     id.Client // the client of our own console
}

// SignIn is the door of the sign-in's pages, which Mount mounts. Others may show its
// pages.
func (d Deps) SignIn() *signin.Door {
	return &signin.Door{Flow: d.Flow, Sessions: d.Sessions, People: d.Identity, Cookies: d.Cookies, Pages: d.Pages, Next: d.Next, Again: d.Again, Help: d.Help, Console: d.Console}
}

// Mount registers all pages; what they load is static.Mount's. The mux must be served behind
// web.ProtectForms.
func Mount(m *web.Mux, d Deps) {
	d.SignIn().Mount(m)
	(&account.Door{
		Flow: d.Flow, Identity: d.Identity, Sessions: d.Sessions, Consents: d.OAuth, Clients: d.Registry, Turns: d.Turns, Administrators: d.Administrators,
		Cookies: d.Cookies, Pages: d.Pages, Next: d.Next, Fresh: d.Fresh, MinPassword: d.MinPassword,
	}).Mount(m)
	(&gate.Door{Flow: d.Flow, Entrances: d.Entrances, Cookies: d.Cookies, Next: d.Next}).Mount(m)
	(&setup.Door{
		Identity: d.Identity, Administrators: d.Administrators, Flow: d.Flow, Sessions: d.Sessions, Cookies: d.Cookies, Pages: d.Pages, Next: d.Next,
		Issuer: d.Issuer, MinPassword: d.MinPassword,
	}).Mount(m)
	(&welcome.Door{Identity: d.Identity, Flow: d.Flow, Cookies: d.Cookies, Pages: d.Pages, Next: d.Next, MinPassword: d.MinPassword}).Mount(m)
	(&problems.Door{Pages: d.Pages}).Mount(m)
	(&language.Door{Cookies: d.Cookies, Pages: d.Pages}).Mount(m)
	(&theme.Door{Cookies: d.Cookies}).Mount(m)
	(&home.Door{Issuer: d.Issuer, Identity: d.Identity, Sessions: d.Sessions, Cookies: d.Cookies, Pages: d.Pages}).Mount(m)
}

package view

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/web"
)

// Step is what the pages of one sign-in share.
type Step struct {
	Form
	Interaction string // the hidden `i`
	// App is the name of the application that the sign-in is for; empty on
	// pages of our own.
	App string
	// Travels says that the answer to the form may lead through an application
	// to origins that nobody here can name. Chromium holds form-action against
	// the whole chain of redirects, so the policy must then leave it out.
	Travels bool
	// Email is who is signing in, empty while nobody is known.
	Email string
}

func (s Step) policy() web.Policy { return web.Policy{AnyFormAction: s.Travels} }

// SignIn asks for name and password.
type SignIn struct {
	Step
	Login string // what stands in the first field
}

func (p SignIn) head() head {
	return head{title: p.title("Sign in"), scripts: []string{"app.js"}, policy: p.policy()}
}
func (p SignIn) body() templ.Component { return signIn(p) }

// known reports whether the sign-in is about one certain person.
func (p SignIn) known() bool { return p.Email != "" }

func (p SignIn) login() input {
	in := input{
		id: "email", label: "Email", value: p.Login, autocomplete: "username", mode: "email",
		alerted: p.Both, problem: p.Problem("email"), focus: p.Login == "" || p.Both, maxLength: 320, literal: true,
	}
	if p.known() {
		in.value, in.readonly, in.focus, in.alerted = p.Email, true, false, false
	}
	return in
}

func (p SignIn) password() input {
	return input{
		id: "password", label: "Password", kind: "password", autocomplete: "current-password",
		alerted: p.Both, problem: p.Problem("password"), focus: !p.login().focus, maxLength: 1024, show: true,
	}
}

// Select asks which account to go on with.
type Select struct{ Step }

func (p Select) head() head            { return head{title: p.title("Choose an account"), policy: p.policy()} }
func (p Select) body() templ.Component { return selectAccount(p) }

// Factor asks for a code of the authenticator app.
type Factor struct{ Step }

func (p Factor) head() head            { return head{title: p.title("Second step"), policy: p.policy()} }
func (p Factor) body() templ.Component { return factor(p) }

func (s Step) code() input {
	return input{
		id: "code", label: "Six-digit code", autocomplete: "one-time-code", mode: "numeric", class: "code", pattern: "[0-9 ]*",
		alerted: s.Both, problem: s.Problem("code"), focus: true, maxLength: 16,
	}
}

// Recovery asks for a recovery code.
type Recovery struct{ Step }

func (p Recovery) head() head {
	return head{title: p.title("Use a recovery code"), policy: p.policy()}
}
func (p Recovery) body() templ.Component { return recovery(p) }

func (p Recovery) code() input {
	return input{
		id: "recovery_code", label: "Recovery code", hint: "Dashes and capital letters do not matter.", autocomplete: "off",
		alerted: p.Both, problem: p.Problem("recovery_code"), focus: true, maxLength: 64, literal: true,
	}
}

// Enrol sets up an authenticator app.
type Enrol struct {
	Step
	Secret string // base32
	URL    string // otpauth
	QR     QR
}

func (p Enrol) head() head {
	return head{title: p.title("Set up a second step"), scripts: []string{"app.js"}, policy: p.policy()}
}
func (p Enrol) body() templ.Component { return enrol(p) }

// code leaves the focus at the top of the page, where the QR code is, until a
// code was wrong.
func (p Enrol) code() input {
	in := p.Step.code()
	in.focus = in.invalid()
	return in
}

// groups returns the key in groups of four, as people type it.
func (p Enrol) groups() []string { return inGroups(p.Secret, 4) }

// link returns the address that opens an authenticator app. It is ours, but a
// link of any other kind must not come of it.
func (p Enrol) link() templ.SafeURL {
	if !strings.HasPrefix(p.URL, "otpauth://totp/") {
		return ""
	}
	return templ.SafeURL(p.URL)
}

func inGroups(s string, size int) []string {
	var groups []string
	for len(s) > size {
		groups, s = append(groups, s[:size]), s[size:]
	}
	return append(groups, s)
}

// RecoveryCodes shows new recovery codes, this once.
type RecoveryCodes struct {
	Codes []string
	Next  string // where "I have stored them" leads
	// Account is set when the account area made the codes.
	Account *Account
}

func (p RecoveryCodes) head() head {
	return head{title: "Your recovery codes", scripts: []string{"app.js"}}
}
func (p RecoveryCodes) body() templ.Component { return recoveryCodes(p) }

// FewCodes says, after a recovery code was used, that few are left.
type FewCodes struct {
	Left int
	Next string
}

func (p FewCodes) head() head            { return head{title: "Few recovery codes are left"} }
func (p FewCodes) body() templ.Component { return fewCodes(p) }

// Consent asks whether an application may have what it asked for.
type Consent struct {
	Step
	Groups []ScopeGroup
	Host   string // where the answer goes to; may be empty
}

func (p Consent) head() head {
	return head{title: p.title("Allow access for " + p.App), policy: p.policy()}
}
func (p Consent) body() templ.Component { return consent(p) }

// RedirectHost returns the host of a redirect URI, or the private-use scheme of
// an application on the device; empty when there is neither.
func RedirectHost(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || uri == "" {
		return ""
	}
	if u.Host != "" {
		return u.Host
	}
	return u.Scheme
}

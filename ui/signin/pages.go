package signin

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// stepFrame is what the pages of one sign-in share.
type stepFrame struct {
	view.Form
	Interaction string // the hidden `i`
	// App is the name of the application that the sign-in is for; empty on
	// pages of our own.
	App string
	// Logo is an address that holds its picture; empty: it has none.
	Logo string
	// Travels says that the answer to the form may lead through an application
	// to origins that nobody here can name. Chromium holds form-action against
	// the whole chain of redirects, so the policy must then leave it out.
	Travels bool
	// Host is where the sign-in leads behind the gate; empty: it does not.
	Host string
	// Email is who is signing in, empty while nobody is known.
	Email string
	// Within is how lately they must have proved who they are, zero where that is not asked, and
	// For the operation of the console that asks it.
	Within time.Duration
	For    string
	// Back is where "Cancel" leads; empty where there is no way but this.
	Back string
}

// fits reports whether the sign-in fits into an address of path.
func (s stepFrame) fits(path string) bool { return len(s.address(path)) <= web.MaxLocation }

func (s stepFrame) address(path string) string { return path + "?i=" + url.QueryEscape(s.Interaction) }

// at is the address of path in this sign-in, so that loading the page again, or
// coming back to it, shows where the sign-in stands. One that is too long for an
// address is in the forms alone.
func (s stepFrame) at(path string) templ.SafeURL {
	if s.Interaction == "" || !s.fits(path) {
		return templ.SafeURL(path)
	}
	return templ.SafeURL(s.address(path))
}

func (s stepFrame) policy() web.Policy { return web.Policy{AnyFormAction: s.Travels} }

// why says why a person who is signed in has to prove who they are once more, "" where they are not, or that
// is not because of the time.
func (s stepFrame) why(say *words.Catalogue) string {
	if s.Within == 0 || s.Email == "" {
		return ""
	}
	if s.For == "" {
		return say.Dangers.Fresh.With(words.Wait, say.Wait(int(s.Within.Seconds())))
	}
	return view.Asks(say, s.For, s.Within)
}

// signInPage asks for name and password.
type signInPage struct {
	stepFrame
	Login string // what stands in the first field
}

func (p signInPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.SignIn.Title), Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p signInPage) Body() templ.Component { return signInBody(p) }

// known reports whether the sign-in is about one certain person.
func (p signInPage) known() bool { return p.Email != "" }

// inputs are name and password. What is wrong with the two together is said at the
// password: it must be typed again, and the name is right most often.
func (p signInPage) inputs(say *words.Catalogue) []view.Input {
	login := view.Input{
		ID: "email", Label: say.SignIn.Email, Value: p.Login, Autocomplete: "username", Mode: "email", MaxLength: 320, Literal: true,
	}
	if p.known() {
		login.Value, login.Readonly = p.Email, true
	}
	login.Focus = login.Value == ""
	return p.Inputs(say, login, view.Input{
		ID: "password", Label: say.SignIn.Password, Kind: "password", Autocomplete: "current-password",
		Main: true, Focus: !login.Focus, MaxLength: 1024, Show: true,
	})
}

// selectPage asks which account to go on with.
type selectPage struct{ stepFrame }

func (p selectPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Select.Title), Scripts: []string{"app.js"}, Policy: p.policy()}
}

// taken reports whether the person is asked because somebody else signed in
// while another page was open.
func (p selectPage) taken() bool { return p.Wrong != nil && p.Wrong.Code == codeTaken }

func (p selectPage) Body() templ.Component { return selectBody(p) }

// factorPage asks for a code of the authenticator app.
type factorPage struct{ stepFrame }

func (p factorPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Factor.Title), Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p factorPage) Body() templ.Component { return factorBody(p) }

// code is the input for a code of the app; focus says whether the person types it
// at once.
func (s stepFrame) code(say *words.Catalogue, focus bool) []view.Input {
	return s.Inputs(say, view.Input{
		ID: "code", Label: say.Factor.Code, Autocomplete: "one-time-code", Mode: "numeric", Class: "code", Pattern: "[0-9 ]*",
		Main: true, Focus: focus, MaxLength: 16,
	})
}

func (p factorPage) inputs(say *words.Catalogue) []view.Input { return p.code(say, true) }

// recoveryPage asks for a recovery code.
type recoveryPage struct{ stepFrame }

func (p recoveryPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Recovery.Title), Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p recoveryPage) Body() templ.Component { return recoveryBody(p) }

func (p recoveryPage) inputs(say *words.Catalogue) []view.Input {
	return p.Inputs(say, view.Input{
		ID: "recovery_code", Label: say.Recovery.Code, Hint: say.Recovery.Hint, Autocomplete: "off",
		Main: true, Focus: true, MaxLength: 64, Literal: true,
	})
}

// enrolPage sets up an authenticator app.
type enrolPage struct {
	stepFrame
	Secret string // base32
	URL    string // otpauth
	QR     qrCode
}

func (p enrolPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: p.Title(say, say.Enrol.Title), Scripts: []string{"app.js"}, Policy: p.policy()}
}
func (p enrolPage) Body() templ.Component { return enrolBody(p) }

// inputs leaves the focus at the top of the page, where the QR code is, until a
// code was wrong.
func (p enrolPage) inputs(say *words.Catalogue) []view.Input { return p.code(say, false) }

// groups returns the key in groups of four, as people type it.
func (p enrolPage) groups() []string { return inGroups(p.Secret, 4) }

// link returns the address that opens an authenticator app. It is ours, but a
// link of any other kind must not come of it.
func (p enrolPage) link() templ.SafeURL {
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

// codesPage shows new recovery codes, this once.
type codesPage struct {
	codes []string
	next  string // where "I have stored them" leads
}

func (p codesPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Codes.Title, Scripts: []string{"app.js"}, Once: true}
}
func (p codesPage) Body() templ.Component { return codesBody(p) }

// fewCodesPage says, after a recovery code was used, that few are left.
type fewCodesPage struct {
	Left int
	Next string
}

func (p fewCodesPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.FewCodes.Title}
}
func (p fewCodesPage) Body() templ.Component { return fewCodesBody(p) }

// consentPage asks whether an application may have what it asked for.
type consentPage struct {
	stepFrame
	Scopes []string
	Host   string // where the answer goes to; may be empty
	Told   bool   // the application is told what the house keeps of the person
}

func (p consentPage) Head(say *words.Catalogue) view.Head {
	title := say.Consent.Title
	if p.identity() {
		title = say.Consent.SignIn
	}
	return view.Head{Title: p.Title(say, title.With(words.App, p.App)), Scripts: []string{"app.js"}, Policy: p.policy()}
}

// identity reports whether the application only asks who somebody is.
func (p consentPage) identity() bool { return view.IdentityOnly(p.Scopes) }

func (p consentPage) heading(say *words.Catalogue) words.Phrase {
	if p.identity() {
		return words.Phrase(say.Consent.SignIn)
	}
	return say.Consent.Heading
}

func (p consentPage) allow(say *words.Catalogue) string {
	if p.identity() {
		return say.Consent.Continue
	}
	return say.Consent.Allow
}

func (p consentPage) refuse(say *words.Catalogue) string {
	if p.identity() {
		return say.Consent.Cancel
	}
	return say.Consent.Refuse
}
func (p consentPage) Body() templ.Component { return consentBody(p) }

// finishedPage leads on who comes back to a sign-in that has led to its application.
type finishedPage struct{ App, Email, Next string }

func (p finishedPage) Head(say *words.Catalogue) view.Head {
	return view.Head{Title: say.Finished.Title}
}
func (p finishedPage) Body() templ.Component { return finishedBody(p) }

// redirectHost returns the host of a redirect URI, or the private-use scheme of
// an application on the device; empty when there is neither.
func redirectHost(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || uri == "" {
		return ""
	}
	if u.Host != "" {
		return u.Host
	}
	return u.Scheme
}

package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/fault"
)

// Pages shows the pages that doors without pages of their own need; ui/view
// does. Each method writes the whole answer, headers and status included.
type Pages interface {
	// Error shows what went wrong and a way on.
	Error(w http.ResponseWriter, r *http.Request, p ErrorPage)
	// FormPost shows the page that posts Parameters to Action by itself, and by
	// a button where scripts are off (OAuth 2.0 Form Post Response Mode).
	FormPost(w http.ResponseWriter, r *http.Request, p FormPostPage)
	// SignOut asks whether to sign out (OpenID Connect RP-Initiated Logout 1.0).
	SignOut(w http.ResponseWriter, r *http.Request, p SignOutPage)
	// SignedOut says that it is done.
	SignedOut(w http.ResponseWriter, r *http.Request, p SignedOutPage)
	// Languages returns the tags of what the pages can speak (RFC 5646), of which
	// the person, Info and Accept-Language choose.
	Languages() []string
}

// ErrorPage is an error as a visitor sees it.
type ErrorPage struct {
	Status     int
	Code       string // stable; docs/problems.md explains it
	Detail     string // one sentence: what happened, what to do, where pages have none for Code
	Fields     []fault.Field
	RetryAfter time.Duration
	// Received is a value that the application sent and that was refused, such
	// as a redirect URI; it is shown as text.
	Received string
	// Mend is the command that would put it right, by its arguments. It is shown only
	// where server and visitor are one machine, and must hold nothing that somebody
	// else chose but addresses of that machine.
	Mend []string
	// AppName and AppURL lead back to the application when it is known.
	AppName, AppURL string
	// Again is the path of ours that begins a sign-in anew; may be empty.
	Again string
}

// ErrorPageOf is the page that says what err says to a visitor.
func ErrorPageOf(err error) ErrorPage {
	f := AsFault(err)
	return ErrorPage{Status: Status(f.Kind), Code: f.Code, Detail: f.Detail, Fields: f.Fields, RetryAfter: f.RetryAfter}
}

// LostPage is the page for a sign-in that cannot go on: it says whose it was, as far as
// that is known, and leads back there and, by the path again, to its beginning.
func LostPage(err error, appName, appURL, again string) ErrorPage {
	p := ErrorPageOf(err)
	p.AppName, p.AppURL, p.Again = appName, appURL, again
	return p
}

// MaxLocation is how long an address may be that a browser is sent to, in bytes:
// proxies drop answers whose header does not fit in 4 KiB.
const MaxLocation = 2 << 10

// FormPostPage is an authorization response in form_post mode; or, Here, a request
// that came by POST on its way to the same address by GET.
type FormPostPage struct {
	Here       bool
	Action     string
	Parameters url.Values
}

// SignOutPage asks whether to sign out.
type SignOutPage struct {
	Email   string // who is signed in
	AppName string // who asks; may be empty
	// Hidden goes back with the form, which is posted to the same path.
	Hidden url.Values
	// FormToken is the form's token (Cookies.FormToken).
	FormToken string
	// FormAction is the origin that the answer may lead to, beside our own; may be empty.
	FormAction string
}

// SignedOutPage says that the person is signed out.
type SignedOutPage struct {
	AppName, AppURL string
	// Stays says that somebody asked to be led on to an address to which nobody is led.
	Stays bool
}

// Policy is what a page's Content-Security-Policy allows beyond the strict base.
type Policy struct {
	// FormAction lists origins that a form of this page may lead to besides our
	// own, redirects included. nil leaves form-action at 'self'.
	FormAction []string
	// AnyFormAction leaves form-action out: the chain of redirects may go on to
	// other origins that we cannot name.
	AnyFormAction bool
	// NoSelf takes our own origin out of form-action: the page posts to
	// FormAction only.
	NoSelf bool
	// Script allows scripts from our own origin.
	Script bool
}

// CSP returns the header's value. There is never an inline script or style.
func (p Policy) CSP() string {
	b := strings.Builder{}
	b.WriteString("default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'")
	if p.Script {
		b.WriteString("; script-src 'self'; connect-src 'self'")
	}
	if !p.AnyFormAction {
		b.WriteString("; form-action")
		if !p.NoSelf {
			b.WriteString(" 'self'")
		}
		for _, origin := range p.FormAction {
			if origin != "" {
				b.WriteString(" " + origin)
			}
		}
	}
	return b.String()
}

// OriginOf returns the source expression for a redirect URI in form-action:
// its origin, or the scheme alone for a private-use scheme. Empty when the URI
// has none or holds a character that could end the directive.
func OriginOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" || strings.ContainsAny(u.Scheme+u.Host, "; ,'\"") {
		return ""
	}
	if u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return u.Scheme + ":"
	}
	return u.Scheme + "://" + u.Host
}

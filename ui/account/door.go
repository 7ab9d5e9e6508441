// Package account is where people look after themselves: password, sessions,
// connected applications, second step and recovery codes. Every page needs a
// live session. What changes how one signs in needs a fresh proof besides,
// which the sign-in takes and which asks only for what is missing.
package account

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Flow says what is missing and takes it; *flow.Service does.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Decide(ctx context.Context, ask flow.Ask, session, ip string) (flow.Entry, error)
}

// Identity keeps the person's password and second step; *identity.Service does.
type Identity interface {
	User(ctx context.Context, user id.User) (identity.User, error)
	// ChangePassword proves current, ends all sessions but keep, and returns the
	// new password as a proof. What finish does is part of the change.
	ChangePassword(ctx context.Context, by audit.Actor, user id.User, current, next string, keep id.Session, finish func(ctx context.Context, fresh proof.Proof) error) (proof.Proof, error)
	// Standing says what may prove the person now.
	Standing(ctx context.Context, user id.User) (identity.Standing, error)
	HasFactor(ctx context.Context, user id.User) (bool, error)
	Factors(ctx context.Context, user id.User) ([]identity.Factor, error)
	RemoveFactors(ctx context.Context, from audit.Actor, user id.User, keep id.Session) error
	// NewRecoveryCodes answers "recovery.renewed" (Conflict) when the person has not
	// the set called instead.
	NewRecoveryCodes(ctx context.Context, from audit.Actor, user id.User, instead string) ([]string, error)
	RecoverySet(ctx context.Context, user id.User) (string, error)
	RecoveryLeft(ctx context.Context, user id.User) (int, error)
}

// Sessions knows where the person is signed in; *session.Manager does.
type Sessions interface {
	// Authenticate answers Unauthenticated when there is no live session.
	Authenticate(ctx context.Context, token, ip string) (session.Session, error)
	// Act runs f in a transaction that holds the session as it was authenticated;
	// one that does not count any more is the fault of Authenticate.
	Act(ctx context.Context, s session.Session, f func(ctx context.Context) error) error
	// Raise gives the session a new token; the old one is dead.
	Raise(ctx context.Context, by audit.Actor, s session.Session, proofs proof.List) (session.Session, string, error)
	Of(ctx context.Context, user id.User) ([]session.Session, error)
	End(ctx context.Context, by audit.Actor, session id.Session, reason audit.Reason) error
	EndAll(ctx context.Context, by audit.Actor, user id.User, except id.Session, reason audit.Reason) (int, error)
}

// Consents knows what the person allowed; *oauth.Service does.
type Consents interface {
	ConsentsOf(ctx context.Context, user id.User) ([]oauth.Consent, error)
	WithdrawConsent(ctx context.Context, by audit.Actor, user id.User, client id.Client) error
}

// Clients names applications; *oauth.Registry does.
type Clients interface {
	Client(ctx context.Context, client id.Client) (*oauth.Client, error)
}

// Administrators knows who administers Gatehouse.
type Administrators interface {
	// Administers reports whether the person has a right at Gatehouse itself; Unavailable when
	// nobody can know.
	Administers(ctx context.Context, user id.User) (bool, error)
}

// Turns bounds how often a person changes something; house.Turns does.
type Turns interface {
	// Take counts one change, or answers TooMany.
	Take(ctx context.Context, user id.User) error
}

// Door serves the account area. All fields must be set.
type Door struct {
	Flow     Flow
	Identity Identity
	Sessions Sessions
	Consents Consents
	Clients  Clients
	Turns    Turns
	// Administrators are shown the way to the console.
	Administrators Administrators
	Cookies        *web.Cookies
	Pages          *view.Pages
	// Next returns the path where a sign-in goes on, as signin.Next does.
	Next func(e flow.Entry) string
	// Fresh is how long a proof counts where a page changes how one signs in.
	Fresh func() time.Duration
	// MinPassword is how many characters a new password has at least.
	MinPassword func() int
}

// The pages, which are also where a sign-in returns to.
const (
	pathHome     = "/account"
	pathPassword = "/account/password"
	pathSessions = "/account/sessions"
	pathSession  = "/account/sessions/session"
	pathOthers   = "/account/sessions/others"
	pathApps     = "/account/apps"
	pathApp      = "/account/apps/app"
	pathSecurity = "/account/security"
	pathEnrol    = "/account/security/enrol"
	pathRemove   = "/account/security/remove"
	pathRecovery = "/account/security/recovery"
)

// Mount registers the pages, and the address where browsers look for the page
// that changes a password (W3C, A Well-Known URL for Changing Passwords).
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path, back string, h handler) { m.Route(method+" "+path, d.signedIn(back, h)) }
	page("GET", pathHome, pathHome, d.home)
	page("GET", pathPassword, pathPassword, d.password)
	page("POST", pathPassword, pathPassword, d.changePassword)
	page("GET", pathSessions, pathSessions, d.sessions)
	page("POST", pathSessions+"/end", pathSessions, d.endSession)
	page("GET", pathSession, pathSessions, d.askEnd)
	page("GET", pathOthers, pathSessions, d.askOthers)
	page("POST", pathOthers, pathSessions, d.endOthers)
	page("GET", pathApps, pathApps, d.apps)
	page("GET", pathApp, pathApps, d.app)
	page("POST", pathApps, pathApps, d.withdraw)
	page("GET", pathSecurity, pathSecurity, d.security)
	page("GET", pathEnrol, pathEnrol, d.enrol)
	page("GET", pathRemove, pathRemove, d.askRemove)
	page("POST", pathRemove, pathRemove, d.remove)
	page("GET", pathRecovery, pathRecovery, d.askRecovery)
	page("POST", pathRecovery, pathRecovery, d.newRecovery)
	m.Route("GET /.well-known/change-password", func(w http.ResponseWriter, r *http.Request) error {
		return view.SeeOther(w, r, pathPassword)
	})
}

// visitor is the signed-in person who asks.
type visitor struct {
	session session.Session
	user    identity.User
	by      audit.Actor
	frame   frame
}

type handler func(w http.ResponseWriter, r *http.Request, v visitor) error

// signedIn runs h for who is signed in as far as a sign-in would ask for today:
// the policy, or the person's factors, may have changed since. Others sign in
// first, or go on with it, and return to back, which says so when they had sent a
// form: it is gone.
func (d *Door) signedIn(back string, h handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		back := back
		if r.Method == http.MethodPost {
			back += "?done=" + doneNothing
		}
		s, err := d.Sessions.Authenticate(r.Context(), d.Cookies.Session(r), ip(r))
		if fault.Is(err, fault.Unauthenticated) {
			return view.SeeOther(w, r, "/signin?return_to="+url.QueryEscape(back))
		}
		if err != nil {
			return err
		}
		user, err := d.Identity.User(r.Context(), s.User)
		if err != nil {
			return err
		}
		web.InfoOf(r.Context()).Own = user.Claims.Locale
		browser, err := d.Cookies.EnsureBrowser(w, r)
		if err != nil {
			return err
		}
		if err := r.ParseForm(); err != nil {
			return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
		}
		if who := r.PostForm.Get("person"); who != "" && who != string(s.User) {
			return fault.New(fault.Conflict, "signin.another_session", "Somebody else has signed in in this browser meanwhile. Nothing was changed.")
		}
		if r.Method == http.MethodPost {
			if err := d.Turns.Take(r.Context(), s.User); err != nil {
				return err
			}
		}
		enough, err := d.prove(w, r, flow.Ask{ReturnTo: back})
		if err != nil || !enough {
			return err
		}
		v := visitor{session: s, user: user, by: web.PersonActor(r, s.User, s.ID)}
		v.frame = frame{Email: user.Email, Name: user.Name, Initials: initialsOf(user.Name, user.Email), Done: r.URL.Query().Get("done")}
		v.frame.Token, v.frame.Person = d.Cookies.FormToken(browser), string(user.ID)
		return h(w, r, v)
	}
}

// act runs f, which changes something, while the visitor's session counts: that
// it did when the request came may be long ago.
func (d *Door) act(r *http.Request, v visitor, f func(ctx context.Context) error) error {
	return d.Sessions.Act(r.Context(), v.session, f)
}

// doneNothing is said where a sign-in came between a form and what it asks for.
const doneNothing = "nothing"

func done(w http.ResponseWriter, r *http.Request, path, what string) error {
	return view.SeeOther(w, r, path+"?done="+what)
}

// prove reports whether the browser's session is enough for ask, and begins a
// sign-in for what is missing otherwise.
func (d *Door) prove(w http.ResponseWriter, r *http.Request, ask flow.Ask) (bool, error) {
	e, err := d.Flow.Decide(r.Context(), ask, d.Cookies.Session(r), ip(r))
	if err != nil {
		return false, err
	}
	if e.Decision.Step == flow.StepIssue {
		return true, nil
	}
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return false, err
	}
	i, err := d.Flow.Begin(r.Context(), browser, ask)
	if err != nil {
		return false, err
	}
	return false, view.SeeOther(w, r, d.Next(flow.Entry{Interaction: i, Decision: flow.Decision{Step: flow.StepSignIn}}))
}

func ip(r *http.Request) string { return web.InfoOf(r.Context()).IP }

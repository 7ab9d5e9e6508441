// Package setup is the page of the very first run: whoever holds the set-up
// link creates the first administrator, is signed in, and reads what comes next.
// Afterwards the link says only that this was done.
package setup

import (
	"context"
	"net/http"
	"net/url"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Identity makes the administrator; *identity.Service does.
type Identity interface {
	// NeedsSetup reports whether there is nobody yet.
	NeedsSetup(ctx context.Context) (bool, error)
	// Setup spends the link's token: of several concurrent calls one succeeds.
	Setup(ctx context.Context, from audit.Actor, token, email, name, password string) (identity.User, error)
}

// Administrators knows who administers Gatehouse.
type Administrators interface {
	// Administers reports whether the person has a right at Gatehouse itself.
	Administers(ctx context.Context, user id.User) (bool, error)
}

// Flow is the sign-in that follows; *flow.Service is.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Password(ctx context.Context, from audit.Actor, ref flow.Ref, login, password string) (flow.Outcome, error)
}

// Sessions finds the browser's session; *session.Manager does.
type Sessions interface {
	// Authenticate answers Unauthenticated when there is no live session.
	Authenticate(ctx context.Context, token, ip string) (session.Session, error)
}

// codeLink is the code of a refusal for a link that is spent or too old.
const codeLink = "setup.link"

// The pages.
const (
	pathSetup = "/setup"
	pathNext  = "/setup/next"
)

// signInThen is where who is not signed in does so to read what comes next.
var signInThen = "/signin?return_to=" + url.QueryEscape(pathNext)

// Door serves the pages. All fields must be set.
type Door struct {
	Identity       Identity
	Administrators Administrators
	Flow           Flow
	Sessions       Sessions
	Cookies        *web.Cookies
	Pages          *view.Pages
	// Next returns the path where a sign-in goes on, as signin.Next does.
	Next   func(e flow.Entry) string
	Issuer string
	// MinPassword is how many characters a password has at least.
	MinPassword func() int
}

// Mount registers the pages.
func (d *Door) Mount(m *web.Mux) {
	m.Route("GET "+pathSetup, d.show)
	m.Route("POST "+pathSetup, d.create)
	m.Route("GET "+pathNext, d.next)
}

// show offers the form to everybody while nobody is there: the token is behind
// the "#" of the link, so the server learns it only with the form.
func (d *Door) show(w http.ResponseWriter, r *http.Request) error {
	if err := d.open(r); err != nil {
		return err
	}
	page, err := d.page(w, r)
	if err != nil {
		return err
	}
	return d.Pages.Show(w, r, http.StatusOK, page)
}

func (d *Door) create(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	if err := d.open(r); err != nil {
		return err
	}
	f := r.PostForm
	_, err := d.Identity.Setup(r.Context(), web.Actor(r), f.Get("token"), f.Get("email"), f.Get("name"), f.Get("password"))
	if err == nil {
		return d.signIn(w, r)
	}
	page, failed := d.page(w, r)
	if failed != nil {
		return failed
	}
	web.InfoOf(r.Context()).Rejected = web.Rejected{Err: err}
	page.Link, page.Email, page.Name = f.Get("token"), f.Get("email"), f.Get("name")
	if fault.CodeOf(err) == codeLink {
		page.Wrong = web.AsFault(err)
		return d.Pages.Show(w, r, http.StatusForbidden, page)
	}
	status, ok := page.Reject(w, err)
	if !ok {
		return err
	}
	return d.Pages.Show(w, r, status, page)
}

// open refuses once somebody is there.
func (d *Door) open(r *http.Request) error {
	needed, err := d.Identity.NeedsSetup(r.Context())
	if err != nil {
		return err
	}
	if !needed {
		return fault.New(fault.NotFound, "setup.done", "There is an administrator already.")
	}
	return nil
}

func (d *Door) page(w http.ResponseWriter, r *http.Request) (setupPage, error) {
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return setupPage{}, err
	}
	return setupPage{Form: view.Form{Token: d.Cookies.FormToken(browser)}, MinLength: d.MinPassword()}, nil
}

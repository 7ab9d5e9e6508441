// Package welcome is the page on which somebody sets their first password, by a one-time link
// that was made for them. Whoever opens it uses nothing up: a link is looked at by a form, and
// spent by the next one.
package welcome

import (
	"context"
	"net/http"
	"strings"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/identity"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Identity knows the links; *identity.Service does.
type Identity interface {
	// Welcome returns whose link it is: "password.link" for one that is not good.
	Welcome(ctx context.Context, from audit.Actor, token string) (identity.User, error)
	// FirstPassword spends it: of several concurrent calls one succeeds.
	FirstPassword(ctx context.Context, from audit.Actor, token, password string) (identity.User, error)
}

// Flow is the sign-in that follows; *flow.Service is.
type Flow interface {
	Begin(ctx context.Context, browser string, ask flow.Ask) (flow.Interaction, error)
	Password(ctx context.Context, from audit.Actor, ref flow.Ref, login, password string) (flow.Outcome, error)
}

const (
	// codeLink is the code of a refusal for a link that is spent or too old.
	codeLink = "password.link"
	// pathThen is where a person goes on.
	pathThen = "/account"
)

// Door serves the pages. All fields must be set.
type Door struct {
	Identity Identity
	Flow     Flow
	Cookies  *web.Cookies
	Pages    *view.Pages
	// Next returns the path where a sign-in goes on, as signin.Next does.
	Next func(e flow.Entry) string
	// MinPassword is how many characters a password has at least.
	MinPassword func() int
}

// Mount registers the pages.
func (d *Door) Mount(m *web.Mux) {
	m.Route("GET "+web.PathWelcome, d.ask)
	m.Route("POST "+web.PathWelcome, d.take)
}

// ask asks for the link: its token is behind the "#", so the server learns it only with the form.
func (d *Door) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := d.form(w, r)
	if err != nil {
		return err
	}
	return d.Pages.Show(w, r, http.StatusOK, linkPage{Form: form})
}

// take looks whose link it is, and sets the password once one is sent along.
func (d *Door) take(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Malformed, "form.malformed", "The form could not be read.")
	}
	token := tokenOf(r.PostForm.Get("token"))
	u, err := d.Identity.Welcome(r.Context(), web.Actor(r), token)
	if err != nil {
		return d.notGood(w, r, err)
	}
	if !r.PostForm.Has("password") {
		return d.choose(w, r, token, u.Email, nil)
	}
	_, err = d.Identity.FirstPassword(r.Context(), web.Actor(r), token, r.PostForm.Get("password"))
	switch {
	case fault.CodeOf(err) == codeLink:
		return d.notGood(w, r, err)
	case err != nil:
		return d.choose(w, r, token, u.Email, err)
	}
	return d.signIn(w, r, u)
}

// tokenOf is the token of what was typed: that alone, or the whole link.
func tokenOf(text string) string {
	text = strings.TrimSpace(text)
	if _, token, whole := strings.Cut(text, "#token="); whole {
		return token
	}
	return text
}

// notGood asks for the link again where err is that it is not good.
func (d *Door) notGood(w http.ResponseWriter, r *http.Request, err error) error {
	if fault.CodeOf(err) != codeLink {
		return err
	}
	form, failed := d.form(w, r)
	if failed != nil {
		return failed
	}
	web.InfoOf(r.Context()).Rejected = web.Rejected{Err: err}
	form.Wrong = web.AsFault(err)
	return d.Pages.Show(w, r, http.StatusForbidden, linkPage{Form: form})
}

// choose asks for the password, and says what was wrong with that before.
func (d *Door) choose(w http.ResponseWriter, r *http.Request, token, email string, wrong error) error {
	form, err := d.form(w, r)
	if err != nil {
		return err
	}
	page, status := passwordPage{Form: form, Link: token, Email: email, MinLength: d.MinPassword()}, http.StatusOK
	if wrong != nil {
		web.InfoOf(r.Context()).Rejected = web.Rejected{Err: wrong}
		var ok bool
		if status, ok = page.Reject(w, wrong); !ok {
			return wrong
		}
	}
	return d.Pages.Show(w, r, status, page)
}

func (d *Door) form(w http.ResponseWriter, r *http.Request) (view.Form, error) {
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return view.Form{}, err
	}
	return view.Form{Token: d.Cookies.FormToken(browser)}, nil
}

// signIn signs them in by what they just typed and through the sign-in that everybody takes; so
// what the policy asks for besides comes next. Where that fails they sign in by the form. Whoever
// is signed in in this browser is somebody else, and gives way.
func (d *Door) signIn(w http.ResponseWriter, r *http.Request, u identity.User) error {
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	// The password is set: a browser that hangs up now changes nothing.
	ctx := context.WithoutCancel(r.Context())
	i, err := d.Flow.Begin(ctx, browser, flow.Ask{ReturnTo: pathThen, HintUser: u.ID, LoginHint: u.Email})
	if err != nil {
		return err
	}
	ref := flow.RefOf(i.Handle())
	ref.Browser, ref.Session = browser, d.Cookies.Session(r)
	out, err := d.Flow.Password(ctx, web.Actor(r), ref, u.Email, r.PostForm.Get("password"))
	if err != nil {
		return view.SeeOther(w, r, d.Next(flow.Entry{Interaction: i, Decision: flow.Decision{Step: flow.StepSignIn}}))
	}
	if out.SessionToken != "" {
		if err := d.Cookies.SetSession(w, r, out.SessionToken); err != nil {
			return err
		}
	}
	return view.SeeOther(w, r, d.Next(out.Entry))
}

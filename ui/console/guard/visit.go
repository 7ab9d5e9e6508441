package guard

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/a-h/templ"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/ui/view"
)

// Visit is one request of somebody who was let in, with the answer to it.
type Visit struct {
	W      http.ResponseWriter
	R      *http.Request
	Caller *caller.Caller
	Person identity.User

	guard *Guard
	token string // of forms
	asked string // the operation that was asked for last
	// narrowed says that a list was told the visitor in part: of the groups and organisations that
	// they look after.
	narrowed bool
}

// visit finds out who asks. What it refuses is a *caller.Refusal, with a Visit that has
// nobody.
func (g *Guard) visit(w http.ResponseWriter, r *http.Request) (v *Visit, err error) {
	v = &Visit{W: w, R: r, guard: g}
	browser, err := g.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return v, err
	}
	v.token = g.Cookies.FormToken(browser)
	token := g.Cookies.Console(r)
	if token == "" { // no guess: a link or a picture of another site brings none along
		return v, caller.SignIn(errors.New("there is no cookie"))
	}
	who, err := g.Callers.Browser(r, token, Host)
	if err != nil {
		return v, err
	}
	if err := g.asks(r.Context(), who); err != nil {
		return v, err
	}
	if v.Person, err = g.People.User(r.Context(), id.UserOf(who.Subject.ID)); err != nil {
		return v, err
	}
	v.Caller = who
	if form := r.PostForm.Get("person"); form != "" && form != who.Subject.ID {
		return v, fault.New(fault.Conflict, "signin.another_session", "Somebody else has signed in in this browser meanwhile. Nothing was changed.")
	}
	return v, nil
}

// Renew finds out anew who asks, amid an answer that lasts: the refusal is that of the next
// request. Whoever is there still is known as well as they are proved now.
func (v *Visit) Renew() error {
	fresh, err := v.guard.visit(v.W, v.R)
	if err == nil {
		v.Caller = fresh.Caller
	}
	return err
}

// asks refuses who has not proved what the console asks of everybody.
func (g *Guard) asks(ctx context.Context, who *caller.Caller) error {
	need, err := g.Asks(ctx)
	if err != nil {
		return err
	}
	acr, _ := who.Proof()
	if level, _ := proof.ParseLevel(acr); level < need.Level {
		return caller.StepUp(need)
	}
	return nil
}

// Query returns a parameter of the address, and Value one of the form that was sent.
func (v *Visit) Query(name string) string { return v.R.URL.Query().Get(name) }

// Value returns what was typed into an input of the form that was sent.
func (v *Visit) Value(name string) string { return v.R.PostForm.Get(name) }

// Show shows a page.
func (v *Visit) Show(status int, p view.Page) error { return v.guard.Pages.Show(v.W, v.R, status, p) }

// Piece draws a part of a page by itself, in the visitor's language, as one that is there is
// added to.
func (v *Visit) Piece(c templ.Component) (string, error) { return v.guard.Pages.Piece(v.R, c) }

// Form is what a form of the page carries.
func (v *Visit) Form() view.Form { return view.Form{Token: v.token, Person: v.Caller.Subject.ID} }

// Keep lets the browser keep a choice, which Kept returns; it is no secret and proves nothing.
func (v *Visit) Keep(name, choice string) { view.Keep(v.W, name, choice, v.guard.Cookies.Secure) }

// Kept returns a choice that the browser keeps, "" for none.
func (v *Visit) Kept(name string) string { return view.Kept(v.R, name) }

// Done leads on from a form to the page at path, which says what was done: by a word of its
// own, since an address brings none.
func (v *Visit) Done(path, what string) error {
	u, err := url.Parse(path)
	if err != nil {
		return err
	}
	q := u.Query()
	q.Set("done", what)
	u.RawQuery = q.Encode()
	return view.SeeOther(v.W, v.R, u.String())
}

// key is a new Idempotency-Key for a form.
func key() string { return secret.Token(16) }

// NewKey is an Idempotency-Key of a step that finds out by itself whether it was done: no answer of
// before is given in its place.
func NewKey() string { return key() }

// Narrowed reports whether a list was told the visitor in part, so that how many there are of all is
// not for them.
func (v *Visit) Narrowed() bool { return v.narrowed }

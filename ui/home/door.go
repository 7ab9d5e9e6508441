// Package home is the page at the root, and the answer where there is no page.
package home

import (
	"context"
	"net/http"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Identity says whether anybody is there yet, and names people;
// *identity.Service does.
type Identity interface {
	NeedsSetup(ctx context.Context) (bool, error)
	User(ctx context.Context, user id.User) (identity.User, error)
}

// Sessions finds the browser's session; *session.Manager does.
type Sessions interface {
	// Authenticate answers Unauthenticated when there is no live session.
	Authenticate(ctx context.Context, token, ip string) (session.Session, error)
}

// Door serves the page. All fields must be set.
type Door struct {
	Issuer   string
	Identity Identity
	Sessions Sessions
	Cookies  *web.Cookies
	Pages    *view.Pages
}

// Mount registers the page at the root, and a page for every path that nobody
// else answers.
func (d *Door) Mount(m *web.Mux) {
	m.Route("GET /{$}", d.show)
	m.Route("/", NotFound)
}

// NotFound answers where there is no page.
func NotFound(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.NotFound, "page.not_found", "There is no such page.")
}

func (d *Door) show(w http.ResponseWriter, r *http.Request) error {
	page := homePage{Issuer: d.Issuer}
	var err error
	if page.NeedsSetup, err = d.Identity.NeedsSetup(r.Context()); err != nil {
		return err
	}
	if page.Email, err = d.whoIsHere(r); err != nil {
		return err
	}
	return d.Pages.Show(w, r, http.StatusOK, page)
}

// whoIsHere returns the email of the signed-in person, "" when nobody is.
func (d *Door) whoIsHere(r *http.Request) (string, error) {
	s, err := d.Sessions.Authenticate(r.Context(), d.Cookies.Session(r), web.InfoOf(r.Context()).IP)
	if fault.Is(err, fault.Unauthenticated) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	u, err := d.Identity.User(r.Context(), s.User)
	web.InfoOf(r.Context()).Own = u.Claims.Locale
	return u.Email, err
}

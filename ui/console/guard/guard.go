// Package guard is what the areas of the console are written with. It lets people in by the
// session of their browser, asks the operations of the admin API for them (admin.Ask), and
// answers what these refuse: by a sign-in, by a stronger one, or by a page that says which
// permission is missing. It knows no area; package console mounts them.
package guard

import (
	"context"
	"net/http"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/caller"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// Host is what sessions of the console are kept under, beside those of the gate's hosts. No
// host is called so: a cookie of the one never opens the other.
const Host = "/console"

// The paths that everything of the console knows.
const (
	Root        = "/console"
	PathSignIn  = "/console/signin"
	PathSignOut = "/console/signout"
)

// Callers knows whose browser comes; *caller.Desk does.
type Callers interface {
	// Browser answers a *caller.Refusal for a token that opens nothing now.
	Browser(r *http.Request, token, host string) (*caller.Caller, error)
}

// People names people; *identity.Service does.
type People interface {
	User(ctx context.Context, user id.User) (identity.User, error)
}

// Guard lets people into the pages. All fields but Nav and Version must be set.
type Guard struct {
	API     *admin.Door
	Callers Callers
	People  People
	// Asks returns what everybody in the console must have proved now, or a fault for nobody
	// may be in it.
	Asks    func(ctx context.Context) (access.Requirement, error)
	Cookies *web.Cookies
	Pages   *view.Pages
	Version string
	Nav     []Group
}

// Handler answers somebody who was let in, or returns why it did not.
type Handler func(v *Visit) error

// Route registers a page, or what one of its forms does, for a net/http pattern. A form is
// sent to the path of its page: who has to sign in first comes back there.
func (g *Guard) Route(m *web.Mux, pattern string, h Handler) {
	m.Route(pattern, func(w http.ResponseWriter, r *http.Request) error {
		v, err := g.visit(w, r)
		if err == nil {
			err = h(v)
		}
		if err != nil {
			err = v.refuse(err)
		}
		if err != nil && v.Caller != nil {
			m.Refuse(w, r, err, v.failed)
			return nil
		}
		return err
	})
}

// Admits reports whether a request is of somebody whom an operation is for: what others send
// need not be read. It records nothing, and the page asks again.
func (g *Guard) Admits(r *http.Request, operation string) bool {
	token := g.Cookies.Console(r)
	if token == "" {
		return false
	}
	who, err := g.Callers.Browser(r, token, Host)
	return err == nil && g.asks(r.Context(), who) == nil && g.API.Ready(who, operation, nil) == nil
}

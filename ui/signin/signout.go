package signin

import (
	"net/http"

	"gatehouse/fault"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// askSignOut asks whether to sign out; who is signed out already is told so.
func (d *Door) askSignOut(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Sessions.Known(r.Context(), d.Cookies.Session(r))
	if fault.Is(err, fault.Unauthenticated) {
		d.Pages.SignedOut(w, r, web.SignedOutPage{})
		return nil
	}
	if err != nil {
		return err
	}
	person, err := d.People.User(r.Context(), s.User)
	if err != nil {
		return err
	}
	browser, err := d.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	d.Pages.SignOut(w, r, web.SignOutPage{Email: person.Email, FormToken: d.Cookies.FormToken(browser)})
	return nil
}

// signOut ends the session, and with it the tokens that came of it.
func (d *Door) signOut(w http.ResponseWriter, r *http.Request) error {
	s, err := d.Sessions.Known(r.Context(), d.Cookies.Session(r))
	if err == nil {
		err = d.Sessions.End(r.Context(), web.PersonActor(r, s.User, s.ID), s.ID, session.ReasonSignedOut)
	}
	// Who is not signed in any more only loses the cookie.
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	if err := d.Cookies.ClearSession(w, r); err != nil {
		return err
	}
	return view.SeeOther(w, r, pathSignOut)
}

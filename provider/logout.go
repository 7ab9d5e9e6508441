package provider

import (
	"net/http"
	"strings"

	"gatehouse/fault"
	"gatehouse/session"
	"gatehouse/web"
)

// mountLogout registers RP-initiated logout. It takes cross-site requests, so
// it stands outside the form protection of the browser's pages; what a request
// may do without asking is decided by mayEndUnasked, and the form of the page
// that asks is known by its token.
func (p *Provider) mountLogout(api *web.Mux) {
	answer := func(w http.ResponseWriter, r *http.Request) {
		if err := p.logout(w, r); err != nil {
			web.Refuse(w, r, p.Log, err, web.RefuseWithPage(p.Pages))
		}
	}
	api.HandleFunc("GET "+PathLogout, answer)
	api.HandleFunc("POST "+PathLogout, answer)
}

// logout signs the browser's person out, after asking unless the request proves
// that it speaks about this very session. Other families of tokens that the
// session gave end with it.
func (p *Provider) logout(w http.ResponseWriter, r *http.Request) error {
	f, err := p.readFarewell(w, r)
	if fault.CodeOf(err) == codeStay {
		p.showStay(w, r, f, err)
		return nil
	}
	if err != nil {
		return err
	}
	s, err := p.Sessions.Known(r.Context(), p.Cookies.Session(r))
	signedIn := err == nil
	if err != nil && !fault.Is(err, fault.Unauthenticated) {
		return err
	}
	confirmed := r.Method == http.MethodPost && p.Cookies.GoodFormToken(r)
	switch {
	case signedIn && (confirmed || mayEndUnasked(r, f.hint, s)):
		return p.endSession(w, r, s, f, confirmed)
	case signedIn:
		return p.askToSignOut(w, r, s, f)
	case cookiesHeldBack(r):
		return p.comeAgain(w, r, f)
	}
	p.sayGoodbye(w, r, f, confirmed)
	return nil
}

// mayEndUnasked reports whether the request itself is enough: it carries an ID
// token that was given out in this session. A prefetch ends nothing.
func mayEndUnasked(r *http.Request, h *hint, s session.Session) bool {
	if h == nil || r.Method == http.MethodHead || strings.Contains(r.Header.Get("Sec-Purpose"), "prefetch") {
		return false
	}
	return h.Subject == s.User && (h.Session == "" || h.Session == s.ID)
}

// cookiesHeldBack reports whether the browser may have a session although it
// did not say so: SameSite=Lax keeps cookies out of a form posted by another site.
func cookiesHeldBack(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return r.Method == http.MethodPost && site != "same-origin" && site != "same-site"
}

// comeAgain turns a posted request into a GET, with which the browser sends its
// cookies. A hint that is too long for that comes as a short one, which is not made
// of a short one again: it would outlive the key of the ID token for ever.
func (p *Provider) comeAgain(w http.ResponseWriter, r *http.Request, f farewell) error {
	target := func() string { return p.Issuer + PathLogout + "?" + f.params.Encode() }
	if len(target()) > web.MaxLocation && f.hint != nil && !f.hint.short {
		short, err := p.shortHint(r.Context(), f.hint)
		if err != nil {
			return err
		}
		f.params.Set("id_token_hint", short)
	}
	if len(target()) > web.MaxLocation {
		return fault.New(fault.Malformed, "logout.request", "The application's request is too long. You are still signed in.")
	}
	seeOther(w, target())
	return nil
}

func seeOther(w http.ResponseWriter, target string) {
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", target)
	w.WriteHeader(http.StatusSeeOther)
}

func (p *Provider) endSession(w http.ResponseWriter, r *http.Request, s session.Session, f farewell, confirmed bool) error {
	if err := p.Sessions.End(r.Context(), web.PersonActor(r, s.User, s.ID), s.ID, session.ReasonByApplication); err != nil {
		return err
	}
	if err := p.Cookies.ClearSession(w, r); err != nil {
		return err
	}
	// Not "cookies": the binding cookie serves other tabs, and is no secret of the person.
	w.Header().Set("Clear-Site-Data", `"cache"`)
	p.sayGoodbye(w, r, f, confirmed)
	return nil
}

// sayGoodbye leads on to the application, or says that it is done. A client that
// a link merely names is led to after the person's own yes alone.
func (p *Provider) sayGoodbye(w http.ResponseWriter, r *http.Request, f farewell, confirmed bool) {
	if f.target != "" && (f.hint != nil || confirmed) {
		seeOther(w, f.target)
		return
	}
	page := web.SignedOutPage{Stays: f.stays}
	if f.client != nil {
		page.AppName, page.AppURL = f.client.Name, f.client.HomeURL
	}
	w.Header().Set("Cache-Control", "no-store")
	p.Pages.SignedOut(w, r, page)
}

// askToSignOut shows the page whose form comes back to this endpoint. Its token
// is bound to the browser, so no other site can send it.
func (p *Provider) askToSignOut(w http.ResponseWriter, r *http.Request, s session.Session, f farewell) error {
	page := web.SignOutPage{Hidden: f.params, FormAction: web.OriginOf(f.target)}
	if f.client != nil {
		page.AppName = f.client.Name
	}
	var err error
	if page.Email, err = p.People.Email(r.Context(), s.User); err != nil {
		return err
	}
	browser, err := p.Cookies.EnsureBrowser(w, r)
	if err != nil {
		return err
	}
	page.FormToken = p.Cookies.FormToken(browser)
	w.Header().Set("Cache-Control", "no-store")
	p.Pages.SignOut(w, r, page)
	return nil
}

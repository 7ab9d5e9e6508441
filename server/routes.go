package server

import (
	"net/http"
	"path"
	"strings"

	"gatehouse/ephemeral"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/provider"
	"gatehouse/ui"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// routes mounts the doors: api for programs and the authorization endpoint,
// which must take cross-site requests, and browser for pages that act on a
// browser's cookies.
func (s *Server) routes() (http.Handler, error) {
	h := s.house
	cookies := &web.Cookies{Secure: secure(h.Config.Issuer), FormKey: h.Keeper.Key("form-token"), SessionAge: h.Config.Session.Absolute}
	pages := view.NewPages(h.Config.Issuer)
	refuse := web.RefuseWithPage(pages)
	api, browser := web.NewMux(h.Log, refuse), web.NewMux(h.Log, refuse)

	limiter, err := ephemeral.New(h.Config.Limits)
	if err != nil {
		return nil, err
	}
	p := &provider.Provider{
		Issuer: h.Config.Issuer, Registry: h.Registry, Protocol: h.OAuth, Flow: h.Flow, Sessions: h.Sessions,
		People: house.Subjects{Identity: h.Identity}, Signer: h.Keys,
		Cookies: cookies, Pages: pages, Limiter: limiter, Metrics: s.metrics, Log: h.Log,
	}
	if err := p.Open(); err != nil {
		return nil, err
	}
	p.Mount(api)
	ui.Mount(browser, ui.Deps{
		Issuer: h.Config.Issuer, Flow: h.Flow, Identity: h.Identity, Sessions: h.Sessions, OAuth: h.OAuth, Registry: h.Registry,
		Cookies: cookies, Pages: pages, Fresh: h.Config.SignIn.Fresh, MinPassword: h.Config.Identity.Password.MinLength,
	})
	guarded := web.ProtectForms(cookies, func(w http.ResponseWriter, r *http.Request, err error) {
		web.Refuse(w, r, h.Log, err, refuse)
	}, browser.ServeMux)
	s.patterns = append(api.Patterns(), browser.Patterns()...)
	missing := func(w http.ResponseWriter, r *http.Request) {
		web.Refuse(w, r, h.Log, fault.New(fault.NotFound, "page.not_found", "There is no such page."), refuse)
	}
	outer := s.outer()
	outer.Documents = p.Documents()
	return outer.Wrap(canonical(split(api, guarded), missing)), nil
}

// canonical answers by missing where the path has empty or dot segments.
// ServeMux would redirect to the cleaned path with 307, and a 307 carries a
// posted password along (RFC 9700 section 4.12).
func canonical(next http.Handler, missing http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.Path
		if clean := path.Clean(p); clean != p && clean+"/" != p {
			missing(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// split sends the protocol's paths to api and everything else to browser.
func split(api, browser http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path := r.URL.Path
		if strings.HasPrefix(path, "/oauth2/") || strings.HasPrefix(path, "/.well-known/") && path != "/.well-known/change-password" {
			api.ServeHTTP(w, r)
			return
		}
		browser.ServeHTTP(w, r)
	})
}

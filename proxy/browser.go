package proxy

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/web"
)

// authenticate returns who sent the request, by the one credential that it brings. A header
// goes before a client certificate, and that before a cookie: where there is one, the others
// are not looked at, and one that is no good is not passed over for another.
func (p *passage) authenticate(r *http.Request, route *gate.Route) (*caller.Caller, error) {
	bearer, session := route.Accepts(gate.ByBearer), route.Accepts(gate.BySession)
	if bearer && len(p.credential()) > 0 {
		return p.byBearer(r, route)
	}
	if route.Accepts(gate.ByCertificate) {
		if err := p.handshaken(); err != nil {
			return nil, err
		}
		if len(p.shown()) > 0 || !bearer && !session {
			return p.byCertificate(r, route)
		}
	}
	if !session {
		return p.byBearer(r, route) // which says what a program has to bring
	}
	if len(p.credential()) > 0 {
		return nil, caller.SignIn(errors.New("the route takes no credentials in headers"))
	}
	token, present := p.cookies().Session(r)
	switch {
	case token != "" && p.crossSite():
		return nil, errCrossSite()
	case token != "":
		who, err := p.door.Callers.Browser(r, token, p.request.host)
		p.signedOut = fault.Is(err, fault.Unauthenticated)
		return who, err
	case present:
		p.signedOut = true
		return nil, caller.SignIn(errors.New("the cookie is none of ours, or there are two"))
	case !bearer || p.ofBrowser():
		return nil, caller.SignIn(errors.New("there is no cookie"))
	}
	return p.byBearer(r, route)
}

// navigates reports whether a person at a browser waits for a page, and not a program: not
// one within a page either (Fetch Metadata; older browsers say what they accept).
func (p *passage) navigates() bool {
	r, h := p.r, p.r.Header
	if mode := h.Get("Sec-Fetch-Mode"); mode != "" {
		dest := h.Get("Sec-Fetch-Dest")
		return mode == "navigate" && (dest == "" || dest == "document")
	}
	if len(p.credential()) > 0 || h.Get("X-Requested-With") != "" || r.Method != http.MethodGet && r.Method != http.MethodPost {
		return false
	}
	return strings.Contains(h.Get("Accept"), "text/html")
}

// ofBrowser reports whether a browser sent the request, for its person or for a program in a
// page.
func (p *passage) ofBrowser() bool { return p.r.Header.Get("Sec-Fetch-Mode") != "" || p.navigates() }

// secure reports whether browsers reach the host by https: all do but those of this very
// machine, where another proxy may end TLS before the gate.
func (p *passage) secure() bool { return p.r.TLS != nil || !web.Loopback(p.request.host) }

func (p *passage) cookies() web.GateCookies {
	return web.GateCookies{Secure: p.secure(), Port: p.door.port}
}

// origin is that of the host, as browsers reach it.
func (p *passage) origin() string {
	scheme, usual := "http", 80
	if p.secure() {
		scheme, usual = "https", 443
	}
	if port := p.request.port; port != 0 && port != usual {
		return scheme + "://" + p.request.host + ":" + strconv.Itoa(port)
	}
	return scheme + "://" + p.request.host
}

// proven decides once more by what the person at a browser has proved until this moment:
// what was remembered of that is older, and a sign-in may have come between.
func (p *passage) proven(route *gate.Route, before weighed) (weighed, error) {
	now, err := p.door.Callers.Fresh(p.r.Context(), p.caller)
	if err != nil {
		return before, err
	}
	p.caller = now
	return p.weigh(route)
}

// varyByCookie marks what was answered to a person at a browser: the application knows of
// no cookie, and so does not say to caches that the answer depends on one.
func (p *passage) varyByCookie(h http.Header) {
	if p.caller != nil && p.caller.OfBrowser() {
		h.Add("Vary", "Cookie")
	}
}

package proxy

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/web"
)

// Entrances lets browsers in that signed in at the issuer; *session.Gates does.
type Entrances interface {
	Seal(e session.Entrance) (string, error)
	// Redeem answers Malformed for a code that is not good, here and for this browser.
	Redeem(ctx context.Context, host, nonce, code, before string) (token, path string, err error)
	SignOut(ctx context.Context, from audit.Actor, token, host string) error
}

// ownPages are the gate's own at every host where browsers sign in, by method and path.
var ownPages = map[string]func(*passage) error{
	"GET " + web.PathGateCallback: (*passage).callback,
	"GET " + web.PathGateSignIn:   (*passage).signIn,
	"GET " + web.PathGateSignOut:  (*passage).askSignOut,
	"POST " + web.PathGateSignOut: (*passage).signOut,
}

// own answers at the paths that are the gate's own.
func (p *passage) own() error {
	web.OwnHeaders(p.status.Header(), p.info.ID)
	path := p.request.path.String()
	if strings.HasPrefix(path, web.PathGateStatic) && isSafe(p.r.Method) {
		p.door.Static.ServeHTTP(&p.status, p.r)
		return nil
	}
	if path == PathTicket && p.r.Method == http.MethodPost {
		return p.mint()
	}
	if page := ownPages[p.r.Method+" "+path]; page != nil && p.set.TakesBrowsers(p.request.host) {
		r := p.r
		ctx, cancel := context.WithTimeout(r.Context(), refusalTimeout)
		defer func() { cancel(); p.r = r }()
		p.r = r.WithContext(ctx)
		return page(p)
	}
	return fault.New(fault.NotFound, gate.CodeRoute, "The gate has nothing at this address.")
}

// maxReturn bounds the path that a browser is led back to, in bytes: it travels within
// addresses. Of a longer one the query is left out.
const maxReturn = 1000

// entrance returns the address at the issuer that leads back to path once somebody has
// signed in as far as is needed, and binds that to this browser.
func (p *passage) entrance(path string, need access.Requirement) (string, error) {
	if len(path) > maxReturn {
		path, _, _ = cutQuery(path)
	}
	if len(path) > maxReturn {
		path = "/"
	}
	cookies := p.cookies()
	nonce := cookies.Nonce(p.r)
	if nonce == "" {
		nonce = secret.Token(32)
	}
	sealed, err := p.door.Entrances.Seal(session.Entrance{
		Origin: p.origin(), Host: p.request.host, Nonce: secret.Hash(nonce), Path: path, Level: need.Level, MaxAge: need.MaxAge, Asked: time.Now(),
	})
	if err != nil {
		return "", err
	}
	cookies.SetNonce(&p.status, nonce)
	return p.door.Issuer + web.PathGate + "?" + url.Values{"t": {sealed}}.Encode(), nil
}

// signIn leads to the sign-in, and from there to where return_to says. A script that was
// refused for want of a better or fresher one names it as the challenge did.
func (p *passage) signIn() error {
	asks := p.r.URL.Query()
	path, ok := "/", true
	if asked := asks.Get("return_to"); asked != "" {
		path, ok = stays(asked)
	}
	if !ok {
		return fault.New(fault.Malformed, "gate.return_to", "The address to return to is none that this host has.")
	}
	need, err := needOf(asks)
	if err != nil {
		return err
	}
	to, err := p.entrance(path, need)
	if err != nil {
		return err
	}
	p.seeOther(to)
	return nil
}

// maxAge bounds what may be asked as max_age, as a wish for an old sign-in is none.
const maxAge = 365 * 24 * time.Hour

// needOf reads acr_values and max_age, which may be left out (RFC 9470 section 3).
func needOf(asks url.Values) (need access.Requirement, err error) {
	if need.Level, err = proof.ParseLevel(asks.Get("acr_values")); err != nil {
		return need, fault.Wrap(err, fault.Malformed, "gate.need", "acr_values must be a level: aal1 or aal2.")
	}
	text := asks.Get("max_age")
	if text == "" {
		return need, nil
	}
	seconds, err := strconv.ParseUint(text, 10, 32)
	need.MaxAge = time.Duration(seconds) * time.Second
	if err != nil || need.MaxAge < time.Second || need.MaxAge > maxAge {
		return need, fault.Wrap(err, fault.Malformed, "gate.need", "max_age must be a number of seconds, from 1 to a year.")
	}
	return need, nil
}

// stays returns a path with its query in its one spelling, if a browser that is sent there
// stays at this host, and not at the gate's own pages.
func stays(text string) (string, bool) {
	raw, query, asks := cutQuery(text)
	path, err := gate.ParsePath(raw)
	if err != nil || path.Reserved() || gate.CheckQuery(query) != nil {
		return "", false
	}
	if !asks {
		return path.String(), true
	}
	return path.String() + "?" + query, true
}

// callback takes the code with which a browser comes back from the issuer. Its cookie is
// new each time: none that it had before, or that somebody gave it, counts after a sign-in.
func (p *passage) callback() error {
	address := "gate:" + id.Network(p.info.IP)
	if wait := p.door.Flood.Blocked(p.r.Context(), address); wait > 0 {
		return &fault.Error{Kind: fault.TooMany, Code: "gate.flood", Detail: "Too many bad sign-ins came from this address.", RetryAfter: wait}
	}
	cookies := p.cookies()
	before, _ := cookies.Session(p.r)
	token, path, err := p.door.Entrances.Redeem(p.r.Context(), p.request.host, cookies.Nonce(p.r), p.r.URL.Query().Get("code"), before)
	if fault.Is(err, fault.Malformed) {
		p.door.Flood.Count(p.r.Context(), address)
	}
	if err != nil {
		return err
	}
	cookies.SetSession(&p.status, token, p.door.SessionAge())
	if back, ok := stays(path); ok {
		path = back
	} else {
		path = "/"
	}
	p.seeOther(path)
	return nil
}

// askSignOut asks whether to sign out, where somebody is signed in.
func (p *passage) askSignOut() error {
	token, _ := p.cookies().Session(p.r)
	if token == "" {
		p.door.Pages.SignedOut(&p.status, p.r, p.home())
		return nil
	}
	who, err := p.door.Callers.Browser(p.r, token, p.request.host)
	if fault.Is(err, fault.Unauthenticated) {
		p.cookies().ClearSession(&p.status)
		p.door.Pages.SignedOut(&p.status, p.r, p.home())
		return nil
	}
	if err != nil {
		return err
	}
	p.door.Pages.SignOut(&p.status, p.r, p.home(), p.emailOf(who))
	return nil
}

// signOut ends the browser's session, here and at the issuer.
func (p *passage) signOut() error {
	if p.crossSite() {
		return errCrossSite()
	}
	token, _ := p.cookies().Session(p.r)
	if err := p.door.Entrances.SignOut(p.r.Context(), web.Actor(p.r), token, p.request.host); err != nil {
		return err
	}
	p.cookies().ClearSession(&p.status)
	p.seeOther(web.PathGateSignOut)
	return nil
}

func (p *passage) seeOther(to string) {
	h := p.status.Header()
	h.Set("Location", to)
	h.Set("Cache-Control", "no-store")
	h.Set("Referrer-Policy", "no-referrer")
	p.status.WriteHeader(http.StatusSeeOther)
}

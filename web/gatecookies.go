package web

import (
	"net/http"
	"time"
)

// GateCookies are those that the gate gives a browser at one host, apart from all others.
// Their names are not the issuer's: cookies know no ports, and on one machine the two may
// stand side by side.
type GateCookies struct {
	// Secure is whether the host is reached by https. Then the names carry the __Host-
	// prefix, so that no sibling host can plant them.
	Secure bool
	// Port ends the names where the issuer is on loopback (PortHere): the gate of another
	// Gatehouse on this machine has cookies of its own.
	Port string
}

const (
	gateSession = "gatehouse_gate"
	gateNonce   = "gatehouse_gate_nonce"
)

// nonceAge is how long a browser may take to sign in.
const nonceAge = time.Hour

func (c GateCookies) name(short string) string { return cookieName(short, c.Secure, c.Port) }

// Session returns the token that the browser sent, "" for none. Present is whether there
// was a cookie of that name, whatever it holds; of two nobody chooses.
func (c GateCookies) Session(r *http.Request) (token string, present bool) {
	list := r.CookiesNamed(c.name(gateSession))
	if len(list) != 1 || !tokenLike(list[0].Value) {
		return "", len(list) > 0
	}
	return list[0].Value, true
}

// SetSession gives the browser a token for so long.
func (c GateCookies) SetSession(w http.ResponseWriter, token string, age time.Duration) {
	c.set(w, gateSession, token, age)
}

// ClearSession takes the token from the browser.
func (c GateCookies) ClearSession(w http.ResponseWriter) { c.set(w, gateSession, "", 0) }

// Nonce returns what sign-ins at this host are bound to in this browser, "" for none.
func (c GateCookies) Nonce(r *http.Request) string {
	list := r.CookiesNamed(c.name(gateNonce))
	if len(list) != 1 || !tokenLike(list[0].Value) {
		return ""
	}
	return list[0].Value
}

// SetNonce gives the browser a nonce, or keeps the one that it has for longer: sign-ins in
// several tabs share it.
func (c GateCookies) SetNonce(w http.ResponseWriter, nonce string) {
	c.set(w, gateNonce, nonce, nonceAge)
}

func (c GateCookies) set(w http.ResponseWriter, short, value string, age time.Duration) {
	cookie := &http.Cookie{Name: c.name(short), Value: value, Path: "/", MaxAge: int(age.Seconds()), Secure: c.Secure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if value == "" {
		cookie.MaxAge = -1
	}
	http.SetCookie(w, cookie)
}

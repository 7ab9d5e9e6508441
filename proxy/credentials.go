package proxy

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"strings"

	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/gate"
	"gatehouse/web"
)

// HeaderCredential carries what is for the gate where a route leaves the Authorization
// header to its upstream.
const HeaderCredential = "X-Gatehouse-Authorization"

// CodeCredential is that of a credential of ours in the header that goes to an upstream.
const CodeCredential = "gate.credential"

// headerAuthorization carries it everywhere else.
const headerAuthorization = "Authorization"

// credentialHeader is which header of a request is for the gate. What another one holds is
// nothing to it: on a route that leaves the Authorization header to its upstream a browser
// may send what is in there by itself.
func (p *passage) credentialHeader() string {
	if r := p.match.Route; r != nil && r.PassAuthorization {
		return HeaderCredential
	}
	return headerAuthorization
}

// credential is what the request brings for the gate in that header, none for nothing.
func (p *passage) credential() []string { return p.r.Header[p.credentialHeader()] }

// asking is the request as whoever knows callers is to read it: with the header that is
// for us, and with how old what is known may be. Stale tells afterwards whether that was
// older than for others.
func (p *passage) asking(route *gate.Route) (r *http.Request, stale func() bool) {
	r, stale = p.r, func() bool { return false }
	switch {
	case route.OnStale.Strict:
		r = r.WithContext(follow.Strictly(r.Context()))
	case route.OnStale.Serve > 0:
		ctx, used := follow.UpTo(r.Context(), route.OnStale.Serve)
		r, stale = r.WithContext(ctx), used
	}
	if !route.PassAuthorization {
		return r, stale
	}
	other := *r
	other.Header = maps.Clone(r.Header)
	delete(other.Header, headerAuthorization)
	if ours := p.credential(); len(ours) > 0 {
		other.Header[headerAuthorization] = ours
	}
	return &other, stale
}

// refuseOwnCredential refuses to hand our own credential to an upstream that gets the Authorization
// header: whoever sends it there means another header.
func (p *passage) refuseOwnCredential(route *gate.Route) error {
	if !route.PassAuthorization {
		return nil
	}
	token, _ := web.BearerToken(p.r.Header["Authorization"])
	if token == "" || !isOurKey(token) && issuerOf(token) != p.door.Issuer {
		return nil
	}
	return fault.New(fault.Malformed, CodeCredential, "What is for the gate comes as "+HeaderCredential+" here: the Authorization header goes to the application.")
}

// issuerOf is whom a token claims to be from, "" for what claims nothing. A token that was
// damaged on its way claims what it did: who is asked about what claims nothing could mend it.
func issuerOf(token string) string {
	parts := strings.SplitN(token, ".", 3)
	if len(parts) < 2 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return ""
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	return claims.Issuer
}

// isOurKey reports whether a text is a key of a service account, a personal token, or what
// else of ours has a name before it, such as a refresh token: nobody else is to see it, be it
// sent here by mistake.
func isOurKey(text string) bool { return strings.HasPrefix(text, ourPrefix) }

// ourPrefix is how all credentials of ours begin that are no JWT.
const ourPrefix = "gatehouse_"

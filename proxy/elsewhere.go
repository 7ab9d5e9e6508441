package proxy

import (
	"crypto/x509"
	"errors"
	"net/http"
	"slices"
	"strings"

	"gatehouse/caller"
	"gatehouse/caller/foreign"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/web"
)

// byBearer returns who sent a request with what is in the header for us: a token or a key of
// ours, or a token of one of the others whom the route trusts.
func (p *passage) byBearer(r *http.Request, route *gate.Route) (*caller.Caller, error) {
	if route.Own && !route.TakesOthers() {
		return p.door.Callers.AuthenticateFor(r, route.API)
	}
	token, problem := web.BearerToken(r.Header[headerAuthorization])
	if token == "" || problem != "" {
		return p.door.Callers.AuthenticateFor(r, route.API) // which says what is missing or wrong
	}
	if len(token) > foreign.MaxToken {
		return nil, caller.NotTaken()
	}
	i, asked := p.issuerFor(route, token)
	switch {
	case i != nil:
		return p.byIssuer(r, i, token, asked)
	case !route.Own:
		return nil, caller.NotTaken()
	}
	return p.door.Callers.AuthenticateFor(r, route.API)
}

// issuerFor returns which other issuer a token is of, by what it claims, and whether that one
// has to be asked about it; nil: it is ours, or nobody's. The claim decides alone who looks
// at it: that it is theirs, they have to find by their own means.
func (p *passage) issuerFor(route *gate.Route, token string) (i *gate.Issuer, asked bool) {
	if isOurKey(token) {
		return nil, false
	}
	claimed := issuerOf(token)
	if claimed == "" {
		return route.Opaque, true
	}
	if claimed == p.door.Issuer {
		return nil, false
	}
	if at := slices.IndexFunc(route.Issuers, func(i *gate.Issuer) bool { return i.Issuer == claimed }); at >= 0 {
		return route.Issuers[at], false
	}
	if o := route.Opaque; o != nil && o.Issuer == claimed { // who is asked about all of its tokens
		return o, true
	}
	return nil, false
}

// byIssuer returns who acts by another issuer's token. A stream that is asked again waits for
// no issuer: it is asked about beside the others.
func (p *passage) byIssuer(r *http.Request, i *gate.Issuer, token string, asked bool) (*caller.Caller, error) {
	if p.again && p.kept.wait {
		r = r.WithContext(foreign.AtOnce(r.Context()))
	}
	who, err := p.door.Callers.OfIssuer(r, i, token, asked)
	if errors.Is(err, foreign.ErrLater) {
		return nil, errFetchLater
	}
	return who, err
}

// shown are the client certificates of the connection, none where another proxy asks: what
// its visitor showed, it keeps to itself.
func (p *passage) shown() []*x509.Certificate {
	if p.edge != nil || p.r.TLS == nil {
		return nil
	}
	return p.r.TLS.PeerCertificates
}

// byCertificate returns who acts by the client certificate of the connection. Browsers show
// one by themselves, whoever's page has them do it.
func (p *passage) byCertificate(r *http.Request, route *gate.Route) (*caller.Caller, error) {
	if len(p.credential()) > 0 {
		return nil, caller.NoCertificate(errors.New("the route takes no credentials in headers"))
	}
	if p.crossSiteByCertificate() {
		return nil, errCrossSite()
	}
	return p.door.Callers.OfCertificate(r, route.ClientCA, p.shown())
}

// handshaken refuses a connection that was opened for another host. Who opened it was asked
// for no certificate, or for another one; clients that use a connection for several hosts
// open another one then (RFC 9110 section 15.5.20).
func (p *passage) handshaken() error {
	if p.edge != nil || p.r.TLS == nil || strings.EqualFold(p.r.TLS.ServerName, gate.HandshakeName(p.request.host)) {
		return nil
	}
	return fault.New(fault.Misdirected, "gate.misdirected", "This connection was opened for another host, and no certificate of it counts here.")
}

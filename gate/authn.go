package gate

import (
	"fmt"
	"slices"
	"strings"
)

// Ways in which a caller shows who they are.
const (
	// ByBearer is a token or a key in the Authorization header.
	ByBearer = "bearer"
	// BySession is the session of a browser that signed in, by a cookie of the gate's.
	BySession = "session"
	// ByCertificate is the client certificate of the connection.
	ByCertificate = "mtls"
)

var ways = []string{ByBearer, BySession, ByCertificate}

// Accepts reports whether callers may show in that way who they are.
func (r *Route) Accepts(way string) bool { return slices.Contains(r.Authn, way) }

// TakesOthers reports whether the route takes tokens of others than this Gatehouse.
func (r *Route) TakesOthers() bool { return len(r.Issuers) > 0 || r.Opaque != nil }

// authn reads the ways of a route. Where its file names none, a browser's cookie opens
// nothing: whoever writes a route for browsers says so.
func (c *compiler) authn(r *Route, spec *RouteSpec) {
	list := spec.Authn
	if r.Public {
		c.nobodyAsked(spec)
		return
	}
	for i, way := range list {
		switch {
		case !slices.Contains(ways, way):
			c.problem("spec.authn", "has %q; it is a list of bearer, session and mtls", way)
		case slices.Contains(list[:i], way):
			c.problem("spec.authn", "has %q twice", way)
		}
	}
	for i, host := range r.Hosts {
		if slices.Contains(list, BySession) && strings.HasPrefix(host, "*.") {
			c.problem(fmt.Sprintf("spec.match.hosts[%d]", i), "is a star, and spec.authn has session; whoever got hold of one of its names would be let in as whoever followed their link, so that a route for browsers names its hosts")
		}
	}
	if r.Authn = list; len(list) == 0 {
		r.Authn = []string{ByBearer}
	}
	c.issuersOf(r, spec)
	c.authorityOf(r, spec)
}

// nobodyAsked holds what a public route says of credentials: nothing.
func (c *compiler) nobodyAsked(spec *RouteSpec) {
	for _, one := range []struct {
		field string
		there bool
	}{
		{"spec.authn", len(spec.Authn) > 0}, {"spec.issuers", len(spec.Issuers) > 0}, {"spec.opaque", spec.Opaque != ""}, {"spec.client_ca", spec.ClientCA != ""},
	} {
		if one.there {
			c.problem(one.field, "is there, and spec.public is true; a public route asks nobody who they are")
		}
	}
}

// issuersOf reads whose tokens a route takes: our own alone, where it does not say.
func (c *compiler) issuersOf(r *Route, spec *RouteSpec) {
	r.Own = len(spec.Issuers) == 0
	for k, id := range spec.Issuers {
		field := index("spec.issuers", k)
		i := c.issuers[id]
		switch {
		case slices.Contains(spec.Issuers[:k], id):
			c.problem(field, "is there twice")
		case id == Self:
			r.Own = true
		case i == nil:
			c.problem(field, "there is no issuer %q; add it first", id)
		case slices.ContainsFunc(r.Issuers, func(other *Issuer) bool { return other.Issuer == i.Issuer }):
			c.problem(field, "has the spec.issuer of another one of this route; nobody could tell their tokens apart")
		default:
			r.Issuers = append(r.Issuers, i)
		}
	}
	if spec.Opaque != "" {
		r.Opaque = c.opaqueOf(spec.Opaque)
	}
	if r.Accepts(ByBearer) {
		return
	}
	if len(spec.Issuers) > 0 || spec.Opaque != "" {
		c.problem("spec.authn", "has no bearer, and the route says whose tokens it takes")
	}
}

// opaqueOf is who is asked about tokens that say nothing by themselves. It is one, since
// nobody else is to see them.
func (c *compiler) opaqueOf(id string) *Issuer {
	i := c.issuers[id]
	switch {
	case i == nil:
		c.problem("spec.opaque", "there is no issuer %q; add it first", id)
	case i.Introspection == nil:
		c.problem("spec.opaque", "names an issuer without spec.introspection, by which it would be asked")
	}
	return i
}

// authorityOf reads whose client certificates a route takes.
func (c *compiler) authorityOf(r *Route, spec *RouteSpec) {
	r.ClientCA = c.authorities[spec.ClientCA]
	switch asked := r.Accepts(ByCertificate); {
	case spec.ClientCA == "" && asked:
		c.problem("spec.client_ca", "is missing; spec.authn has mtls, and somebody has to issue the certificates")
	case spec.ClientCA == "":
	case !asked:
		c.problem("spec.client_ca", "is there, and spec.authn has no mtls")
	case r.ClientCA == nil:
		c.problem("spec.client_ca", "there is no client authority %q; add it first", spec.ClientCA)
	}
}

// AsksCertificate reports whether some route at a host may ask for a client certificate, by
// the name that a handshake is for; "" where it names none, as for addresses.
func (s *Set) AsksCertificate(name string) bool {
	if s.certified[name] {
		return true
	}
	_, parent, ok := strings.Cut(name, ".")
	return ok && s.certified["*."+parent]
}

// certifies notes that a host asks for certificates. Handshakes are not for addresses.
func (c *compiler) certifies(host string) {
	if isAddressOf(host) {
		host = ""
	}
	if c.set.certified == nil {
		c.set.certified = map[string]bool{}
	}
	c.set.certified[host] = true
}

// HandshakeName is the name for which a handshake has to have been if a certificate of it
// counts at a host: none for addresses (RFC 6066 section 3).
func HandshakeName(host string) string {
	if isAddressOf(host) {
		return ""
	}
	return host
}

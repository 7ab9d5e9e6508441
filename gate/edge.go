package gate

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// EdgeSpec is what a file says of another proxy that asks the gate about the requests which
// come to it: how it asks, from where, and what it shows for itself.
type EdgeSpec struct {
	Dialect string   `json:"dialect"` // nginx, traefik, caddy, haproxy or envoy
	Peers   []string `json:"peers"`   // the networks or addresses that it asks from
	// A secret or a certificate is needed, and both are asked for where both are there. There
	// may be two of each, so that one is changed without a gap. Each is in a file of the
	// server, or here: of a secret its SHA-256 alone, in hex.
	SecretFile      string   `json:"secret_file,omitempty"` // a secret a line
	SecretSHA256    []string `json:"secret_sha256,omitempty"`
	CertificateFile string   `json:"certificate_file,omitempty"` // PEM of the client certificates that it shows
	Certificates    string   `json:"certificates,omitempty"`     // the PEM itself
	Routes          []string `json:"routes,omitempty"`           // what it may ask about; default: all routes
}

// Dialect is in whose words another proxy asks.
type Dialect string

// The dialects.
const (
	Nginx   Dialect = "nginx"
	Traefik Dialect = "traefik"
	Caddy   Dialect = "caddy"
	HAProxy Dialect = "haproxy"
	Envoy   Dialect = "envoy" // by gRPC
)

// Dialects are those that there are.
var Dialects = []Dialect{Nginx, Traefik, Caddy, HAProxy, Envoy}

// Edge is another proxy that asks the gate. One whose secret or certificate is in a file
// knows its peer by what Prove was given; before, it knows nobody.
type Edge struct {
	ID              string
	Dialect         Dialect
	Peers           []netip.Prefix
	SecretFile      string
	CertificateFile string
	Routes          []string // empty: all

	secrets, certificates []digest
	certified             bool
}

type digest = [sha256.Size]byte

// AsksCertificate reports whether the edge shows a certificate for itself.
func (e *Edge) AsksCertificate() bool { return e.certified }

// AsksSecret reports whether the edge shows a secret for itself.
func (e *Edge) AsksSecret() bool { return e.SecretFile != "" || len(e.secrets) > 0 }

// Takes reports whether the edge may ask about a route.
func (e *Edge) Takes(r *Route) bool { return len(e.Routes) == 0 || slices.Contains(e.Routes, r.ID) }

// Near reports whether an address is one that the edge asks from.
func (e *Edge) Near(peer netip.Addr) bool {
	peer = peer.Unmap().WithZone("")
	return slices.ContainsFunc(e.Peers, func(p netip.Prefix) bool { return p.Contains(peer) })
}

// Knows reports whether it is the edge that asks: by its address, and by the secret and the
// certificate that it showed, "" and nil for none. How long it takes tells nothing of a
// secret that is not right.
func (e *Edge) Knows(peer netip.Addr, secret string, shown *x509.Certificate, now time.Time) bool {
	if e == nil || !e.Near(peer) || !e.proved() {
		return false
	}
	if len(e.secrets) > 0 && !among(e.secrets, []byte(secret)) {
		return false
	}
	if len(e.certificates) == 0 {
		return true
	}
	return shown != nil && !now.Before(shown.NotBefore) && !now.After(shown.NotAfter) && among(e.certificates, shown.Raw)
}

// proved reports whether the edge has read all that it is known by: one of two would be half.
func (e *Edge) proved() bool {
	return (e.SecretFile == "" || len(e.secrets) > 0) && (!e.certified || len(e.certificates) > 0) && len(e.secrets)+len(e.certificates) > 0
}

func among(all []digest, what []byte) bool {
	sum, found := sha256.Sum256(what), 0
	for i := range all {
		found |= subtle.ConstantTimeCompare(all[i][:], sum[:])
	}
	return found == 1
}

// Bounds of what an edge shows.
const (
	minSecret = 32 // characters
	maxProofs = 2  // of a kind: the one that goes, and the one that comes
	maxPeers  = 64
)

func (e *Edge) prove(read func(file string) ([]byte, error)) error {
	for _, one := range []struct {
		file  string
		parse func([]byte) ([]digest, error)
		into  *[]digest
	}{{e.SecretFile, parseSecrets, &e.secrets}, {e.CertificateFile, parseCertificates, &e.certificates}} {
		if one.file == "" {
			continue
		}
		text, err := read(one.file)
		if err != nil {
			return fmt.Errorf("read what the edge %s shows: %w", e.ID, err)
		}
		if *one.into, err = one.parse(text); err != nil {
			return fmt.Errorf("the edge %s: %s %w", e.ID, one.file, err)
		}
	}
	return nil
}

func parseSecrets(text []byte) (all []digest, err error) {
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		if len(line) < minSecret || strings.Trim(line, secretLetters) != "" {
			return nil, fmt.Errorf("must have %d characters or more on each line: letters, digits and -._~+/=", minSecret)
		}
		all = append(all, sha256.Sum256([]byte(line)))
	}
	if n := len(all); n == 0 || n > maxProofs {
		return nil, fmt.Errorf("must have one line, or two while one secret takes the place of the other")
	}
	return all, nil
}

// secretLetters are what every proxy can write into a header as it is.
const secretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="

func parseCertificates(text []byte) (all []digest, err error) {
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("must have certificates alone")
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return nil, fmt.Errorf("has a certificate that cannot be read: %w", err)
		}
		all = append(all, sha256.Sum256(block.Bytes))
	}
	if n := len(all); n == 0 || n > maxProofs {
		return nil, fmt.Errorf("must have one certificate in PEM, or two while one takes the place of the other")
	}
	return all, nil
}

// edge compiles an edge.
func (c *compiler) edge(id string, spec *EdgeSpec) {
	if !c.name(id, c.set.Edge(id) != nil) {
		return
	}
	e := &Edge{ID: id, Dialect: Dialect(spec.Dialect), SecretFile: spec.SecretFile, CertificateFile: spec.CertificateFile, Routes: spec.Routes}
	c.set.edges = append(c.set.edges, e)
	if !slices.Contains(Dialects, e.Dialect) {
		c.problem("spec.dialect", "must be nginx, traefik, caddy, haproxy or envoy")
	}
	c.proofs(e, spec)
	if n := len(spec.Peers); n == 0 || n > maxPeers {
		c.problem("spec.peers", "must be between 1 and %d networks or addresses", maxPeers)
	}
	for i, text := range spec.Peers {
		p, err := parsePeer(text)
		if err != nil {
			c.problem(fmt.Sprintf("spec.peers[%d]", i), `must be a network such as "10.0.0.0/24", or an address, and not everybody`)
		}
		e.Peers = append(e.Peers, p)
	}
}

// proofs reads by what an edge is known.
func (c *compiler) proofs(e *Edge, spec *EdgeSpec) {
	e.certified = spec.CertificateFile != "" || spec.Certificates != ""
	switch secret := spec.SecretFile != "" || len(spec.SecretSHA256) > 0; {
	case !secret && !e.certified && c.Reach.bounded:
		c.problem("spec.secret_sha256", "is missing, and spec.certificates too; an address alone proves nothing")
	case !secret && !e.certified:
		c.problem("spec.secret_file", "is missing, and spec.certificate_file too; an address alone proves nothing")
	}
	c.one("spec.secret_file", spec.SecretFile, "spec.secret_sha256", len(spec.SecretSHA256) > 0)
	c.one("spec.certificate_file", spec.CertificateFile, "spec.certificates", spec.Certificates != "")
	if len(spec.SecretSHA256) > maxProofs {
		c.problem("spec.secret_sha256", "must be one, or two while one secret takes the place of the other")
	}
	for i, text := range spec.SecretSHA256 {
		sum, err := parseDigest(text)
		if err != nil {
			c.problem(index("spec.secret_sha256", i), "must be the SHA-256 of a secret, %d small letters and digits in hex, and never the secret itself", 2*sha256.Size)
		}
		e.secrets = append(e.secrets, sum)
	}
	if spec.Certificates == "" {
		return
	}
	var err error
	if e.certificates, err = parseCertificates([]byte(spec.Certificates)); err != nil {
		c.problem("spec.certificates", "%s", err)
	}
}

// one holds what is said of a proof: a file, or what would be in it. Who writes into the
// database has no files of the server, and learns nothing of them.
func (c *compiler) one(field, file, other string, there bool) {
	switch {
	case file != "" && c.Reach.bounded:
		c.problem(field, "names a file of the server, which only files may (gate.routes); say it in %s", other)
	case file != "" && there:
		c.problem(other, "is there beside %s; the edge has one of the two", field)
	}
}

// parseDigest reads a SHA-256 in hex, in its one spelling. That of no text is none.
func parseDigest(text string) (sum digest, err error) {
	b, err := hex.DecodeString(text)
	if err != nil || len(b) != len(sum) || hex.EncodeToString(b) != text || sha256.Sum256(nil) == digest(b) {
		return sum, fmt.Errorf("no SHA-256")
	}
	return digest(b), nil
}

// parsePeer reads a network or an address. A network of everybody would be none.
func parsePeer(text string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(text); err == nil && addr.Zone() == "" {
		addr = addr.Unmap()
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	if err == nil && (p.Bits() == 0 || p.Addr().Is4In6() || p != p.Masked()) {
		err = fmt.Errorf("%s is no network", text)
	}
	return p, err
}

// edgesKnowRoutes holds that what edges may ask about is there.
func (c *compiler) edgesKnowRoutes(objects []Object) {
	for i, o := range objects {
		if o.Edge == nil {
			continue
		}
		c.at = i
		for k, id := range o.Edge.Routes {
			if !c.routes[id] {
				c.problem(fmt.Sprintf("spec.routes[%d]", k), "there is no route %q; add it first", id)
			}
		}
	}
}

// edgesCan holds that what a route says is done wherever somebody asks about it. Another
// proxy sends requests on and hands answers back itself: what the gate does to them on their
// way does not happen there.
func (c *compiler) edgesCan(objects []Object) {
	for i, o := range objects {
		if o.Route == nil {
			continue
		}
		at := slices.IndexFunc(c.set.edges, func(e *Edge) bool { return e.Takes(&Route{ID: o.ID}) })
		if at < 0 {
			continue
		}
		c.at = i
		if o.Route.ClientCA != "" {
			c.problem("spec.client_ca", "is there, and the edge %s asks about this route: a visitor's connection ends at that proxy, and no certificate of theirs comes with what it asks (an edge with spec.routes asks about those alone)", c.set.edges[at].ID)
		}
		for _, field := range o.Route.onTheWay() {
			c.problem(field, "is what the gate does to what it sends on itself; the edge %s asks about this route, and would not do it (an edge with spec.routes asks about those alone)", c.set.edges[at].ID)
		}
	}
}

// onTheWay are the fields of what a route has done to requests and answers by whoever sends
// them on.
func (s *RouteSpec) onTheWay() (fields []string) {
	for _, one := range []struct {
		field string
		there bool
	}{
		{"spec.credentials", s.Credentials != ""},
		{"spec.headers.pass", len(s.Headers.Pass) > 0},
		{"spec.response", len(s.Response.Headers)+len(s.Response.Remove) > 0 || s.Response.Secret},
		{"spec.limits.response", s.Limits.Response != ""},
		{"spec.cors", !s.CORS.IsZero()},
	} {
		if one.there {
			fields = append(fields, one.field)
		}
	}
	return fields
}

// behindEdge is where requests of a route go that no upstream is named for: the gate sends
// them nowhere, and who asks does. It is told who calls as what is at its API.
//
// One that is off may wait for its edge: of the two one has to be there first, where they are
// added one by one.
func (c *compiler) behindEdge(id string, spec *RouteSpec) *Upstream {
	if spec.Mode != modes[Off] && !slices.ContainsFunc(c.set.edges, func(e *Edge) bool { return e.Takes(&Route{ID: id}) }) {
		c.problem("spec.upstream", "is missing; only a route that an edge asks about goes without (where they are added one by one: the route with mode off, the edge, and then its mode)")
	}
	return &Upstream{Audience: spec.Authorize.API}
}

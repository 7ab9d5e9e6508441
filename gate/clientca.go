package gate

import (
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
	"time"
)

// ClientCASpec is what a file says of an authority whose client certificates routes may ask
// for. What a certificate may do is what the service account may that it acts as.
type ClientCASpec struct {
	CAFile  string                  `json:"ca_file"` // PEM, with the authorities that may have issued a certificate
	Callers []CertificateCallerSpec `json:"callers"`
}

// CertificateCallerSpec says as which service account those act whose certificates have all
// that is said. Of several rules the first counts.
type CertificateCallerSpec struct {
	URI     string `json:"uri,omitempty"`     // among its subject alternative names
	DNS     string `json:"dns,omitempty"`     // among them, whole: a star is a star
	Subject string `json:"subject,omitempty"` // its whole name by RFC 4514, such as CN=billing,O=Partner
	Service string `json:"service"`
}

// ClientCA is a compiled ClientCASpec. It knows nobody before Prove has read its file. Any
// number may ask at once.
type ClientCA struct {
	ID      string
	CAFile  string
	Callers []CertificateCallerSpec
	Text    string // all that was said of it

	roots *x509.CertPool
	known knownCertificates
}

// Certified is what a client certificate comes to.
type Certified struct {
	Service string    // the service account that it acts as
	Name    string    // whose it is, as its authority calls them
	Until   time.Time // when it, or one that it rests on, is over
	from    time.Time
}

// ErrDeadCertificate is behind the refusal of a certificate that its authority did issue, or
// that is over by what it says itself: whoever shows it has not guessed, and it cost nothing.
var ErrDeadCertificate = errors.New("a certificate for nobody here and now")

// Faults of certificates, for the log.
var (
	errCertificates = errors.New("too many certificates were shown")
	errNobody       = fmt.Errorf("%w: no rule says as whom it acts", ErrDeadCertificate)
	errOver         = fmt.Errorf("%w: it is over", ErrDeadCertificate)
	errNoClient     = fmt.Errorf("%w: it does not say that it is for clients", ErrDeadCertificate)
)

const maxChain = 8

// Known tells what certificates are worth that were found to be good before: no signature is
// checked. It is false for all others.
func (a *ClientCA) Known(shown []*x509.Certificate, now time.Time) (Certified, bool) {
	if len(shown) == 0 || len(shown) > maxChain {
		return Certified{}, false
	}
	return a.known.get(sumOfChain(shown), now)
}

// Verify tells what a client certificate is worth at a moment: the first of those that were
// shown, whose key the handshake has proved. Any error means that it is worth nothing. What
// strangers show can cost a hundred signatures, so that who asks bounds them.
func (a *ClientCA) Verify(shown []*x509.Certificate, now time.Time) (Certified, error) {
	if a.roots == nil || len(shown) == 0 || len(shown) > maxChain {
		return Certified{}, errCertificates
	}
	if now.After(shown[0].NotAfter) {
		return Certified{}, errOver
	}
	key := sumOfChain(shown)
	between := x509.NewCertPool()
	for _, one := range shown[1:] {
		between.AddCert(one)
	}
	leaf := shown[0]
	chains, err := leaf.Verify(x509.VerifyOptions{
		Roots: a.roots, Intermediates: between, CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
	if err != nil {
		return Certified{}, err
	}
	if !isForClients(leaf) {
		return Certified{}, errNoClient
	}
	c := Certified{Name: subjectOf(leaf), from: leaf.NotBefore, Until: leaf.NotAfter}
	for _, one := range chains[0] {
		if c.Until.After(one.NotAfter) {
			c.Until = one.NotAfter
		}
	}
	uris := urisOf(leaf)
	i := slices.IndexFunc(a.Callers, func(rule CertificateCallerSpec) bool { return rule.is(leaf, uris) })
	if i < 0 {
		return Certified{}, errNobody
	}
	c.Service = a.Callers[i].Service
	a.known.put(key, c)
	return c, nil
}

// is reports whether a certificate, whose URIs are given, has all that the rule says.
func (s *CertificateCallerSpec) is(leaf *x509.Certificate, uris []string) bool {
	return (s.Subject == "" || s.Subject == subjectOf(leaf)) && (s.DNS == "" || slices.Contains(leaf.DNSNames, s.DNS)) &&
		(s.URI == "" || slices.Contains(uris, s.URI))
}

// clientCA compiles an authority.
func (c *compiler) clientCA(id string, spec *ClientCASpec) {
	if !c.name(id, c.authorities[id] != nil) {
		return
	}
	c.authorities[id] = &ClientCA{ID: id, CAFile: spec.CAFile, Callers: spec.Callers, Text: documentOf(&Object{ID: id, ClientCA: spec})}
	if spec.CAFile == "" {
		c.problem("spec.ca_file", "is missing; it has the authorities that issue the certificates")
	}
	if n := len(spec.Callers); n == 0 || n > maxCallers {
		c.problem("spec.callers", "must be between 1 and %d; whose certificates act as no service account may do nothing", maxCallers)
	}
	for i, rule := range spec.Callers {
		field := index("spec.callers", i)
		if rule.URI == "" && rule.DNS == "" && rule.Subject == "" {
			c.problem(field, "has none of uri, dns and subject; a rule says of whom it is")
		}
		if len(rule.URI)+len(rule.DNS)+len(rule.Subject) > 4*maxClaim {
			c.problem(field, "is longer than %d bytes", 4*maxClaim)
		}
		c.actsAs(field, rule.Service)
	}
}

func (a *ClientCA) prove(read func(file string) ([]byte, error)) error {
	text, err := read(a.CAFile)
	if err != nil {
		return fmt.Errorf("read the authorities of %s: %w", a.ID, err)
	}
	if a.roots, err = parseAuthorities(text); err != nil {
		return fmt.Errorf("the client authority %s: %s %w", a.ID, a.CAFile, err)
	}
	return nil
}

package gate

import (
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"sync"
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

// isForClients reports whether a certificate says that it is for clients. One that says
// nothing of what it is for passes for everything where it is verified: also that of a server
// which somebody else runs.
func isForClients(leaf *x509.Certificate) bool {
	return slices.Contains(leaf.ExtKeyUsage, x509.ExtKeyUsageClientAuth)
}

// is reports whether a certificate, whose URIs are given, has all that the rule says.
func (s *CertificateCallerSpec) is(leaf *x509.Certificate, uris []string) bool {
	return (s.Subject == "" || s.Subject == subjectOf(leaf)) && (s.DNS == "" || slices.Contains(leaf.DNSNames, s.DNS)) &&
		(s.URI == "" || slices.Contains(uris, s.URI))
}

// Of RFC 5280 section 4.2.1.6.
var subjectAltName = asn1.ObjectIdentifier{2, 5, 29, 17}

const tagURI = 6

// urisOf are the URIs among the subject alternative names, as they stand there: crypto/x509
// parses them, and two different ones may come to one text (scheme, escapes).
func urisOf(c *x509.Certificate) (uris []string) {
	for _, extension := range c.Extensions {
		if !extension.Id.Equal(subjectAltName) {
			continue
		}
		var names []asn1.RawValue
		if rest, err := asn1.Unmarshal(extension.Value, &names); err != nil || len(rest) > 0 {
			return nil
		}
		for _, name := range names {
			if name.Class == asn1.ClassContextSpecific && name.Tag == tagURI && !name.IsCompound {
				uris = append(uris, string(name.Bytes))
			}
		}
	}
	return uris
}

// subjectOf is the whole name of whose a certificate is, as it stands there: the names of
// crypto/x509 are sorted by what they are, and two different ones may look alike.
func subjectOf(c *x509.Certificate) string {
	var name pkix.RDNSequence
	if rest, err := asn1.Unmarshal(c.RawSubject, &name); err != nil || len(rest) > 0 {
		return ""
	}
	return name.String()
}

// knownCertificates remembers those that were good, so that signatures are not checked at
// every request.
type knownCertificates struct {
	mu  sync.Mutex
	all map[digest]Certified
}

const maxKnownCertificates = 4096

func (k *knownCertificates) get(key digest, now time.Time) (Certified, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	c, ok := k.all[key]
	return c, ok && !now.Before(c.from) && !now.After(c.Until)
}

func (k *knownCertificates) put(key digest, c Certified) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all == nil {
		k.all = map[digest]Certified{}
	}
	for old := range k.all { // in no order: any
		if len(k.all) < maxKnownCertificates {
			break
		}
		delete(k.all, old)
	}
	k.all[key] = c
}

// isAddressOf reports whether a host is an address and no name.
func isAddressOf(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

func sumOfChain(shown []*x509.Certificate) digest {
	h := sha256.New()
	for _, one := range shown {
		h.Write(one.Raw) // DER says itself how long it is
	}
	return digest(h.Sum(nil))
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

// parseAuthorities reads certificates of authorities. A file that has one which is none is
// not half a file: whoever wrote it meant all of it.
func parseAuthorities(text []byte) (*x509.CertPool, error) {
	pool, found := x509.NewCertPool(), false
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("must have certificates alone")
		}
		one, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("has a certificate that cannot be read: %w", err)
		}
		if !one.IsCA {
			return nil, fmt.Errorf("has the certificate of %s, which is no authority", strings.ToValidUTF8(subjectOf(one), "?"))
		}
		pool.AddCert(one)
		found = true
	}
	if !found {
		return nil, fmt.Errorf("must have the certificate of an authority in PEM")
	}
	return pool, nil
}

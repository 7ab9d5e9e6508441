package gate

import (
	"crypto/sha256"
	"crypto/x509"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Self names this Gatehouse among the issuers of a route.
const Self = "self"

// IssuerSpec is what a file says of somebody else who issues access tokens that routes may
// take. Nobody of theirs is one of our people: what a token may do is what the service
// account may that it acts as.
type IssuerSpec struct {
	Issuer     string   `json:"issuer"`               // the iss of its tokens
	JWKS       string   `json:"jwks,omitempty"`       // where its keys are; default: where its discovery document says
	Audiences  []string `json:"audiences"`            // one of them must be among the aud of a token
	Algorithms []string `json:"algorithms,omitempty"` // default: RS256, PS256, ES256 and EdDSA
	Types      []string `json:"types,omitempty"`      // the typ of its tokens; default: at+jwt
	CAFile     string   `json:"ca_file,omitempty"`    // PEM of who issued its certificate; default: those of the machine
	// Introspection is how it is asked about tokens that say nothing by themselves.
	Introspection *IntrospectionSpec `json:"introspection,omitempty"`
	Callers       []IssuerCallerSpec `json:"callers"`
}

// IntrospectionSpec is where an issuer is asked about tokens (RFC 7662), and as whom.
type IntrospectionSpec struct {
	Endpoint   string `json:"endpoint"`
	ClientID   string `json:"client_id"`
	SecretFile string `json:"secret_file"`     // one line: the secret of that client
	Cache      string `json:"cache,omitempty"` // how long an answer counts, 10s at most; default: 5s
}

// IssuerCallerSpec says as which service account those callers act whose tokens have all of
// these claims. Of several rules the first counts.
type IssuerCallerSpec struct {
	Claims  map[string]string `json:"claims"`
	Service string            `json:"service"`
}

// Issuer is a compiled IssuerSpec. It asks nobody before Prove has read its files.
type Issuer struct {
	ID            string
	Issuer        string
	JWKS          string // "": what its discovery document says
	Audiences     []string
	Algorithms    []string
	Types         []string       // in small letters, and without "application/"
	Introspection *Introspection // nil: it is not asked
	Callers       []IssuerCallerSpec
	CAFile        string
	Text          string // all that was said of it

	roots  *x509.CertPool
	secret string
	proof  digest
}

// Introspection is a compiled IntrospectionSpec.
type Introspection struct {
	Endpoint, ClientID, SecretFile string
	Cache                          time.Duration
}

// Roots are who may have issued the certificate of its server, nil for those of the machine.
func (i *Issuer) Roots() *x509.CertPool { return i.roots }

// Secret is that of the client as which it is asked about tokens.
func (i *Issuer) Secret() string { return i.secret }

// Same reports whether the same was said of two issuers, in their files too.
func (i *Issuer) Same(other *Issuer) bool { return i.Text == other.Text && i.proof == other.proof }

// Algorithms are those by which tokens of others may be signed: whoever can check one of
// these cannot make one.
var Algorithms = []string{"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}

var usualAlgorithms = []string{"RS256", "PS256", "ES256", "EdDSA"}

// Bounds of what an issuer says of itself.
const (
	maxAudiences    = 16
	maxCallers      = 1000
	maxCallerClaims = 8
	maxClaim        = 1024 // bytes
	usualCache      = 5 * time.Second
	maxCache        = 10 * time.Second
)

// issuer compiles an issuer.
func (c *compiler) issuer(id string, spec *IssuerSpec) {
	if !c.name(id, c.issuers[id] != nil) {
		return
	}
	if id == Self {
		c.problem("metadata.id", "is self, which names this Gatehouse")
	}
	i := &Issuer{
		ID: id, Issuer: spec.Issuer, JWKS: spec.JWKS, Audiences: spec.Audiences, Algorithms: spec.Algorithms, Callers: spec.Callers, CAFile: spec.CAFile,
		Text: documentOf(&Object{ID: id, Issuer: spec}),
	}
	c.issuers[id] = i
	c.address("spec.issuer", spec.Issuer)
	if spec.JWKS != "" {
		c.address("spec.jwks", spec.JWKS)
	}
	if n := len(spec.Audiences); n == 0 || n > maxAudiences || slices.Contains(spec.Audiences, "") {
		c.problem("spec.audiences", "must be between 1 and %d; a token that is for anybody is for nobody", maxAudiences)
	}
	if len(spec.Algorithms) == 0 {
		i.Algorithms = usualAlgorithms
	}
	for k, alg := range spec.Algorithms {
		if !slices.Contains(Algorithms, alg) {
			c.problem(index("spec.algorithms", k), "must be one of %s: who can check a signature must not be able to make one", strings.Join(Algorithms, ", "))
		}
	}
	i.Types = c.types(spec.Types)
	i.Introspection = c.introspection(spec.Introspection)
	c.issuerCallers(spec.Callers)
}

// address holds what an issuer is asked at. Without TLS anybody on the way could give it
// other keys.
func (c *compiler) address(field, text string) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || !IsSecure(u) {
		c.problem(field, "must be an https address without a name, a password or a fragment (http is for loopback)")
	}
}

// IsSecure reports whether what is fetched from an address is what its host says: by TLS,
// or without leaving the machine.
func IsSecure(u *url.URL) bool {
	return u.Scheme == "https" || u.Scheme == "http" && isLoopback(u.Hostname())
}

// types reads the types of tokens. One type of its own is what keeps an ID token from being
// taken for an access token (RFC 9068 section 4), so that others have to be named.
func (c *compiler) types(list []string) []string {
	if len(list) == 0 {
		return []string{"at+jwt"}
	}
	var all []string
	for k, typ := range list {
		typ = CanonicalType(typ)
		if typ == "" || !isToken(strings.ReplaceAll(typ, "/", "")) {
			c.problem(index("spec.types", k), "must be the typ of a token, such as at+jwt or JWT")
		}
		all = append(all, typ)
	}
	return all
}

// CanonicalType is the typ of a token as it is compared (RFC 7515 section 4.1.9).
func CanonicalType(typ string) string {
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}

func (c *compiler) introspection(spec *IntrospectionSpec) *Introspection {
	if spec == nil {
		return nil
	}
	const field = "spec.introspection."
	c.address(field+"endpoint", spec.Endpoint)
	if spec.ClientID == "" || len(spec.ClientID) > maxClaim {
		c.problem(field+"client_id", "is missing; no issuer tells strangers about tokens")
	}
	if spec.SecretFile == "" {
		c.problem(field+"secret_file", "is missing; no issuer tells strangers about tokens")
	}
	return &Introspection{
		Endpoint: spec.Endpoint, ClientID: spec.ClientID, SecretFile: spec.SecretFile, Cache: c.duration(field+"cache", spec.Cache, usualCache, maxCache),
	}
}

func (c *compiler) issuerCallers(rules []IssuerCallerSpec) {
	if n := len(rules); n == 0 || n > maxCallers {
		c.problem("spec.callers", "must be between 1 and %d; whose tokens act as no service account may do nothing", maxCallers)
	}
	for k, rule := range rules {
		field := index("spec.callers", k)
		if n := len(rule.Claims); n == 0 || n > maxCallerClaims {
			c.problem(field+".claims", "must be between 1 and %d; a rule says of whom it is", maxCallerClaims)
		}
		for name, value := range rule.Claims {
			if name == "" || value == "" || len(name)+len(value) > maxClaim {
				c.problem(field+".claims", "has an empty name or value, or one that is longer than %d bytes", maxClaim)
			}
		}
		c.actsAs(field, rule.Service)
	}
}

// actsAs holds what a rule about callers leads to.
func (c *compiler) actsAs(field, service string) {
	if service == "" || len(service) > maxClaim {
		c.problem(field+".service", "is missing; it is the id of the service account that they act as")
	}
}

// prove reads the files of an issuer.
func (i *Issuer) prove(read func(file string) ([]byte, error)) error {
	if i.CAFile != "" {
		text, err := read(i.CAFile)
		if err != nil {
			return fmt.Errorf("read who issued the certificate of the issuer %s: %w", i.ID, err)
		}
		if i.roots, err = parseAuthorities(text); err != nil {
			return fmt.Errorf("the issuer %s: %s %w", i.ID, i.CAFile, err)
		}
		i.proof = sha256.Sum256(text)
	}
	if i.Introspection == nil {
		return nil
	}
	text, err := read(i.Introspection.SecretFile)
	if err != nil {
		return fmt.Errorf("read the secret for the issuer %s: %w", i.ID, err)
	}
	i.secret = strings.TrimRight(string(text), "\r\n")
	if i.secret == "" || strings.ContainsFunc(i.secret, func(r rune) bool { return r < ' ' || r > '~' }) {
		return fmt.Errorf("the issuer %s: %s must have one line with the secret of the client", i.ID, i.Introspection.SecretFile)
	}
	i.proof = sha256.Sum256(append(i.proof[:], text...))
	return nil
}

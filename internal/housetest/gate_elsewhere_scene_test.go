package housetest

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testcert"
	"gatehouse/internal/testissuer"
)

// partner is whom a gate trusts besides this Gatehouse: somebody who issues tokens, and an
// authority for client certificates.
type partner struct {
	*testissuer.Issuer
	ca     *testcert.Authority
	secret string // the file
}

// partnerAudience is whom its tokens are for.
const partnerAudience = "https://api.partner.example.test"

// partners are those of gates, by their folders.
var partners sync.Map

func newPartner(t *testing.T, folder string) *partner {
	t.Helper()
	p := &partner{testissuer.New(t), testcert.New(t), filepath.Join(t.TempDir(), "secret")}
	must(t, os.WriteFile(p.secret, []byte(testissuer.Secret+"\n"), 0o600))
	partners.Store(folder, p)
	return p
}

// partnerOf is whom the gate trusts.
func partnerOf(g *gatetest.Gate) *partner {
	p, _ := partners.Load(g.House.Config.Gate.Routes)
	return p.(*partner)
}

// documents are what a folder says of the partner, who speaks for some service accounts.
func (p *partner) documents(accounts ...string) string {
	var tokens, certificates strings.Builder
	for _, name := range accounts {
		fmt.Fprintf(&tokens, "    - {claims: {sub: %q}, service: %q}\n", name, name)
		fmt.Fprintf(&certificates, "    - {uri: %q, service: %q}\n", certificateOf(name), name)
	}
	return strings.NewReplacer("ISSUER", p.URL, "AUDIENCE", partnerAudience, "CLIENT", testissuer.ClientID, "SECRET", p.secret, "CAFILE", p.ca.File,
		"TOKENS", tokens.String(), "CERTIFICATES", certificates.String()).Replace(`---
apiVersion: gatehouse/v1
kind: Issuer
metadata: {id: partner}
spec:
  issuer: ISSUER
  audiences: [AUDIENCE]
  introspection: {endpoint: ISSUER/introspect, client_id: CLIENT, secret_file: "SECRET", cache: 1s}
  callers:
TOKENS---
apiVersion: gatehouse/v1
kind: ClientCA
metadata: {id: devices}
spec:
  ca_file: "CAFILE"
  callers:
CERTIFICATES`)
}

func certificateOf(account string) string { return "spiffe://partner.example.test/" + account }

// certified is a client certificate for an account, as its holder has it.
func (p *partner) certified(t testing.TB, account string) tls.Certificate {
	t.Helper()
	return issuedBy(t, p.ca, account, certificateOf(account))
}

func issuedBy(t testing.TB, ca *testcert.Authority, name, uri string) tls.Certificate {
	t.Helper()
	u, err := url.Parse(uri)
	if err != nil {
		t.Fatal(err)
	}
	cert, key := ca.IssueAs(name, func(c *x509.Certificate) { c.URIs = []*url.URL{u} })
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// certificateEnding is a certificate for an account that is over at a moment, of whole seconds.
func certificateEnding(t testing.TB, p *partner, account string, at time.Time) tls.Certificate {
	t.Helper()
	u, err := url.Parse(certificateOf(account))
	if err != nil {
		t.Fatal(err)
	}
	cert, key := p.ca.IssueAs(account, func(c *x509.Certificate) {
		c.URIs, c.NotBefore, c.NotAfter = []*url.URL{u}, at.Add(-time.Hour), at
	})
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return pair
}

// opaque is a token that says nothing itself, of an account.
func (p *partner) opaque(account string) string {
	claims := p.Claims(account, partnerAudience)
	claims["active"] = true
	p.Says("opaque-"+account, claims)
	return "opaque-" + account
}

// partnered is a gate that trusts a partner, who speaks for the service account jobs, which
// may read orders, and for idle, which may nothing.
type partnered struct {
	*gated
	partner *partner
	key     string // of jobs: a credential of ours
	secure  string // the address of the gate with TLS
}

const elsewhereRoutes = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: both}
spec:
  match: {hosts: [both.example.test], paths: ["/orders"], methods: [GET, POST]}
  issuers: [self, partner]
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: theirs}
spec:
  match: {hosts: [theirs.example.test], paths: ["/orders"], methods: [GET]}
  issuers: [partner]
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: opaque}
spec:
  match: {hosts: [opaque.example.test], paths: ["/orders"], methods: [GET]}
  opaque: partner
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: certified}
spec:
  match: {hosts: [mtls.example.test], paths: ["/orders"], methods: [GET, POST]}
  authn: [mtls]
  client_ca: devices
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: any}
spec:
  match: {hosts: [any.example.test], paths: ["/orders"], methods: [GET]}
  authn: [bearer, mtls]
  client_ca: devices
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
`

func newPartnered(t *testing.T) *partnered {
	t.Helper()
	g := &partnered{gated: newGated(t)}
	g.partner = newPartner(t, g.folder)
	writeRoutes(t, g.folder, g.app, gateRoutes+elsewhereRoutes+g.partner.documents("jobs", "idle"))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	for _, name := range []string{"jobs", "idle"} {
		b, err := g.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}, Reason: "of the partner"})
		must(t, err)
		if name == "jobs" {
			g.key = b.Text
		}
	}
	_, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "jobs"}, Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "reads orders",
	})
	must(t, err)
	g.Settle()
	g.secure = g.listenSecurely(t)
	return g
}

// listenSecurely has the gate speak TLS, and ask for certificates whom its routes say.
func (g *partnered) listenSecurely(t *testing.T) (address string) {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config, s.EnableHTTP2 = g.Server.Gate(), true
	s.TLS = &tls.Config{}
	s.TLS.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if !g.House.Routes.Current().AsksCertificate(hello.ServerName) {
			return nil, nil
		}
		asks := s.TLS.Clone()
		asks.ClientAuth, asks.SessionTicketsDisabled = tls.RequestClientCert, true
		return asks, nil
	}
	s.StartTLS()
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s.Listener.Addr().String()
}

// dialed is a client whose connections are opened for a host, with a certificate.
func (g *partnered) dialed(host string, certificates ...tls.Certificate) *http.Transport {
	return &http.Transport{
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{InsecureSkipVerify: true, ServerName: host, Certificates: certificates}, // whose it is, is no question here
	}
}

// over sends a request by such a client.
func (g *partnered) over(t *testing.T, client *http.Transport, method, host string, header http.Header) (status int, body string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "https://"+g.secure+"/orders", nil)
	must(t, err)
	r.Host = host
	for name, values := range header {
		r.Header[name] = values
	}
	answer, err := client.RoundTrip(r)
	must(t, err)
	defer answer.Body.Close()
	b := new(strings.Builder)
	_, err = fmt.Fprint(b, answer.Header.Get("Www-Authenticate"))
	must(t, err)
	return answer.StatusCode, b.String()
}

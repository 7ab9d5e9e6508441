package gate

import (
	"errors"
	"strings"
	"testing"

	"gatehouse/fault"
)

func partner() *IssuerSpec {
	return &IssuerSpec{
		Issuer: "https://id.partner.test", Audiences: []string{"https://api.test"},
		Introspection: &IntrospectionSpec{Endpoint: "https://id.partner.test/introspect", ClientID: "gate", SecretFile: "secret"},
		Callers:       []IssuerCallerSpec{{Claims: map[string]string{"sub": "jobs"}, Service: "partner"}},
	}
}

func devices() *ClientCASpec {
	return &ClientCASpec{CAFile: "ca.pem", Callers: []CertificateCallerSpec{{URI: "spiffe://partner.test/jobs", Service: "partner"}}}
}

// What is said of whom to trust is refused at its field where it would trust too much, or
// nobody.
func TestWhomRoutesTrustIsSaidWell(t *testing.T) {
	t.Parallel()
	type said struct {
		issuer, second *IssuerSpec
		ca             *ClientCASpec
		route          *RouteSpec
		edge           *EdgeSpec
	}
	for name, c := range map[string]struct {
		change func(s *said)
		field  string // "": it is taken
	}{
		"all of it":                   {func(*said) {}, ""},
		"keys somewhere else":         {func(s *said) { s.issuer.JWKS = "https://keys.partner.test/jwks" }, ""},
		"this very machine":           {func(s *said) { s.issuer.Issuer = "http://127.0.0.1:1" }, ""},
		"no issuer":                   {func(s *said) { s.issuer.Issuer = "" }, "spec.issuer"},
		"without TLS":                 {func(s *said) { s.issuer.Issuer = "http://id.partner.test" }, "spec.issuer"},
		"a password in it":            {func(s *said) { s.issuer.Issuer = "https://a:b@id.partner.test" }, "spec.issuer"},
		"keys without TLS":            {func(s *said) { s.issuer.JWKS = "http://id.partner.test/jwks" }, "spec.jwks"},
		"keys in a file":              {func(s *said) { s.issuer.JWKS = "file:///etc/passwd" }, "spec.jwks"},
		"no audience":                 {func(s *said) { s.issuer.Audiences = nil }, "spec.audiences"},
		"an empty audience":           {func(s *said) { s.issuer.Audiences = []string{""} }, "spec.audiences"},
		"no signature":                {func(s *said) { s.issuer.Algorithms = []string{"none"} }, "spec.algorithms[0]"},
		"a shared secret":             {func(s *said) { s.issuer.Algorithms = []string{"ES256", "HS256"} }, "spec.algorithms[1]"},
		"types":                       {func(s *said) { s.issuer.Types = []string{"JWT", "application/at+jwt"} }, ""},
		"an empty type":               {func(s *said) { s.issuer.Types = []string{""} }, "spec.types[0]"},
		"nobody to act as":            {func(s *said) { s.issuer.Callers[0].Service = "" }, "spec.callers[0].service"},
		"anybody":                     {func(s *said) { s.issuer.Callers[0].Claims = nil }, "spec.callers[0].claims"},
		"an empty claim":              {func(s *said) { s.issuer.Callers[0].Claims = map[string]string{"sub": ""} }, "spec.callers[0].claims"},
		"no callers":                  {func(s *said) { s.issuer.Callers = nil }, "spec.callers"},
		"introspection without TLS":   {func(s *said) { s.issuer.Introspection.Endpoint = "http://id.partner.test/i" }, "spec.introspection.endpoint"},
		"introspection by nobody":     {func(s *said) { s.issuer.Introspection.ClientID = "" }, "spec.introspection.client_id"},
		"introspection by anybody":    {func(s *said) { s.issuer.Introspection.SecretFile = "" }, "spec.introspection.secret_file"},
		"answers that count for long": {func(s *said) { s.issuer.Introspection.Cache = "11s" }, "spec.introspection.cache"},
		"opaque, and nobody is asked": {func(s *said) { s.issuer.Introspection = nil }, "spec.opaque"},
		"opaque, of nobody":           {func(s *said) { s.route.Opaque = "other" }, "spec.opaque"},
		"an issuer that is not there": {func(s *said) { s.route.Issuers = []string{"other"} }, "spec.issuers[0]"},
		"an issuer twice":             {func(s *said) { s.route.Issuers = []string{"partner", "partner"} }, "spec.issuers[1]"},
		"two with one name":           {func(s *said) { s.second = partner(); s.route.Issuers = []string{"partner", "second"} }, "spec.issuers[1]"},
		"issuers, and no bearer":      {func(s *said) { s.route.Authn = []string{"mtls"} }, "spec.authn"},
		"mtls of nobody":              {func(s *said) { s.route.ClientCA = "" }, "spec.client_ca"},
		"mtls of who is not there":    {func(s *said) { s.route.ClientCA = "other" }, "spec.client_ca"},
		"certificates, and no mtls":   {func(s *said) { s.route.Authn = []string{"bearer"} }, "spec.client_ca"},
		"no authority":                {func(s *said) { s.ca.CAFile = "" }, "spec.ca_file"},
		"any certificate":             {func(s *said) { s.ca.Callers[0].URI = "" }, "spec.callers[0]"},
		"certificates of nobody":      {func(s *said) { s.ca.Callers = nil }, "spec.callers"},
		"certificates for nobody":     {func(s *said) { s.ca.Callers[0].Service = "" }, "spec.callers[0].service"},
		"for everybody": {func(s *said) {
			*s.route = *public("app")
			s.route.Issuers = []string{"partner"}
		}, "spec.issuers"},
		"mtls at another proxy": {func(s *said) {
			s.edge = &EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.1"}, SecretFile: "secret"}
		}, "spec.client_ca"},
		"an MCP server": {func(s *said) {
			s.route.Match.Methods, s.route.MCP = []string{"POST"}, &MCPSpec{Resource: "https://api.example.com/x"}
		}, "spec.mcp"},
	} {
		s := said{issuer: partner(), ca: devices(), route: public("app")}
		s.route.Public, s.route.Authorize = false, AuthorizeSpec{API: "shop", Permission: "orders:read"}
		s.route.Authn, s.route.Issuers, s.route.Opaque, s.route.ClientCA = []string{"bearer", "mtls"}, []string{"self", "partner"}, "partner", "devices"
		c.change(&s)
		objects := []Object{{ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}, {ID: "partner", Issuer: s.issuer}, {ID: "devices", ClientCA: s.ca}, {ID: "x", Route: s.route}}
		if s.second != nil {
			objects = append(objects, Object{ID: "second", Issuer: s.second})
		}
		if s.edge != nil {
			objects = append(objects, Object{ID: "e", Edge: s.edge})
		}
		_, err := Compile(objects)
		f, _ := errors.AsType[*fault.Error](err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field == "":
		case f == nil || len(f.Fields) != 1 || !strings.HasSuffix(f.Fields[0].Name, "]."+c.field):
			t.Errorf("%s: %v, want %s", name, err, c.field)
		}
	}
}

// A connection is asked for a certificate if a host that it may be for takes one.
func TestHostsAskForCertificatesByTheirRoutes(t *testing.T) {
	t.Parallel()
	certified := func(hosts ...string) Object {
		r := public("app")
		r.Public, r.Authorize, r.Match.Hosts = false, AuthorizeSpec{API: "shop", Permission: "orders:read"}, hosts
		r.Authn, r.ClientCA = []string{"mtls"}, "devices"
		return Object{ID: "x", Route: r}
	}
	app, ca := Object{ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}, Object{ID: "devices", ClientCA: devices()}
	s, err := Compile([]Object{app, ca, certified("mtls.test", "*.star.test"), {ID: "p", Route: public("app")}})
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]bool{"mtls.test": true, "a.star.test": true, "star.test": false, "a.b.star.test": false, "api.example.com": false, "": false} {
		if got := s.AsksCertificate(host); got != want {
			t.Errorf("%q: %t", host, got)
		}
	}
	if s, err = Compile([]Object{app, ca, certified("127.0.0.1")}); err != nil || !s.AsksCertificate("") {
		t.Error("no certificate is asked for at an address", err)
	}
	for host, want := range map[string]string{"api.test": "api.test", "127.0.0.1": "", "[::1]": ""} {
		if got := HandshakeName(host); got != want {
			t.Errorf("%s: the handshake is for %q", host, got)
		}
	}
}

package gate

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/internal/testcert"
)

// Whoever writes into the database has no files of the server: an edge of theirs says itself
// what it shows, and the refusal of a file tells nothing of it.
func TestAnEdgeOfTheDatabaseNamesNoFiles(t *testing.T) {
	t.Parallel()
	stored := Compiler{Reach: Only(nil)}
	for name, c := range map[string]struct {
		spec   EdgeSpec
		fields []string
	}{
		"a hash":              {EdgeSpec{SecretSHA256: []string{hashed(edgeSecret)}}, nil},
		"a file of a secret":  {EdgeSpec{SecretFile: "/etc/shadow"}, []string{"spec.secret_file"}},
		"a file beside it":    {EdgeSpec{SecretFile: "/etc/shadow", SecretSHA256: []string{hashed(edgeSecret)}}, []string{"spec.secret_file"}},
		"one of certificates": {EdgeSpec{CertificateFile: "/etc/ssl/certs/ca.pem"}, []string{"spec.certificate_file"}},
		"nothing":             {EdgeSpec{}, []string{"spec.secret_sha256"}},
	} {
		c.spec.Dialect, c.spec.Peers = "nginx", []string{"10.0.0.1"}
		_, err := stored.Compile([]Object{{ID: "e", Edge: &c.spec}})
		var fields []string
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Code == CodeRoutes {
			for _, one := range f.Fields {
				fields = append(fields, strings.TrimPrefix(one.Name, "objects[0]."))
				if strings.Contains(one.Name, "_file") && !strings.Contains(one.Problem, "which only files may (gate.routes)") {
					t.Errorf("%s: %s %s", name, one.Name, one.Problem)
				}
			}
		}
		if !slices.Equal(fields, c.fields) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// By what it says itself an edge is known as by what its files say, and by nothing less.
func TestAnEdgeIsKnownByWhatItSaysItself(t *testing.T) {
	t.Parallel()
	ca := testcert.New(t)
	pem, shown := ca.Pair("front")
	_, other := ca.Pair("other")
	at := netip.MustParseAddr("10.0.0.1")
	for name, c := range map[string]struct {
		spec        EdgeSpec
		secret      string
		certificate bool
		want        bool
	}{
		"the secret":              {EdgeSpec{SecretSHA256: []string{hashed(edgeSecret)}}, edgeSecret, false, true},
		"the next one":            {EdgeSpec{SecretSHA256: []string{hashed("x"), hashed(edgeSecret)}}, edgeSecret, false, true},
		"its hash":                {EdgeSpec{SecretSHA256: []string{hashed(edgeSecret)}}, hashed(edgeSecret), false, false},
		"another":                 {EdgeSpec{SecretSHA256: []string{hashed(edgeSecret)}}, edgeSecret + "x", false, false},
		"none":                    {EdgeSpec{SecretSHA256: []string{hashed(edgeSecret)}}, "", true, false},
		"the certificate":         {EdgeSpec{Certificates: pem}, "", true, true},
		"no certificate":          {EdgeSpec{Certificates: pem}, edgeSecret, false, false},
		"both":                    {EdgeSpec{Certificates: pem, SecretSHA256: []string{hashed(edgeSecret)}}, edgeSecret, true, true},
		"the secret of both":      {EdgeSpec{Certificates: pem, SecretSHA256: []string{hashed(edgeSecret)}}, edgeSecret, false, false},
		"the certificate of both": {EdgeSpec{Certificates: pem, SecretSHA256: []string{hashed(edgeSecret)}}, "", true, false},
		"a file that nobody read": {EdgeSpec{CertificateFile: "pem", SecretSHA256: []string{hashed(edgeSecret)}}, edgeSecret, true, false},
		"another such":            {EdgeSpec{Certificates: pem, SecretFile: "secret"}, edgeSecret, true, false},
	} {
		c.spec.Dialect, c.spec.Peers = "nginx", []string{"10.0.0.1"}
		s, err := Compile([]Object{{ID: "e", Edge: &c.spec}})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		certificate, e := shown, s.Edge("e")
		if !c.certificate {
			certificate = nil
		}
		if got := e.Knows(at, c.secret, certificate, time.Now()); got != c.want {
			t.Errorf("%s: it is known: %t", name, got)
		}
		if e.Knows(at, c.secret, other, time.Now()) && e.AsksCertificate() {
			t.Errorf("%s: by another certificate, too", name)
		}
		if e.Knows(netip.MustParseAddr("10.0.0.2"), c.secret, certificate, time.Now()) {
			t.Errorf("%s: from elsewhere, too", name)
		}
	}
}

// Of a route without an upstream and the edge that asks about it one has to be there first.
func TestARouteThatIsOffWaitsForItsEdge(t *testing.T) {
	t.Parallel()
	route := &RouteSpec{
		Match:     MatchSpec{Hosts: []string{"api.example.com"}, Paths: []string{"/x"}, Methods: []string{"GET"}},
		Authorize: AuthorizeSpec{API: "shop", Permission: "orders:read"},
	}
	edge := &EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.1"}, SecretSHA256: []string{hashed(edgeSecret)}, Routes: []string{"x"}}
	for name, c := range map[string]struct {
		mode string
		edge bool
		want bool
	}{"alone": {"", false, false}, "in shadow": {"shadow", false, false}, "off": {"off", false, true}, "off, and with it": {"off", true, true}, "with it": {"", true, true}} {
		route.Mode = c.mode
		objects := []Object{{ID: "x", Route: route}}
		if c.edge {
			objects = append(objects, Object{ID: "e", Edge: edge})
		}
		if _, err := (Compiler{Reach: Only(nil)}).Compile(objects); (err == nil) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

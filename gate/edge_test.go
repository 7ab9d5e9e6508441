package gate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
)

const edgeSecret = "0123456789abcdef0123456789abcdef"

func hashed(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func public(upstream string) *RouteSpec {
	return &RouteSpec{Match: MatchSpec{Hosts: []string{"api.example.com"}, Paths: []string{"/x"}, Methods: []string{"GET"}}, Public: true, Upstream: upstream}
}

func TestAnEdgeThatCouldBeAnybodyIsRefused(t *testing.T) {
	t.Parallel()
	good := EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.0/24"}, SecretFile: "secret"}
	for name, c := range map[string]struct {
		change func(*EdgeSpec)
		field  string
	}{
		"good":                    {func(*EdgeSpec) {}, ""},
		"addresses":               {func(e *EdgeSpec) { e.Peers = []string{"192.0.2.1", "fd00::1", "fd00::/8", "::ffff:192.0.2.1"} }, ""},
		"a certificate":           {func(e *EdgeSpec) { e.SecretFile, e.CertificateFile = "", "pem" }, ""},
		"no dialect":              {func(e *EdgeSpec) { e.Dialect = "" }, "spec.dialect"},
		"another one":             {func(e *EdgeSpec) { e.Dialect = "NGINX" }, "spec.dialect"},
		"no proof":                {func(e *EdgeSpec) { e.SecretFile = "" }, "spec.secret_file"},
		"a hash":                  {func(e *EdgeSpec) { e.SecretFile, e.SecretSHA256 = "", []string{hashed(edgeSecret)} }, ""},
		"a file and a hash":       {func(e *EdgeSpec) { e.SecretSHA256 = []string{hashed(edgeSecret)} }, "spec.secret_sha256"},
		"the secret itself":       {func(e *EdgeSpec) { e.SecretFile, e.SecretSHA256 = "", []string{strings.Repeat("s", 64)} }, "spec.secret_sha256[0]"},
		"a hash in capitals":      {func(e *EdgeSpec) { e.SecretFile, e.SecretSHA256 = "", []string{strings.ToUpper(hashed(edgeSecret))} }, "spec.secret_sha256[0]"},
		"the hash of nothing":     {func(e *EdgeSpec) { e.SecretFile, e.SecretSHA256 = "", []string{hashed("")} }, "spec.secret_sha256[0]"},
		"three hashes":            {func(e *EdgeSpec) { e.SecretFile, e.SecretSHA256 = "", []string{hashed("a"), hashed("b"), hashed("c")} }, "spec.secret_sha256"},
		"certificates of nothing": {func(e *EdgeSpec) { e.Certificates = "PEM" }, "spec.certificates"},
		"no peers":                {func(e *EdgeSpec) { e.Peers = nil }, "spec.peers"},
		"everybody":               {func(e *EdgeSpec) { e.Peers = []string{"0.0.0.0/0"} }, "spec.peers[0]"},
		"everybody by IPv6":       {func(e *EdgeSpec) { e.Peers = []string{"::/0"} }, "spec.peers[0]"},
		"everybody, mapped":       {func(e *EdgeSpec) { e.Peers = []string{"::ffff:0:0/96"} }, "spec.peers[0]"},
		"an address in a network": {func(e *EdgeSpec) { e.Peers = []string{"10.0.0.1/24"} }, "spec.peers[0]"},
		"a zone":                  {func(e *EdgeSpec) { e.Peers = []string{"fe80::1%eth0"} }, "spec.peers[0]"},
		"a name":                  {func(e *EdgeSpec) { e.Peers = []string{"nginx.internal"} }, "spec.peers[0]"},
		"an unknown route":        {func(e *EdgeSpec) { e.Routes = []string{"x", "y"} }, "spec.routes[1]"},
	} {
		spec := good
		c.change(&spec)
		_, err := Compile([]Object{{ID: "e", Edge: &spec}, {ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}, {ID: "x", Route: public("app")}})
		f, _ := errors.AsType[*fault.Error](err)
		switch {
		case c.field == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.field != "" && (f == nil || len(f.Fields) != 1 || f.Fields[0].Name != "objects[0]."+c.field):
			t.Errorf("%s: %v, want %s", name, err, c.field)
		}
	}
}

// What only the gate itself does to a request or an answer is not said of a route that
// another proxy asks about: it would not be done there.
func TestARouteOfAnEdgeSaysNothingThatOnlyTheGateDoes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*RouteSpec)
		field  string
	}{
		"nothing":               {func(*RouteSpec) {}, ""},
		"shadow":                {func(r *RouteSpec) { r.Mode = "shadow" }, ""},
		"bounds":                {func(r *RouteSpec) { r.Limits = LimitsSpec{Body: "1KiB", Timeout: "1s"} }, ""},
		"whose the header is":   {func(r *RouteSpec) { r.Credentials = "pass" }, "credentials"},
		"headers that go on":    {func(r *RouteSpec) { r.Headers.Pass = []string{"Accept"} }, "headers.pass"},
		"headers of answers":    {func(r *RouteSpec) { r.Response.Headers = map[string]string{"X-Frame": "x"} }, "response"},
		"headers that are left": {func(r *RouteSpec) { r.Response.Remove = []string{"Server"} }, "response"},
		"secret answers":        {func(r *RouteSpec) { r.Response.Secret = true }, "response"},
		"long answers":          {func(r *RouteSpec) { r.Limits.Response = "1MiB" }, "limits.response"},
		"pages of other sites":  {func(r *RouteSpec) { r.CORS.Origins = []string{"https://a.test"} }, "cors"},
	} {
		for edge, routes := range map[string][]string{"all": nil, "this": {"x"}, "another": {"y"}, "none": nil} {
			route, other := public("app"), public("app")
			other.Match.Paths = []string{"/y"}
			c.change(route)
			objects := []Object{{ID: "x", Route: route}, {ID: "y", Route: other}, {ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}}
			if edge != "none" {
				objects = append(objects, Object{ID: "e", Edge: &EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.1"}, SecretFile: "secret", Routes: routes}})
			}
			want := ""
			if c.field != "" && (edge == "all" || edge == "this") {
				want = "objects[0].spec." + c.field
			}
			got := ""
			if _, err := Compile(objects); err != nil {
				if f, ok := errors.AsType[*fault.Error](err); ok && len(f.Fields) == 1 {
					got = f.Fields[0].Name
				} else {
					got = err.Error()
				}
			}
			if got != want {
				t.Errorf("%s, and an edge asks about %s: %q, want %q", name, edge, got, want)
			}
		}
	}
}

func TestARouteWithoutAnUpstreamNeedsAnEdgeThatAsksAboutIt(t *testing.T) {
	t.Parallel()
	edge := func(routes ...string) *EdgeSpec {
		return &EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.1"}, SecretFile: "secret", Routes: routes}
	}
	other := public("app")
	other.Match.Paths = []string{"/y"}
	for name, c := range map[string]struct {
		edge *EdgeSpec
		ok   bool
	}{"none": {nil, false}, "one for all": {edge(), true}, "one for it": {edge("x"), true}, "one for another": {edge("y"), false}} {
		objects := []Object{{ID: "x", Route: public("")}, {ID: "y", Route: other}, {ID: "app", Upstream: &UpstreamSpec{Targets: []string{"http://app:80"}}}}
		if c.edge != nil {
			objects = append(objects, Object{ID: "e", Edge: c.edge})
		}
		if _, err := Compile(objects); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An edge is known by all that it is to show, from where it is; before its files are read it
// knows nobody.
func TestAnEdgeIsKnownByItsAddressAndItsSecret(t *testing.T) {
	t.Parallel()
	set, err := Compile([]Object{{ID: "e", Edge: &EdgeSpec{Dialect: "nginx", Peers: []string{"10.0.0.0/24"}, SecretFile: "secret"}}})
	if err != nil {
		t.Fatal(err)
	}
	e, at := set.Edge("e"), netip.MustParseAddr("10.0.0.7")
	if e.Knows(at, edgeSecret, nil, time.Now()) || e.Knows(at, "", nil, time.Now()) || set.Edge("f").Knows(at, edgeSecret, nil, time.Now()) {
		t.Error("somebody is known before anything is")
	}
	if err := set.Prove(func(string) ([]byte, error) { return []byte(edgeSecret + "\r\n" + strings.ToUpper(edgeSecret)), nil }); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		at, secret string
		want       bool
	}{
		"the one":           {"10.0.0.7", edgeSecret, true},
		"the next one":      {"10.0.0.7", strings.ToUpper(edgeSecret), true},
		"mapped":            {"::ffff:10.0.0.7", edgeSecret, true},
		"none":              {"10.0.0.7", "", false},
		"another":           {"10.0.0.7", edgeSecret + "0", false},
		"from elsewhere":    {"10.0.1.7", edgeSecret, false},
		"from a zone of it": {"fe80::1%10.0.0.7", edgeSecret, false},
	} {
		if got := e.Knows(netip.MustParseAddr(c.at), c.secret, nil, time.Now()); got != c.want {
			t.Errorf("%s: %t", name, got)
		}
	}
	if e.Knows(netip.Addr{}, edgeSecret, nil, time.Now()) {
		t.Error("nobody's address is near")
	}
}

func TestWhatAnEdgeShowsIsWholeOrRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"one":               {edgeSecret, true},
		"two":               {edgeSecret + "\n" + edgeSecret + "x\n", true},
		"none":              {"", false},
		"an empty line":     {edgeSecret + "\n\n", false},
		"three":             {strings.Repeat(edgeSecret+"\n", 3), false},
		"a short one":       {edgeSecret[:31], false},
		"a blank at an end": {edgeSecret + " ", false},
		"a quote":           {edgeSecret + `"`, false},
	} {
		set, err := Compile([]Object{{ID: "e", Edge: &EdgeSpec{Dialect: "caddy", Peers: []string{"10.0.0.1"}, SecretFile: "secret"}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := set.Prove(func(string) ([]byte, error) { return []byte(c.text), nil }); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), edgeSecret[:31]) {
			t.Errorf("%s: the error has the secret", name)
		}
	}
}

package housetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
	"gatehouse/proxy"
)

// Whatever proxy asks, it gets the answer that the gate itself would give, and never less
// than all headers that its application trusts.
func TestTheGateAnswersOtherProxiesAsItAnswersItself(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	customer := g.customer()
	token, bob := customer.Tokens(g.Browser(), g.ada).Text("access_token"), customer.Tokens(g.Browser(), g.Person("bob")).Text("access_token")
	g.gives(t, "orders:refund", everywhere)
	for name, c := range map[string]struct {
		method, host, target string
		header               []string
		want                 int
		challenge            string
	}{
		"who may":            {"GET", "api.example.test", "/orders/42?page=2", []string{bearer(token)}, 204, ""},
		"in capitals":        {"GET", "API.example.test:8443", "/orders/42", []string{bearer(token)}, 204, ""},
		"everybody":          {"GET", "api.example.test", "/public/x", nil, 204, ""},
		"with a dead token":  {"GET", "api.example.test", "/public/x", []string{bearer("x")}, 204, ""},
		"in shadow":          {"POST", "shadow.example.test", "/orders", []string{bearer(token)}, 204, ""},
		"no upstream":        {"GET", "behind.example.test", "/orders", []string{bearer(token)}, 204, ""},
		"nobody":             {"GET", "api.example.test", "/orders", nil, 401, `Bearer realm="gatehouse"`},
		"a guess":            {"GET", "api.example.test", "/orders", []string{bearer("x")}, 401, `error="invalid_token"`},
		"without a proof":    {"POST", "api.example.test", "/orders", []string{bearer(token)}, 401, `error="insufficient_user_authentication"`},
		"who has no grant":   {"GET", "api.example.test", "/orders", []string{bearer(bob)}, 403, `error="insufficient_scope"`},
		"two credentials":    {"GET", "api.example.test", "/orders", []string{bearer(token), bearer(token)}, 400, ""},
		"in the query":       {"GET", "api.example.test", "/orders?access_token=" + token, nil, 400, ""},
		"no route":           {"GET", "api.example.test", "/nothing", nil, 404, ""},
		"no host":            {"GET", "evil.test", "/orders", nil, 404, ""},
		"another method":     {"PUT", "api.example.test", "/orders", []string{bearer(token)}, 405, ""},
		"dots":               {"GET", "api.example.test", "/public/../orders", nil, 400, ""},
		"another spelling":   {"GET", "api.example.test", "/%6frders", []string{bearer(token)}, 400, ""},
		"a whole URL":        {"GET", "api.example.test", "http://api.example.test/public/x", nil, 400, ""},
		"two targets":        {"GET", "api.example.test", "/public/x, /orders", nil, 400, ""},
		"two methods":        {"GET, DELETE", "api.example.test", "/public/x", nil, 405, ""},
		"two hosts":          {"GET", "api.example.test, evil.test", "/public/x", nil, 400, ""},
		"another's method":   {"POST", "api.example.test", "/public/x", []string{"X-HTTP-Method-Override: DELETE"}, 400, ""},
		"another's target":   {"GET", "api.example.test", "/public/x", []string{"X-Rewrite-Url: /orders"}, 400, ""},
		"somebody's name":    {"GET", "api.example.test", "/public/x", []string{"Remote-User: admin"}, 400, ""},
		"a name of ours":     {"GET", "api.example.test", "/public/x", []string{"X-Gatehouse-Sub: admin"}, 400, ""},
		"with underscores":   {"GET", "api.example.test", "/public/x", []string{"X_Gatehouse_Jwt: forged"}, 400, ""},
		"with dots":          {"GET", "api.example.test", "/public/x", []string{"X.Forwarded.For: 6.6.6.6"}, 400, ""},
		"of the framing":     {"GET", "api.example.test", "/public/x", []string{"Transfer_Encoding: chunked"}, 400, ""},
		"with more hyphens":  {"GET", "api.example.test", "/public/x", []string{"X--Real-IP: 6.6.6.6"}, 400, ""},
		"a socket":           {"GET", "api.example.test", "/public/x", []string{"Sec-WebSocket-Key: x"}, 400, ""},
		"a forged assertion": {"GET", "api.example.test", "/public/x", []string{"X-Gatehouse-Jwt: forged", "X-Gatehouse-Jwt: forged"}, 204, ""},
	} {
		for d := range dialects {
			status, header, body := g.ask(t, d, c.method, c.host, c.target, append(c.header, "Cookie: theme=dark; __Host-gatehouse_session=x", "Origin: https://shop.test")...)
			if status != c.want || !strings.Contains(header.Get("WWW-Authenticate"), c.challenge) || header.Get("X-Request-Id") == "" {
				t.Errorf("%s, %s: %d %v %s, want %d %s", name, d, status, header, body, c.want, c.challenge)
			}
			if allowed := status == http.StatusNoContent; allowed {
				g.expectTold(t, name+", "+string(d), header, body)
			}
		}
		if seen := g.app.took(); len(seen) > 0 {
			t.Errorf("%s reached the application: %+v", name, seen)
		}
	}
	if log := g.Log.String(); strings.Contains(log, token) || strings.Contains(log, "page=2") || strings.Contains(log, edgeSecret) || !strings.Contains(log, `"ip":"203.0.113.7"`) {
		t.Error("the log has a token, a query or a secret, or not the address")
	}
}

// expectTold holds that an answer has all that a proxy is to write over.
func (g *edged) expectTold(t *testing.T, name string, header http.Header, body string) {
	t.Helper()
	for _, one := range proxy.Overwritten {
		if len(header[one]) != 1 {
			t.Errorf("%s: %s is answered %d times", name, one, len(header[one]))
		}
	}
	if header.Get("Authorization") != "" || header.Get("Cookie") != "theme=dark" || body != "" || header.Get(proxy.HeaderAssertion) == "forged" {
		t.Errorf("%s: %v %s", name, header, body)
	}
}

// What an application is told behind another proxy is what it would be told by the gate.
func TestOtherProxiesGetTheAssertionForTheirApplication(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for host, audience := range map[string]string{"api.example.test": "app", "behind.example.test": "shop"} {
		for d := range dialects {
			status, header, _ := g.ask(t, d, "GET", host, "/orders", bearer(token))
			if status != http.StatusNoContent {
				t.Fatalf("%s: %d", d, status)
			}
			if c := g.verified(t, seenRequest{Header: header}, audience); c.Subject != string(g.ada.ID) || !c.May("shop/orders:read") {
				t.Errorf("%s: %+v", d, c)
			}
			if header.Get(proxy.HeaderMaxAge) == "" {
				t.Errorf("%s is not told when the token ends", d)
			}
		}
	}
	if status, _, _ := g.get(t, "behind.example.test", "/orders", bearer(token)); status != http.StatusNotFound {
		t.Errorf("a route without an upstream at the gate itself: %d", status)
	}
}

// A decision that depends on the resource has it fetched, whoever asks.
func TestOtherProxiesAreToldWhoseAResourceIs(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "too much")
	must(t, err)
	g.gives(t, "orders:read", access.Where{Place: access.Own})
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.RequestURI {
		case "/internal/orders/hers":
			fmt.Fprintf(w, `{"owner_id":%q}`, g.ada.ID)
		case "/internal/orders/broken":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			http.NotFound(w, r)
		}
	})
	for d := range dialects {
		for id, want := range map[string]int{"hers": 204, "his": 403, "broken": 502} {
			if status, _, _ := g.ask(t, d, "GET", "own.example.test", "/orders/"+id, bearer(token)); status != want {
				t.Errorf("%s: %s: %d, want %d", d, id, status, want)
			}
		}
		status, header, _ := g.ask(t, d, "GET", "own.example.test", "/orders", bearer(token))
		if status != http.StatusNoContent {
			t.Fatalf("%s: %d", d, status)
		}
		if c := g.verified(t, seenRequest{Header: header}, "app"); len(c.PermissionsOwn) != 1 || len(c.Permissions) != 0 {
			t.Errorf("%s: %+v", d, c)
		}
	}
}

// Who does not prove to be an edge learns nothing: not whether there is one, nor what was
// wrong with them.
func TestTheGateTellsStrangersNothing(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	right := edgeAsks(gate.Traefik, "GET", "api.example.test", "/public/x")
	without := right[1:]
	for name, c := range map[string]struct {
		edge   string
		header []string
	}{
		"no such edge":         {"nobody", right},
		"no name":              {"", right},
		"more of a path":       {"traefik/", right},
		"an escaped name":      {"%74raefik", right},
		"without a secret":     {"traefik", without},
		"with another":         {"traefik", append(without, proxy.HeaderSecret+": "+strings.Repeat("x", len(edgeSecret)))},
		"with a part":          {"traefik", append(without, proxy.HeaderSecret+": "+edgeSecret[:40])},
		"with it twice":        {"traefik", append(right, proxy.HeaderSecret+": "+edgeSecret)},
		"with an empty one":    {"traefik", append(without, proxy.HeaderSecret+":")},
		"in another spelling":  {"traefik", append(without, "X_Gatehouse_Edge_Secret: "+edgeSecret)},
		"in the query":         {"traefik?" + proxy.HeaderSecret + "=" + edgeSecret, without},
		"from another network": {"elsewhere", append(right, "X-Forwarded-For: 192.0.2.1")},
		"the gRPC one":         {"envoy", right},
	} {
		status, header, body := g.send(t, "GET", "gate.internal", proxy.EdgePath+c.edge, c.header...)
		header.Del("Date")
		if status != http.StatusUnauthorized || body != "" || len(header) != 1 || header.Get("Content-Length") != "0" {
			t.Errorf("%s: %d %v %s", name, status, header, body)
		}
	}
	if log := g.Log.String(); !strings.Contains(log, `"code":"gate.edge"`) || strings.Contains(log, edgeSecret) {
		t.Error("the log does not tell, or tells the secret")
	}
}

// An edge that does not say one thing of each gets no answer that lets a request through:
// what is missing or there twice may be of the visitor's making.
func TestAnEdgeThatIsNotClearIsRefused(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	for d, names := range dialects {
		whole := edgeAsks(d, "GET", "api.example.test", "/public/x")
		for i := 1; i < len(whole); i++ {
			name, value, _ := strings.Cut(whole[i], ": ")
			missing := slices.Delete(slices.Clone(whole), i, i+1)
			for what, header := range map[string][]string{
				"without":           missing,
				"empty":             append(slices.Clone(missing), name+":"),
				"twice":             append(slices.Clone(whole), whole[i]),
				"twice with others": append(slices.Clone(whole), name+": POST"),
				"with underscores":  append(slices.Clone(whole), strings.ReplaceAll(name, "-", "_")+": "+value),
				"instead":           append(slices.Clone(missing), strings.ReplaceAll(name, "-", "_")+": "+value),
			} {
				if name == "X-Forwarded-For" && (strings.HasPrefix(what, "twice") || what == "empty") {
					continue // proxies may each add a line
				}
				status, header, body := g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), header...)
				if said := saidTo(t, d, status, header); said != http.StatusBadRequest {
					t.Errorf("%s: %s %s: %d %s", d, name, what, said, body)
				}
			}
		}
		scheme := slices.Clone(whole)
		scheme[3] = names[1] + ": ftp"
		if status, header, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), scheme...); saidTo(t, d, status, header) != http.StatusBadRequest {
			t.Errorf("%s: another scheme: %d", d, status)
		}
	}
	// In the words of another: these are a visitor's.
	for d, other := range map[gate.Dialect]gate.Dialect{gate.Nginx: gate.Traefik, gate.Traefik: gate.Nginx, gate.Caddy: gate.HAProxy, gate.HAProxy: gate.Caddy} {
		status, header, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), edgeAsks(other, "GET", "api.example.test", "/public/x")...)
		if said := saidTo(t, d, status, header); said != http.StatusBadRequest {
			t.Errorf("%s in the words of %s: %d", d, other, said)
		}
	}
}

// An edge may be held to some routes, and asks about no others.
// The gate's own addresses have no route, also where a pattern takes whatever is left (X8).
func TestNoPatternTakesTheGatesOwnAddresses(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	text := strings.ReplaceAll(gateRoutes, `paths: ["/public/{rest...}"]`, `paths: ["/{rest...}"]`)
	for _, d := range gate.Dialects {
		text += strings.ReplaceAll(edgeRoutes, "DIALECT", string(d))
	}
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(text, "SECRET", g.secretFile))
	g.routed(t)
	for d := range dialects {
		if status, _, _ := g.ask(t, d, "GET", "api.example.test", "/anything"); status != http.StatusNoContent {
			t.Fatalf("%s: %d; %s", d, status, g.House.Routes.Problem())
		}
		for _, path := range []string{"/.gatehouse/", "/.gatehouse/x", "/.gatehouse/sign-in", "/.gatehouse/auth/nginx", "/.gatehouse"} {
			if status, _, _ := g.ask(t, d, "GET", "api.example.test", path); status != http.StatusNotFound {
				t.Errorf("%s: %s: %d", d, path, status)
			}
		}
	}
	if status, _, _ := g.get(t, "api.example.test", "/.gatehouse/x"); status != http.StatusNotFound || len(g.app.took()) != 0 {
		t.Errorf("the gate: %d", status)
	}
}

func TestAnEdgeAsksAboutItsOwnRoutesAlone(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for host, want := range map[string]int{"behind.example.test": 204, "api.example.test": 404} {
		status, _, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+"narrow", edgeAsks(gate.Traefik, "GET", host, "/orders", bearer(token))...)
		if status != want {
			t.Errorf("%s: %d, want %d", host, status, want)
		}
	}
}

// A secret is changed without a gap, by having both for a while; and a file that cannot be
// used changes nothing.
func TestTheSecretOfAnEdgeIsChangedWhileTheGateRuns(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	next := strings.Repeat("next", 8)
	with := func(secret string) int {
		header := edgeAsks(gate.Traefik, "GET", "api.example.test", "/public/x")
		header[0] = proxy.HeaderSecret + ": " + secret
		status, _, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+"traefik", header...)
		return status
	}
	for _, c := range []struct {
		text         string
		before, then int
	}{
		{edgeSecret + "\n" + next + "\n", 204, 204},
		{next, 401, 204},
		{"short", 401, 204},
		{"", 401, 204},
		{strings.Repeat(next+"\n", 3), 401, 204},
		{edgeSecret, 204, 401},
	} {
		must(t, os.WriteFile(g.secretFile, []byte(c.text), 0o600))
		g.routed(t)
		if before, then := with(edgeSecret), with(next); before != c.before || then != c.then {
			t.Errorf("%q: %d and %d, want %d and %d", c.text, before, then, c.before, c.then)
		}
	}
}

// An edge may show a certificate, and is known by just that one while it is valid.
func TestAnEdgeIsKnownByItsCertificate(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	now := time.Now()
	right, file := clientCertificate(t, now.Add(time.Hour))
	another, _ := clientCertificate(t, now.Add(time.Hour))
	over, overFile := clientCertificate(t, now.Add(-time.Minute))
	text := strings.ReplaceAll(edgeRoutes, "DIALECT", "traefik")
	both := strings.Replace(text, "metadata: {id: traefik}", "metadata: {id: both}", 1)
	text = strings.Replace(text, "secret_file: SECRET", "certificate_file: "+file, 1)
	past := strings.Replace(strings.Replace(text, file, overFile, 1), "metadata: {id: traefik}", "metadata: {id: past}", 1)
	both = strings.Replace(both, "secret_file: SECRET", "secret_file: "+g.secretFile+", certificate_file: "+file, 1)
	writeRoutes(t, g.folder, g.app, gateRoutes+text+past+both)
	g.routed(t)
	server := httptest.NewUnstartedServer(g.Server.Gate().Handler)
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(server.Close)
	for name, c := range map[string]struct {
		edge, secret string
		shows        []tls.Certificate
		want         int
	}{
		"the one":             {"traefik", "", []tls.Certificate{right}, 204},
		"another of its name": {"traefik", "", []tls.Certificate{another}, 401},
		"none":                {"traefik", "", nil, 401},
		"none, and a secret":  {"traefik", edgeSecret, nil, 401},
		"one that is over":    {"past", "", []tls.Certificate{over}, 401},
		"both":                {"both", edgeSecret, []tls.Certificate{right}, 204},
		"the secret alone":    {"both", edgeSecret, nil, 401},
		"it alone":            {"both", "", []tls.Certificate{right}, 401},
	} {
		client := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: c.shows}} // whose server it is, the test knows
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+proxy.EdgePath+c.edge, nil)
		must(t, err)
		for _, line := range edgeAsks(gate.Traefik, "GET", "api.example.test", "/public/x")[1:] {
			key, value, _ := strings.Cut(line, ": ")
			r.Header.Set(key, value)
		}
		r.Header.Set(proxy.HeaderSecret, c.secret)
		answer, err := client.RoundTrip(r)
		must(t, err)
		_ = answer.Body.Close()
		client.CloseIdleConnections()
		if answer.StatusCode != c.want {
			t.Errorf("%s: %d, want %d", name, answer.StatusCode, c.want)
		}
	}
}

// clientCertificate makes a certificate that ends at a time, and its file in PEM.
func clientCertificate(t *testing.T, until time.Time) (pair tls.Certificate, file string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "traefik"}, NotBefore: until.Add(-2 * time.Hour), NotAfter: until,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	file = filepath.Join(t.TempDir(), "client.crt")
	must(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, file
}

// Whoever sent a request to another proxy is who that proxy says last: what stands before
// is the visitor's own word.
func TestAVisitorDoesNotSayWhereTheyComeFrom(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	for d := range dialects {
		header := edgeAsks(d, "GET", "api.example.test", "/nowhere")
		header[1] = "X-Forwarded-For: 198.51.100.66, 203.0.113.7"
		g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), header...)
	}
	if log := g.Log.String(); !strings.Contains(log, `"ip":"203.0.113.7"`) || strings.Contains(log, `"ip":"198.51.100.66"`) {
		t.Errorf("the log says %s", log)
	}
}

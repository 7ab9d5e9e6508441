package housetest

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
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
	"gatehouse/internal/streamtest"
	"gatehouse/internal/testcert"
)

// newTrusting is a gate of all faces that trusts a partner. Other proxies ask about all
// routes but those for client certificates, which are the gate's alone.
func newTrusting(t *testing.T) (*envoy, *partner) {
	t.Helper()
	e := newEnvoy(t)
	p := newPartner(t, e.g.folder)
	text := gateRoutes + elsewhereRoutes + p.documents("jobs", "idle")
	for _, d := range gate.Dialects {
		edge := strings.ReplaceAll(edgeRoutes, "DIALECT", string(d))
		text += strings.Replace(edge, "secret_file: SECRET", `secret_file: "`+e.g.secretFile+`", routes: [public, orders, both, theirs, opaque]`, 1)
	}
	writeRoutes(t, e.g.folder, e.g.app, text)
	e.g.routed(t)
	if problem := e.g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	for _, name := range []string{"jobs", "idle"} {
		_, err := e.g.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}, Reason: "of the partner"})
		must(t, err)
	}
	e.g.givesTo(t, access.Subject{Kind: access.ServiceAccount, ID: "jobs"})
	return e, p
}

// Tokens of other issuers are worth the same on whichever way the gate is asked.
func TestEveryFaceTakesTokensOfThoseAloneWhomTheRouteTrusts(t *testing.T) {
	t.Parallel()
	e, p := newTrusting(t)
	theirs, opaque, idle := p.Token("jobs", partnerAudience), p.opaque("jobs"), p.Token("idle", partnerAudience)
	ours := e.g.customer().Tokens(e.g.Browser(), e.g.ada).Text("access_token")
	for name, ask := range e.faces(t) {
		for what, c := range map[string]struct {
			token string
			want  map[string]int // by host
		}{
			"ours":                     {ours, map[string]int{"both": 200, "theirs": 401, "opaque": 200, "api": 200}},
			"theirs":                   {theirs, map[string]int{"both": 200, "theirs": 200, "api": 401}},
			"theirs that says nothing": {opaque, map[string]int{"both": 401, "theirs": 401, "opaque": 200, "api": 401}},
			"one that they ended":      {"opaque-over", map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
			"one who may nothing":      {idle, map[string]int{"both": 403, "theirs": 403, "opaque": 401, "api": 401}},
			"theirs for somebody else": {p.Token("jobs", "https://else.test"), map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
			"theirs, changed":          {theirs[:len(theirs)-8] + "AAAAAAAA", map[string]int{"both": 401, "theirs": 401, "opaque": 401, "api": 401}},
		} {
			for host, want := range c.want {
				if got := ask("GET", host+".example.test", "/orders", bearer(c.token)); got != want {
					t.Errorf("%s: %s at %s: %d, want %d", name, what, host, got, want)
				}
			}
		}
	}
	p.Misbehaves(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	for name, ask := range e.faces(t) {
		if got := ask("GET", "opaque.example.test", "/orders", bearer("opaque-"+name[:3]+"-unknown")); got != http.StatusServiceUnavailable {
			t.Errorf("%s: while the issuer does not answer: %d", name, got)
		}
	}
}

// What another issuer vouched for is told to the application on whichever way, and its token
// goes no further.
func TestOtherProxiesAreToldWhomAnotherIssuerVouchedFor(t *testing.T) {
	t.Parallel()
	e, p := newTrusting(t)
	for host, token := range map[string]string{"both": p.Token("jobs", partnerAudience), "theirs": p.Token("jobs", partnerAudience), "opaque": p.opaque("jobs")} {
		for d := range dialects {
			status, answer, body := e.g.ask(t, d, "GET", host+".example.test", "/orders", bearer(token))
			told := gatetest.Claims(answer.Get("X-Gatehouse-Jwt"))
			if status != http.StatusNoContent || told["sub"] != "jobs" || told["kind"] != "service" || answer.Get("Authorization") != "" {
				t.Errorf("%s at %s: %d %s, the application is told %v", d, host, status, body, told)
			}
		}
		q := check(true, "GET", host+".example.test", "/orders", bearer(token))
		a, err := e.Check(known(t.Context()), q)
		must(t, err)
		_, goes := does(t, q, a)
		if told := gatetest.Claims(goes.Get("X-Gatehouse-Jwt")); told["sub"] != "jobs" || goes.Get("Authorization") != "" {
			t.Errorf("Envoy at %s: %v, the application is told %v", host, goes, told)
		}
	}
}

// certificateHeaders are those in which proxies tell of a client certificate.
func certificateHeaders(pem string) []string {
	subject := certificateOf("jobs")
	return []string{
		"X-Forwarded-Client-Cert: URI=" + subject, "X-Forwarded-Tls-Client-Cert: " + pem, "X-Forwarded-Tls-Client-Cert-Info: " + subject,
		"X-Client-Cert: " + pem, "Client-Cert: :" + pem + ":", "X-SSL-Cert: " + pem, "Ssl-Client-Cert: " + pem, "X-SSL-Client-Cert: " + pem,
		"X-SSL-Client-Verify: SUCCESS", "X-SSL-Client-S-DN: CN=jobs", "X-Client-Verify: SUCCESS", "Client-Cert-Chain: :" + pem + ":",
		"X-Amzn-Mtls-Clientcert: " + pem, "X-Amzn-Mtls-Clientcert-Subject: CN=jobs", "X-ARR-ClientCert: " + pem,
	}
}

// No header is a certificate, whoever writes it: a visitor, or the proxy before the gate. A
// route that asks for one is no other proxy's to ask about.
func TestNoFaceTakesAHeaderForAClientCertificate(t *testing.T) {
	t.Parallel()
	e, p := newTrusting(t)
	file, _ := p.ca.IssueAs("jobs", func(*x509.Certificate) {})
	text, err := os.ReadFile(file)
	must(t, err)
	block, _ := pem.Decode(text)
	header := certificateHeaders(encodedPart(string(block.Bytes)))
	for name, ask := range e.faces(t) {
		for host, want := range map[string][]int{"mtls": {401, 404}, "any": {401, 404}, "both": {400, 401}} {
			for _, line := range header {
				if got := ask("GET", host+".example.test", "/orders", line); !slices.Contains(want, got) {
					t.Errorf("%s: %s at %s: %d", name, line[:16], host, got)
				}
				if got := ask("GET", host+".example.test", "/orders", line, "X-Gatehouse-Edge-Secret: "+edgeSecret); got < 400 {
					t.Errorf("%s: %s at %s, by who knows the secret: %d", name, line[:16], host, got)
				}
			}
		}
	}
	e.g.app.took()
	for _, line := range header {
		name, _, _ := strings.Cut(line, ":")
		e.g.get(t, "api.example.test", "/public/x", line)
		for _, r := range e.g.app.took() {
			if r.Header.Get(name) != "" {
				t.Errorf("the application is told %s", line[:16])
			}
		}
	}
	q := check(true, "GET", "both.example.test", "/orders")
	q.Attributes.Source.Principal, q.Attributes.Source.Certificate = certificateOf("jobs"), string(text)
	a, err := e.Check(known(t.Context()), q)
	must(t, err)
	if status, _ := does(t, q, a); status != http.StatusUnauthorized {
		t.Errorf("what Envoy says of its peer opens something: %d", status)
	}
}

// An edge may not ask about a route for certificates, and no routes are taken that would have
// it so.
func TestARouteForCertificatesIsNotForOtherProxies(t *testing.T) {
	t.Parallel()
	e, p := newTrusting(t)
	before := e.g.House.Routes.Current().Hash()
	edge := strings.NewReplacer("DIALECT", "traefik", "SECRET", e.g.secretFile).Replace(edgeRoutes)
	for name, routes := range map[string]string{"all routes": "", "this one": ", routes: [certified]"} {
		text := gateRoutes + elsewhereRoutes + p.documents("jobs") + strings.Replace(edge, e.g.secretFile, `"`+e.g.secretFile+`"`+routes, 1)
		writeRoutes(t, e.g.folder, e.g.app, text)
		e.g.routed(t)
		if problem := e.g.House.Routes.Problem(); !strings.Contains(problem, "spec.client_ca") || e.g.House.Routes.Current().Hash() != before {
			t.Errorf("%s: %s", name, problem)
		}
	}
}

// newCertified is a gate with TLS before a talker, whose streams are for client certificates.
func newCertified(t *testing.T) (*streaming, *partner) {
	t.Helper()
	s := newStreaming(t)
	p := newPartner(t, s.folder)
	text := strings.NewReplacer(`authorize: {api: shop`, "authn: [mtls]\n  client_ca: devices\n  authorize: {api: shop").Replace(lastingRoutes)
	s.routes(t, text+p.documents("jobs", "idle"))
	s.routed(t)
	if problem := s.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	for _, name := range []string{"jobs", "idle"} {
		_, err := s.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}})
		must(t, err)
	}
	(&gated{deciding: s.deciding}).givesTo(t, access.Subject{Kind: access.ServiceAccount, ID: "jobs"})
	server := httptest.NewUnstartedServer(nil)
	server.Config, server.EnableHTTP2 = s.Server.Gate(), true
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	s.secure = server
	return s, p
}

// shows opens a WebSocket by a connection for a host, with a certificate.
func (s *streaming) shows(t *testing.T, host string, header http.Header, shown ...tls.Certificate) (*heldOpen, error) {
	t.Helper()
	by := &tls.Config{InsecureSkipVerify: true, ServerName: host, Certificates: shown, NextProtos: []string{"http/1.1"}} // whose it is, is no question here
	at := streamtest.Gate{Secure: s.secure.URL, Client: &http.Client{Transport: &http.Transport{TLSClientConfig: by}}, Host: gateHost}
	return keepOpen(streamtest.WebSocket(t, &at, "/shop/ws", header))
}

// A WebSocket is opened with a client certificate as a request is sent with one, and ends
// with what the certificate stands for.
func TestAWebSocketIsOpenedWithAClientCertificate(t *testing.T) {
	t.Parallel()
	s, p := newCertified(t)
	good := p.certified(t, "jobs")
	for name, c := range map[string]struct {
		host   string
		header http.Header
		shown  []tls.Certificate
		want   int // 0: it opens
	}{
		"good":                          {gateHost, nil, []tls.Certificate{good}, 0},
		"none":                          {gateHost, nil, nil, 403},
		"of one who may nothing":        {gateHost, nil, []tls.Certificate{p.certified(t, "idle")}, 403},
		"of nobody whom rules name":     {gateHost, nil, []tls.Certificate{issuedBy(t, p.ca, "x", certificateOf("x"))}, 401},
		"by a connection for another":   {"api.example.test", nil, []tls.Certificate{good}, 421},
		"by a page of its own":          {gateHost, http.Header{"Origin": {"https://" + gateHost}}, []tls.Certificate{good}, 0},
		"by a page of another site":     {gateHost, http.Header{"Origin": {"https://evil.test"}}, []tls.Certificate{good}, 403},
		"by a page of no site":          {gateHost, http.Header{"Origin": {"null"}}, []tls.Certificate{good}, 403},
		"beside a token":                {gateHost, streamtest.Bearer(s.token), []tls.Certificate{good}, 401},
		"by a header, and none":         {gateHost, http.Header{"X-Forwarded-Client-Cert": {"URI=" + certificateOf("jobs")}}, nil, 403},
		"by a header of another's name": {gateHost, http.Header{"X-Forwarded-Client-Cert": {"URI=" + certificateOf("jobs")}}, []tls.Certificate{p.certified(t, "idle")}, 403},
	} {
		h, err := s.shows(t, c.host, c.header, c.shown...)
		if no, _ := errors.AsType[errRefusedAtTheDoor](err); no.Status != c.want || c.want == 0 && err != nil {
			t.Errorf("%s: %v, want %d", name, err, c.want)
			continue
		}
		if h == nil {
			continue
		}
		if got := h.goesOn(); got != goesOn {
			t.Errorf("%s: it %s", name, got)
		}
		h.Close()
	}
	if _, err := holdWebSocket(t, s.listeningGate, "/shop", s.token); !errors.Is(err, errRefusedAtTheDoor{Status: 401}) {
		t.Errorf("without TLS: %v", err)
	}
}

// An open WebSocket ends with its account, with the rule that names it, and with the
// certificate itself.
func TestAWebSocketEndsWithItsClientCertificate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		ends func(t *testing.T, s *streaming, p *partner)
		want string
	}{
		"the account is disabled": {func(t *testing.T, s *streaming, _ *partner) {
			_, err := s.House.Access.DisableServiceAccount(t.Context(), gatetest.Console, "jobs", "over")
			must(t, err)
		}, "4403"},
		"no rule names it": {func(t *testing.T, s *streaming, p *partner) {
			file := filepath.Join(s.folder, "routes.yaml")
			text, err := os.ReadFile(file)
			must(t, err)
			must(t, os.WriteFile(file, []byte(strings.ReplaceAll(string(text), certificateOf("jobs"), certificateOf("nobody"))), 0o600))
			s.routed(t)
		}, "4403"},
		"its authority is another": {func(t *testing.T, s *streaming, p *partner) {
			text, err := os.ReadFile(testcert.New(t).File)
			must(t, err)
			must(t, os.WriteFile(p.ca.File, text, 0o600))
			s.routed(t)
		}, "4403"},
		"it is over": {nil, "4403"},
	} {
		s, p := newCertified(t)
		shown := p.certified(t, "jobs")
		if c.ends == nil {
			shown = certificateEnding(t, p, "jobs", time.Now().Add(3*time.Second))
		}
		h, err := s.shows(t, gateHost, nil, shown)
		if err != nil && c.ends == nil {
			continue // on a machine that is this slow
		}
		must(t, err)
		if got := h.goesOn(); got != goesOn && c.ends != nil {
			t.Fatalf("%s: it %s", name, got)
		}
		if c.ends != nil {
			c.ends(t, s, p)
		}
		if h.over(t); h.Status != c.want {
			t.Errorf("%s: it ends with %s %s", name, h.Status, h.Reason)
		}
	}
}

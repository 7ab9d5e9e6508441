package housetest

import (
	"context"
	"crypto/tls"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	grpctls "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"gatehouse/proxy"
)

// envoy asks the gate as Envoy does.
type envoy struct {
	authv3.AuthorizationClient
	g *edged
}

func newEnvoy(t *testing.T) *envoy {
	t.Helper()
	g := newEdged(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := g.Server.ExtAuthz(nil)
	go func() { _ = server.Serve(l) }() // until it is stopped
	t.Cleanup(func() { server.Stop(context.Background()) })
	conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(insecure.NewCredentials()))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return &envoy{authv3.NewAuthorizationClient(conn), g}
}

// known is the context of the edge.
func known(ctx context.Context, pairs ...string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, append([]string{"x-gatehouse-edge", "envoy", "x-gatehouse-edge-secret", edgeSecret}, pairs...)...)
}

// check is what Envoy asks about a request. Headers are told one by one, or joined.
func check(raw bool, method, host, target string, header ...string) *authv3.CheckRequest {
	h := &authv3.AttributeContext_HttpRequest{Method: method, Host: host, Path: target, Scheme: "https", Protocol: "HTTP/1.1"}
	header = append([]string{":method: " + method, ":authority: " + host, ":path: " + target, ":scheme: https", "x-forwarded-for: 203.0.113.7"}, header...)
	for _, line := range header {
		at := strings.Index(line[1:], ": ") + 1
		name, value := strings.ToLower(line[:at]), line[at+2:]
		if raw {
			if h.HeaderMap == nil {
				h.HeaderMap = &corev3.HeaderMap{}
			}
			h.HeaderMap.Headers = append(h.HeaderMap.Headers, &corev3.HeaderValue{Key: name, RawValue: []byte(value)})
			continue
		}
		if h.Headers == nil {
			h.Headers = map[string]string{}
		}
		if before, twice := h.Headers[name]; twice {
			value = before + "," + value
		}
		h.Headers[name] = value
	}
	peer := &authv3.AttributeContext_Peer{Address: &corev3.Address{Address: &corev3.Address_SocketAddress{SocketAddress: &corev3.SocketAddress{
		Address: "203.0.113.7", PortSpecifier: &corev3.SocketAddress_PortValue{PortValue: 4711},
	}}}}
	return &authv3.CheckRequest{Attributes: &authv3.AttributeContext{Source: peer, Request: &authv3.AttributeContext_Request{Http: h}}}
}

// does is what Envoy makes of an answer: the status that the visitor gets, 200 for a
// request that goes on, and the headers with which it does.
func does(t *testing.T, q *authv3.CheckRequest, a *authv3.CheckResponse) (code int, header http.Header) {
	t.Helper()
	if no := a.GetDeniedResponse(); no != nil {
		header = http.Header{}
		for _, one := range no.Headers {
			header.Add(one.Header.Key, one.Header.Value)
		}
		if codes.Code(a.Status.Code) == codes.OK {
			t.Error("a refusal with the status of a yes")
		}
		return int(no.Status.Code), header
	}
	if a.GetOkResponse() == nil || codes.Code(a.Status.Code) != codes.OK {
		t.Fatalf("%v", a)
	}
	header = http.Header{}
	h := q.Attributes.Request.Http
	for _, one := range h.GetHeaderMap().GetHeaders() {
		header.Add(one.Key, string(one.RawValue))
	}
	for name, value := range h.Headers {
		header.Set(name, value)
	}
	for _, name := range a.GetOkResponse().HeadersToRemove {
		if strings.HasPrefix(name, ":") || name == "host" {
			t.Errorf("%s cannot be removed", name)
		}
		header.Del(name)
	}
	for _, one := range a.GetOkResponse().Headers {
		if one.AppendAction != corev3.HeaderValueOption_OVERWRITE_IF_EXISTS_OR_ADD || one.Header.Value == "" {
			t.Errorf("%s is not written over", one.Header.Key)
		}
		header.Set(one.Header.Key, one.Header.Value)
	}
	return http.StatusOK, header
}

// What the gate answers Envoy is what it answers everybody.
func TestTheGateAnswersEnvoyAsItAnswersItself(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	customer := e.g.customer()
	token, bob := customer.Tokens(e.g.Browser(), e.g.ada).Text("access_token"), customer.Tokens(e.g.Browser(), e.g.Person("bob")).Text("access_token")
	e.g.gives(t, "orders:refund", everywhere)
	for name, c := range map[string]struct {
		method, host, target string
		header               []string
		want                 int
		challenge            string
	}{
		"who may":                      {"GET", "api.example.test", "/orders/42?page=2", []string{bearer(token)}, 200, ""},
		"everybody":                    {"GET", "api.example.test", "/public/x", nil, 200, ""},
		"nobody":                       {"GET", "api.example.test", "/orders", nil, 401, `Bearer realm="gatehouse"`},
		"a guess":                      {"GET", "api.example.test", "/orders", []string{bearer("x")}, 401, `error="invalid_token"`},
		"without a proof":              {"POST", "api.example.test", "/orders", []string{bearer(token)}, 401, `error="insufficient_user_authentication"`},
		"who has no grant":             {"GET", "api.example.test", "/orders", []string{bearer(bob)}, 403, `error="insufficient_scope"`},
		"in the query":                 {"GET", "api.example.test", "/orders?access_token=" + token, nil, 400, ""},
		"no route":                     {"GET", "api.example.test", "/nothing", nil, 404, ""},
		"another method":               {"PUT", "api.example.test", "/orders", []string{bearer(token)}, 405, ""},
		"dots":                         {"GET", "api.example.test", "/public/../orders", nil, 400, ""},
		"an escaped slash":             {"GET", "api.example.test", "/public%2forders", nil, 400, ""},
		"two slashes":                  {"GET", "api.example.test", "//orders", nil, 400, ""},
		"another spelling":             {"GET", "api.example.test", "/%6frders", []string{bearer(token)}, 400, ""},
		"P16 no slash":                 {"POST", "api.example.test", "Service/Method", nil, 400, ""},
		"a fragment":                   {"GET", "api.example.test", "/orders#/public", nil, 400, ""},
		"no method":                    {"", "api.example.test", "/public/x", nil, 400, ""},
		"no host":                      {"GET", "", "/public/x", nil, 400, ""},
		"no path":                      {"GET", "api.example.test", "", nil, 400, ""},
		"two hosts":                    {"GET", "api.example.test, evil.test", "/public/x", nil, 400, ""},
		"two credentials":              {"GET", "api.example.test", "/orders", []string{bearer(token), bearer(token)}, 400, ""},
		"two methods":                  {"GET", "api.example.test", "/public/x", []string{":method: DELETE"}, 400, ""},
		"two paths":                    {"GET", "api.example.test", "/public/x", []string{":path: /orders"}, 400, ""},
		"another host":                 {"GET", "api.example.test", "/public/x", []string{"host: evil.test"}, 400, ""},
		"another's method":             {"POST", "api.example.test", "/public/x", []string{"x-http-method-override: DELETE"}, 400, ""},
		"somebody's name":              {"GET", "api.example.test", "/public/x", []string{"remote-user: admin"}, 400, ""},
		"a name of ours":               {"GET", "api.example.test", "/public/x", []string{"x-gatehouse-sub: admin"}, 400, ""},
		"with underscores":             {"GET", "api.example.test", "/public/x", []string{"x_gatehouse_jwt: forged"}, 400, ""},
		"a socket":                     {"GET", "api.example.test", "/public/x", []string{"upgrade: websocket", "sec-websocket-key: x"}, 400, ""},
		"a partial body":               {"GET", "api.example.test", "/orders", []string{"x-envoy-auth-partial-body: true"}, 401, ""},
		"what is forged":               {"GET", "api.example.test", "/public/x", []string{"x-gatehouse-jwt: forged", "x-envoy-original-path: forged", "x-real-ip: forged", "cf-connecting-ip: forged", "upgrade: forged", "http2-settings: forged", "forwarded: forged", "x-request-id: forged"}, 200, ""},
		"what is forged too":           {"GET", "api.example.test", "/orders", []string{bearer(token), "x-gatehouse-jwt: forged", "x-gatehouse-max-age: forged"}, 200, ""},
		"another spelling of the host": {"GET", "API.example.test:443", "/public/x", nil, 200, ""},
		"another's address":            {"GET", "api.example.test", "/public/x", []string{"x-forwarded-host: forged", "x-forwarded-proto: forged", "x-forwarded-port: forged"}, 200, ""},
	} {
		for _, raw := range []bool{true, false} {
			q := check(raw, c.method, c.host, c.target, append(c.header, "cookie: theme=dark; __Host-gatehouse_session=x")...)
			a, err := e.Check(known(t.Context()), q)
			must(t, err)
			code, header := does(t, q, a)
			if code != c.want || !strings.Contains(header.Get("WWW-Authenticate"), c.challenge) {
				t.Errorf("%s, %t: %d %v, want %d %s", name, raw, code, header, c.want, c.challenge)
			}
			if code != http.StatusOK {
				continue
			}
			if header.Get("Authorization") != "" || header.Get("Cookie") != "theme=dark" || strings.Contains(fmt.Sprint(header), "forged") || header.Get("X-Request-Id") == "" {
				t.Errorf("%s, %t: %v", name, raw, header)
			}
			for name, want := range map[string]string{"X-Forwarded-Host": "api.example.test", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"} {
				if got := header[name]; len(got) != 1 || got[0] != want {
					t.Errorf("%s, %t: %q", name, raw, got)
				}
			}
			if strings.HasPrefix(c.target, "/orders") {
				if claims := e.g.verified(t, seenRequest{Header: header}, "app"); claims.Subject != string(e.g.ada.ID) || !claims.May("shop/orders:read") {
					t.Errorf("%s: %+v", name, claims)
				}
			} else if _, is := header[proxy.HeaderAssertion]; is {
				t.Errorf("%s: an assertion of nobody: %v", name, header)
			}
		}
	}
	if log := e.g.Log.String(); strings.Contains(log, token) || strings.Contains(log, "page=2") || strings.Contains(log, edgeSecret) || !strings.Contains(log, `"ip":"203.0.113.7"`) {
		t.Error("the log has a token, a query or a secret, or not the address")
	}
}

// In plain headers an application behind Envoy is told who calls, by the gate alone.
func TestEnvoyHandsOnWhoCallsInPlainHeaders(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	text := strings.ReplaceAll(gateRoutes+strings.ReplaceAll(edgeRoutes, "DIALECT", "envoy"), "SECRET", e.g.secretFile)
	told := strings.Replace(text, "metadata: {id: app}\nspec:\n", "metadata: {id: app}\nspec:\n  identity: {headers: {X-User: subject, X-Org: organisation}}\n", 1)
	if told == text {
		t.Fatal("the upstream is another one")
	}
	writeRoutes(t, e.g.folder, e.g.app, told)
	e.g.routed(t)
	token := e.g.customer().Tokens(e.g.Browser(), e.g.ada).Text("access_token")
	for _, c := range []struct {
		target, user string
		header       []string
		want         int
	}{
		{"/orders", string(e.g.ada.ID), []string{bearer(token)}, 200},
		{"/orders", "", []string{bearer(token), "x-user: usr_admin"}, 400},
		{"/orders", "", []string{bearer(token), "X-ORG: org_x"}, 400},
		{"/orders", "", []string{bearer(token), "x_user: usr_admin"}, 400},
		{"/public/x", "", nil, 200},
		{"/public/x", "", []string{"x-user: usr_admin"}, 400},
	} {
		for _, raw := range []bool{true, false} {
			q := check(raw, "GET", "api.example.test", c.target, c.header...)
			a, err := e.Check(known(t.Context()), q)
			must(t, err)
			code, header := does(t, q, a)
			if code != c.want || header.Get("X-User") != c.user || header.Get("X-Org") != "" {
				t.Errorf("%s %v: %d %v, want %d %q", c.target, c.header, code, header, c.want, c.user)
			}
			if removed := a.GetOkResponse().GetHeadersToRemove(); code == http.StatusOK && !slices.Contains(removed, "x-org") {
				t.Errorf("%s: what is not known stays: %v", c.target, removed)
			}
		}
	}
}

// Each answer that lets a request on sets or removes all that an application trusts,
// also what Envoy did not tell of.
func TestEnvoyIsToldOfEachHeaderThatAnApplicationTrusts(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	a, err := e.Check(known(t.Context()), check(true, "GET", "api.example.test", "/public/x"))
	must(t, err)
	told := map[string]bool{}
	for _, name := range a.GetOkResponse().GetHeadersToRemove() {
		told[http.CanonicalHeaderKey(name)] = true
	}
	for _, one := range a.GetOkResponse().GetHeaders() {
		told[http.CanonicalHeaderKey(one.Header.Key)] = true
	}
	for _, name := range append([]string{"X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto"}, proxy.Overwritten...) {
		if !told[name] {
			t.Errorf("%s is not told of: %v", name, slices.Sorted(maps.Keys(told)))
		}
	}
}

// Who does not prove to be Envoy's edge is told nothing.
func TestTheGateTellsStrangersNothingByGRPCEither(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, pairs := range map[string][]string{
		"nobody":              nil,
		"without a secret":    {"x-gatehouse-edge", "envoy"},
		"without a name":      {"x-gatehouse-edge-secret", edgeSecret},
		"with another":        {"x-gatehouse-edge", "envoy", "x-gatehouse-edge-secret", strings.Repeat("x", 40)},
		"with it twice":       {"x-gatehouse-edge", "envoy", "x-gatehouse-edge-secret", edgeSecret, "x-gatehouse-edge-secret", edgeSecret},
		"two names":           {"x-gatehouse-edge", "envoy", "x-gatehouse-edge", "envoy", "x-gatehouse-edge-secret", edgeSecret},
		"an edge by HTTP":     {"x-gatehouse-edge", "traefik", "x-gatehouse-edge-secret", edgeSecret},
		"from somewhere else": {"x-gatehouse-edge", "elsewhere", "x-gatehouse-edge-secret", edgeSecret},
	} {
		_, err := e.Check(metadata.AppendToOutgoingContext(t.Context(), pairs...), check(true, "GET", "api.example.test", "/public/x"))
		if s := status.Convert(err); s.Code() != codes.Unauthenticated || s.Message() != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := e.Check(known(t.Context()), &authv3.CheckRequest{}); err != nil {
		t.Errorf("an empty question is refused as one: %v", err)
	}
}

// Envoy may show a certificate instead of a secret, and is known by just that one.
func TestEnvoyIsKnownByItsCertificate(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	until := time.Now().Add(time.Hour)
	right, file := clientCertificate(t, until)
	another, _ := clientCertificate(t, until)
	text := strings.Replace(strings.ReplaceAll(edgeRoutes, "DIALECT", "envoy"), "secret_file: SECRET", "certificate_file: "+file, 1)
	writeRoutes(t, g.folder, g.app, gateRoutes+text)
	g.routed(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	server := g.Server.ExtAuthz(&tls.Config{Certificates: []tls.Certificate{another}, ClientAuth: tls.RequestClientCert})
	go func() { _ = server.Serve(l) }() // until it is stopped
	t.Cleanup(func() { server.Stop(context.Background()) })
	for name, c := range map[string]struct {
		shows []tls.Certificate
		want  codes.Code
	}{
		"the one": {[]tls.Certificate{right}, codes.OK},
		"another": {[]tls.Certificate{another}, codes.Unauthenticated},
		"none":    {nil, codes.Unauthenticated},
	} {
		config := &tls.Config{InsecureSkipVerify: true, Certificates: c.shows} // whose server it is, the test knows
		conn, err := grpc.NewClient(l.Addr().String(), grpc.WithTransportCredentials(grpctls.NewTLS(config)))
		must(t, err)
		_, err = authv3.NewAuthorizationClient(conn).Check(known(t.Context()), check(true, "GET", "api.example.test", "/public/x"))
		if got := status.Code(err); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		_ = conn.Close()
	}
}

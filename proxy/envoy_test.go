package proxy_test

import (
	"context"
	"crypto/x509"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"

	"gatehouse/gate"
	"gatehouse/proxy"
	"gatehouse/proxy/envoy"
)

// yes says yes to everything, and nothing of who calls.
type yes struct{}

func (yes) EdgeKnown(context.Context, string, netip.Addr, string, *x509.Certificate) *proxy.Edge {
	return &proxy.Edge{Edge: &gate.Edge{}}
}

func (yes) Check(context.Context, *proxy.Edge, proxy.Original, error) proxy.Answer {
	return proxy.Answer{Status: http.StatusNoContent, Header: http.Header{"X-User": {"usr_ada"}}, Identity: []string{"X-User", "X-Kind"}}
}

func (yes) Visitor(*proxy.Edge, string, []string) string { return "203.0.113.7" }

// No header that is the gate's to write reaches an application through Envoy as the visitor
// wrote it.
func TestEnvoyTakesAwayEachHeaderThatTheGateWrites(t *testing.T) {
	t.Parallel()
	theirs := []string{"connection", "te", "trailer"} // are for Envoy to mend
	forged := proxy.NotAVisitors()
	for _, name := range []string{"x-user", "x-kind", "x_user", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server", "x-forwarded-prefix"} {
		forged[name] = true
	}
	for name := range forged {
		name = strings.ToLower(name)
		if slices.Contains(theirs, name) {
			continue
		}
		h := &authv3.AttributeContext_HttpRequest{Method: "GET", Host: "api.example.test", Path: "/", Scheme: "https", Headers: map[string]string{name: "forged", "accept": "text/html"}}
		a, err := (&envoy.Service{Gate: yes{}}).Check(t.Context(), &authv3.CheckRequest{Attributes: &authv3.AttributeContext{Request: &authv3.AttributeContext_Request{Http: h}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, gone := range a.GetOkResponse().GetHeadersToRemove() {
			delete(h.Headers, gone)
		}
		for _, one := range a.GetOkResponse().GetHeaders() {
			h.Headers[one.Header.Key] = one.Header.Value
		}
		if h.Headers[name] == "forged" {
			t.Errorf("%s is as the visitor wrote it", name)
		}
		for name, want := range map[string]string{"x-forwarded-for": "203.0.113.7", "x-forwarded-host": "api.example.test", "x-forwarded-proto": "https", "x-user": "usr_ada", "x-kind": "", "accept": "text/html"} {
			if h.Headers[name] != want {
				t.Errorf("%s: %q, want %q", name, h.Headers[name], want)
			}
		}
	}
}

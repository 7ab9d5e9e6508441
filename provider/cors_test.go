package provider

import (
	"net/http/httptest"
	"testing"
)

func TestScriptsOfRegisteredOriginsMayReadAnswers(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	const registered, stranger = "https://web.example.test", "https://evil.example.test"
	token := e.token()
	for _, c := range []struct {
		method, path, origin, allowed, methods string
	}{
		{"OPTIONS", PathUserinfo, registered, registered, "GET, POST"},
		{"OPTIONS", PathRevoke, registered, registered, "POST"},
		{"GET", PathUserinfo, registered, registered, ""},
		{"POST", PathUserinfo, registered, registered, ""},
		{"POST", PathRevoke, registered, registered, ""},
		{"OPTIONS", PathUserinfo, stranger, "", ""},
		{"OPTIONS", PathRevoke, stranger, "", ""},
		{"GET", PathUserinfo, stranger, "", ""},
		{"GET", PathUserinfo, "null", "", ""},
		{"OPTIONS", PathUserinfo, "", "", ""},
		{"POST", PathRevoke, stranger, "", ""},
		{"OPTIONS", PathDiscovery, stranger, "*", "GET, HEAD"},
		{"OPTIONS", PathMetadata, stranger, "*", "GET, HEAD"},
		{"OPTIONS", PathJWKS, stranger, "*", "GET, HEAD"},
		{"GET", PathJWKS, stranger, "*", ""},
		{"POST", PathIntrospect, registered, "", ""},
		{"OPTIONS", PathIntrospect, registered, "", ""},
		{"GET", PathLogout, registered, "", ""},
		{"OPTIONS", PathLogout, registered, "", ""},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		r.Header.Set("Authorization", "Bearer "+token)
		if c.origin != "" {
			r.Header.Set("Origin", c.origin)
		}
		h := e.do(r).Header()
		if h.Get("Access-Control-Allow-Origin") != c.allowed || h.Get("Access-Control-Allow-Methods") != c.methods {
			t.Errorf("%s %s from %q: origin %q, methods %q; want %q, %q", c.method, c.path, c.origin, h.Get("Access-Control-Allow-Origin"), h.Get("Access-Control-Allow-Methods"), c.allowed, c.methods)
		}
		headers := ""
		if c.methods != "" {
			headers = "Authorization, Content-Type, DPoP, traceparent, tracestate, X-Requested-With"
		}
		if got := h.Get("Access-Control-Allow-Headers"); got != headers {
			t.Errorf("%s %s from %q: the headers %q are allowed, want %q", c.method, c.path, c.origin, got, headers)
		}
		if h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s %s: credentials are allowed", c.method, c.path)
		}
		if (c.path == PathUserinfo || c.path == PathRevoke) && h.Get("Vary") != "Origin" {
			t.Errorf("%s %s: Vary is %q", c.method, c.path, h.Get("Vary"))
		}
	}
}

func TestRefusalsCarryTheOriginToo(t *testing.T) {
	t.Parallel()
	e := newForge(t)
	r := httptest.NewRequest("GET", PathUserinfo, nil)
	r.Header.Set("Origin", "https://web.example.test")
	w := e.do(r)
	if w.Code != 401 || w.Header().Get("Access-Control-Allow-Origin") == "" || w.Header().Get("Access-Control-Expose-Headers") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

package housetest

import (
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/proxy"
)

// Behind another proxy people and programs get the answers that the gate gives.
func TestAnotherProxyEnforcesWhatTheGateDecides(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		customer := g.customer()
		token, bob := customer.Tokens(g.Browser(), g.ada).Text("access_token"), customer.Tokens(g.Browser(), g.Person("bob")).Text("access_token")
		g.gives(t, "orders:refund", everywhere)
		for name, c := range map[string]struct {
			method, target string
			header         []string
			want           int
			challenge      string
		}{
			"nobody":          {"GET", "/orders", nil, 401, `Bearer realm="gatehouse"`},
			"a guess":         {"GET", "/orders", []string{bearer("x")}, 401, `error="invalid_token"`},
			"without a proof": {"POST", "/orders", []string{bearer(token)}, 401, `error="insufficient_user_authentication"`},
			"no grant":        {"GET", "/orders", []string{bearer(bob)}, 403, ""},
			"a query":         {"GET", "/orders?access_token=secret-in-the-query", nil, 400, ""},
			"no route":        {"GET", "/nothing", []string{bearer(token)}, 404, ""},
			"another method":  {"DELETE", "/public/x", []string{bearer(token)}, 405, ""},
			"an override":     {"POST", "/public/x", []string{"X-HTTP-Method-Override: DELETE"}, 400, ""},
			"a socket":        {"GET", "/public/x", []string{"Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13"}, 400, ""},
		} {
			status, header, body := f.send(t, c.method, "api.example.test", c.target, append(c.header, "Content-Length: 0")...)
			if status != c.want || !strings.Contains(header.Get("WWW-Authenticate"), c.challenge) || len(header["Www-Authenticate"]) > 1 {
				t.Errorf("%s: %d %v %s, want %d %s", name, status, header, body, c.want, c.challenge)
			}
			if seen := g.app.took(); len(seen) > 0 {
				t.Errorf("%s reached the application: %+v", name, seen)
			}
		}
		status, _, body := f.send(t, "GET", "api.example.test", "/orders/42?page=2", bearer(token), "Cookie: shop=1; __Host-gatehouse_session=x; theme=dark")
		seen := g.app.took()
		if status != http.StatusOK || len(seen) != 1 || seen[0].Target != "/orders/42?page=2" || seen[0].Host != "api.example.test" ||
			seen[0].Header.Get("Authorization") != "" || seen[0].Header.Get("Cookie") != "shop=1; theme=dark" || seen[0].Header.Get(proxy.HeaderSecret) != "" {
			t.Fatalf("%d %s %+v", status, body, seen)
		}
		if c := g.verified(t, seen[0], "app"); c.Subject != string(g.ada.ID) || !c.May("shop/orders:read") {
			t.Errorf("%+v", c)
		}
		if log := g.Log.String() + f.log(); strings.Contains(log, token) || strings.Contains(log, "page=2") || strings.Contains(log, "secret-in-the-query") {
			t.Errorf("a token or a query is in a log:\n%s", f.log())
		}
	})
}

// Whose a resource is, is asked for other proxies as well, and what is taken back is
// refused at the next request.
func TestAnotherProxyEnforcesWhatChanges(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "too much")
		must(t, err)
		given := g.gives(t, "orders:read", access.Where{Place: access.Own})
		token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
		g.app.answers(func(w http.ResponseWriter, r *http.Request) {
			if r.RequestURI == "/internal/orders/hers" {
				_, _ = w.Write([]byte(`{"owner_id":"` + string(g.ada.ID) + `"}`))
			}
		})
		for id, want := range map[string]int{"hers": 200, "his": 502} {
			if status, _, body := f.send(t, "GET", "own.example.test", "/orders/"+id, bearer(token)); status != want {
				t.Errorf("%s: %d %s, want %d", id, status, body, want)
			}
		}
		_, err = g.House.Access.Revoke(t.Context(), gatetest.Console, given.ID, "over")
		must(t, err)
		g.Settle()
		g.app.took()
		if status, _, _ := f.send(t, "GET", "own.example.test", "/orders/hers", bearer(token)); status != http.StatusForbidden || len(g.app.took()) > 0 {
			t.Errorf("revoked: %d", status)
		}
	})
}

// A browser that knows nobody, or not any more, is led to the sign-in by another proxy as by
// the gate; one that has a session comes through, and its cookie goes no further.
func TestABrowserBehindAnotherProxyIsLedToTheSignIn(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		const host = "shop.example.test"
		for _, dead := range []string{"", "Cookie: __Host-gatehouse_gate=dead"} {
			header := opens
			if dead != "" {
				header = plus(opens, dead)
			}
			status, answer, body := f.send(t, "GET", host, "/orders?page=2", header...)
			if status != http.StatusSeeOther || !strings.HasPrefix(answer.Get("Location"), gatetest.Issuer+"/gate?t=") || !strings.Contains(strings.Join(answer["Set-Cookie"], "\n"), "; HttpOnly; Secure; SameSite=") {
				t.Errorf("%q: %d %v %s", dead, status, answer, body)
			}
			if want := 1 + min(len(dead), 1); len(answer["Set-Cookie"]) != want {
				t.Errorf("%q: %d cookies, want %d: %q", dead, len(answer["Set-Cookie"]), want, answer["Set-Cookie"])
			}
		}
		if status, header, _ := f.send(t, "GET", host, "/orders", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"); status != http.StatusUnauthorized || header.Get("Location") != "" {
			t.Errorf("a program in a page: %d %v", status, header)
		}
		if seen := g.app.took(); len(seen) > 0 {
			t.Fatalf("%+v", seen)
		}
		if !f.imitated {
			for path, want := range map[string]int{"/.gatehouse/sign-in": 303, "/.gatehouse/auth/" + f.name: 404, "/.gatehouse/nothing": 404, "/.gatehouse/../orders": 400, "/orders/../.gatehouse/sign-in": 400} {
				if status, answer, _ := f.send(t, "GET", host, path, plus(opens, proxy.HeaderSecret+": "+edgeSecret)...); status != want {
					t.Errorf("%s: %d %v, want %d", path, status, answer, want)
				}
			}
		}
		v := newVisitor(t, g.Gate, g.Browser())
		v.enter("https://"+host+"/orders", g.ada)
		status, _, body := f.send(t, "GET", host, "/orders", plus(opens, cookieOf("theme", "dark; __Host-gatehouse_gate="+v.cookie(host)))...)
		seen := g.app.took()
		if status != http.StatusOK || len(seen) != 1 || seen[0].Header.Get("Cookie") != "theme=dark" {
			t.Fatalf("%d %s %+v", status, body, seen)
		}
		if c := g.verified(t, seen[0], "app"); c.Subject != string(g.ada.ID) || c.Session == "" {
			t.Errorf("%+v", c)
		}
		for name, site := range map[string]string{"a page of another site": "cross-site", "a page of a sibling": "same-site"} {
			status, _, _ := f.send(t, "POST", host, "/orders", "Cookie: __Host-gatehouse_gate="+v.cookie(host), "Sec-Fetch-Site: "+site, "Content-Length: 0")
			if status != http.StatusForbidden || len(g.app.took()) > 0 {
				t.Errorf("%s: %d", name, status)
			}
		}
	})
}

// passes are rows of which a proxy may make something that is clear, and is then decided
// on as that: a host that it knows by its configuration, or the target of a whole URL. A
// star it may answer itself.
var passes = []string{"H7 a star", "H3 another port", "H4 a whole URL", "H7 HTTP/1.0", "H5 no host"}

// The rows of the proxy's threats, sent to another proxy as bytes: none reaches the
// application as something else than it was decided on as.
func TestRequestsThatServersReadDifferentlyStopAtAnotherProxy(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		for name, c := range misread(g.customer().Tokens(g.Browser(), g.ada).Text("access_token")) {
			if strings.HasPrefix(name, "too large") {
				continue // how much of a body goes on is the proxy's business
			}
			status, _, body := rawAt(t, f.address, c.lines)
			if status < 400 && status != 0 && !slices.Contains(passes, name) {
				t.Errorf("%s: %d %s", name, status, body)
			}
			for _, seen := range g.app.took() {
				if !slices.Contains(passes, name) || seen.Target != "/public/x" || seen.Host != "api.example.test" && seen.Host != "api.example.test:8443" {
					t.Errorf("%s reached the application: %+v", name, seen)
				}
			}
		}
	})
}

// forged are headers by which a visitor would speak for a proxy, a method or a protocol,
// in the spellings that servers are known to read alike.
var forged = []string{
	"X-Gatehouse-Jwt: forged", "X_Gatehouse_Jwt: forged", "x-gatehouse_sub: forged", "X-Gatehouse.Sub: forged", "X-GATEHOUSE-JWT: forged\r\nX-Gatehouse-Jwt: forged", "Gatehouse-User: forged", "X-Gatehouse-Max-Age: forged",
	"X-Gatehouse-Edge-Secret: forged", "X_Gatehouse_Edge_Secret: forged", "X-Gatehouse-Status: forged", "X-Gatehouse-Location: forged", "X~Gatehouse~Jwt: forged", "X-Gatehouse: forged",
	"X-Original-Method: forged", "X-Original-Uri: /forged", "X-Original-URL: /forged", "X_Original_Uri: /forged", "X-Original-Host: forged.test", "X-Original-Scheme: forged",
	"X-Forwarded-Method: forged", "X-Forwarded-Uri: /forged", "X_Forwarded_Uri: /forged", "X-Forwarded-Host: forged.test", "X-Forwarded-Proto: forged", "X_Forwarded_Proto: forged", "X-Forwarded-Prefix: /forged", "X-Forwarded-User: forged",
	"X-Forwarded-For: 6.6.6.6", "X_Forwarded_For: 6.6.6.6", "X-Forwarded_For: 6.6.6.6", "X.Forwarded.For: 6.6.6.6", "-X-Forwarded-For: 6.6.6.6", "Forwarded: for=6.6.6.6", "X-Real-IP: 6.6.6.6", "X--Real-IP: 6.6.6.6", "True-Client-IP: 6.6.6.6",
	"X-Rewrite-URL: /forged", "X-Override-Url: /forged", "X-HTTP-Method-Override: forged", "X-HTTP-Method: forged", "X-Method-Override: forged", "Remote-User: forged", "X-Remote-User: forged", "X_Remote_User: forged", "X-WebAuth-User: forged",
	"X-Auth-Request-User: forged", "X-SSL-Client-Cert: forged", "X-Ms-Client-Principal: forged", "X-Amzn-Oidc-Identity: forged", "X-Goog-Authenticated-User-Email: forged", "X-Accel-Redirect: /forged",
	"Upgrade: forged\r\nConnection: Upgrade", "HTTP2-Settings: forged", "Connection: X-Gatehouse-Jwt", "Connection: x-original-uri, x-forwarded-uri, x-gatehouse-edge-secret", "Content_Length: 666", "Transfer_Encoding: forged", "X-Request-Id: forged",
}

// No visitor speaks for another proxy, or past it: a forged header is refused or does not
// reach the application, and what the application is told is of the one who asked.
func TestNoVisitorSpeaksForAnotherProxy(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
		for _, header := range forged {
			for _, target := range []string{"/orders", "/public/x"} {
				status, answer, body := rawAt(t, f.address, "GET "+target+" HTTP/1.1\r\nHost: api.example.test\r\n"+bearer(token)+"\r\n"+header+"\r\n\r\n")
				seen := g.app.took()
				if status != http.StatusOK && status != http.StatusBadRequest && (f.name != "envoy" || status != http.StatusForbidden) || (status == http.StatusOK) != (len(seen) == 1) {
					t.Errorf("%s: %d %v %s, and reached the application %d times", header, status, answer, body, len(seen))
				}
				for _, r := range seen {
					if r.Target != target || r.Method != "GET" || r.Host != "api.example.test" {
						t.Errorf("%s: %+v", header, r)
					}
					for name, values := range r.Header {
						if text := strings.ToLower(name + strings.Join(values, ",")); strings.Contains(text, "forged") || strings.Contains(text, "6.6.6.6") || name == "Upgrade" {
							t.Errorf("%s reached the application as %s: %q", header, name, values)
						}
					}
					if target == "/orders" {
						if c := g.verified(t, r, "app"); c.Subject != string(g.ada.ID) {
							t.Errorf("%s: %+v", header, c)
						}
					} else if len(r.Header[proxy.HeaderAssertion]) > 0 && r.Header.Get(proxy.HeaderAssertion) != "" {
						t.Errorf("%s: nobody is told of as %q", header, r.Header.Get(proxy.HeaderAssertion))
					}
				}
			}
		}
	})
}

// A proxy that cannot ask, or is not known any more, lets nothing through.
func TestAnotherProxyThatCannotAskLetsNothingThrough(t *testing.T) {
	eachFront(t, func(t *testing.T, g *edged, f *front) {
		must(t, os.WriteFile(g.secretFile, []byte(strings.Repeat("changed", 8)), 0o600))
		g.routed(t)
		refused := func(when string) {
			t.Helper()
			status, _, body := f.send(t, "GET", "api.example.test", "/public/x")
			if seen := g.app.took(); status < 400 || len(seen) > 0 {
				t.Errorf("%s: %d %s %+v", when, status, body, seen)
			}
		}
		refused("with another secret")
		must(t, g.gateServer.Close())
		if f.cut != nil {
			f.cut()
		}
		refused("without the gate")
	})
}

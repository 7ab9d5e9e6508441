package housetest

import (
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse.example/verify"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// everywhere is a grant's reach over all resources.
var everywhere = access.Where{Place: access.Everywhere}

// The path that was decided about is the one that is sent, in its one spelling, and the query
// goes on as it came (P17, P18).
func TestWhatWasDecidedAboutIsWhatIsSent(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	for sent, want := range map[string]string{
		"/public/x": "/public/x", "/public/a%20b": "/public/a%20b", "/public/%c3%a9": "/public/%C3%A9", "/public/%7euser": "/public/~user",
		"/public/a%2bb": "/public/a+b", "/public/a+b": "/public/a+b", "/public/%61/": "/public/a/", "/public/a'b": "/public/a%27b", "/public/a%22b": "/public/a%22b",
		"/public/x?q=a%20b&&c=%2F..%2f": "/public/x?q=a%20b&&c=%2F..%2f", "/public/x?": "/public/x", "/public/x?q=%41+b": "/public/x?q=%41+b",
	} {
		status, _, body := g.get(t, "api.example.test", sent)
		seen := g.app.took()
		if status != http.StatusOK || len(seen) != 1 || seen[0].Target != want {
			t.Errorf("%s: %d %s; it is sent as %+v, want %s", sent, status, body, seen, want)
		}
	}
}

// What is decided about is what the request line says, whatever headers would have it be (F1,
// F6).
func TestTheGateDecidesByTheRequestLineAlone(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := bearer(g.customer().Tokens(g.Browser(), g.ada).Text("access_token"))
	for _, line := range []string{
		"X-Forwarded-Uri: /public/x", "X-Original-Uri: /public/x", "X-Original-Url: /public/x", "X-Rewrite-Url: /public/x", "X-Forwarded-Prefix: /public",
		"X-Replaced-Path: /public/x", "X-Envoy-Original-Path: /public/x", "X-Accel-Redirect: /public/x", "X-Override-Url: /public/x",
	} {
		if status, _, _ := g.get(t, "api.example.test", "/orders", line); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", line, status)
		}
		if status, _, _ := g.get(t, "api.example.test", "/public/y", strings.Replace(line, "/public", "/orders", 1)); status != http.StatusOK {
			t.Errorf("%s, the other way round: %d", line, status)
		}
	}
	for _, name := range []string{"X-Forwarded-Method", "X-Original-Method", "X-Http-Method", "X-Http-Method-Override", "X-Method-Override"} {
		if status, _, _ := g.send(t, "DELETE", "api.example.test", "/orders", token, name+": GET"); status != http.StatusForbidden {
			t.Errorf("%s: %d", name, status)
		}
	}
	for _, line := range []string{"X-Forwarded-Host: own.example.test", "X-Host: own.example.test", "Forwarded: host=own.example.test"} {
		if status, _, _ := g.get(t, "nobody.example.test", "/public/x", strings.Replace(line, "own.", "api.", 1)); status != http.StatusNotFound {
			t.Errorf("%s: %d", line, status)
		}
	}
	for _, r := range g.app.took() {
		if !strings.HasPrefix(r.Target, "/public/") {
			t.Errorf("%+v", r)
		}
	}
}

// A refusal by the method names those that there are in one line, as some readers of the
// header take the first alone.
func TestTheGateNamesTheMethodsOnce(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	want := []string{"DELETE, GET, HEAD, POST"}
	status, header, _ := e.g.send(t, "PUT", "api.example.test", "/orders")
	if status != http.StatusMethodNotAllowed || !slices.Equal(header.Values("Allow"), want) {
		t.Errorf("the gate: %d %q", status, header.Values("Allow"))
	}
	for d := range dialects {
		if status, header, _ := e.g.ask(t, d, "PUT", "api.example.test", "/orders"); status != http.StatusMethodNotAllowed || !slices.Equal(header.Values("Allow"), want) {
			t.Errorf("%s: %d %q", d, status, header.Values("Allow"))
		}
	}
	q := check(true, "PUT", "api.example.test", "/orders")
	a, err := e.Check(known(t.Context()), q)
	must(t, err)
	if status, header := does(t, q, a); status != http.StatusMethodNotAllowed || !slices.Equal(header.Values("Allow"), want) {
		t.Errorf("Envoy: %d %q", status, header.Values("Allow"))
	}
}

func TestTheGateLetsThroughWhoMayAndTellsTheUpstreamWhoTheyAre(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	status, header, _ := g.get(t, "api.example.test", "/orders/42?page=2", bearer(token), "Cookie: shop=1; gatehouse_session=x; __Host-gatehouse_form=y; theme=dark", "X-Gatehouse-Jwt: forged")
	if status != http.StatusOK || header.Get("X-Request-Id") == "" {
		t.Fatalf("%d %v", status, header)
	}
	seen := g.app.took()
	if len(seen) != 1 || seen[0].Target != "/orders/42?page=2" || seen[0].Host != "api.example.test" || seen[0].Header.Get("Authorization") != "" ||
		seen[0].Header.Get("Cookie") != "shop=1; theme=dark" || seen[0].Header.Get("X-Forwarded-For") != "127.0.0.1" || seen[0].Header.Get("X-Request-Id") != header.Get("X-Request-Id") {
		t.Fatalf("%+v", seen)
	}
	claims := g.verified(t, seen[0], "app")
	if claims.Subject != string(g.ada.ID) || claims.ClientID != "web" || claims.OfClient() || !claims.May("shop/orders:read") || claims.Level != "aal1" || claims.Session == "" {
		t.Errorf("%+v", claims)
	}
	if life := claims.Expires.Sub(claims.Issued); life <= 0 || life > time.Minute {
		t.Errorf("it lives for %s", life)
	}
}

// verified is what an assertion says, checked as an application would.
func (g *gated) verified(t *testing.T, r seenRequest, audience string) *verify.Claims {
	t.Helper()
	v, err := verify.New(verify.Config{Issuer: gatetest.Issuer, Audience: audience, Client: g.Client()})
	must(t, err)
	defer v.Close()
	assertions := r.Header["X-Gatehouse-Jwt"]
	if len(assertions) != 1 {
		t.Fatalf("%d assertions", len(assertions))
	}
	if _, err := v.Verify(t.Context(), assertions[0]); err == nil {
		t.Error("an assertion is taken for an access token")
	}
	claims, err := v.VerifyAssertion(t.Context(), assertions[0])
	must(t, err)
	return claims
}

func TestTheGateRefusesWhoMayNot(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	customer := g.customer()
	tokens := customer.Tokens(g.Browser(), g.ada)
	token, bob := tokens.Text("access_token"), customer.Tokens(g.Browser(), g.Person("bob")).Text("access_token")
	other := g.App("other").Tokens(g.Browser(), g.ada)
	g.gives(t, "orders:refund", everywhere)
	for name, c := range map[string]struct {
		method, path string
		header       []string
		want         int
		challenge    string
	}{
		"nobody":               {"GET", "/orders", nil, 401, `Bearer realm="gatehouse"`},
		"a guess":              {"GET", "/orders", []string{bearer("x")}, 401, `error="invalid_token"`},
		"for another":          {"GET", "/orders", []string{bearer(other.Text("access_token"))}, 401, `error="invalid_token"`},
		"an ID token":          {"GET", "/orders", []string{bearer(tokens.Text("id_token"))}, 401, `error="invalid_token"`},
		"a refresh token":      {"GET", "/orders", []string{bearer(tokens.Text("refresh_token"))}, 401, `error="invalid_token"`},
		"basic":                {"GET", "/orders", []string{"Authorization: Basic eDp5"}, 401, `Bearer realm="gatehouse"`},
		"two of them":          {"GET", "/orders", []string{bearer(token), bearer(token)}, 400, ""},
		"in the query":         {"GET", "/orders?access_token=" + token, nil, 400, ""},
		"beside the query":     {"GET", "/orders?access_token=x", []string{bearer(token)}, 400, ""},
		"who has no grant":     {"GET", "/orders", []string{bearer(bob)}, 403, `error="insufficient_scope"`},
		"without a proof":      {"POST", "/orders", []string{bearer(token)}, 401, `error="insufficient_user_authentication"`},
		"what it may not see":  {"DELETE", "/orders/1", []string{bearer(bob)}, 403, `error="insufficient_scope"`},
		"another method":       {"PUT", "/orders", []string{bearer(token)}, 405, ""},
		"no route":             {"GET", "/nothing", []string{bearer(token)}, 404, ""},
		"a header's method":    {"POST", "/orders", []string{bearer(token), "X-HTTP-Method-Override: GET"}, 401, `error="insufficient_user_authentication"`},
		"an assertion of ours": {"GET", "/orders", []string{bearer(g.assertionOf(t, token))}, 401, `error="invalid_token"`},
	} {
		status, header, body := g.send(t, c.method, "api.example.test", c.path, c.header...)
		if status != c.want || !strings.Contains(header.Get("WWW-Authenticate"), c.challenge) {
			t.Errorf("%s: %d %q %s, want %d %s", name, status, header.Get("WWW-Authenticate"), body, c.want, c.challenge)
		}
		if seen := g.app.took(); len(seen) > 0 {
			t.Errorf("%s reached the application: %+v", name, seen)
		}
	}
	if log := g.Log.String(); strings.Contains(log, token) {
		t.Error("a token is in the log")
	}
}

// assertionOf is what the upstream gets for a token.
func (g *gated) assertionOf(t *testing.T, token string) string {
	t.Helper()
	if status, _, body := g.get(t, "api.example.test", "/orders", bearer(token)); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	return g.app.took()[0].Header.Get("X-Gatehouse-Jwt")
}

// Who has a right for what is their own is let through for that, and learns nothing of
// what is not theirs.
func TestTheGateAsksWhoseAResourceIs(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "too much")
	must(t, err)
	g.gives(t, "orders:read", access.Where{Place: access.Own})
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.RequestURI {
		case "/internal/orders/hers":
			fmt.Fprintf(w, `{"owner_id":%q,"total":1}`, g.ada.ID)
		case "/internal/orders/his":
			fmt.Fprint(w, `{"owner_id":"usr_somebody"}`)
		case "/internal/orders/nobodys":
			fmt.Fprint(w, `{}`)
		case "/internal/orders/list":
			fmt.Fprintf(w, `[{"owner_id":%q}]`, g.ada.ID)
		case "/internal/orders/long":
			fmt.Fprintf(w, `{"owner_id":%q,"x":"%s"}`, g.ada.ID, strings.Repeat("x", 64<<10))
		case "/internal/orders/blank": // good, were it not for what follows
			fmt.Fprintf(w, `{"owner_id":%q}%s`, g.ada.ID, strings.Repeat(" ", 64<<10))
		case "/internal/orders/endless":
			fmt.Fprintf(w, `{"owner_id":%q}`, g.ada.ID)
			for r.Context().Err() == nil {
				if _, err := fmt.Fprint(w, strings.Repeat(" ", 32<<10)); err != nil {
					return
				}
			}
		case "/internal/orders/broken":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprintf(w, `{"owner_id":%q}`, g.ada.ID)
		case "/internal/orders/late":
			<-r.Context().Done()
		case "/internal/orders/moved":
			http.Redirect(w, r, "/internal/orders/hers", http.StatusFound)
		case "/internal/orders/gone", "/internal/orders/a%20b":
			http.NotFound(w, r)
		}
	})
	for id, want := range map[string]int{
		"hers": 200, "his": 403, "nobodys": 403, "gone": 403, "a%20b": 403, "list": 502, "long": 502, "blank": 502, "endless": 502, "broken": 502, "late": 502, "moved": 502,
	} {
		status, _, body := g.get(t, "own.example.test", "/orders/"+id, bearer(token))
		seen := g.app.took()
		if status != want || len(seen) == 0 || seen[0].Target != "/internal/orders/"+id || (len(seen) > 1) != (want == 200) {
			t.Errorf("%s: %d %s, want %d; %+v", id, status, body, want, seen)
		}
		if itself := g.verified(t, seen[0], "app"); !itself.OfGate() {
			t.Errorf("%s was asked for by %+v", id, itself)
		}
	}
	// Who may not see any order has nothing asked for.
	bob := g.App("web2", func(c *oauth.Client) { c.Audiences = []string{shop().Audience} }).Tokens(g.Browser(), g.Person("bob")).Text("access_token")
	if status, _, _ := g.get(t, "own.example.test", "/orders/hers", bearer(bob)); status != http.StatusForbidden {
		t.Errorf("%d", status)
	}
	if seen := g.app.took(); len(seen) != 0 {
		t.Errorf("the application was asked for somebody who may see none: %+v", seen)
	}
}

// Where the application holds callers to what is theirs, it is told to, and nobody comes
// through who may not even do so with that.
func TestTheGateLeavesAListToItsApplication(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	customer := g.customer()
	token := customer.Tokens(g.Browser(), g.ada).Text("access_token")
	list := func(method string) (status int, claims *verify.Claims) {
		t.Helper()
		status, _, _ = g.send(t, method, "own.example.test", "/orders", bearer(token), "Content-Length: 0")
		if seen := g.app.took(); len(seen) > 0 {
			claims = g.verified(t, seen[0], "app")
		}
		return status, claims
	}
	if status, all := list("GET"); status != http.StatusOK || !all.May("shop/orders:read") || len(all.PermissionsOwn) != 0 {
		t.Errorf("who may see all: %d %+v", status, all)
	}
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "too much")
	must(t, err)
	g.gives(t, "orders:read", access.Where{Place: access.Own})
	if status, own := list("GET"); status != http.StatusOK || own.May("shop/orders:read") || fmt.Sprint(own.PermissionsOwn) != "[shop/orders:read]" {
		t.Errorf("who may see their own: %d %+v", status, own)
	}
	g.gives(t, "orders:refund", access.Where{Place: access.Own})
	if status, own := list("POST"); status != http.StatusUnauthorized || own != nil {
		t.Errorf("who has not proved enough: %d %+v", status, own)
	}
	_, err = g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(g.ada.ID)}, Effect: access.Deny, Where: access.Where{Place: access.Own},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "not any more",
	})
	must(t, err)
	g.Settle()
	if status, own := list("GET"); status != http.StatusForbidden || own != nil {
		t.Errorf("who is denied their own: %d %+v", status, own)
	}
}

// What is given or taken counts at the next request.
func TestWhatIsTakenBackIsRefusedAtTheGate(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	expect := func(when string, want int) {
		t.Helper()
		g.Settle()
		if status, _, body := g.get(t, "api.example.test", "/orders", bearer(token)); status != want {
			t.Errorf("%s: %d %s, want %d", when, status, body, want)
		}
	}
	expect("at first", 200)
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "over")
	must(t, err)
	expect("revoked", 403)
	again := g.gives(t, "orders:read", everywhere)
	expect("given again", 200)
	lock, err := g.House.Access.PutLock(t.Context(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockGrant, ID: string(again.ID)}, Reason: "asking"}})
	must(t, err)
	expect("locked", 403)
	must(t, g.House.Access.LiftLock(t.Context(), gatetest.Console, lock.On))
	expect("unlocked", 200)
	must(t, g.House.Identity.Disable(t.Context(), gatetest.Console, g.ada.ID))
	expect("disabled", 401)
}

// A route in shadow lets everybody through, says what it would have done, and tells
// the application of no right that was not given.
func TestARouteInShadowOnlyTellsWhatItWouldDo(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	if status, _, body := g.send(t, "POST", "shadow.example.test", "/orders", bearer(token), "Content-Length: 0"); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	claims := g.verified(t, g.app.took()[0], "app")
	if claims.May("shop/orders:refund") || len(claims.Permissions) != 0 || claims.Subject != string(g.ada.ID) {
		t.Errorf("%+v", claims)
	}
	if log := g.Log.String(); !strings.Contains(log, `"shadow":true`) || !strings.Contains(log, `"decision":"deny"`) {
		t.Error("the log says nothing of it")
	}
	if status, _, _ := g.send(t, "GET", "shadow.example.test", "/orders", bearer("guess")); status != http.StatusOK {
		t.Errorf("who is not known gets %d", status)
	}
}

// The rows of the proxy's threats, sent as bytes: each is refused, and none reaches the
// application.
func TestRequestsThatServersReadDifferentlyStopAtTheGate(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for name, c := range misread(token) {
		status, _, body := g.raw(t, c.lines)
		if !slices.Contains(c.want, status) {
			t.Errorf("%s: %d %s, want %v", name, status, body, c.want)
		}
		if seen := g.app.took(); len(seen) > 0 {
			t.Errorf("%s reached the application: %+v", name, seen)
		}
	}
}

// Headers by which an upstream could be told who calls, or where from, are the gate's to
// write, however they are spelled; and so are the ways out of HTTP.
func TestNoVisitorSpeaksForTheGate(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	forged := []string{
		"X-Gatehouse-Jwt: forged", "X_Gatehouse_Jwt: forged", "x-gatehouse_sub: forged", "X-Gatehouse.Sub: forged", "X-GATEHOUSE-SUB: forged", "X-GATEHOUSE-SUB: forged", "Gatehouse-User: forged",
		"X-Forwarded-For: 6.6.6.6", "X_Forwarded_For: 6.6.6.6", "X-Forwarded_For: 6.6.6.6", "X.Forwarded.For: 6.6.6.6", "X-Forwarded-Proto: https", "X-Forwarded-Host: evil.test", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /x", "X-Forwarded-Uri: /public/x",
		"X-Forwarded-Method: GET", "X-Forwarded-Server: x", "X-Forwarded-Ssl: on", "X-Forwarded-User: forged", "X-Forwarded-Scheme: https", "Forwarded: for=6.6.6.6", "X-Real-IP: 6.6.6.6", "X-Original-URL: /admin", "X-Rewrite-URL: /admin", "X-Replaced-Path: /admin",
		"X~Gatehouse~Jwt: forged", "X!Remote!User: forged", "X+Forwarded+For: 6.6.6.6", "_X_Forwarded_For: 6.6.6.6", "-X-Forwarded-For: 6.6.6.6", "X--Real-IP: 6.6.6.6", "X-Gatehouse: forged", "Content_Length: 1", "Transfer_Encoding: chunked",
		"X-WebAuth-User: forged", "X-SSL-Client-Cert: forged", "SSL-Client-Cert: forged", "X-Ms-Client-Principal: forged", "X-Amzn-Oidc-Identity: forged", "X-Goog-Authenticated-User-Email: forged", "Fastly-Client-IP: 6.6.6.6", "X-Override-Url: /admin", "X-Accel-Redirect: /admin",
		"X-Scheme: https", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE", "X-Method-Override: DELETE", "X-Auth-Request-User: forged", "X-Remote-User: forged", "Remote-User: forged", "True-Client-IP: 6.6.6.6", "CF-Connecting-IP: 6.6.6.6", "X-Client-IP: 6.6.6.6",
		"Proxy: http://evil.test", "Proxy-Authorization: Basic eDp5", "Authorization: Basic eDp5", "X-Request-Id: forged", "X-Envoy-Original-Path: /admin",
	}
	lines := "POST /public/x HTTP/1.1\r\nHost: API.example.TEST.\r\n" + strings.Join(forged, "\r\n") +
		"\r\nConnection: close, X-Gatehouse-Jwt, X-Forwarded-For, X-Request-Id\r\nTE: trailers\r\nTrailer: X-Gatehouse-Sub\r\nX-Harmless: kept\r\nTransfer-Encoding: chunked\r\n\r\n" +
		"2\r\nhi\r\n0\r\nX-Gatehouse-Sub: forged\r\n\r\n"
	status, _, body := g.raw(t, lines)
	seen := g.app.took()
	if status != http.StatusOK || len(seen) != 1 || seen[0].Body != "hi" || seen[0].Host != "api.example.test" {
		t.Fatalf("%d %s %+v", status, body, seen)
	}
	want := map[string]string{
		"X-Forwarded-For": "127.0.0.1", "X-Forwarded-Host": "api.example.test", "X-Forwarded-Proto": "http", "X-Harmless": "kept",
	}
	for name, values := range seen[0].Header {
		if name == "X-Request-Id" && values[0] != "forged" || name == "User-Agent" || name == "Accept-Encoding" || name == "Transfer-Encoding" {
			continue
		}
		if len(values) != 1 || want[name] != values[0] {
			t.Errorf("%s: %q reached the application", name, values)
		}
		delete(want, name)
	}
	if len(want) != 0 || len(seen[0].Trailer) != 0 {
		t.Errorf("%v is missing, and the trailer is %v", want, seen[0].Trailer)
	}
}

// What an upstream answers is passed on, but for what is the gate's to say.
func TestNoUpstreamSpeaksForTheGate(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("Set-Cookie", "__Host-gatehouse_session=stolen; Path=/; Secure")
		w.Header().Add("Set-Cookie", "Gatehouse_Session=stolen; Path=/")
		w.Header().Add("Set-Cookie", "=gatehouse_session=stolen; Path=/")
		w.Header().Add("Set-Cookie", " = gatehouse_session=stolen")
		w.Header().Add("Trailer", "X-Gatehouse-Jwt")
		early := w.Header().Clone()
		w.WriteHeader(http.StatusEarlyHints)
		maps.Copy(w.Header(), early)
		defer func() {
			w.Header().Set("X-Gatehouse-Jwt", "late")
			w.Header().Set(http.TrailerPrefix+"X-Gatehouse-Sub", "late")
		}()
		w.Header().Add("Set-Cookie", "theme=dark; Path=/")
		w.Header().Set("X-Gatehouse-Jwt", "x")
		w.Header().Set("X-Request-Id", "theirs")
		w.Header().Set("X-Theirs", "kept")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, "tea")
	})
	status, header, body := g.get(t, "api.example.test", "/public/x")
	if status == http.StatusEarlyHints {
		t.Fatal("what comes before the answer is passed on")
	}
	if header.Get("Trailer") != "" || strings.Contains(body, "late") {
		t.Errorf("what comes behind the answer is passed on: %v %s", header, body)
	}
	if status != http.StatusTeapot || body != "tea" || header.Get("X-Theirs") != "kept" || header.Get("X-Gatehouse-Jwt") != "" || header.Get("X-Request-Id") == "theirs" ||
		fmt.Sprint(header["Set-Cookie"]) != "[theme=dark; Path=/]" {
		t.Errorf("%d %v %s", status, header, body)
	}
}

// An upstream that is away is said to be, and a request that waits for one ends.
func TestAnUpstreamThatIsAwayIsSaidToBe(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	g.app.CloseClientConnections()
	g.app.Close()
	status, header, body := g.get(t, "api.example.test", "/public/x")
	if status != http.StatusBadGateway || !strings.Contains(body, "gate.upstream") || !strings.Contains(header.Get("Content-Type"), "problem+json") || strings.Contains(body, g.app.URL) {
		t.Errorf("%d %v %s", status, header, body)
	}
}

// A route that asks for what there is not lets nobody through, and says that it is not the
// caller's fault.
func TestARouteThatAsksForWhatThereIsNotLetsNobodyThrough(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for code, broken := range map[string]string{
		"gate.permission": strings.ReplaceAll(gateRoutes, `GET: "orders:read"`, `GET: "orders:red"`),
		"caller.api":      strings.ReplaceAll(gateRoutes, "api: shop", "api: shp"),
	} {
		writeRoutes(t, g.folder, g.app, broken)
		g.routed(t)
		status, _, body := g.get(t, "api.example.test", "/orders", bearer(token))
		if status != http.StatusServiceUnavailable || !strings.Contains(body, code) || len(g.app.took()) > 0 {
			t.Errorf("%s: %d %s", code, status, body)
		}
	}
}

// Routes are read again when their files change; what cannot be used changes nothing.
func TestTheGateTakesNewRoutesAndKeepsTheOldOverBrokenOnes(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	step := func() { g.routed(t) }
	expect := func(when, path string, want int) {
		t.Helper()
		step()
		if status, _, body := g.get(t, "api.example.test", path); status != want {
			t.Errorf("%s: %s is %d %s", when, path, status, body)
		}
	}
	expect("at first", "/public/x", 200)
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(gateRoutes, "/public/", "/open/"))
	expect("changed", "/open/x", 200)
	expect("changed", "/public/x", 404)
	for name, broken := range map[string]string{
		"no YAML":       "apiVersion: [",
		"another kind":  strings.ReplaceAll(gateRoutes, "kind: Route", "kind: Rout"),
		"no upstream":   strings.ReplaceAll(gateRoutes, "upstream: app", "upstream: nobody"),
		"an extra key":  strings.ReplaceAll(gateRoutes, "public: true", "public: true\n  open: true"),
		"public is yes": strings.ReplaceAll(gateRoutes, "public: true", "public: yes"),
	} {
		writeRoutes(t, g.folder, g.app, broken)
		expect(name, "/open/x", 200)
		if problem := g.House.Routes.Problem(); !strings.Contains(problem, "routes.yaml:") {
			t.Errorf("%s: %q does not say where", name, problem)
		}
	}
	writeRoutes(t, g.folder, g.app, gateRoutes)
	expect("mended", "/public/x", 200)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Error(problem)
	}
}

// A file of routes that is being written anew is empty for a moment, or ends early: what it
// protects must not fall to a wider route that is public meanwhile.
func TestAHalfWrittenFileOfRoutesOpensNothing(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	wide := strings.ReplaceAll(gateRoutes, `"/public/{rest...}"`, `"/{rest...}"`)
	at := strings.Index(wide, "---\napiVersion: gatehouse/v1\nkind: Route\nmetadata: {id: orders}")
	writeRoutes(t, g.folder, g.app, wide[:at])
	other := filepath.Join(g.folder, "zz.yaml")
	whole := strings.ReplaceAll(wide[at:], "APP", g.app.URL)
	must(t, os.WriteFile(other, []byte(whole), 0o600))
	g.routed(t)
	expect := func(when string, want int) {
		t.Helper()
		if status, _, body := g.get(t, "api.example.test", "/orders/1"); status != want || len(g.app.took()) > 0 {
			t.Errorf("%s: %d %s, want %d", when, status, body, want)
		}
	}
	expect("whole", http.StatusUnauthorized)
	must(t, os.Truncate(other, 0)) // as cp and editors do first
	g.routed(t)
	expect("empty, and for long", http.StatusUnauthorized)
	if problem := g.House.Routes.Problem(); !strings.Contains(problem, "says nothing") {
		t.Errorf("%q", problem)
	}
	must(t, os.WriteFile(other, []byte(whole[:4]+"# begun"), 0o600))
	must(t, g.House.Routes.Step(t.Context(), time.Now()))
	expect("begun", http.StatusUnauthorized)
	last := strings.LastIndex(whole, "---")
	must(t, os.WriteFile(other, []byte(strings.ReplaceAll(whole[last:], "shadow.example", "other.example")), 0o600))
	must(t, g.House.Routes.Step(t.Context(), time.Now()))
	expect("half, at one look", http.StatusUnauthorized)
	must(t, os.WriteFile(other, []byte(whole), 0o600))
	g.routed(t)
	expect("whole again", http.StatusUnauthorized)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Error(problem)
	}
}

// Whoever is called as the gate is none to applications.
func TestNobodyIsTheGateByTheirName(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	made, err := g.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "gatehouse"}, Reason: "x"})
	must(t, err)
	_, err = g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "gatehouse"}, Effect: access.Allow, Where: everywhere,
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "x",
	})
	must(t, err)
	g.Settle()
	if status, _, body := g.get(t, "api.example.test", "/orders/1", bearer(made.Text)); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if c := g.verified(t, g.app.took()[0], "app"); c.OfGate() || c.Kind != "service" || c.Subject != "gatehouse" {
		t.Errorf("%+v", c)
	}
}

// An assertion ends with the key that it was made for, and says within which organisation
// the right is.
func TestAnAssertionSaysNoMoreThanWhatItsCallerHas(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	_, err := g.House.Access.CreateOrg(t.Context(), gatetest.Console, access.OrgRecord{ID: "acme"})
	must(t, err)
	writeRoutes(t, g.folder, g.app, gateRoutes+`---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: acme}
spec:
  match: {hosts: [acme.example.test], paths: ["/{org}/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", organisation: "{org}"}
  upstream: app
`)
	g.routed(t)
	made, err := g.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "job"}, Reason: "x", Until: time.Now().Add(20 * time.Second),
	})
	must(t, err)
	_, err = g.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
		Of: access.Subject{Kind: access.Organisation, ID: "acme"}, Member: access.Subject{Kind: access.ServiceAccount, ID: "job"},
	}})
	must(t, err)
	_, err = g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.ServiceAccount, ID: "job"}, Effect: access.Allow, Where: everywhere, Org: "acme",
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "x",
	})
	must(t, err)
	g.Settle()
	if status, _, body := g.get(t, "acme.example.test", "/acme/orders", bearer(made.Text)); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if c := g.verified(t, g.app.took()[0], "app"); c.Org != "acme" || c.Expires.After(time.Now().Add(20*time.Second)) {
		t.Errorf("%+v", c)
	}
	if status, _, _ := g.get(t, "acme.example.test", "/other/orders", bearer(made.Text)); status != http.StatusForbidden {
		t.Errorf("in another organisation: %d", status)
	}
}

// A personal token that is not for that is refused as whoever may not, and not as a failure.
func TestAPersonalTokenAtTheGateIsGoodForWhatItIsFor(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	_, narrow, err := g.House.Access.CreatePersonalToken(t.Context(), gatetest.Console, access.KeyRecord{
		User: g.ada.ID, Name: "narrow", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "refund"}}, ExpiresAt: time.Now().Add(time.Hour),
	})
	must(t, err)
	_, wide, err := g.House.Access.CreatePersonalToken(t.Context(), gatetest.Console, access.KeyRecord{
		User: g.ada.ID, Name: "wide", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}, ExpiresAt: time.Now().Add(time.Hour),
	})
	must(t, err)
	g.Settle()
	if status, _, body := g.get(t, "api.example.test", "/orders", bearer(wide)); status != http.StatusOK {
		t.Errorf("for that: %d %s", status, body)
	}
	if c := g.verified(t, g.app.took()[0], "app"); c.OfClient() || c.Kind != "user" || c.Subject != string(g.ada.ID) {
		t.Errorf("%+v", c)
	}
	if status, _, body := g.get(t, "api.example.test", "/orders", bearer(narrow)); status != http.StatusForbidden || len(g.app.took()) > 0 {
		t.Errorf("for something else: %d %s", status, body)
	}
	if log := g.Log.String(); strings.Contains(log, `"decision":"error"`) {
		t.Error("it is told as a failure")
	}
}

package housetest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
)

// formatRoutes say what a route can, one each.
const formatRoutes = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec:
  targets: ["APP"]
  identity:
    headers: {X-User: subject, Remote-User: subject, X-Permission: permission, X-Level: acr, X-Nobody: organisation}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: asks}
spec:
  match: {hosts: [api.example.test], paths: ["/aal2"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", requires: {acr: aal2}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: otp}
spec:
  match: {hosts: [api.example.test], paths: ["/otp"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", requires: {amr: [otp]}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: lately}
spec:
  match: {hosts: [api.example.test], paths: ["/lately"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", requires: {max_age: 1h, amr: [pwd]}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: member}
spec:
  match: {hosts: [api.example.test], paths: ["/in/{org}"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", organisation: "{org}", requires: {member: true}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: condition}
spec:
  match: {hosts: [api.example.test], paths: ["/cheap/{id}"], methods: [GET]}
  authorize:
    api: shop
    permission: orders:read
    resource: {id: "{id}", fetch: {upstream: app, path: "/internal/{id}", fields: [total]}}
    condition: 'resource.total <= 500.0'
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: pass}
spec:
  match: {hosts: [api.example.test], paths: ["/pass"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  credentials: pass
  headers: {pass: [X-Kept, Cookie]}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: page}
spec:
  match: {hosts: [api.example.test], paths: ["/page"], methods: [GET, POST]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  cors: {origins: ["https://www.example.test"], methods: [GET], headers: [Authorization], expose: [X-Theirs], credentials: true}
  response: {headers: {X-Frame-Options: DENY}, remove: [Server]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: secret}
spec:
  match: {hosts: [api.example.test], paths: ["/secret"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {response: 1KiB}
  response: {secret: true}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shadow}
spec:
  match: {hosts: [api.example.test], paths: ["/shadow/{id}"], methods: [GET, POST]}
  mode: shadow
  authorize:
    api: shop
    permissions: {GET: "orders:refund", POST: "orders:read"}
    resource: {id: "{id}", fetch: {upstream: app, path: "/internal/{id}", fields: [total]}}
    condition: 'resource.total <= 500.0'
  upstream: app
`

// newFormatted is a gate before formatRoutes, with a token of Ada's.
func newFormatted(t *testing.T) (g *gated, token string) {
	t.Helper()
	g = newGated(t)
	writeRoutes(t, g.folder, g.app, formatRoutes)
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	return g, g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
}

func TestARouteAsksForProofsAndConditions(t *testing.T) {
	t.Parallel()
	g, token := newFormatted(t)
	_, err := g.House.Access.CreateOrg(t.Context(), gatetest.Console, access.OrgRecord{ID: "acme"})
	must(t, err)
	_, err = g.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
		Member: access.Subject{Kind: access.User, ID: string(g.ada.ID)}, Of: access.Subject{Kind: access.Organisation, ID: "acme"},
	}})
	must(t, err)
	g.Settle()
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/internal/cheap":
			fmt.Fprint(w, `{"total": 12}`)
		case "/internal/dear":
			fmt.Fprint(w, `{"total": 5000}`)
		case "/internal/odd":
			fmt.Fprint(w, `{"total": "much"}`)
		case "/internal/broken":
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	for path, want := range map[string]struct {
		status    int
		challenge string
	}{
		"/aal2": {401, `acr_values="aal2"`}, "/otp": {401, `acr_values="aal2"`}, "/lately": {200, ""}, "/in/acme": {200, ""}, "/in/globex": {403, "shop/orders:read"},
		"/cheap/cheap": {200, ""}, "/cheap/dear": {403, "insufficient_scope"}, "/cheap/odd": {403, "insufficient_scope"}, "/cheap/broken": {502, ""},
	} {
		status, header, body := g.get(t, "api.example.test", path, bearer(token))
		if status != want.status || !strings.Contains(header.Get("WWW-Authenticate"), want.challenge) {
			t.Errorf("%s: %d %q %s, want %+v", path, status, header.Get("WWW-Authenticate"), body, want)
		}
	}
}

func TestARouteLeavesTheAuthorizationToItsApplication(t *testing.T) {
	t.Parallel()
	g, token := newFormatted(t)
	const theirs = "Authorization: Basic eDp5"
	for name, c := range map[string]struct {
		header []string
		want   int
	}{
		"both":                 {[]string{theirs, "X-Gatehouse-" + bearer(token)}, 200},
		"ours alone":           {[]string{"X-Gatehouse-" + bearer(token)}, 200},
		"theirs alone":         {[]string{theirs}, 401},
		"a guess":              {[]string{theirs, "X-Gatehouse-" + bearer("x")}, 401},
		"two":                  {[]string{theirs, "X-Gatehouse-" + bearer(token), "X-Gatehouse-" + bearer(token)}, 400},
		"ours to them":         {[]string{bearer(token)}, 400},
		"ours to them, and us": {[]string{bearer(token), "X-Gatehouse-" + bearer(token)}, 400},
		"a key to them":        {[]string{bearer(access.KeyPrefix + "x"), "X-Gatehouse-" + bearer(token)}, 400},
	} {
		status, _, body := g.get(t, "api.example.test", "/pass", append(c.header, "X-Kept: 1", "X-Other: 1", "X-User: forged", "Remote-User: forged", "X-Nobody: forged", "Cookie: a=b")...)
		seen := g.app.took()
		if status != c.want || (len(seen) == 1) != (status == 200) {
			t.Errorf("%s: %d %s, want %d; %+v", name, status, body, c.want, seen)
			continue
		}
		if status != 200 {
			continue
		}
		h := seen[0].Header
		if h.Get("X-Kept") != "1" || h.Get("Cookie") != "a=b" || h.Get("X-Other") != "" || h.Get("X-Gatehouse-Authorization") != "" || (h.Get("Authorization") != "") != (name == "both") {
			t.Errorf("%s: %v", name, h)
		}
		if h.Get("X-User") != string(g.ada.ID) || h.Get("Remote-User") != string(g.ada.ID) || h.Get("X-Permission") != "shop/orders:read" || h.Get("X-Level") != "aal1" || h.Get("X-Nobody") != "" {
			t.Errorf("%s: %v", name, h)
		}
	}
}

func TestPagesOfOtherSitesAreToldWhatTheyMay(t *testing.T) {
	t.Parallel()
	g, token := newFormatted(t)
	const origin, evil = "Origin: https://www.example.test", "Origin: https://evil.test"
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Server", "theirs")
		w.Header().Set("X-Theirs", "1")
	})
	for name, c := range map[string]struct {
		method string
		header []string
		status int
		allow  string
	}{
		"a preflight":          {"OPTIONS", []string{origin, "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization"}, 204, "https://www.example.test"},
		"of another site":      {"OPTIONS", []string{evil, "Access-Control-Request-Method: GET"}, 403, ""},
		"for another method":   {"OPTIONS", []string{origin, "Access-Control-Request-Method: POST"}, 403, ""},
		"for another header":   {"OPTIONS", []string{origin, "Access-Control-Request-Method: GET", "Access-Control-Request-Headers: authorization, x-other"}, 403, ""},
		"no preflight":         {"OPTIONS", []string{origin}, 405, ""},
		"a request":            {"GET", []string{origin, bearer(token)}, 200, "https://www.example.test"},
		"a refusal":            {"GET", []string{origin}, 401, "https://www.example.test"},
		"one of another site":  {"GET", []string{evil, bearer(token)}, 200, ""},
		"one of no site":       {"GET", []string{bearer(token)}, 200, ""},
		"one of two sites":     {"GET", []string{origin, evil, bearer(token)}, 400, ""},
		"a site in its prefix": {"GET", []string{origin + ".evil.test", bearer(token)}, 200, ""},
		"a site without name":  {"GET", []string{"Origin: null", bearer(token)}, 200, ""},
	} {
		status, header, body := g.send(t, c.method, "api.example.test", "/page", c.header...)
		if status != c.status || header.Get("Access-Control-Allow-Origin") != c.allow || (header.Get("Access-Control-Allow-Credentials") == "true") != (c.allow != "") {
			t.Errorf("%s: %d %v %s, want %d %q", name, status, header, body, c.status, c.allow)
		}
		if seen := g.app.took(); (len(seen) > 0) != (status == 200) {
			t.Errorf("%s: %+v", name, seen)
		}
		if status == 200 && (header.Get("X-Frame-Options") != "DENY" || header.Get("Server") != "" || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("Cache-Control") != "private" || !strings.Contains(strings.Join(header["Vary"], ","), "Origin")) {
			t.Errorf("%s: %v", name, header)
		}
	}
}

func TestSecretAnswersAreNeitherKeptNorCompressedNorLong(t *testing.T) {
	t.Parallel()
	g, token := newFormatted(t)
	for name, c := range map[string]struct {
		answer func(w http.ResponseWriter)
		want   int
	}{
		"plain":       {func(w http.ResponseWriter) { fmt.Fprint(w, "x") }, 200},
		"compressed":  {func(w http.ResponseWriter) { w.Header().Set("Content-Encoding", "gzip"); fmt.Fprint(w, "x") }, 502},
		"long":        {func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("x", 1025)) }, 502},
		"as it may":   {func(w http.ResponseWriter) { fmt.Fprint(w, strings.Repeat("x", 1024)) }, 200},
		"long by far": {func(w http.ResponseWriter) { w.Header().Set("Content-Length", "99999"); fmt.Fprint(w, "x") }, 502},
	} {
		g.app.answers(func(w http.ResponseWriter, _ *http.Request) { c.answer(w) })
		status, header, body := g.get(t, "api.example.test", "/secret", bearer(token), "Accept-Encoding: gzip, br")
		if status != c.want || status == 200 && header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %v %.80s, want %d", name, status, header, body, c.want)
		}
		if seen := g.app.took(); len(seen) != 1 || seen[0].Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("%s: %+v", name, seen)
		}
	}
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		for range 10 {
			fmt.Fprint(w, strings.Repeat("x", 1000))
			_ = http.NewResponseController(w).Flush()
		}
	})
	if _, _, body := g.get(t, "api.example.test", "/secret", bearer(token)); len(body) > 1024 {
		t.Errorf("%d bytes came through", len(body))
	}
}

// In the shadow everything goes through, whyever it would have been refused, marked, without
// a right that was not given, and counted as what it would have been.
func TestInTheShadowEverythingGoesThrough(t *testing.T) {
	t.Parallel()
	g, token := newFormatted(t)
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/internal/broken":
			w.WriteHeader(http.StatusInternalServerError)
		case "/internal/dear":
			fmt.Fprint(w, `{"total": 5000}`)
		case "/internal/cheap":
			fmt.Fprint(w, `{"total": 5}`)
		}
	})
	for name, c := range map[string]struct {
		method, id string
		header     []string
		mark       string
		known      bool
	}{
		"nobody":                {"GET", "cheap", nil, "unknown", false},
		"a guess":               {"GET", "cheap", []string{bearer("guess")}, "unknown", false},
		"a header of nothing":   {"GET", "cheap", []string{"Authorization: Bearer "}, "unknown", false},
		"who has no grant":      {"GET", "cheap", []string{bearer(token)}, "deny", true},
		"a condition":           {"POST", "dear", []string{bearer(token), "Content-Length: 0"}, "deny", true},
		"what cannot be looked": {"POST", "broken", []string{bearer(token), "Content-Length: 0"}, "error", true},
		"who may":               {"POST", "cheap", []string{bearer(token), "Content-Length: 0"}, "", true},
	} {
		status, _, body := g.send(t, c.method, "api.example.test", "/shadow/"+c.id, append(c.header, "X-Gatehouse-Shadow: forged")...)
		seen := g.app.took()
		if status != 200 || len(seen) == 0 {
			t.Errorf("%s: %d %s", name, status, body)
			continue
		}
		last := seen[len(seen)-1]
		if last.Header.Get("X-Gatehouse-Shadow") != c.mark || (last.Header.Get("X-Gatehouse-Jwt") != "") != c.known || last.Header.Get("Authorization") != "" {
			t.Errorf("%s: %v", name, last.Header)
		}
		if c.known {
			if claims := g.verified(t, last, "app"); (len(claims.Permissions) > 0) != (c.mark == "") {
				t.Errorf("%s: %+v", name, claims)
			}
		}
	}
	for path, want := range map[string]int{"/shadow/%2e%2e": 400, "/shadow/a?access_token=x": 400} {
		if status, _, _ := g.get(t, "api.example.test", path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

// testedRoutes is formatRoutes' last one with tests of its own.
const testedRoutes = `
  tests:
    - {as: {permissions: ["orders:read"]}, do: POST /shadow/1, resource: {total: 5}, expect: allow, route: shadow}
    - {as: {role: reader}, do: POST /shadow/1, resource: {total: 5.5}, expect: allow}
    - {as: {role: reader}, do: POST /shadow/1, resource: {total: 5000}, expect: deny}
    - {as: {role: reader}, do: POST /shadow/1, expect: deny}
    - {as: {permissions: ["orders:refund"]}, do: GET /shadow/1, resource: {total: 1}, expect: challenge}
    - {as: {kind: service, permissions: ["orders:refund"]}, do: GET /shadow/1, resource: {total: 1}, expect: allow}
    - {as: {permissions: ["orders:read"], organisations: [acme]}, do: GET /in/acme, expect: allow, route: member}
    - {as: {permissions: ["orders:read"]}, do: GET /in/acme, expect: deny}
    - {do: GET /shadow/1, expect: unauthenticated}
    - {do: DELETE /shadow/1, expect: "405"}
    - {raw: GET /shadow/%2e%2e, expect: "400"}
    - {do: GET https://nobody.example.test/, expect: "404"}
`

// Routes are served once their tests hold, by the policy of that moment. Until then those
// of before stay, and it is said where what does not hold stands.
func TestRoutesAreServedOnceTheirTestsHold(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	before := g.House.Routes.Current().Hash()
	writeRoutes(t, g.folder, g.app, formatRoutes+testedRoutes)
	g.routed(t)
	problem := g.House.Routes.Problem()
	for _, want := range []string{"routes.yaml:", "There is no role reader", "spec.tests[1]", "^"} {
		if !strings.Contains(problem, want) {
			t.Errorf("%q is not in %s", want, problem)
		}
	}
	if strings.Contains(problem, "spec.tests[0]") || g.House.Routes.Current().Hash() != before {
		t.Error(problem)
	}
	_, err := g.House.Access.CreateRole(t.Context(), gatetest.Console, access.Role{ID: "reader", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
	must(t, err)
	g.Settle()
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" || g.House.Routes.Current().Hash() == before {
		t.Errorf("after the role was made: %s", problem)
	}
	must(t, os.WriteFile(filepath.Join(g.folder, "more.yaml"), []byte(`apiVersion: gatehouse/v1
kind: Route
metadata: {id: wider}
spec:
  match: {hosts: [nobody.example.test], paths: ["/{rest...}"], methods: [GET]}
  public: true
  upstream: app
`), 0o600))
	good := g.House.Routes.Current().Hash()
	g.routed(t)
	if problem := g.House.Routes.Problem(); !strings.Contains(problem, "it is public, and 404 is expected") || g.House.Routes.Current().Hash() != good {
		t.Errorf("a route that opens what a test has closed: %s", problem)
	}
}

package housetest

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/ui/words"
)

// sessionRoutes are for browsers: at two hosts, one of them for browsers alone.
const sessionRoutes = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: browsers}
spec:
  match: {hosts: [shop.example.test, localhost], paths: ["/orders", "/orders/{rest...}"], methods: [GET, POST]}
  authn: [session, bearer]
  authorize: {api: shop, permissions: {GET: "orders:read", POST: "orders:refund"}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: live}
spec:
  match: {hosts: [shop.example.test], paths: ["/live"], methods: [GET]}
  authn: [session, bearer]
  authorize: {api: shop, permission: "orders:read"}
  stream: {websocket: {}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: alone}
spec:
  match: {hosts: [other.example.com], paths: ["/orders"], methods: [GET, POST]}
  authn: [session]
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
`

func newGatedForBrowsers(t *testing.T, change ...func(*config.Config)) (*gated, *visitor) {
	t.Helper()
	g := newGated(t, change...)
	writeRoutes(t, g.folder, g.app, gateRoutes+sessionRoutes)
	g.routed(t)
	return g, newVisitor(t, g.Gate, g.Browser())
}

const (
	shopOrders = "https://shop.example.test/orders"
	shopLive   = "https://shop.example.test/live"
)

// connects is what a browser says of a page that opens a WebSocket.
var connects = []string{"Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-Fetch-Mode: websocket"}

func TestABrowserIsLedToTheSignInAndBackToWhereItWanted(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	const wanted = shopOrders + "/42?page=2&q=a%20b"
	callback := v.led(wanted, g.ada)
	if !strings.HasPrefix(callback, "https://shop.example.test/.gatehouse/callback?code=") || strings.Contains(callback, "orders") {
		t.Errorf("it comes back by %s", callback)
	}
	back := v.open(callback)
	if to := back.Header.Get("Location"); back.StatusCode != http.StatusSeeOther || to != "/orders/42?page=2&q=a%20b" {
		t.Fatalf("%d, to %q", back.StatusCode, to)
	}
	if back.Header.Get("Referrer-Policy") != "no-referrer" || back.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", back.Header)
	}
	for _, line := range back.Header["Set-Cookie"] {
		if !strings.HasPrefix(line, "__Host-gatehouse_gate=") || !strings.Contains(line, "; Path=/; Max-Age=") || !strings.HasSuffix(line, "; HttpOnly; Secure; SameSite=Lax") || strings.Contains(line, "Domain") {
			t.Errorf("cookie %s", line)
		}
	}
	got := v.ask("GET", wanted, plus(opens, "Cookie: theme=dark")...)
	seen := g.app.took()
	if got.StatusCode != http.StatusOK || len(seen) != 1 || seen[0].Target != "/orders/42?page=2&q=a%20b" || seen[0].Header.Get("Cookie") != "theme=dark" {
		t.Fatalf("%d %+v", got.StatusCode, seen)
	}
	if got.Header.Get("Cache-Control") != "private" || !slices.Contains(got.Header["Vary"], "Cookie") {
		t.Errorf("%v", got.Header)
	}
	claims := g.verified(t, seen[0], "app")
	if claims.Subject != string(g.ada.ID) || claims.Kind != "user" || claims.OfClient() || claims.Session == "" || claims.Level != "aal1" || !claims.May("shop/orders:read") {
		t.Errorf("%+v", claims)
	}
	// Another root domain has a handshake of its own, in which nobody types anything.
	answer := v.open("https://other.example.com/orders")
	p := v.Get(answer.Header.Get("Location"))
	if p.Out == nil || p.Out.Host != "other.example.com" {
		t.Fatalf("%s %d", p.URL, p.Status)
	}
	if back := v.open(p.Out.String()); back.Header.Get("Location") != "/orders" || v.cookie("other.example.com") == v.cookie("shop.example.test") {
		t.Errorf("%v", back.Header)
	}
	if log := g.Log.String(); strings.Contains(log, v.cookie("shop.example.test")) || strings.Contains(log, callback[strings.Index(callback, "=")+1:]) {
		t.Error("a cookie or a code is in the log")
	}
}

// On the machine itself there is no TLS, and so no prefix; and cookies know no ports.
func TestOnLoopbackTheGatesCookiesAreNotTheIssuers(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	callback := v.led("http://localhost/orders", g.ada)
	if !strings.HasPrefix(callback, "http://localhost/.gatehouse/callback?code=") {
		t.Errorf("it comes back by %s", callback)
	}
	back := v.open(callback)
	if line := back.Header.Get("Set-Cookie"); !strings.HasPrefix(line, "gatehouse_gate=") || strings.Contains(line, "Secure") {
		t.Errorf("cookie %s", line)
	}
	if got := v.ask("GET", "http://localhost/orders", plus(opens, "Cookie: gatehouse_session=x; gatehouse_browser=y")...); got.StatusCode != http.StatusOK {
		t.Fatalf("%d %s", got.StatusCode, said(got))
	}
	if cookie := g.app.took()[0].Header.Get("Cookie"); cookie != "" {
		t.Errorf("the application sees %s", cookie)
	}
}

func TestOnlyWhoOpensAPageIsLedToTheSignIn(t *testing.T) {
	t.Parallel()
	_, v := newGatedForBrowsers(t)
	const signedOut, page = "gate.signed_out", "a page"
	for name, c := range map[string]struct {
		method, target string
		header         []string
		want           int
		code           string // of the problem document, or that it is a page
	}{
		"a page":                              {"GET", shopOrders, opens, 303, ""},
		"a page in an older browser":          {"GET", shopOrders, []string{"Accept: text/html,*/*"}, 303, ""},
		"a page with a cookie that is none":   {"GET", shopOrders, plus(opens, cookieOf("__Host-gatehouse_gate", "x")), 303, ""},
		"a page with a guess":                 {"GET", shopOrders, plus(opens, cookieOf("__Host-gatehouse_gate", secret.Token(32))), 303, ""},
		"a fetch":                             {"GET", shopOrders, []string{"Sec-Fetch-Mode: cors", "Accept: text/html"}, 401, signedOut},
		"a fetch of the same origin":          {"POST", shopOrders, []string{"Sec-Fetch-Mode: same-origin", "Sec-Fetch-Site: same-origin"}, 401, signedOut},
		"a fetch in an older browser":         {"GET", shopOrders, []string{"Accept: text/html", "X-Requested-With: XMLHttpRequest"}, 401, "caller.unknown"},
		"a picture":                           {"GET", shopOrders, []string{"Sec-Fetch-Mode: no-cors", "Sec-Fetch-Dest: image"}, 401, signedOut},
		"a frame":                             {"GET", shopOrders, []string{"Sec-Fetch-Mode: navigate", "Sec-Fetch-Dest: iframe", "Accept: text/html"}, 401, signedOut},
		"a WebSocket":                         {"GET", shopLive, plus(connects, "Origin: https://shop.example.test"), 401, signedOut},
		"a form":                              {"POST", shopOrders, sends, 401, page},
		"a head":                              {"HEAD", shopOrders, []string{"Accept: text/html"}, 401, ""},
		"a program":                           {"GET", shopOrders, []string{"Accept: */*"}, 401, "caller.unknown"},
		"a program with a bad token":          {"GET", shopOrders, []string{"Accept: text/html", "Authorization: Bearer x"}, 401, "caller.unknown"},
		"a program where browsers go":         {"GET", "https://other.example.com/orders", []string{"Accept: */*"}, 401, signedOut},
		"a program with a token there":        {"GET", "https://other.example.com/orders", []string{"Authorization: Bearer x"}, 401, signedOut},
		"a page where browsers have no way":   {"GET", "https://api.example.test/orders", opens, 401, page},
		"a page that there is not":            {"GET", "https://shop.example.test/nothing", opens, 404, page},
		"a page that is written in two ways":  {"GET", "https://shop.example.test/a//b", opens, 400, page},
		"a page of the gate that is not":      {"GET", "https://shop.example.test/.gatehouse/nothing", opens, 404, page},
		"the gate's page for programs alone":  {"GET", "https://api.example.test/.gatehouse/sign-in", opens, 404, page},
		"the gate's page where there is none": {"GET", "https://nobody.example.test/.gatehouse/sign-in", opens, 404, page},
	} {
		answer := v.ask(c.method, c.target, c.header...)
		to, body := answer.Header.Get("Location"), said(answer)
		if answer.StatusCode != c.want || (to != "") != (c.want == 303) {
			t.Errorf("%s: %d, to %q: %s", name, answer.StatusCode, to, body)
		}
		if answer.StatusCode == 401 && answer.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: there is no challenge", name)
		}
		if isPage := strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html"); isPage != (c.code == page) {
			t.Errorf("%s is answered by %s", name, answer.Header.Get("Content-Type"))
		}
		if c.code != "" && c.code != page && !strings.Contains(body, `"type":"`+gatetest.Issuer+"/problems/"+c.code+`"`) {
			t.Errorf("%s: %s", name, body)
		}
		v.jars = map[string]map[string]string{}
	}
}

// Login CSRF, replay, a code for another host, and a planted cookie: none of them signs a
// browser in.
func TestACodeIsGoodOnceForItsBrowserAndItsHost(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	const nonce = "__Host-gatehouse_gate_nonce"
	attempts := map[string]func(callback string) (*visitor, string){
		"in another browser": func(c string) (*visitor, string) { return newVisitor(t, g.Gate, g.Browser()), c },
		"in another browser that has begun itself": func(c string) (*visitor, string) {
			o := newVisitor(t, g.Gate, g.Browser())
			o.open(shopOrders)
			return o, c
		},
		"at another host": func(c string) (*visitor, string) {
			o := newVisitor(t, g.Gate, v.Browser)
			o.jars["other.example.com"] = map[string]string{nonce: v.jars["shop.example.test"][nonce]}
			return o, strings.Replace(c, "shop.example.test", "other.example.com", 1)
		},
		"with more behind it": func(c string) (*visitor, string) { return v, c + "A" },
		"without it":          func(string) (*visitor, string) { return v, "https://shop.example.test/.gatehouse/callback" },
		"with two nonces": func(c string) (*visitor, string) {
			o := newVisitor(t, g.Gate, v.Browser)
			o.more = []string{cookieOf(nonce, v.jars["shop.example.test"][nonce]), cookieOf(nonce, secret.Token(32))}
			return o, c
		},
		"by what the issuer knows it by": func(c string) (*visitor, string) {
			at := strings.Index(c, "code=") + 5
			return v, c[:at] + base64.RawURLEncoding.EncodeToString(secret.Hash(c[at:]))
		},
	}
	callback := v.led(shopOrders, g.ada)
	for name, attempt := range attempts {
		o, at := attempt(callback)
		before := o.cookie("shop.example.test") + o.cookie("other.example.com")
		answer := o.open(at)
		if after := o.cookie("shop.example.test") + o.cookie("other.example.com"); answer.StatusCode != http.StatusBadRequest || after != before {
			t.Errorf("%s: %d, cookie %q: %s", name, answer.StatusCode, after, said(answer))
		}
	}
	if answer := v.open(callback); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("after all these it is not good any more where it belongs: %d %s", answer.StatusCode, said(answer))
	}
	if answer := v.open(callback); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("a second time: %d", answer.StatusCode)
	}
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusOK {
		t.Errorf("and what it gave is gone: %d", answer.StatusCode)
	}
}

// What a browser brings along is never what it has after a sign-in.
func TestASignInAtTheGateGivesANewCookie(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	planted := secret.Token(32)
	v.jars["shop.example.test"] = map[string]string{"__Host-gatehouse_gate": planted}
	v.enter(shopOrders, g.ada)
	first := v.cookie("shop.example.test")
	if first == planted || first == "" {
		t.Fatalf("it has %q", first)
	}
	answer := v.open("https://shop.example.test/.gatehouse/sign-in?return_to=%2Forders")
	v.open(v.signsIn(answer, g.ada))
	if second := v.cookie("shop.example.test"); second == first || second == "" {
		t.Errorf("after another one it has the same")
	}
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusOK { // whose it is there is remembered from now on
		t.Fatal(answer.StatusCode)
	}
	for name, header := range map[string][]string{
		"planted":                {cookieOf("__Host-gatehouse_gate", planted)},
		"of before":              {cookieOf("__Host-gatehouse_gate", first)},
		"of another name":        {cookieOf("gatehouse_gate", v.cookie("shop.example.test"))},
		"one of two":             {cookieOf("__Host-gatehouse_gate", v.cookie("shop.example.test")), cookieOf("__Host-gatehouse_gate", planted)},
		"the same one twice":     {cookieOf("__Host-gatehouse_gate", v.cookie("shop.example.test")) + "; __Host-gatehouse_gate=" + v.cookie("shop.example.test")},
		"the issuer's":           {"Cookie: " + cookieHeader(v.Browser, "none", "")},
		"of another host":        {"Host: other.example.com", cookieOf("__Host-gatehouse_gate", v.cookie("shop.example.test"))},
		"as a token in a header": {bearer(v.cookie("shop.example.test"))},
	} {
		target := shopOrders
		if h, ok := strings.CutPrefix(header[0], "Host: "); ok {
			target, header = "https://"+h+"/orders", header[1:]
		}
		if answer := newVisitor(t, g.Gate, g.Browser()).ask("GET", target, header...); answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
}

func TestTheGateLeadsBackToItsOwnHostAlone(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	for _, bad := range []string{
		"//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "/\\/evil.test", "/%5cevil.test", "/%2f/evil.test", "/%2Fevil.test", "/a//b", "/./a", "/../a", "/%2e%2e/a",
		"https://evil.test", "https:evil.test", "http:/evil.test", "javascript:alert(1)", "evil.test", "@evil.test", "?x", "#x", " /a", "/ a", "/a\t", "/\t/evil.test", "/\r\nSet-Cookie: a=b", "/%0d%0aa",
		"/a?\r\nx", "/a?%0d%0a", "/a#b", "/a?b#c", "/\x00", "/%00", "/;a", "/％2fevil", "/\u2028", "/%zz", "/.gatehouse/sign-out", "/.gatehouse/callback?code=x", "/" + strings.Repeat("a/", 200),
	} {
		answer := v.open("https://shop.example.test/.gatehouse/sign-in?return_to=" + url.QueryEscape(bad))
		if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusBadRequest || to != "" {
			t.Errorf("%q: %d, to %q", bad, answer.StatusCode, to)
		}
	}
	long := "/orders/" + strings.Repeat("x", 900)
	for target, want := range map[string]string{
		"/": "/", "/orders?a=b&c=%2F%2Fd": "/orders?a=b&c=%2F%2Fd", "/%6frders": "/orders", "/a%20b": "/a%20b", long: long,
		"/orders?q=" + strings.Repeat("x", 1000): "/orders", "/" + strings.Repeat("y", 2000): "/",
	} {
		answer := v.open("https://shop.example.test/.gatehouse/sign-in?return_to=" + url.QueryEscape(target))
		if back := v.open(v.signsIn(answer, g.ada)); back.Header.Get("Location") != want {
			t.Errorf("%.40q leads to %.40q, want %.40q", target, back.Header.Get("Location"), want)
		}
	}
	// The longest of all fits also where somebody signs in first.
	other := newVisitor(t, g.Gate, g.Browser())
	if back := other.open(other.led("https://shop.example.test"+long, g.ada)); back.Header.Get("Location") != long {
		t.Errorf("it leads to %.40q", back.Header.Get("Location"))
	}
}

func TestTheIssuerLeadsToHostsOfTheGateAlone(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	other := secret.NewBox([]byte("a key that is not the house's, 32")) // of the right form
	sealed, err := other.Seal([]byte(`{"Origin":"https://evil.test","Host":"evil.test","Nonce":"","Path":"/","Asked":"2026-11-29T00:00:00Z"}`))
	must(t, err)
	old, err := g.House.Gates.Seal(session.Entrance{Origin: "https://shop.example.test", Host: "shop.example.test", Nonce: secret.Hash("x"), Path: "/", Asked: time.Now().Add(-2 * time.Hour)})
	must(t, err)
	good := strings.TrimPrefix(v.open("https://shop.example.test/.gatehouse/sign-in").Header.Get("Location"), gatetest.Issuer)
	changed := []byte(good)
	changed[80] ^= 1 // another letter of the same alphabet, or none of it
	for name, target := range map[string]string{
		"none": "/gate", "no seal": "/gate?t=https://evil.test", "of another": "/gate?t=" + sealed, "old": "/gate?t=" + old, "changed": string(changed),
		"beside it": "/gate?to=https://evil.test", "of a sign-in": "/gate?t=" + url.QueryEscape(v.Browser.Get("/signin?return_to=/account").URL.Query().Get("i")),
	} {
		if p := v.Get(target); p.Out != nil || p.Status != http.StatusBadRequest {
			t.Errorf("%s: %d, out to %v", name, p.Status, p.Out)
		}
	}
}

// Requests that change something and act by a cookie come from a page of the same origin.
func TestACookieAloneSendsNothingFromAnotherSite(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	g.gives(t, "orders:refund", everywhere)
	v.enter(shopOrders, g.ada)
	_, err := g.House.Access.UpdateAPI(t.Context(), gatetest.Console, func() access.API { a := shop(); a.Permissions[1].Requires = access.Requirement{}; return a }())
	must(t, err)
	g.Settle()
	for name, c := range map[string]struct {
		method string
		header []string
		want   int
	}{
		"the same origin":            {"POST", []string{"Sec-Fetch-Site: same-origin"}, 200},
		"a sibling":                  {"POST", []string{"Sec-Fetch-Site: same-site"}, 403},
		"another site":               {"POST", []string{"Sec-Fetch-Site: cross-site"}, 403},
		"nobody's page":              {"POST", []string{"Sec-Fetch-Site: none"}, 403},
		"another, with our origin":   {"POST", []string{"Sec-Fetch-Site: cross-site", "Origin: https://shop.example.test"}, 403},
		"an older browser":           {"POST", []string{"Origin: https://shop.example.test"}, 200},
		"of another origin":          {"POST", []string{"Origin: https://evil.test"}, 403},
		"of a sibling's":             {"POST", []string{"Origin: https://other.shop.example.test"}, 403},
		"of another port":            {"POST", []string{"Origin: https://shop.example.test:8443"}, 403},
		"in clear":                   {"POST", []string{"Origin: http://shop.example.test"}, 403},
		"of none":                    {"POST", []string{"Origin: null"}, 403},
		"that says nothing":          {"POST", nil, 403},
		"a page that is opened":      {"GET", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 200},
		"a socket of another site":   {"GET", plus(connects, "Origin: https://evil.test"), 403},
		"a socket of a sibling's":    {"GET", plus(connects, "Origin: https://other.shop.example.test"), 403},
		"a socket that says nothing": {"GET", connects, 403},
	} {
		target, code := shopOrders, "gate.cross_site"
		if strings.HasPrefix(name, "a socket") {
			target, code = shopLive, "gate.origin"
		}
		answer := v.ask(c.method, target, c.header...)
		if body := said(answer); answer.StatusCode != c.want || c.want == 403 && !strings.Contains(body, code) {
			t.Errorf("%s: %d %s", name, answer.StatusCode, body)
		}
		if seen := g.app.took(); (len(seen) > 0) != (c.want == 200) {
			t.Errorf("%s: %+v", name, seen)
		}
	}
	for _, header := range [][]string{nil, {"Sec-Fetch-Site: cross-site"}, {"Origin: https://evil.test"}} {
		if answer := v.ask("POST", "https://shop.example.test/.gatehouse/sign-out", header...); answer.StatusCode != http.StatusForbidden {
			t.Errorf("a sign-out by %v: %d", header, answer.StatusCode)
		}
	}
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusOK {
		t.Errorf("after all these: %d", answer.StatusCode)
	}
}

// A request has one credential: of two the header counts, good or not.
func TestAtTheGateACookieIsNotLookedAtBesideAHeader(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	token := g.customer().Tokens(v.Browser, g.ada).Text("access_token")
	bob := g.Person("bob")
	other := newVisitor(t, g.Gate, g.Browser())
	callback := other.led("https://shop.example.test/.gatehouse/sign-in?return_to=/orders", bob)
	other.open(callback)
	v.enter(shopOrders, g.ada)
	for name, c := range map[string]struct {
		who    *visitor
		target string
		header []string
		want   int
	}{
		"a good cookie":                         {v, shopOrders, nil, 200},
		"a bad token beside a good cookie":      {v, shopOrders, []string{bearer("x")}, 401},
		"no token beside a good cookie":         {v, shopOrders, []string{"Authorization: Basic eDp5"}, 401},
		"an empty header beside a good cookie":  {v, shopOrders, []string{"Authorization: "}, 401},
		"a good token beside another's cookie":  {other, shopOrders, []string{bearer(token)}, 200},
		"another's cookie":                      {other, shopOrders, nil, 403},
		"a good token where browsers go alone":  {v, "https://other.example.com/orders", []string{bearer(token)}, 401},
		"a good cookie where no browser may go": {v, "https://api.example.test/orders", []string{cookieOf("__Host-gatehouse_gate", v.cookie("shop.example.test"))}, 401},
	} {
		kept := c.who.cookie("shop.example.test")
		if answer := c.who.ask("GET", c.target, c.header...); answer.StatusCode != c.want {
			t.Errorf("%s: %d %s", name, answer.StatusCode, said(answer))
		}
		if c.who.cookie("shop.example.test") != kept {
			t.Errorf("%s: the cookie is gone", name)
		}
		g.app.took()
	}
}

func TestSigningOutAtTheGateSignsOutEverywhere(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	v.enter("https://other.example.com/orders", g.ada)
	old := v.cookie("shop.example.test")
	page := v.open("https://shop.example.test/.gatehouse/sign-out")
	if body := said(page); page.StatusCode != http.StatusOK || !strings.Contains(body, g.ada.Email) || !strings.Contains(body, `action="/.gatehouse/sign-out"`) {
		t.Errorf("%d %s", page.StatusCode, body)
	}
	answer := v.ask("POST", "https://shop.example.test/.gatehouse/sign-out", sends...)
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther || to != "/.gatehouse/sign-out" || v.cookie("shop.example.test") != "" {
		t.Fatalf("%d, to %q, %s", answer.StatusCode, to, said(answer))
	}
	if page := v.open("https://shop.example.test/.gatehouse/sign-out"); !strings.Contains(said(page), `data-testid="signed-out"`) {
		t.Error("it does not say so")
	}
	for name, answer := range map[string]*http.Response{
		"the cookie once more": v.ask("GET", shopOrders, cookieOf("__Host-gatehouse_gate", old)),
		"another host":         v.ask("GET", "https://other.example.com/orders"),
	} {
		if answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s: %d", name, answer.StatusCode)
		}
	}
	v.Get("/account").At("/signin")
	if answer := v.ask("POST", "https://shop.example.test/.gatehouse/sign-out", sends...); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("who is signed out already: %d", answer.StatusCode)
	}
}

// The central session ends, and with it what it has at the gate, at the very next request.
func TestSigningOutAtTheIssuerSignsOutAtTheGate(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	p := v.Get("/signout")
	p.Submit("form_token", formToken(p)).Says("You are signed out")
	if answer := v.ask("GET", shopOrders); answer.StatusCode != http.StatusUnauthorized || v.cookie("shop.example.test") != "" {
		t.Errorf("%d, cookie %q", answer.StatusCode, v.cookie("shop.example.test"))
	}
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("%d", answer.StatusCode)
	}
}

// Everybody is signed out, and nobody is let in by what the gate remembers.
func TestSigningEverybodyOutSignsOutAtTheGate(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	if answer := v.ask("GET", shopOrders); answer.StatusCode != http.StatusOK {
		t.Fatalf("who has signed in: %d", answer.StatusCode)
	}
	_, err := g.House.Sessions.EndEverybody(t.Context(), gatetest.Console, "", "operator")
	must(t, err)
	if answer := v.ask("GET", shopOrders); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("who was signed out: %d", answer.StatusCode)
	}
}

// Whoever may do something after a better sign-in is led to that, and back.
func TestABrowserIsLedToProveMore(t *testing.T) {
	t.Parallel()
	g, _ := newGatedForBrowsers(t)
	eve := g.Person("eve", gatetest.TOTP)
	g.allows(t, eve, "orders:refund")
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(gateRoutes+sessionRoutes, `GET: "orders:read", POST: "orders:refund"}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: live}`, `GET: "orders:refund", POST: "orders:refund"}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: live}`))
	g.routed(t)
	v := newVisitor(t, g.Gate, g.Browser())
	v.enter(shopOrders+"/1", eve)
	if answer := v.open(shopOrders + "/1"); answer.StatusCode != http.StatusOK {
		t.Fatalf("who proved enough: %d %s", answer.StatusCode, said(answer))
	}
	if claims := g.verified(t, g.app.took()[0], "app"); claims.Level != "aal2" {
		t.Errorf("%+v", claims)
	}
	// Ada has no second factor: she is led to set one up.
	g.gives(t, "orders:refund", everywhere)
	o := newVisitor(t, g.Gate, g.Browser())
	o.open(o.led("https://shop.example.test/.gatehouse/sign-in", g.ada))
	answer := o.open(shopOrders + "/1")
	if to := answer.Header.Get("Location"); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %q %s", answer.StatusCode, to, said(answer))
	}
	if p := o.Get(answer.Header.Get("Location")); p.Out != nil || p.URL.Path != "/signin/enrol" {
		t.Errorf("she stands at %s: %s", p.URL, p.Body)
	}
	// A form is not sent again by itself: the page says what to do first.
	page := o.ask("POST", shopOrders+"/1", plus(sends, "Referer: "+shopOrders+"/1?a=b")...)
	body := said(page)
	if page.StatusCode != http.StatusUnauthorized || !strings.Contains(body, `href="`+gatetest.Issuer+`/gate?t=`) || !strings.Contains(body, "Nothing was done") || !strings.Contains(body, `href="/orders/1?a=b"`) {
		t.Errorf("%d %s", page.StatusCode, body)
	}
	if fetch := o.ask("POST", shopOrders+"/1", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"); fetch.StatusCode != http.StatusUnauthorized || !strings.Contains(fetch.Header.Get("WWW-Authenticate"), "insufficient_user_authentication") {
		t.Errorf("%d %v", fetch.StatusCode, fetch.Header)
	}
}

// A script that was refused for want of a better sign-in leads its person to that one.
func TestAPageAsksForABetterOrFresherSignIn(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	const signIn = "https://shop.example.test/.gatehouse/sign-in"
	v.open(v.led(signIn, g.ada))
	if p := v.Get(v.open(signIn + "?acr_values=aal1&max_age=300").Header.Get("Location")); p.Out == nil {
		t.Errorf("what she has: %s", p.URL)
	}
	if p := v.Get(v.open(signIn + "?acr_values=aal2").Header.Get("Location")); p.Out != nil || p.URL.Path != "/signin/enrol" {
		t.Errorf("a better one: %s", p.URL)
	}
	for _, bad := range []string{"acr_values=aal3", "acr_values=aal1+aal2", "max_age=0", "max_age=-1", "max_age=x", "max_age=1h", "max_age=99999999999"} {
		if answer := v.open(signIn + "?" + bad); answer.StatusCode != http.StatusBadRequest || !strings.Contains(said(answer), "gate.need") {
			t.Errorf("%s: %d", bad, answer.StatusCode)
		}
	}
}

// What a page holds open ends with the session of its browser.
func TestASocketOfABrowserEndsWithItsSession(t *testing.T) {
	t.Parallel()
	s := newStreaming(t)
	s.routes(t, strings.Replace(lastingRoutes, `authorize: {api: shop`, `authn: [session]
  authorize: {api: shop`, 1))
	s.routed(t)
	v := newVisitor(t, s.Gate, s.Browser())
	v.enter("https://gate.example.test/shop/sse", s.ada)
	page := http.Header{"Cookie": {"__Host-gatehouse_gate=" + v.cookie("gate.example.test")}, "Origin": {"https://gate.example.test"}}
	socket, err := dialWebSocket(t, s.listeningGate, "/shop/ws", page)
	must(t, err)
	if got := socket.goesOn(); got != goesOn {
		t.Fatalf("it %s", got)
	}
	begun := time.Now()
	if answer := v.ask("POST", "https://gate.example.test/.gatehouse/sign-out", sends...); answer.StatusCode != http.StatusSeeOther {
		t.Fatalf("%d %s", answer.StatusCode, said(answer))
	}
	if got := socket.over(t).outcome(); got != isRefused || socket.At.Sub(begun) > time.Second {
		t.Errorf("it %s after %s", got, socket.At.Sub(begun))
	}
	if _, err := dialWebSocket(t, s.listeningGate, "/shop/ws", page); err == nil {
		t.Error("and another one begins")
	}
}

// allows gives a person a permission of the shop.
func (g *gated) allows(t *testing.T, who *gatetest.Person, permission string) access.GrantRecord {
	t.Helper()
	resource, action, _ := strings.Cut(permission, ":")
	given, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(who.ID)}, Effect: access.Allow, Where: everywhere,
		Permission: access.Pattern{API: "shop", Resource: resource, Action: action}, Reason: "for the test",
	})
	must(t, err)
	g.Settle()
	return given
}

// A person who is refused reads which permission is missing, and why.
func TestThePageOfARefusalSaysWhatIsMissingAndWhy(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	refused := func(when string, says ...string) {
		t.Helper()
		g.Settle()
		answer := v.ask("POST", shopOrders+"/1", plus(sends, "Referer: "+shopOrders)...)
		body := said(answer)
		if answer.StatusCode != http.StatusForbidden || answer.Header.Get("Cache-Control") != "no-store" || !strings.Contains(answer.Header.Get("Content-Security-Policy"), "default-src 'none'") || len(g.app.took()) > 0 {
			t.Errorf("%s: %d %v", when, answer.StatusCode, answer.Header)
		}
		for _, text := range append(says, "shop/orders:refund", g.ada.Email, `href="/orders"`, `/.gatehouse/static/`) {
			if !strings.Contains(body, text) {
				t.Errorf("%s: it does not say %q: %s", when, text, body)
			}
		}
	}
	refused("who never had it")
	given := g.gives(t, "orders:refund", everywhere)
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, given.ID, "over")
	must(t, err)
	refused("who had it", "You had it until")
	_, err = g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(g.ada.ID)}, Effect: access.Deny, Where: everywhere,
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "refund"}, Reason: "never",
	})
	must(t, err)
	refused("who is denied it", "Somebody decided")
	if fetch := v.ask("POST", shopOrders+"/1", "Sec-Fetch-Mode: cors", "Sec-Fetch-Site: same-origin"); fetch.StatusCode != http.StatusForbidden || !strings.HasPrefix(fetch.Header.Get("Content-Type"), "application/problem+json") || !strings.Contains(fetch.Header.Get("WWW-Authenticate"), "insufficient_scope") {
		t.Errorf("a program: %d %v", fetch.StatusCode, fetch.Header)
	}
}

// A page says of each reason what it means: until when, from when on, and where not.
func TestThePageOfARefusalSaysUntilWhenAndWhyNot(t *testing.T) {
	t.Parallel()
	g, _ := newGatedForBrowsers(t)
	now := time.Now().UTC().Truncate(time.Second)
	for name, c := range map[string]struct {
		where  access.Where
		window access.Window
		revoke bool
		says   string
	}{
		"not yet":  {everywhere, access.Window{NotBefore: now.Add(time.Hour), ExpiresAt: now.Add(2 * time.Hour)}, false, "You will have it from " + english(now.Add(time.Hour))},
		"over":     {everywhere, access.Window{ExpiresAt: now.Add(time.Hour)}, true, "You had it until "},
		"of their": {access.Where{Place: access.Own}, access.Window{}, false, "You have it for other things"},
		"of one":   {access.Where{Place: access.Listed, IDs: []string{"7"}}, access.Window{}, false, "You have it for other things"},
	} {
		who, v := g.Person(strings.ReplaceAll(name, " ", "-")), newVisitor(t, g.Gate, g.Browser())
		v.enter(shopOrders, who)
		given, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(who.ID)}, Effect: access.Allow, Where: c.where, Window: c.window,
			Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for the test",
		})
		must(t, err)
		if c.revoke {
			_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, given.ID, "over")
			must(t, err)
		}
		g.Settle()
		answer := v.open(shopOrders + "/1")
		body := said(answer)
		if answer.StatusCode != http.StatusForbidden || !strings.Contains(body, c.says) || !strings.Contains(body, "shop/orders:read") {
			t.Errorf("%s: %d, and not %q: %s", name, answer.StatusCode, c.says, body)
		}
		if contradicts := strings.Contains(body, "does not have.") && strings.Contains(body, "You have it"); contradicts {
			t.Errorf("%s: it says that somebody has what they do not have: %s", name, body)
		}
	}
}

// english is a moment as pages say it.
func english(at time.Time) string { return words.Shipped().Choose(nil, "en").Moment(at) }

// Whatever is refused has a way home: to the first page of the host where there is one, or
// else to the account; and what may be over a moment later can be asked for again.
func TestEveryRefusalOfTheGateLeadsHome(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	const account, first = `href="` + gatetest.Issuer + `/account" id="home"`, `href="/" id="home"`
	leads := func(when, target string, want int, ways ...string) {
		t.Helper()
		answer := v.open(target)
		body := said(answer)
		if answer.StatusCode != want {
			t.Errorf("%s: %d", when, answer.StatusCode)
		}
		for _, way := range ways {
			if !strings.Contains(body, way) {
				t.Errorf("%s: no %s in %s", when, way, body)
			}
		}
	}
	leads("no such page", "https://shop.example.test/nothing", 404, account)
	leads("two spellings", "https://shop.example.test/a//b", 400, account)
	leads("another host", "https://nobody.example.test/", 404, account)
	leads("signed out at a host without one", "https://other.example.com/.gatehouse/sign-out", 200, account)
	writeRoutes(t, g.folder, g.app, gateRoutes+sessionRoutes+`---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: first}
spec: {match: {hosts: [shop.example.test], paths: ["/"], methods: [GET]}, public: true, upstream: app}
`)
	g.routed(t)
	leads("no such page, and a first one", "https://shop.example.test/nothing", 404, first)
	leads("two spellings, and a first page", "https://shop.example.test/a//b", 400, first)
	leads("asked whether to sign out", "https://shop.example.test/.gatehouse/sign-out", 200, `href="/" id="stay"`)
	g.app.Close()
	leads("the application is away", shopOrders+"?page=2", 502, first, `href="/orders?page=2" id="retry"`)
	leads("the first page is away", "https://shop.example.test/", 502, account, `href="/" id="retry"`)
}

// That an application is away is said to people by a page, too.
func TestPeopleReadThatAnApplicationIsAway(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	g.app.Close()
	answer := v.open(shopOrders)
	if body := said(answer); answer.StatusCode != http.StatusBadGateway || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") || !strings.Contains(body, "gate.upstream") || strings.Contains(body, g.app.URL) {
		t.Errorf("%d %v %s", answer.StatusCode, answer.Header, body)
	}
	if answer := v.ask("GET", shopOrders); answer.StatusCode != http.StatusBadGateway || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a program: %d %v", answer.StatusCode, answer.Header)
	}
}

// The files that these pages load are on the same host.
func TestThePagesOfTheGateHaveTheirFiles(t *testing.T) {
	t.Parallel()
	_, v := newGatedForBrowsers(t)
	body := said(v.open("https://shop.example.test/.gatehouse/sign-out"))
	n := 0
	for part := range strings.SplitSeq(body, `"`) {
		if !strings.HasPrefix(part, "/.gatehouse/static/") {
			continue
		}
		n++
		if answer := v.ask("GET", "https://shop.example.test"+part); answer.StatusCode != http.StatusOK || answer.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", part, answer.StatusCode, answer.Header)
		}
	}
	if n < 2 || strings.Contains(body, `"/static/`) {
		t.Errorf("%d files: %s", n, body)
	}
}

// A session at the gate goes on by itself while it is used, and ends with the browser's. A
// code lasts a minute.
func TestASessionAtTheGateLivesAsLongAsTheBrowsers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t, func(c *config.Config) { c.Session.Idle, c.Session.Absolute = time.Hour, 3*time.Hour })
		ada := g.Person("ada")
		s, _, err := g.House.Sessions.Create(t.Context(), gatetest.Console, ada.ID, proof.List{{Method: proof.Password, At: time.Now(), Factor: passwordOf(t, g, ada), Source: proof.ByPassword}})
		must(t, err)
		gates := g.House.Gates
		nonce := secret.Token(32)
		enter := func() string {
			t.Helper()
			code, err := gates.Enter(t.Context(), session.Entrance{Host: "shop.example.test", Nonce: secret.Hash(nonce), Path: "/a"}, s.ID)
			must(t, err)
			return code
		}
		late := enter()
		time.Sleep(time.Minute)
		if _, _, err := gates.Redeem(t.Context(), "shop.example.test", nonce, late, ""); fault.CodeOf(err) != "gate.code" {
			t.Errorf("after a minute: %v", err)
		}
		token, path, err := gates.Redeem(t.Context(), "shop.example.test", nonce, enter(), "")
		must(t, err)
		if path != "/a" {
			t.Errorf("path %q", path)
		}
		look := func() error {
			g.Settle()
			_, err := gates.Visitor(t.Context(), token, "shop.example.test", "192.0.2.7")
			return err
		}
		for range 8 { // of half an idle limit
			must(t, look())
			time.Sleep(20 * time.Minute)
		}
		must(t, look())
		list, err := g.House.Sessions.Of(t.Context(), ada.ID)
		must(t, err)
		if len(list) != 1 || time.Since(list[0].Seen) > time.Minute || list[0].IP != "192.0.2.7" {
			t.Errorf("the browser's session is %+v", list)
		}
		time.Sleep(20 * time.Minute)
		if err := look(); fault.CodeOf(err) != "session.none" && fault.CodeOf(err) != "session.ended" {
			t.Errorf("after its absolute end: %v", err)
		}
	})
}

// A session at the gate that nobody uses lies idle with the browser's.
func TestASessionAtTheGateEndsWhenNobodyUsesIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t, func(c *config.Config) { c.Session.Idle, c.Session.Absolute = time.Minute, time.Hour })
		ada := g.Person("ada")
		s, _, err := g.House.Sessions.Create(t.Context(), gatetest.Console, ada.ID, proof.List{{Method: proof.Password, At: time.Now(), Factor: passwordOf(t, g, ada), Source: proof.ByPassword}})
		must(t, err)
		nonce := secret.Token(32)
		code, err := g.House.Gates.Enter(t.Context(), session.Entrance{Host: "a.test", Nonce: secret.Hash(nonce), Path: "/"}, s.ID)
		must(t, err)
		token, _, err := g.House.Gates.Redeem(t.Context(), "a.test", nonce, code, "")
		must(t, err)
		for range 5 { // it is in use
			time.Sleep(45 * time.Second)
			g.Settle()
			_, err = g.House.Gates.Visitor(t.Context(), token, "a.test", "192.0.2.7")
			must(t, err)
		}
		time.Sleep(time.Minute)
		g.Settle()
		if _, err := g.House.Gates.Visitor(t.Context(), token, "a.test", "192.0.2.7"); fault.CodeOf(err) != "session.ended" {
			t.Errorf("after its idle limit: %v", err)
		}
	})
}

// One browser session has so many at the gate, and no more.
func TestABrowserSessionHasABoundedNumberAtTheGate(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	list, err := g.House.Sessions.Of(t.Context(), g.ada.ID)
	must(t, err)
	nonce := secret.Token(32)
	var codes []string
	for i := range session.MaxGateSessions + 1 {
		code, err := g.House.Gates.Enter(t.Context(), session.Entrance{Host: fmt.Sprintf("h%d.test", i), Nonce: secret.Hash(nonce), Path: "/"}, list[0].ID)
		must(t, err)
		codes = append(codes, code)
	}
	for i, code := range codes {
		_, _, err := g.House.Gates.Redeem(t.Context(), fmt.Sprintf("h%d.test", i), nonce, code, "")
		if (err == nil) != (i > 0) {
			t.Errorf("code %d of %d: %v", i, len(codes), err)
		}
	}
}

// passwordOf is what a proof by a person's password names.
func passwordOf(t *testing.T, g *gatetest.Gate, who *gatetest.Person) id.Factor {
	t.Helper()
	has, err := g.House.Identity.Standing(t.Context(), who.ID)
	must(t, err)
	return has.Password
}

// What travels in an address is worth nothing as a cookie.
func TestACodeOfTheGateIsNoCookie(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	callback, err := url.Parse(v.led(shopOrders, g.ada))
	must(t, err)
	code := callback.Query().Get("code")
	if answer := newVisitor(t, g.Gate, g.Browser()).ask("GET", shopOrders, cookieOf("__Host-gatehouse_gate", code)); code == "" || answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("%d %s", answer.StatusCode, said(answer))
	}
	if answer := v.open(callback.String()); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("the code afterwards: %d", answer.StatusCode)
	}
}

// A code of a session that was ended is none.
func TestACodeEndsWithTheSessionThatItIsOf(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	callback := v.led(shopOrders, g.ada)
	list, err := g.House.Sessions.Of(t.Context(), g.ada.ID)
	must(t, err)
	must(t, g.House.Sessions.End(t.Context(), gatetest.Console, list[0].ID, "over"))
	if answer := v.open(callback); answer.StatusCode != http.StatusBadRequest || v.cookie("shop.example.test") != "" {
		t.Errorf("%d, cookie %q", answer.StatusCode, v.cookie("shop.example.test"))
	}
}

// Whoever tries codes is stopped, by address, and a good code does not help them either.
func TestBadSignInsAtTheGateAreBounded(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t, func(c *config.Config) {
		c.Limits.Bad.Enabled, c.Limits.Bad.Burst, c.Limits.Bad.PerMinute = true, 3, 1
	})
	callback := v.led(shopOrders, g.ada)
	for i := range 5 {
		want := http.StatusBadRequest
		if i >= 3 {
			want = http.StatusTooManyRequests
		}
		if answer := v.open("https://shop.example.test/.gatehouse/callback?code=" + secret.Token(32)); answer.StatusCode != want {
			t.Errorf("try %d: %d %s, want %d", i, answer.StatusCode, said(answer), want)
		}
	}
	if answer := v.open(callback); answer.StatusCode != http.StatusTooManyRequests || answer.Header.Get("Retry-After") == "" {
		t.Errorf("a good one behind them: %d", answer.StatusCode)
	}
}

// unknowing is what cannot say what was ended.
type unknowing struct{}

func (unknowing) Over(context.Context, session.Visitor) (bool, error) {
	return false, fault.New(fault.Unavailable, "test.away", "Nobody can know.")
}

// A browser keeps its cookie while nobody can say whose it is.
func TestAFailureTakesNoCookieFromABrowser(t *testing.T) {
	t.Parallel()
	g, v := newGatedForBrowsers(t)
	v.enter(shopOrders, g.ada)
	before, endings := v.cookie("shop.example.test"), g.House.Gates.Endings
	v.open(shopOrders) // it is known now
	g.House.Gates.Endings = unknowing{}
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusServiceUnavailable || len(answer.Header["Set-Cookie"]) > 0 {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	g.House.Gates.Endings = endings
	if answer := v.open(shopOrders); answer.StatusCode != http.StatusOK || v.cookie("shop.example.test") != before || answer.Header.Get("Cache-Control") != "private" {
		t.Errorf("afterwards: %d %v", answer.StatusCode, answer.Header)
	}
}

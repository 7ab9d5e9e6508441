package housetest

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// nearlyRegistered are addresses that are not https://app.example.test/cb?x=1,
// although somebody might take them for it (security R01).
var nearlyRegistered = []string{
	"", " ", "/cb?x=1", "//app.example.test/cb?x=1", "app.example.test/cb?x=1", "cb",
	"http://app.example.test/cb?x=1", "HTTPS://app.example.test/cb?x=1", "https://APP.example.test/cb?x=1", "https://app.example.test/CB?x=1",
	"https://app.example.test/cb", "https://app.example.test/cb?", "https://app.example.test/cb/?x=1", "https://app.example.test?x=1", "https://app.example.test/",
	"https://app.example.test/cb?x=2", "https://app.example.test/cb?x=1&", "https://app.example.test/cb?x=1&x=1", "https://app.example.test/cb?x=1&y=2",
	"https://app.example.test/cb?y=2&x=1", "https://app.example.test/cb?X=1", "https://app.example.test/cb?x=%31", "https://app.example.test/cb?x=1#", "https://app.example.test/cb?x=1#f",
	"https://app.example.test/./cb?x=1", "https://app.example.test/a/../cb?x=1", "https://app.example.test/cb/..?x=1", "https://app.example.test/%2e/cb?x=1",
	"https://app.example.test/a/%2e%2e/cb?x=1", "https://app.example.test/%252e%252e/cb?x=1", "https://app.example.test/%252f/cb?x=1", "https://app.example.test/a/..;/cb?x=1",
	"https://app.example.test/cb;a=b?x=1", "https://app.example.test//cb?x=1", "https://app.example.test/c%62?x=1", "https://app.example.test/cb%2f?x=1", "https://app.example.test/cb%00?x=1",
	"https://app.example.test:443/cb?x=1", "https://app.example.test:8443/cb?x=1", "https://app.example.test:/cb?x=1", "https://app.example.test./cb?x=1",
	"https://app.example.test.evil.example/cb?x=1", "https://evilapp.example.test/cb?x=1", "https://sub.app.example.test/cb?x=1",
	"https://evil.example/https://app.example.test/cb?x=1", "https://evil.example?https://app.example.test/cb?x=1", "https://evil.example#https://app.example.test/cb?x=1",
	"https://app.example.test@evil.example/cb?x=1", "https://user@app.example.test/cb?x=1", "https://a@b@app.example.test/cb?x=1", "https://user:pw@app.example.test/cb?x=1",
	"https://evil.example\\@app.example.test/cb?x=1", `https:\\app.example.test\cb?x=1`, "https:/app.example.test/cb?x=1", "https:app.example.test/cb?x=1", "https:///app.example.test/cb?x=1",
	"https://app.example.test/cb\\?x=1", "https://app.example.test/cb\t?x=1", "https://app.example.test/cb\r\n?x=1", "https://app.example.test/\ncb?x=1", " https://app.example.test/cb?x=1",
	"https://app.example.test/cb?x=1 ", "https://app.example.test/cb?x=1\x00", "\ufeffhttps://app.example.test/cb?x=1", "https://app.example.test/cb?x=1%0d%0aSet-Cookie:a=b",
	"https://аpp.example.test/cb?x=1", "https://app。example.test/cb?x=1", "https://app.example.test/cｂ?x=1", "https://[::ffff:127.0.0.1]/cb?x=1", "https://localhost/cb?x=1", "https://127.0.0.1/cb?x=1",
	"javascript:alert(1)", "data:text/html,x", "https://app.example.test/cb?x=1,https://evil.example/", "*", "https://*.example.test/cb?x=1", "urn:ietf:wg:oauth:2.0:oob", "postmessage",
}

// staysHere fails the test unless the answer is an error page that leads nowhere.
func staysHere(t *testing.T, what string, a gatetest.Answer) {
	t.Helper()
	if a.Status != http.StatusBadRequest || a.Header.Get("Location") != "" || !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
		t.Errorf("%s: %d, Location %q, %s", what, a.Status, a.Header.Get("Location"), a.Header.Get("Content-Type"))
	}
	if strings.Contains(string(a.Body), `method="post" action="http`) {
		t.Errorf("%s: the page posts to somebody", what)
	}
}

func TestOnlyTheRegisteredRedirectURIIsAnswered(t *testing.T) {
	t.Parallel()
	g := watched(t)
	g.App("other", func(c *oauth.Client) { c.RedirectURIs = []string{"https://other.example.test/cb"} })
	app := g.App("web", func(c *oauth.Client) { c.RedirectURIs = []string{"https://app.example.test/cb?x=1"} })
	for _, uri := range append(nearlyRegistered, "https://other.example.test/cb") {
		for name, extra := range map[string][]string{"plain": nil, "prompt=none": {"prompt", "none"}, "form_post": {"response_mode", "form_post"}, "wrong": {"response_type", "token"}} {
			u := app.AuthorizeURL(append([]string{"redirect_uri", uri}, extra...)...)
			path := strings.TrimPrefix(u, gatetest.Issuer)
			staysHere(t, fmt.Sprintf("GET %s %q", name, uri), g.Get(path))
			_, query, _ := strings.Cut(path, "?")
			form, err := url.ParseQuery(query)
			if err != nil {
				t.Fatal(err)
			}
			staysHere(t, fmt.Sprintf("POST %s %q", name, uri), g.PostForm("/oauth2/authorize", "", "", form))
		}
	}
	g.Browser().Get(app.AuthorizeURL("prompt", "none")).Answered("https://app.example.test/cb?x=1&")
}

// kubelogin and others return to an address without a path; it is compared
// exactly, and so is where they go after a sign-out.
func TestAddressesWithoutAPathAreAnsweredExactly(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	for name, uri := range map[string]string{"kube": "http://localhost:8000", "bare": "https://bare.example.test", "sub": "http://app.localhost:3000"} {
		app := g.App(name, func(c *oauth.Client) { c.RedirectURIs, c.PostLogoutRedirectURIs = []string{uri}, []string{uri} })
		b := g.Browser()
		tokens := app.Tokens(b, ada, "redirect_uri", uri)
		for _, other := range []string{uri + "/", uri + "/cb", uri + "?"} {
			staysHere(t, other, g.Get(strings.TrimPrefix(app.AuthorizeURL("redirect_uri", other), gatetest.Issuer)))
			page := b.Get("/oauth2/logout?" + url.Values{"id_token_hint": {tokens.Text("id_token")}, "post_logout_redirect_uri": {other}}.Encode())
			if page.Out != nil {
				t.Errorf("signed out to %s", page.Out)
			}
		}
		page := b.Get("/oauth2/logout?" + url.Values{"id_token_hint": {tokens.Text("id_token")}, "post_logout_redirect_uri": {uri}, "state": {"s"}}.Encode())
		if page.Out == nil || page.Out.String() != uri+"?state=s" {
			t.Errorf("%s: signed out to %s", name, page.Out)
		}
	}
}

// Development servers choose their port on localhost. A client may be told so:
// its browser scripts may then read the answers there too.
func TestLocalhostPortIsFreeForTheClientThatWasToldSo(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	change := func(any bool) func(c *oauth.Client) {
		return func(c *oauth.Client) {
			c.RedirectURIs, c.AnyLocalhostPort, c.AuthMethod, c.GrantTypes = []string{"http://localhost:3000/cb"}, any, oauth.AuthNone, []string{oauth.GrantCode}
		}
	}
	strict := g.App("strict", change(false))
	staysHere(t, "a client that was not", g.Get(strings.TrimPrefix(strict.AuthorizeURL("redirect_uri", "http://localhost:5173/cb"), gatetest.Issuer)))
	ask := func() string {
		return g.Ask(http.MethodOptions, "/oauth2/token", "Origin", "http://localhost:5173", "Access-Control-Request-Method", "POST").Header.Get("Access-Control-Allow-Origin")
	}
	if got := ask(); got != "" {
		t.Errorf("before: the origin %q is allowed", got)
	}
	free := g.App("free", change(true))
	q := g.Browser().Get(free.AuthorizeURL("redirect_uri", "http://localhost:5173/cb")).SignIn(ada).Allow().Answered("http://localhost:5173/cb")
	if a := free.Exchange(q.Get("code"), "redirect_uri", "http://localhost:3000/cb"); a.Error() != "invalid_grant" {
		t.Errorf("a code for one port, redeemed for another: %d %s", a.Status, a.Body)
	}
	expectTokens(t, "redeemed for its port", free.Exchange(q.Get("code"), "redirect_uri", "http://localhost:5173/cb"))
	if got := ask(); got != "http://localhost:5173" {
		t.Errorf("the allowed origin is %q", got)
	}
	staysHere(t, "another path", g.Get(strings.TrimPrefix(free.AuthorizeURL("redirect_uri", "http://localhost:5173/other"), gatetest.Issuer)))
}

// A native application may choose its port on a loopback literal, and nothing
// else (RFC 8252 section 7.3, security R02).
func TestOnlyTheLoopbackPortIsFree(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	native := func(name, uri string) *gatetest.Application {
		return g.App(name, func(c *oauth.Client) {
			c.AuthMethod, c.GrantTypes, c.RedirectURIs = oauth.AuthNone, []string{oauth.GrantCode, oauth.GrantRefresh}, []string{uri}
		})
	}
	four, six := native("four", "http://127.0.0.1/cb?x=1"), native("six", "http://[::1]:7000/cb")
	tls, name := native("tls", "https://127.0.0.1/cb"), native("name", "http://localhost:7000/cb")
	for _, tt := range []struct {
		app *gatetest.Application
		uri string
		ok  bool
	}{
		{four, "http://127.0.0.1/cb?x=1", true},
		{four, "http://127.0.0.1:1/cb?x=1", true},
		{four, "http://127.0.0.1:65535/cb?x=1", true},
		{six, "http://[::1]:7000/cb", true},
		{six, "http://[::1]/cb", true},
		{six, "http://[::1]:49152/cb", true},
		{tls, "https://127.0.0.1/cb", true},
		{name, "http://localhost:7000/cb", true},
		{four, "http://127.0.0.1:1/cb", false},
		{four, "http://127.0.0.1:1/cb?x=2", false},
		{four, "http://127.0.0.1:1/cb/?x=1", false},
		{four, "https://127.0.0.1:1/cb?x=1", false},
		{four, "http://x@127.0.0.1:1/cb?x=1", false},
		{four, "http://x:y@127.0.0.1:1/cb?x=1", false},
		{four, "http://localhost:1/cb?x=1", false},
		{four, "http://[::1]:1/cb?x=1", false},
		{four, "http://127.0.0.2:1/cb?x=1", false},
		{four, "http://127.1:1/cb?x=1", false},
		{four, "http://127.0.0.1:0x50/cb?x=1", false},
		{four, "http://127.0.0.1:65536/cb?x=1", false},
		{four, "http://127.0.0.1:-1/cb?x=1", false},
		{four, "http://127.0.0.1:1/cb?x=1#f", false},
		{four, "http://127.0.0.1:1\\@evil.example/cb?x=1", false},
		{four, "http://127.0.0.1:1@evil.example/cb?x=1", false},
		{four, "http://127.0.0.1.evil.example:1/cb?x=1", false},
		{four, "http://[::ffff:127.0.0.1]:1/cb?x=1", false},
		{four, "http://2130706433:1/cb?x=1", false},
		{six, "http://[0:0:0:0:0:0:0:1]:1/cb", false},
		{six, "http://[::1%25lo]:1/cb", false},
		{six, "http://127.0.0.1:1/cb", false},
		{tls, "http://127.0.0.1/cb", false},
		{tls, "https://127.0.0.1:1/cb", false},
		{name, "http://localhost:7001/cb", false},
		{name, "http://localhost/cb", false},
		{name, "http://127.0.0.1:7000/cb", false},
	} {
		if !tt.ok {
			staysHere(t, tt.uri, g.Get(strings.TrimPrefix(tt.app.AuthorizeURL("redirect_uri", tt.uri), gatetest.Issuer)))
			continue
		}
		page := g.Browser().Get(tt.app.AuthorizeURL("redirect_uri", tt.uri)).SignIn(ada).Allow()
		code := page.SentTo(tt.uri).Get("code")
		// The code is bound to the port that was asked for (RFC 6749 section 4.1.3).
		if other := tt.app.Exchange(code, "redirect_uri", strings.Replace(tt.uri, "/cb", "/CB", 1)); other.Error() != "invalid_grant" {
			t.Errorf("%s: exchanged with another redirect_uri: %d %s", tt.uri, other.Status, other.Body)
		}
		if a := tt.app.Exchange(code, "redirect_uri", tt.uri); a.Status != http.StatusOK {
			t.Errorf("%s: %d %s", tt.uri, a.Status, a.Body)
		}
	}
}

// unregistrable must not get into the registration by any way (security R03).
var unregistrable = []string{
	"", "/cb", "//app.example.test/cb", "app.example.test/cb", "https:///cb", "https:/cb", "https:cb",
	"https://app.example.test/cb#", "https://app.example.test/cb#f", "http://app.example.test/cb", "http://192.0.2.1/cb", "http://0.0.0.0/cb", "http://127.0.0.2/cb",
	"http://localhost.evil.example/cb", "http://127.1/cb", "http://2130706433/cb", "http://[::ffff:127.0.0.1]/cb", "https://user@app.example.test/cb", "https://a@b@app.example.test/cb",
	"https://app.example.test/../cb", "https://app.example.test/a/./cb", "https://app.example.test/%2e%2e/cb", "https://app.example.test/%252e/cb", "https://app.example.test/a%2fb", "https://app.example.test/..;/cb",
	`https://app.example.test\cb`, "https://app.example.test/c b", "https://app.example.test/\tcb", "https://app.example.test/cb\r\n", "https://app.example.test/cb%0d%0a", "https://app.example.test/cb%00", "https://app.example.test/cb?x=%zz",
	"https://*.example.test/cb", "https://app.example.test/*", "https://аpp.example.test/cb", "https://app.example.test:0/cb", "https://app.example.test:65536/cb", "https://app.example.test:/cb",
	"javascript:alert(1)", "JavaScript:alert(1)", "javascript://app.example.test/%0aalert(1)", "data:text/html,x", "DATA:text/html,x", "vbscript:x", "VBScript:x", "file:///etc/passwd", "blob:https://app.example.test/x", "about:blank",
	"myapp:/cb", "myapp://cb", "com.example.app", "com.example.app:cb", "ftp://app.example.test/cb", "ws://app.example.test/cb", "HTTPS://app.example.test/cb", "urn:ietf:wg:oauth:2.0:oob", "*",
}

func TestRegistrationRefusesDangerousAddresses(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	ctx := context.Background()
	for _, uri := range unregistrable {
		for what, change := range map[string]func(*oauth.Client){
			"a redirect URI":             func(c *oauth.Client) { c.RedirectURIs = []string{gatetest.RedirectURI, uri} },
			"a post logout redirect URI": func(c *oauth.Client) { c.PostLogoutRedirectURIs = []string{uri} },
		} {
			c := app.Client
			change(&c)
			if _, err := g.House.OAuth.UpdateClient(ctx, gatetest.Console, c); !fault.Is(err, fault.Invalid) {
				t.Errorf("updated with %s %q: %v", what, uri, err)
			}
			c.ID, c.Secrets = "another", nil
			if _, _, err := g.House.OAuth.CreateClient(ctx, gatetest.Console, c); !fault.Is(err, fault.Invalid) {
				t.Errorf("created with %s %q: %v", what, uri, err)
			}
		}
	}
	for _, uri := range []string{"https://app.example.test/", "https://app.example.test", "https://app.example.test?x=1", "https://app.example.test:8443/cb?x=1&y=2", "http://127.0.0.1/cb", "http://[::1]:1/cb", "http://localhost:3000/cb", "com.example.app:/cb", "com.example.app://cb/x"} {
		app.RedirectURIs = []string{uri}
		changed, err := g.House.OAuth.UpdateClient(ctx, gatetest.Console, app.Client)
		if err != nil {
			t.Fatalf("%q is refused: %v", uri, err)
		}
		app.Client = changed
	}
}

// Nobody is sent anywhere before client and redirect URI are known to belong
// together (RFC 9700 section 4.11.2, security R04).
func TestNobodyIsSentOnForAnUnknownClientOrAddress(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	g.App("two", func(c *oauth.Client) {
		c.RedirectURIs = []string{gatetest.RedirectURI, "https://app.example.test/other"}
	})
	g.App("other", func(c *oauth.Client) { c.RedirectURIs = []string{"https://other.example.test/cb"} })
	off := g.App("off")
	c := off.Client
	c.Disabled = true
	if _, err := g.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c); err != nil {
		t.Fatal(err)
	}
	g.Settle()
	_, good, _ := strings.Cut(app.AuthorizeURL("client_id", "", "redirect_uri", ""), "?")
	uri := "&redirect_uri=" + url.QueryEscape(gatetest.RedirectURI)
	for name, query := range map[string]string{
		"no client":                   uri,
		"an empty client":             "&client_id=" + uri,
		"an unknown client":           "&client_id=nobody" + uri,
		"a client in other letters":   "&client_id=WEB" + uri,
		"a client with a space":       "&client_id=web%20" + uri,
		"a client with a NUL":         "&client_id=web%00" + uri,
		"two clients":                 "&client_id=web&client_id=web" + uri,
		"a disabled client":           "&client_id=off" + uri,
		"another client's address":    "&client_id=other" + uri,
		"two addresses":               "&client_id=web" + uri + uri,
		"a good and a bad address":    "&client_id=web" + uri + "&redirect_uri=https://evil.example/",
		"no address":                  "&client_id=web",
		"an empty address":            "&client_id=web&redirect_uri=",
		"none of two addresses":       "&client_id=two",
		"a number for the client":     "&client_id[]=web" + uri,
		"a query that cannot be read": "&client_id=web" + uri + "&x=%zz",
		"semicolons":                  ";client_id=web" + uri,
	} {
		for _, more := range []string{"", "&prompt=none", "&response_mode=form_post", "&response_mode=fragment", "&request_uri=https://evil.example/"} {
			staysHere(t, name+more, g.Get("/oauth2/authorize?"+good+query+more))
		}
	}
}

// elsewhere are places that lead away from here in some browser (security R05).
func elsewhere() (all []string) {
	hosts := []string{"evil.example", "evil.example/account", "id.example.test.evil.example", "id.example.test@evil.example", "evil.example%2faccount", "[::1]", "2130706433", "evil。example", "evil.example:443"}
	for _, host := range hosts {
		for _, prefix := range []string{
			"//", "///", "////", `/\`, `\\`, `\/`, `/\/`, "/\t/", "/%09/", "/\n/", "/%0a/", "/\r/", "/%0d/", "/%2f", "/%5c", "/%252f", "/./", "/.//", "/..//", "/account/..//", "/account//", "/;@", "//;@",
			"https://", "http://", "HTTPS://", "https:", "https:/", "https:///", `https:\\`, " https://", "\thttps://", "\x00//", "javascript:alert(1)//", "java\nscript://", "data:text/html,//", "ftp://", "@",
		} {
			all = append(all, prefix+host)
		}
	}
	return append(all, "javascript:alert(1)", "data:text/html,x", "", "?x", "#x", "account", "\\", "//", "/\\", "https:", "/\ufeff/evil.example", "/"+strings.Repeat("a", 5000))
}

// within reports whether a browser that is sent to location stays at Gatehouse,
// however it reads what is unusual: so nothing may be unusual.
func within(location string) bool {
	return strings.HasPrefix(location, "/") && !strings.Contains(location, "//") && !strings.ContainsAny(location, "\\\t\r\n\x00") &&
		!strings.Contains(strings.ToLower(location), "%2f") && !strings.Contains(location, "..") && len(location) < 4096
}

func TestASignInNeverReturnsElsewhere(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	member := g.Browser()
	member.Get("/signin").SignIn(ada).At("/account")
	var sent []string
	watch := g.Watch
	g.Watch = func(s gatetest.Seen) {
		watch(s)
		if l := s.Header.Get("Location"); l != "" {
			sent = append(sent, l)
		}
	}
	for i, place := range elsewhere() {
		path := "/signin?return_to=" + url.QueryEscape(place)
		if p := member.Get(path); p.Out != nil {
			t.Errorf("%q leads a member to %s", place, p.Out)
		}
		if i%8 == 0 { // the whole way, for some of each kind
			if p := g.Browser().Get(path).SignIn(ada); p.Out != nil || p.URL.Path != "/account" && !within(p.URL.Path) {
				t.Errorf("%q leads to %s (%v)", place, p.URL, p.Out)
			}
		}
	}
	if len(sent) < 200 {
		t.Fatalf("only %d redirects were seen", len(sent))
	}
	for _, l := range sent {
		if !within(l) {
			t.Errorf("somebody was sent to %q", l)
		}
	}
	if p := g.Browser().Get("/signin?return_to=/account/sessions").SignIn(ada); p.URL.Path != "/account/sessions" {
		t.Errorf("a page of ours leads to %s", p.URL)
	}
}

func TestASignOutNeverLeadsElsewhere(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web")
	b := g.Browser()
	hint := app.Tokens(b, ada).Text("id_token")
	for _, place := range append(elsewhere(), "https://app.example.test/bye?x=1", "https://app.example.test/bye/", "https://app.example.test/BYE", gatetest.RedirectURI) {
		for _, more := range []string{"&id_token_hint=" + hint, "&client_id=web", "&client_id=web&id_token_hint=" + hint, ""} {
			p := b.Get("/oauth2/logout?state=s&post_logout_redirect_uri=" + url.QueryEscape(place) + more)
			if p.Out != nil {
				t.Errorf("%q %.20s leads to %s", place, more, p.Out)
			}
			if place != "" && p.Status == http.StatusOK && strings.Contains(more, "hint") {
				t.Errorf("%q %.20s is taken in silence", place, more)
			}
			if b.Get("/account").URL.Path != "/account" { // an empty address is none: it signs out
				if place != "" {
					t.Errorf("%q %.20s signed the person out", place, more)
				}
				hint = app.Tokens(b, ada).Text("id_token")
			}
		}
	}
}

package housetest

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// routes counts which of the server's routes a test has come through.
type routes struct {
	mux  *http.ServeMux
	left map[string]bool
}

func routesOf(g *gatetest.Gate) *routes {
	r := &routes{mux: http.NewServeMux(), left: map[string]bool{}}
	for _, pattern := range g.Server.Patterns() {
		r.mux.HandleFunc(pattern, func(http.ResponseWriter, *http.Request) {})
		r.left[pattern] = true
	}
	watch := g.Watch
	g.Watch = func(s gatetest.Seen) {
		_, pattern := r.mux.Handler(s.Request)
		delete(r.left, pattern)
		watch(s)
	}
	return r
}

// The rules of watched are kept by every page and every POST handler, for
// strangers and for people who are signed in, when it goes well and when it
// does not (security R07 to R10).
func TestEveryRouteKeepsTheRulesOfBrowsers(t *testing.T) {
	t.Parallel()
	g := watched(t)
	left := routesOf(g)
	if len(left.left) < 40 {
		t.Fatalf("the server names only %d routes", len(left.left))
	}
	g.Browser().Get("/setup").Is(200)
	ada := g.Person("ada", gatetest.TOTP)
	app := g.App("web", func(c *oauth.Client) { c.IDTokenAlg = "ES256" })

	stranger, member := g.Browser(), g.Browser()
	page := member.Get(app.AuthorizeURL()).At("/signin")
	page = page.Submit("email", ada.Email, "password", "not the password").Is(422)
	page.SignIn(ada).At("/consent").Press("", "allow").Answered(gatetest.RedirectURI)
	member.Get(app.AuthorizeURL("response_mode", "form_post", "scope", "openid")).Is(200).Answered(gatetest.RedirectURI)

	for _, path := range everyPath(g, app) {
		path = strings.TrimPrefix(path, gatetest.Issuer)
		for name, b := range map[string]*gatetest.Browser{"a stranger": stranger, "a member": member} {
			b.Get(path)
			b.Post(path, url.Values{})
			b.Post(path, url.Values{"i": {"int_nothing"}, "form_token": {"wrong"}, "return_to": {"https://evil.example/"}, "%zz": {"\x00"}})
			if name == "a member" && strings.HasPrefix(path, "/account") {
				// Posting nothing ended no session: the member is still there.
				b.Get("/account").At("/account")
			}
		}
		plain := g.Browser()
		plain.Plain = true
		plain.Post(path, url.Values{})
		for _, method := range []string{"HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "BREW"} {
			g.Ask(method, path, "Origin", "https://app.example.test", "Access-Control-Request-Method", "POST")
		}
		g.Ask("GET", path, "Origin", "https://evil.example", "Accept", "application/json")
	}
	member.Post("/signout", url.Values{}).At("/signout").Is(200)
	if len(left.left) > 0 {
		t.Errorf("no test came through %v", slices.Sorted(maps.Keys(left.left)))
	}
}

// everyPath lists a path for each route but signing out, which ends the walk.
func everyPath(g *gatetest.Gate, app *gatetest.Application) []string {
	paths := []string{"/no/such/page", app.AuthorizeURL(), app.AuthorizeURL("scope", "nothing"), app.AuthorizeURL("client_id", "nobody")}
	for _, pattern := range g.Server.Patterns() {
		_, path, ok := strings.Cut(pattern, " ")
		if !ok {
			path = pattern
		}
		if path == "/signout" {
			continue
		}
		path = strings.NewReplacer("{$}", "", "{hash}", "0", "{name}", "app.css").Replace(path)
		paths = append(paths, path, path+"?i=int_nothing", path+"?%zz")
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// A form that a browser posts is never sent on to a new address as a post, not
// even to correct the path (security R07).
func TestAPostedFormIsNeverSentOn(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	for _, path := range []string{
		"//signin", "/signin/", "/./signin", "/x/../signin", "//oauth2/token", "/oauth2//token", "/oauth2/./token", "/oauth2/token/",
		"/oauth2/../oauth2/token", "//account/password", "/account/", "/static", "/.well-known//jwks.json", "/oauth2/authorize/", "//",
	} {
		form := url.Values{"grant_type": {"client_credentials"}, "password": {"a password"}}
		a := g.PostForm(path, string(app.ID), app.Secret, form)
		if a.Status < 400 || a.Header.Get("Location") != "" || a.Text("access_token") != "" {
			t.Errorf("POST %s: %d, Location %q", path, a.Status, a.Header.Get("Location"))
		}
	}
}

// Neither an origin that is registered nor another one may read what the
// authorization endpoint and the pages say, nor ask beforehand (security R08).
func TestScriptsOfOthersHaveNoBusinessAtThePages(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	pages := []string{app.AuthorizeURL(), "/oauth2/authorize", "/oauth2/logout", "/oauth2/introspect", "/signin", "/signin/factor", "/consent", "/setup", "/account", "/signout", "/"}
	for _, path := range pages {
		path = strings.TrimPrefix(path, gatetest.Issuer)
		for _, origin := range []string{"https://app.example.test", "https://evil.example", "null", gatetest.Issuer} {
			for _, method := range []string{"OPTIONS", "GET", "POST", "HEAD"} {
				a := g.Ask(method, path, "Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")
				for name := range a.Header {
					if strings.HasPrefix(name, "Access-Control") {
						t.Errorf("%s %s from %s: %s: %s", method, path, origin, name, a.Header.Get(name))
					}
				}
			}
		}
	}
	// The endpoints for scripts name a registered origin, and no other.
	for _, path := range forScripts[:3] {
		for origin, want := range map[string]string{"https://app.example.test": "https://app.example.test", "https://evil.example": "", "null": "", "https://app.example.test.evil.example": ""} {
			a := g.Ask("OPTIONS", path, "Origin", origin, "Access-Control-Request-Method", "POST")
			if got := a.Header.Get("Access-Control-Allow-Origin"); got != want {
				t.Errorf("%s from %s: %q, want %q", path, origin, got, want)
			}
		}
	}
}

// A post from another site does nothing on pages that act on cookies, and
// neither does one without the form's token from a program that does not say
// where it comes from. For a door of programs a cookie is nothing at all.
func TestAPostFromAnotherSiteDoesNothing(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	b := g.Browser()
	b.Get("/signin").SignIn(ada).At("/account")
	for _, pattern := range g.Server.Patterns() {
		path, ok := strings.CutPrefix(pattern, "POST ")
		if !ok || strings.HasPrefix(path, "/oauth2/") {
			continue
		}
		for name, header := range map[string][2]string{
			"another site": {"Sec-Fetch-Site", "cross-site"}, "a sibling": {"Sec-Fetch-Site", "same-site"},
			"an old browser": {"Origin", "https://evil.example"}, "nowhere": {"Accept", "text/html"}, "null": {"Origin", "null"},
		} {
			req, err := http.NewRequest("POST", gatetest.Issuer+path, strings.NewReader("form_token=forged"))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header[0], header[1])
			for _, c := range b.Cookies() {
				req.AddCookie(c)
			}
			want := http.StatusForbidden
			if strings.HasPrefix(path, "/access/v1/") || strings.HasPrefix(path, "/api/") {
				want = http.StatusUnauthorized
			}
			if a := g.Do(req); a.Status != want {
				t.Errorf("POST %s from %s: %d, want %d", path, name, a.Status, want)
			}
		}
	}
	b.Get("/account").At("/account").Is(200)
}

// Whatever the status, an error is a page with a way on, and a program that asks
// for JSON gets a problem document.
func TestErrorsSpeakTheVisitorsLanguage(t *testing.T) {
	t.Parallel()
	g := watched(t)
	for path, status := range map[string]int{"/nothing": 404, "/signin?i=int_x": 404, "/oauth2/authorize": 400, "/signin?%zz": 400} {
		page := g.Get(path, "Accept", "text/html")
		program := g.Get(path, "Accept", "application/json")
		if page.Status != status && path != "/signin?%zz" || !strings.HasPrefix(page.Header.Get("Content-Type"), "text/html") && page.Status >= 400 {
			t.Errorf("%s: %d %s", path, page.Status, page.Header.Get("Content-Type"))
		}
		if program.Status >= 400 && (program.Header.Get("Content-Type") != "application/problem+json" || fmt.Sprint(program.JSON["status"]) != fmt.Sprint(program.Status)) {
			t.Errorf("%s for a program: %d %s %s", path, program.Status, program.Header.Get("Content-Type"), program.Body)
		}
	}
}

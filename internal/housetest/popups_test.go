package housetest

import (
	"net/http"
	"net/url"
	"testing"

	"gatehouse/internal/gatetest"
)

// An application that opens the sign-in in a window of its own gets its answer
// there: no answer on the way, page, redirect or error, cuts the window off.
func TestPopupKeepsItsOpenerThroughSignInAndSignOut(t *testing.T) {
	t.Parallel()
	g := watched(t) // which looks at the header of every answer
	passed := map[string]bool{}
	watch := g.Watch
	g.Watch = func(s gatetest.Seen) {
		passed[s.Request.Method+" "+s.Request.URL.Path] = true
		watch(s)
	}
	ada, app := g.Person("ada"), g.App("web")
	b := g.Browser()
	tokens := app.Tokens(b, ada, "prompt", "consent")
	b.Get(app.AuthorizeURL("prompt", "select_account"))
	b.Get(app.AuthorizeURL("redirect_uri", "https://evil.example.test/")).Is(http.StatusBadRequest)
	b.Get("/oauth2/logout?" + url.Values{"id_token_hint": {tokens.Text("id_token")}, "post_logout_redirect_uri": {bye}}.Encode()).SentTo(bye)
	app.Code(b, ada)
	b.Get("/oauth2/logout?client_id=web").Press("", "submit")
	for _, path := range []string{"/signin/factor", "/signin/enrol", "/signin/recovery", "/signin/nothing", "/signout"} {
		b.Get(path)
	}
	for _, path := range []string{
		"GET /oauth2/authorize", "GET /signin", "POST /signin", "GET /consent", "POST /consent",
		"GET /signin/select", "GET /oauth2/logout", "POST /oauth2/logout",
	} {
		if !passed[path] {
			t.Errorf("the window did not come by %s", path)
		}
	}
	// What no popup passes keeps the cut.
	for _, path := range []string{"/account", "/setup", "/", "/problems/flow.gone", "/signinx", "/consents", "/oauth2/userinfo"} {
		if got := g.Get(path).Header.Get("Cross-Origin-Opener-Policy"); got != "same-origin" {
			t.Errorf("%s: Cross-Origin-Opener-Policy is %q", path, got)
		}
	}
}

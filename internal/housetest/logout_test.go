package housetest

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

const bye = "https://app.example.test/bye"

// farewell is a browser that is signed in, and the application that knows it.
type farewell struct {
	*testing.T
	g       *gatetest.Gate
	app     *gatetest.Application
	ada     *gatetest.Person
	browser *gatetest.Browser
	hint    string // an ID token of this session
}

func newFarewell(t *testing.T) *farewell {
	t.Helper()
	g := watched(t)
	f := &farewell{T: t, g: g, app: g.App("web"), ada: g.Person("ada"), browser: g.Browser()}
	f.hint = f.app.Tokens(f.browser, f.ada, "scope", "openid").Text("id_token")
	return f
}

func (f *farewell) logout(fields ...string) *gatetest.Page {
	f.Helper()
	q := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		q.Set(fields[i], fields[i+1])
	}
	return f.browser.Get("/oauth2/logout?" + q.Encode())
}

// signedIn reports whether prompt=none still brings a code.
func (f *farewell) signedIn() bool {
	f.Helper()
	q := f.browser.Get(f.app.AuthorizeURL("prompt", "none", "scope", "openid")).Answered(gatetest.RedirectURI)
	if q.Get("error") != "" && q.Get("error") != "login_required" {
		f.Errorf("prompt=none answers %v", q)
	}
	return q.Get("code") != ""
}

// goesNowhere fails the test unless a page of ours is shown, an error or the
// question, and the person is still signed in.
func (f *farewell) goesNowhere(p *gatetest.Page) {
	f.Helper()
	if p.Out != nil {
		f.Errorf("the browser was sent to %s", p.Out)
	}
	if p.Status != http.StatusOK && p.Status != http.StatusBadRequest {
		f.Errorf("status %d", p.Status)
	}
	if !f.signedIn() {
		f.Error("the person was signed out without being asked")
	}
}

// saysSo presses "sign out" if the page asks, and wants a page that says it is done.
func (f *farewell) saysSo(p *gatetest.Page) {
	f.Helper()
	if p.Out == nil && strings.Contains(p.Body, `id="submit"`) {
		if !f.signedIn() {
			f.Error("signed out before the answer")
		}
		p = p.Press("", "submit")
	}
	if p.Out != nil {
		f.Fatalf("the browser was sent to %s", p.Out)
	}
	p.Is(http.StatusOK).Says("Signed out")
	if f.signedIn() {
		f.Error("the person is still signed in")
	}
}

// logoutModules are those of the RP-initiated logout certification profile; the
// name is that of the suite without "oidcc-rp-initiated-logout".
var logoutModules = []struct {
	name string
	run  func(f *farewell)
}{
	{"-discovery-endpoint-verification", func(f *farewell) {
		if got := f.g.Get("/.well-known/openid-configuration").Text("end_session_endpoint"); got != gatetest.Issuer+"/oauth2/logout" {
			f.Errorf("end_session_endpoint is %q", got)
		}
	}},
	{"", func(f *farewell) {
		q := f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye, "state", `a "state" & more`).SentTo(bye)
		if q.Get("state") != `a "state" & more` || len(q) != 1 {
			f.Errorf("went on with %v", q)
		}
		if f.signedIn() {
			f.Error("the person is still signed in")
		}
	}},
	{"-bad-post-logout-redirect-uri", func(f *farewell) {
		f.goesNowhere(f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", "https://app.example.test/other", "state", "s"))
	}},
	{"-query-added-to-post-logout-redirect-uri", func(f *farewell) {
		f.goesNowhere(f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye+"?foo=bar", "state", "s"))
	}},
	{"-modified-id-token-hint", func(f *farewell) {
		// A hint with alg none: the same claims, and no signature.
		claims := strings.Split(f.hint, ".")[1]
		none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + claims + "."
		f.goesNowhere(f.logout("id_token_hint", none, "post_logout_redirect_uri", bye, "state", "s"))
	}},
	{"-bad-id-token-hint", func(f *farewell) {
		// A hint that another Gatehouse signed with its own key.
		other := watched(f.T)
		theirs := other.App("web").Tokens(other.Browser(), other.Person("ada"), "scope", "openid").Text("id_token")
		f.goesNowhere(f.logout("id_token_hint", theirs, "post_logout_redirect_uri", bye, "state", "s"))
	}},
	{"-no-id-token-hint", func(f *farewell) {
		f.goesNowhere(f.logout("post_logout_redirect_uri", bye, "state", "s"))
		f.goesNowhere(f.logout("post_logout_redirect_uri", bye, "client_id", "web", "state", "s"))
		// Even the person's yes does not lead to where a stranger's link points.
		f.saysSo(f.logout("post_logout_redirect_uri", bye+"/", "client_id", "web", "state", "s"))
	}},
	{"-no-params", func(f *farewell) { f.saysSo(f.logout()) }},
	{"-only-state", func(f *farewell) { f.saysSo(f.logout("state", "s")) }},
	{"-no-post-logout-redirect-uri", func(f *farewell) { f.saysSo(f.logout("id_token_hint", f.hint, "state", "s")) }},
	{"-no-state", func(f *farewell) {
		p := f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye)
		if p.Out == nil || p.Out.String() != bye {
			f.Errorf("the browser was sent to %v", p.Out)
		}
		if f.signedIn() {
			f.Error("the person is still signed in")
		}
	}},
}

func TestLogoutProfile(t *testing.T) {
	t.Parallel()
	if len(logoutModules) != 11 {
		t.Fatalf("the profile has 11 modules, not %d", len(logoutModules))
	}
	for _, m := range logoutModules {
		t.Run("oidcc-rp-initiated-logout"+m.name, func(t *testing.T) { m.run(newFarewell(t)) })
	}
}

// express-openid-connect and others keep no ID token: they name themselves and a
// registered address, and the person's own yes leads there. Nothing else does.
func TestSignOutWithAClientIDReturnsAfterTheYes(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	f.g.App("other", func(c *oauth.Client) { c.PostLogoutRedirectURIs = []string{"https://other.example.test/bye"} })
	for name, fields := range map[string][]string{
		"no client":           {"post_logout_redirect_uri", bye},
		"nobody's name":       {"post_logout_redirect_uri", bye, "client_id", "nobody"},
		"another's address":   {"post_logout_redirect_uri", "https://other.example.test/bye", "client_id", "web"},
		"an unregistered one": {"post_logout_redirect_uri", "https://evil.example.test/", "client_id", "web"},
		"a hint that is none": {"post_logout_redirect_uri", "https://evil.example.test/", "client_id", "web", "id_token_hint", "a.b.c"},
	} {
		f.goesNowhere(f.logout(fields...))
		page := f.logout(fields...)
		if page = page.Press("", "submit"); page.Out != nil {
			t.Errorf("%s: the yes led to %s", name, page.Out)
		}
		f.app.Code(f.browser, f.ada)
	}
	good := []string{"post_logout_redirect_uri", bye, "client_id", "web", "state", "s"}
	f.goesNowhere(f.logout(good...))
	if q := f.logout(good...).Press("", "submit").SentTo(bye); q.Get("state") != "s" || f.signedIn() {
		t.Errorf("went on with %v", q)
	}
	// Nobody is signed in, so that nobody said yes.
	if page := f.logout(good...); page.Out != nil {
		t.Errorf("a stranger's link leads to %s", page.Out)
	}
}

// A hint that expired is still one of ours; one of another session, of another
// person or for another client is not enough to end this session unasked.
func TestOnlyAHintOfThisSessionEndsItUnasked(t *testing.T) {
	t.Parallel()
	for name, hint := range map[string]func(f *farewell) (fields []string){
		"another session": func(f *farewell) []string {
			return []string{"id_token_hint", f.app.Tokens(f.g.Browser(), f.ada).Text("id_token")}
		},
		"another person": func(f *farewell) []string {
			return []string{"id_token_hint", f.app.Tokens(f.g.Browser(), f.g.Person("grace")).Text("id_token")}
		},
		"an access token": func(f *farewell) []string {
			return []string{"id_token_hint", f.app.Tokens(f.browser, f.ada).Text("access_token")}
		},
		"another client":       func(f *farewell) []string { return []string{"id_token_hint", f.hint, "client_id", "other"} },
		"a client and no more": func(*farewell) []string { return []string{"client_id", "web"} },
	} {
		t.Run(name, func(t *testing.T) {
			f := newFarewell(t)
			f.g.App("other")
			f.goesNowhere(f.logout(append(hint(f), "post_logout_redirect_uri", bye)...))
		})
	}
	t.Run("an expired hint", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			f := newFarewell(t)
			time.Sleep(48 * time.Hour)
			f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye, "state", "s").SentTo(bye)
			if f.signedIn() {
				t.Error("the person is still signed in")
			}
		})
	})
}

// A logout ends what the session gave: the refresh token, and the access tokens.
func TestALogoutEndsTheTokensOfItsSession(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	tokens := f.app.Tokens(f.browser, f.ada)
	other := f.app.Tokens(f.g.Browser(), f.ada)
	f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye).SentTo(bye)
	f.g.Settle()
	if a := f.app.Refresh(tokens.Text("refresh_token")); a.Error() != "invalid_grant" {
		t.Errorf("refresh: %d %s", a.Status, a.Body)
	}
	if a := f.g.Userinfo(tokens.Text("access_token")); a.Status != http.StatusUnauthorized {
		t.Errorf("userinfo: %d %s", a.Status, a.Body)
	}
	if a := f.app.Introspect(tokens.Text("access_token")); a.JSON["active"] != false {
		t.Errorf("introspection: %s", a.Body)
	}
	if a := f.app.Refresh(other.Text("refresh_token")); a.Status != http.StatusOK {
		t.Errorf("the person's other session: %d %s", a.Status, a.Body)
	}
}

// A logout request may be posted too (OpenID Connect RP-Initiated Logout 1.0
// section 2); one that comes from another site comes without cookies and is
// turned into a GET first.
func TestAPostedLogoutWorksToo(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	form := url.Values{"id_token_hint": {f.hint}, "post_logout_redirect_uri": {bye}, "state": {"s"}}
	first := f.g.PostForm("/oauth2/logout", "", "", form)
	if first.Status != http.StatusSeeOther || !strings.HasPrefix(first.Header.Get("Location"), gatetest.Issuer+"/oauth2/logout?") {
		t.Fatalf("%d, Location %s", first.Status, first.Header.Get("Location"))
	}
	if q := f.browser.Get(first.Header.Get("Location")).SentTo(bye); q.Get("state") != "s" || f.signedIn() {
		t.Errorf("went on with %v", q)
	}
}

// The same client setting, registered in other words, is another address.
func TestPostLogoutAddressesMatchByteForByte(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	withQuery := f.g.App("query", func(c *oauth.Client) { c.PostLogoutRedirectURIs = []string{bye + "?a=b"} })
	hint := withQuery.Tokens(f.browser, f.ada, "scope", "openid").Text("id_token")
	for _, uri := range nearlyRegistered {
		if uri != "" {
			f.goesNowhere(f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", strings.Replace(uri, "/cb?x=1", "/bye", 1)+"#"))
		}
	}
	if got := f.logout("id_token_hint", hint, "post_logout_redirect_uri", bye+"?a=b", "state", "s").Out; got == nil || got.String() != bye+"?a=b&state=s" {
		t.Errorf("a registered query: %v", got)
	}
}

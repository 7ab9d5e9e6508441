package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// party is a relying party at work as the OpenID certification suite drives it:
// two confidential clients without PKCE, and a person with every claim filled.
type party struct {
	*testing.T
	g          *gatetest.Gate
	one, two   *gatetest.Application
	ada        *gatetest.Person
	browser    *gatetest.Browser
	mode       string // response_mode of every request; "" sends none
	idTokenAlg string
}

func newParty(t *testing.T, mode, alg string) *party {
	t.Helper()
	g := watched(t)
	certified := func(c *oauth.Client) { c.PKCE, c.IDTokenAlg = oauth.PKCEOff, alg }
	return &party{
		T: t, g: g, mode: mode, idTokenAlg: alg, browser: g.Browser(), ada: g.Person("ada", gatetest.WithClaims(everyClaim)),
		one: g.App("one", certified), two: g.App("two", certified),
	}
}

// in returns the party in a subtest, with a browser that nobody has used.
func (p *party) in(t *testing.T) *party {
	c := *p
	c.T, c.g = t, p.g.For(t)
	c.one, c.two, c.browser = p.one.At(c.g), p.two.At(c.g), c.g.Browser()
	return &c
}

// fields are those of the suite's requests: no PKCE unless the module adds it.
func (p *party) fields(more []string) []string {
	return append([]string{"code_challenge", "", "code_challenge_method", "", "response_mode", p.mode, "scope", "openid"}, more...)
}

// visit sends the browser to the authorization endpoint.
func (p *party) visit(app *gatetest.Application, more ...string) *gatetest.Page {
	p.Helper()
	return p.browser.Get(app.AuthorizeURL(p.fields(more)...))
}

// silent sends the browser to the authorization endpoint and fails the test if
// a page is shown on the way.
func (p *party) silent(app *gatetest.Application, more ...string) url.Values {
	p.Helper()
	return p.answer(p.visit(app, more...))
}

func (p *party) answer(page *gatetest.Page) url.Values {
	p.Helper()
	if (page.Out == nil) != (p.mode == "form_post") {
		p.Fatalf("the answer did not come by %q: %s, out %v, %d\n%s", p.mode, page.URL, page.Out, page.Status, page.Body)
	}
	q := page.Answered(gatetest.RedirectURI)
	if q.Get("iss") != gatetest.Issuer || q.Get("state") != "a state of the application" {
		p.Errorf("iss or state is wrong: %v", q)
	}
	return q
}

// signIn goes through the pages, of which the sign-in must be one.
func (p *party) signIn(app *gatetest.Application, more ...string) url.Values {
	p.Helper()
	return p.answer(p.visit(app, more...).SignIn(p.ada).Allow())
}

// exchange redeems an answer and checks the token response and its ID token.
func (p *party) exchange(app *gatetest.Application, answer url.Values) (gatetest.Answer, map[string]any) {
	p.Helper()
	return p.exchangeNonce(app, answer, "a nonce")
}

func (p *party) exchangeNonce(app *gatetest.Application, answer url.Values, nonce string) (gatetest.Answer, map[string]any) {
	p.Helper()
	if answer.Get("code") == "" || answer.Has("error") {
		p.Fatalf("no code: %v", answer)
	}
	a := app.Exchange(answer.Get("code"), "code_verifier", "")
	checkTokenResponse(p.T, a)
	return a, verifyIDToken(p.T, p.g, a, app, p.idTokenAlg, nonce)
}

// flow is a whole sign-in and exchange.
func (p *party) flow(more ...string) (gatetest.Answer, map[string]any) {
	p.Helper()
	return p.exchange(p.one, p.signIn(p.one, more...))
}

// module is one of the suite's; its name is that of the suite without "oidcc-".
type module struct {
	name string
	run  func(p *party)
	// days says that time must pass: the module runs in a bubble of its own.
	days bool
}

// basicModules are those of the Basic OP certification profile.
var basicModules = []module{
	{name: "server", run: func(p *party) {
		tokens, claims := p.flow()
		if a := p.g.Userinfo(tokens.Text("access_token")); a.Status != 200 || a.Text("sub") != claims["sub"] {
			p.Errorf("userinfo: %d %s", a.Status, a.Body)
		}
		// Again with the second client: the person is there already.
		_, second := p.exchange(p.two, p.answer(p.visit(p.two).Allow()))
		if second["sub"] != claims["sub"] || second["aud"] != "two" {
			p.Errorf("the second client hears of %v, the first of %v", second, claims)
		}
	}},
	{name: "response-type-missing", run: func(p *party) {
		if q := p.silent(p.one, "response_type", ""); q.Get("error") != "invalid_request" || q.Has("code") {
			p.Errorf("%v", q)
		}
	}},
	{name: "idtoken-signature", run: func(p *party) { p.flow() }}, // verified by its kid with the algorithm of the run
	{name: "idtoken-unsigned", run: func(p *party) {
		// Skipped by the suite because none is not advertised; here it is refused.
		if unsigned(p.g) {
			p.Error("none is advertised")
		}
	}},
	{name: "userinfo-get", run: func(p *party) {
		tokens, claims := p.flow()
		checkUserinfo(p, p.g.Userinfo(tokens.Text("access_token")), claims)
	}},
	{name: "userinfo-post-header", run: func(p *party) {
		tokens, claims := p.flow()
		checkUserinfo(p, p.g.Ask("POST", "/oauth2/userinfo", "Authorization", "Bearer "+tokens.Text("access_token")), claims)
	}},
	{name: "userinfo-post-body", run: func(p *party) {
		tokens, claims := p.flow()
		checkUserinfo(p, p.g.PostForm("/oauth2/userinfo", "", "", url.Values{"access_token": {tokens.Text("access_token")}}), claims)
	}},
	{name: "ensure-request-without-nonce-succeeds-for-code-flow", run: func(p *party) {
		_, claims := p.exchangeNonce(p.one, p.signIn(p.one, "nonce", ""), "")
		if _, has := claims["nonce"]; has {
			p.Errorf("a nonce that nobody sent: %v", claims)
		}
	}},
	{name: "scope-profile", run: func(p *party) { checkScope(p, "openid profile") }},
	{name: "scope-email", run: func(p *party) { checkScope(p, "openid email") }},
	{name: "scope-address", run: func(p *party) { checkScope(p, "openid address") }},
	{name: "scope-phone", run: func(p *party) { checkScope(p, "openid phone") }},
	{name: "scope-all", run: func(p *party) { checkScope(p, "openid profile email address phone") }},
	{name: "alternate-happy-flow", run: func(p *party) { checkScope(p, "phone email openid address profile") }},
	{name: "display-page", run: func(p *party) { p.flow("display", "page") }},
	{name: "display-popup", run: func(p *party) { p.flow("display", "popup") }},
	{name: "prompt-login", days: true, run: func(p *party) {
		_, first := p.flow()
		time.Sleep(100*time.Second + 300*time.Millisecond)
		_, second := p.flow("prompt", "login") // signIn fails unless the page is shown
		expectAuthTime(p, second, first, 100)
		if page := p.visit(p.one, "prompt", "login"); page.Out != nil || page.URL.Path != "/signin" {
			p.Errorf("a third request is answered at %s", page.URL)
		}
	}},
	{name: "prompt-none-not-logged-in", run: func(p *party) {
		if q := p.silent(p.one, "prompt", "none"); q.Get("error") != "login_required" || q.Has("code") {
			p.Errorf("%v", q)
		}
	}},
	{name: "prompt-none-logged-in", days: true, run: func(p *party) {
		_, first := p.flow()
		time.Sleep(30 * time.Minute)
		_, second := p.exchange(p.one, p.silent(p.one, "prompt", "none"))
		expectAuthTime(p, second, first, 0)
	}},
	{name: "max-age-1", days: true, run: func(p *party) {
		time.Sleep(100 * time.Millisecond) // seconds are not to hide the truth
		_, first := p.flow()
		time.Sleep(1100 * time.Millisecond)
		_, second := p.flow("max_age", "1")
		expectAuthTime(p, second, first, 1)
	}},
	{name: "max-age-10000", days: true, run: func(p *party) {
		_, first := p.flow()
		time.Sleep(time.Second)
		_, second := p.exchange(p.one, p.silent(p.one, "max_age", "10000"))
		expectAuthTime(p, second, first, 0)
		time.Sleep(9998 * time.Second)
		_, second = p.exchange(p.one, p.silent(p.one, "max_age", "10000", "prompt", "none"))
		expectAuthTime(p, second, first, 0)
		time.Sleep(2 * time.Second)
		if q := p.silent(p.one, "max_age", "10000", "prompt", "none"); q.Get("error") != "login_required" {
			p.Errorf("too old, and no page may be shown: %v", q)
		}
		_, second = p.flow("max_age", "10000")
		expectAuthTime(p, second, first, 10001)
	}},
	{name: "ensure-request-with-unknown-parameter-succeeds", run: func(p *party) { p.flow("extra", "foobar") }},
	{name: "id-token-hint", run: func(p *party) {
		tokens, first := p.flow()
		_, second := p.exchange(p.one, p.silent(p.one, "prompt", "none", "id_token_hint", tokens.Text("id_token")))
		expectAuthTime(p, second, first, 0)
		// The hint is about somebody else: nobody is told who is here.
		grace := p.g.Person("grace-" + p.mode)
		other := p.g.Browser()
		hint := p.one.Exchange(p.one.Code(other, grace, p.fields(nil)...), "code_verifier", "").Text("id_token")
		if q := p.silent(p.one, "prompt", "none", "id_token_hint", hint); q.Get("error") != "login_required" {
			p.Errorf("somebody else's hint: %v", q)
		}
	}},
	{name: "login-hint", run: func(p *party) {
		page := p.visit(p.one, "login_hint", p.ada.Email).At("/signin")
		if !strings.Contains(page.Body, `value="`+p.ada.Email+`"`) {
			p.Errorf("the hint is not on the page:\n%s", page.Body)
		}
		p.exchange(p.one, p.answer(page.SignIn(p.ada).Allow()))
	}},
	{name: "ui-locales", run: func(p *party) { p.flow("ui_locales", "se") }},
	{name: "claims-locales", run: func(p *party) { p.flow("claims_locales", "se") }},
	{name: "ensure-request-with-acr-values-succeeds", run: func(p *party) {
		_, claims := p.flow("acr_values", "aal2 aal1")
		if claims["acr"] != "aal1" {
			p.Errorf("acr is %v", claims["acr"])
		}
		if _, claims := p.exchange(p.one, p.silent(p.one, "acr_values", "urn:mace:incommon:iap:silver")); claims["acr"] != "aal1" {
			p.Errorf("acr is %v after asking for what nobody knows", claims["acr"])
		}
	}},
	{name: "codereuse", run: func(p *party) {
		answer := p.signIn(p.one)
		p.exchange(p.one, answer)
		if a := p.one.Exchange(answer.Get("code"), "code_verifier", ""); a.Status != 400 || a.Error() != "invalid_grant" {
			p.Errorf("the second time: %d %s", a.Status, a.Body)
		}
	}},
	{name: "codereuse-30seconds", days: true, run: func(p *party) {
		answer := p.signIn(p.one)
		tokens, _ := p.exchange(p.one, answer)
		time.Sleep(30 * time.Second)
		if a := p.one.Exchange(answer.Get("code"), "code_verifier", ""); a.Status != 400 || a.Error() != "invalid_grant" {
			p.Errorf("the second time: %d %s", a.Status, a.Body)
		}
		p.g.Settle()
		if a := p.g.Userinfo(tokens.Text("access_token")); a.Status != http.StatusUnauthorized {
			p.Errorf("the access token still works: %d %s", a.Status, a.Body)
		}
	}},
	{name: "ensure-registered-redirect-uri", run: func(p *party) {
		for _, uri := range []string{gatetest.RedirectURI + "x", gatetest.RedirectURI + "?a=b", "https://evil.example/cb"} {
			staysHere(p.T, uri, p.g.Get(strings.TrimPrefix(p.one.AuthorizeURL(p.fields([]string{"redirect_uri", uri})...), gatetest.Issuer)))
		}
	}},
	{name: "ensure-post-request-succeeds", run: func(p *party) {
		u, err := url.Parse(p.one.AuthorizeURL(p.fields(nil)...))
		if err != nil {
			p.Fatal(err)
		}
		p.exchange(p.one, p.answer(p.browser.Post("/oauth2/authorize", u.Query()).SignIn(p.ada).Allow()))
		// And again, as a member.
		p.exchange(p.one, p.answer(p.browser.Post("/oauth2/authorize", u.Query())))
	}},
	{name: "server-client-secret-post", run: func(p *party) {
		app := p.g.App("post-"+p.mode, func(c *oauth.Client) {
			c.AuthMethod, c.PKCE, c.IDTokenAlg = oauth.AuthPost, oauth.PKCEOff, p.idTokenAlg
		})
		tokens, claims := p.exchange(app, p.signIn(app))
		checkUserinfo(p, p.g.Userinfo(tokens.Text("access_token")), claims)
	}},
	{name: "request-uri-unsigned-supported-correctly-or-rejected-as-unsupported", run: func(p *party) {
		if q := p.silent(p.one, "request_uri", "https://app.example.test/request.jwt"); q.Get("error") != "request_uri_not_supported" {
			p.Errorf("%v", q)
		}
	}},
	{name: "unsigned-request-object-supported-correctly-or-rejected-as-unsupported", run: func(p *party) {
		if q := p.silent(p.one, "request", unsignedRequest); q.Get("error") != "request_not_supported" {
			p.Errorf("%v", q)
		}
	}},
	{name: "claims-essential", run: func(p *party) {
		tokens, claims := p.flow("claims", `{"userinfo":{"name":{"essential":true}}}`)
		if a := p.g.Userinfo(tokens.Text("access_token")); a.Text("name") != "ada Example" {
			p.Errorf("userinfo: %d %s", a.Status, a.Body)
		}
		if _, has := claims["name"]; has {
			p.Errorf("the ID token has a claim that was asked for at userinfo: %v", claims)
		}
	}},
	{name: "ensure-request-object-with-redirect-uri", run: func(p *party) {
		// The object's redirect URI is not looked at: the request is refused as a whole.
		if q := p.silent(p.one, "request", unsignedRequest, "state", "a state of the application"); q.Get("error") != "request_not_supported" {
			p.Errorf("%v", q)
		}
	}},
	{name: "refresh-token", days: true, run: func(p *party) {
		tokens, first := p.flow("scope", "openid offline_access")
		refresh := tokens.Text("refresh_token")
		if len(refresh) < 50 || strings.ContainsFunc(refresh, func(r rune) bool { return r < ' ' || r > '~' }) {
			p.Errorf("the refresh token is %q", refresh)
		}
		time.Sleep(time.Minute)
		p.g.Settle()
		if a := p.two.Refresh(refresh); a.Status != 400 || a.Error() != "invalid_grant" {
			p.Errorf("another client's: %d %s", a.Status, a.Body)
		}
		second := p.one.Refresh(refresh)
		checkTokenResponse(p.T, second)
		claims := verifyIDToken(p.T, p.g, second, p.one, p.idTokenAlg, "")
		for _, name := range []string{"iss", "sub", "aud", "auth_time"} {
			if claims[name] != first[name] {
				p.Errorf("%s is %v, was %v", name, claims[name], first[name])
			}
		}
		if claims["iat"] != first["iat"].(float64)+60 {
			p.Errorf("iat is %v, was %v", claims["iat"], first["iat"])
		}
		checkUserinfo(p, p.g.Userinfo(second.Text("access_token")), claims)
	}},
	{name: "ensure-request-with-valid-pkce-succeeds", run: func(p *party) {
		answer := p.signIn(p.one, "code_challenge", gatetest.Challenge(gatetest.Verifier), "code_challenge_method", "S256")
		checkTokenResponse(p.T, p.one.Exchange(answer.Get("code")))
	}},
}

// {"alg":"none"} . {"redirect_uri":"https://app.example.test/cb"} .
const unsignedRequest = "eyJhbGciOiJub25lIn0.eyJyZWRpcmVjdF91cmkiOiJodHRwczovL2FwcC5leGFtcGxlLnRlc3QvY2IifQ."

// runModules runs the profile's modules with the response mode. ID tokens are
// signed with RS256, the default; the modules in which time passes have a
// Gatehouse and a bubble each, where an ES256 key is made faster.
func runModules(t *testing.T, mode string) {
	if len(basicModules) != 38 {
		t.Fatalf("the profile has 38 modules, not %d", len(basicModules))
	}
	shared := newParty(t, mode, "")
	for _, m := range basicModules {
		t.Run("oidcc-"+m.name, func(t *testing.T) {
			if m.days {
				synctest.Test(t, func(t *testing.T) { m.run(newParty(t, mode, "ES256")) })
				return
			}
			m.run(shared.in(t))
		})
	}
}

func TestBasicProfile(t *testing.T) {
	t.Parallel()
	runModules(t, "")
}

// expectAuthTime fails the test unless the second sign-in is of the same person
// and so many seconds later than the first.
func expectAuthTime(p *party, second, first map[string]any, later float64) {
	p.Helper()
	was, _ := first["auth_time"].(float64)
	if was == 0 || second["auth_time"] != was+later || second["sub"] != first["sub"] {
		p.Errorf("auth_time is %v, was %v: want %v later; sub %v and %v", second["auth_time"], was, later, second["sub"], first["sub"])
	}
}

func checkUserinfo(p *party, a gatetest.Answer, claims map[string]any) {
	p.Helper()
	kind := a.Header.Get("Content-Type")
	if a.Status != 200 || kind != "application/json" || a.Text("sub") != claims["sub"] || a.Header.Get("Cache-Control") != "no-store" {
		p.Errorf("userinfo: %d %s %s", a.Status, kind, a.Body)
	}
}

// checkScope asks for the scopes and wants exactly their claims at userinfo, and
// none of them in the ID token.
func checkScope(p *party, scope string) {
	tokens, claims := p.flow("scope", scope)
	a := p.g.Userinfo(tokens.Text("access_token"))
	checkUserinfo(p, a, claims)
	want := map[string]any{"sub": claims["sub"]}
	for name := range strings.FieldsSeq(scope) {
		for claim, value := range claimsOfScope[name] {
			want[claim] = value
			if _, has := claims[claim]; has {
				p.Errorf("the ID token has %s, which belongs to userinfo", claim)
			}
		}
	}
	if at, ok := a.JSON["updated_at"].(float64); ok {
		want["updated_at"] = at // a number, whatever the time
	}
	if diff := cmp.Diff(want, a.JSON); diff != "" {
		p.Errorf("userinfo for %s (-want +got):\n%s", scope, diff)
	}
	if strings.Contains(scope, "profile") != (a.JSON["updated_at"] != nil) {
		p.Errorf("updated_at is %v", a.JSON["updated_at"])
	}
}

// checkTokenResponse holds RFC 6749 section 5.1.
func checkTokenResponse(t *testing.T, a gatetest.Answer) {
	t.Helper()
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/json" || a.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("token response: %d %s %s %s", a.Status, a.Header.Get("Content-Type"), a.Header.Get("Cache-Control"), a.Body)
	}
	if a.Text("token_type") != "Bearer" || fmt.Sprint(a.JSON["expires_in"]) != "300" || len(a.Text("access_token")) < 100 {
		t.Errorf("token response: %s", a.Body)
	}
}

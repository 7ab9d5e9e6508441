package housetest

import (
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Libraries ask for what other servers have; what is not registered is ignored
// (OpenID Connect Core 3.1.2.1), and the application is told what was left.
func TestUnregisteredScopesAreIgnoredAndTheRestIsReturned(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web")
	for _, mode := range []string{"query", "form_post"} {
		q := g.Browser().Get(app.AuthorizeURL("scope", "openid groups email payments", "response_mode", mode)).SignIn(ada).Allow().Answered(gatetest.RedirectURI)
		if q.Get("scope") != "openid email" {
			t.Errorf("%s: the answer's scope is %q, of %v", mode, q.Get("scope"), q)
		}
		tokens := app.Exchange(q.Get("code"))
		if tokens.Text("scope") != "openid email" || tokens.Text("id_token") == "" {
			t.Errorf("%s: the token answer is %s", mode, tokens.Body)
		}
		if user := g.Userinfo(tokens.Text("access_token")); user.Text("email") == "" {
			t.Errorf("%s: userinfo is %d %s", mode, user.Status, user.Body)
		}
	}
	if log := g.Log.String(); !strings.Contains(log, `"client":"web","scopes":["groups","payments"]`) {
		t.Error("the log does not name the ignored scopes")
	}
	if q := g.Browser().Get(app.AuthorizeURL("scope", "openid email")).SignIn(ada).Allow().Answered(gatetest.RedirectURI); q.Has("scope") {
		t.Errorf("nothing was ignored, and the answer has the scope %q", q.Get("scope"))
	}
	// A right that is not registered is asked of nobody, whatever came with it.
	if page := g.Browser().Get(app.AuthorizeURL("scope", "openid groups")).SignIn(ada); strings.Contains(page.Body, "groups") {
		t.Error("the person is asked for an unregistered scope")
	}
}

// A request of which nothing is left, or not the sign-in, is another request.
func TestRequestWhoseScopesAllVanishIsRefused(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app, plain := g.App("web"), g.App("plain", func(c *oauth.Client) { c.Scopes = []string{"orders"} })
	for _, c := range []struct {
		app   *gatetest.Application
		scope string
	}{{app, "groups"}, {app, "groups payments"}, {app, "OPENID"}, {plain, "openid"}, {plain, "openid orders"}, {plain, "profile"}} {
		if q := g.Browser().Get(c.app.AuthorizeURL("scope", c.scope)).Answered(gatetest.RedirectURI); q.Get("error") != "invalid_scope" {
			t.Errorf("%s asks for %q: %v", c.app.ID, c.scope, q)
		}
	}
}

// A program that names no scope gets those that are registered for it, as far
// as they need no person (RFC 6749 section 3.3).
func TestProgramWithoutScopeGetsItsRegisteredOnes(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	for name, c := range map[string]struct {
		scopes []string
		want   string
	}{
		"some":         {[]string{"reports:read", "orders"}, "reports:read orders"},
		"of a person":  {[]string{"openid", "email", "orders", "offline_access"}, "orders"},
		"only persons": {[]string{"openid", "profile"}, ""},
		"none":         {nil, ""},
	} {
		for _, method := range []string{oauth.AuthBasic, oauth.AuthPost} {
			app := g.App("robot-"+strings.ReplaceAll(name, " ", "-")+method, func(a *oauth.Client) {
				a.Scopes, a.AuthMethod, a.GrantTypes, a.RedirectURIs = c.scopes, method, []string{oauth.GrantClient}, nil
			})
			a := app.ClientCredentials()
			expectTokens(t, name, a)
			if a.Text("scope") != c.want || app.Introspect(a.Text("access_token")).Text("scope") != c.want {
				t.Errorf("%s: got %s, want %q", name, a.Body, c.want)
			}
		}
	}
}

package housetest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// What is not advertised is not there either (security R37). The parameters,
// response types and modes are in refusedRequests, the grants in
// TestOnlyThreeGrantsExist.
func TestNothingUnadvertisedIsAccepted(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web")
	t.Run("endpoints", func(t *testing.T) {
		for _, path := range []string{
			"/oauth2/par", "/oauth2/pushed", "/par", "/as/par", "/oauth2/register", "/oauth2/registration", "/oauth2/device", "/oauth2/device_authorization", "/device", "/oauth2/bc-authorize",
			"/oauth2/auth", "/oauth2/authorise", "/oauth2/check_session", "/oauth2/sessions/logout", "/oauth2/keys", "/oauth2/certs", "/oauth2/tokeninfo", "/.well-known/webfinger", "/.well-known/openid-federation", "/oauth2/", "/oauth2",
		} {
			for _, a := range []gatetest.Answer{g.Get(path), g.For(t).PostForm(path, "web", app.Secret, clientGrant)} {
				if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
					t.Errorf("%s: %d", path, a.Status)
				}
			}
		}
	})
	t.Run("methods", func(t *testing.T) {
		for path, methods := range map[string][]string{
			"/oauth2/token": {"GET", "PUT", "HEAD"}, "/oauth2/introspect": {"GET", "PUT", "HEAD"}, "/oauth2/revoke": {"GET", "DELETE"}, "/oauth2/userinfo": {"PUT"},
			"/oauth2/authorize": {"PUT", "DELETE", "PATCH"}, "/.well-known/jwks.json": {"POST"},
		} {
			for _, method := range methods {
				if a := g.Ask(method, path); a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" {
					t.Errorf("%s %s: %d", method, path, a.Status)
				}
			}
		}
	})
	t.Run("client authentication", func(t *testing.T) {
		keyed, key := keyApp(t, g, "keyed", "ES256")
		stranger := signingKey(t, "ES256")
		for name, a := range map[string]gatetest.Answer{
			"client_secret_jwt":         g.PostForm("/oauth2/token", "", "", signed(t, app, "HS256", []byte(strings.Repeat(app.Secret, 2)), "grant_type", oauth.GrantClient)),
			"HS256 with the public key": g.PostForm("/oauth2/token", "", "", signed(t, keyed, "HS256", []byte(keyed.JWKS), "grant_type", oauth.GrantClient)),
			"a stranger's key":          g.PostForm("/oauth2/token", "", "", signed(t, keyed, "ES256", stranger, "grant_type", oauth.GrantClient)),
			"another registered method": g.PostForm("/oauth2/token", "", "", signed(t, app, "ES256", key, "grant_type", oauth.GrantClient)),
			"an unsigned assertion": g.PostForm("/oauth2/token", "", "", url.Values{
				"grant_type": {oauth.GrantClient}, "client_assertion_type": {assertionType}, "client_assertion": {unsignedRequest},
			}),
			"a secret in the query": postRaw(g, "/oauth2/token?client_id=web&client_secret="+app.Secret, clientGrant.Encode()),
			"by post, not basic":    g.PostForm("/oauth2/token", "", "", url.Values{"grant_type": {oauth.GrantClient}, "client_id": {"web"}, "client_secret": {app.Secret}}),
			"nothing":               g.PostForm("/oauth2/token", "", "", url.Values{"grant_type": {oauth.GrantClient}, "client_id": {"web"}}),
		} {
			if a.Status != 400 && a.Status != 401 || a.Error() != "invalid_client" && a.Error() != "invalid_request" || a.Text("access_token") != "" {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
	})
	t.Run("algorithms", func(t *testing.T) {
		for _, alg := range []string{"none", "HS256", "PS256", "RS512", "ES384", "ES512", "rs256"} {
			for what, change := range map[string]func(c *oauth.Client){
				"ID tokens": func(c *oauth.Client) { c.IDTokenAlg = alg }, "userinfo": func(c *oauth.Client) { c.UserinfoAlg = alg }, "access tokens": func(c *oauth.Client) { c.AccessTokenAlg = alg },
			} {
				c := app.Client
				change(&c)
				if _, err := g.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c); err == nil {
					t.Errorf("%s of %s can be registered", alg, what)
				}
			}
		}
	})
	t.Run("access tokens", func(t *testing.T) {
		token := app.Tokens(g.Browser(), ada).Text("access_token")
		for name, a := range map[string]gatetest.Answer{
			"in the query":   g.Get("/oauth2/userinfo?access_token=" + token),
			"as DPoP":        g.Get("/oauth2/userinfo", "Authorization", "DPoP "+token),
			"as Basic":       g.Get("/oauth2/userinfo", "Authorization", "Basic "+token),
			"in two ways":    g.Ask("POST", "/oauth2/userinfo?access_token="+token, "Authorization", "Bearer "+token),
			"twice":          g.Get("/oauth2/userinfo", "Authorization", "Bearer "+token, "Authorization", "Bearer "+token),
			"in a cookie":    g.Get("/oauth2/userinfo", "Cookie", "access_token="+token),
			"the ID token":   g.Userinfo(app.Tokens(g.Browser(), ada).Text("id_token")),
			"of the machine": g.Userinfo(app.ClientCredentials("scope", "orders").Text("access_token")),
		} {
			if a.Status < 400 || a.Status > 403 || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %q %s", name, a.Status, a.Header.Get("WWW-Authenticate"), a.Body)
			}
		}
		if a := g.Get("/oauth2/userinfo", "Authorization", "bEaReR "+token); a.Status != 200 {
			t.Errorf("the scheme in other letters: %d", a.Status)
		}
	})
}

// max_age is a number of seconds of any size (OpenID Connect Core 3.1.2.1).
func TestAHugeMaxAgeAsksForNothing(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app, b := g.Person("ada"), g.App("web"), g.Browser()
	app.Tokens(b, ada)
	for _, age := range []string{"9223372036", "9223372037", "10000000000", "9223372036854775807", "99999999999999999999999"} {
		if q := b.Get(app.AuthorizeURL("max_age", age)).Answered(gatetest.RedirectURI); q.Get("code") == "" {
			t.Errorf("max_age=%s: %v", age, q)
		}
	}
}

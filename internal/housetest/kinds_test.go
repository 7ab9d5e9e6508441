package housetest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Some applications read the ID token alone (OpenID Connect Core 5.4 leaves it to
// us): they get there what userinfo says, scope by scope, at a refresh too.
func TestClaimsStandInTheIDTokenForAClientThatWantsThem(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada", gatetest.WithClaims(everyClaim))
	app := g.App("web", func(c *oauth.Client) { c.IDTokenClaims = true })
	bare := g.App("bare")
	for _, scopes := range [][]string{{"profile"}, {"email", "phone"}, {"address"}, {"profile", "email", "phone", "address"}, nil} {
		scope := "openid offline_access"
		for _, s := range scopes {
			scope += " " + s
		}
		first := app.Tokens(g.Browser(), ada, "scope", scope)
		second := expectTokens(t, "refresh", app.Refresh(first.Text("refresh_token")))
		less := expectTokens(t, "narrowed refresh", app.Refresh(second.Text("refresh_token"), "scope", "openid"))
		for when, answer := range map[string]gatetest.Answer{"code": first, "refresh": second} {
			claims := gatetest.Claims(answer.Text("id_token"))
			for of, members := range claimsOfScope {
				for name := range members {
					wanted := false
					for _, s := range scopes {
						wanted = wanted || s == of
					}
					if _, has := claims[name]; has != wanted {
						t.Errorf("%s, %q: the ID token has %s: %v", when, scope, name, has)
					}
				}
			}
			if claims["sub"] != string(ada.ID) || claims["aud"] != "web" || claims["client_id"] != nil || claims["jti"] != nil {
				t.Errorf("%s, %q: the ID token says %v", when, scope, claims)
			}
		}
		if claims := gatetest.Claims(less.Text("id_token")); claims["email"] != nil || claims["name"] != nil || claims["address"] != nil {
			t.Errorf("%q narrowed to openid: the ID token says %v", scope, claims)
		}
	}
	tokens := bare.Tokens(g.Browser(), ada, "scope", "openid profile email")
	if claims := gatetest.Claims(tokens.Text("id_token")); claims["email"] != nil || claims["name"] != nil {
		t.Errorf("a client that did not ask for it: the ID token says %v", claims)
	}
}

// Access tokens of the type JWT, for resource servers that know no other, work
// where the client's tokens do, and nowhere that an ID token does.
func TestAccessTokensOfTypeJWTAreNoIDTokens(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	spring := f.g.App("spring", func(c *oauth.Client) {
		c.AccessTokenType, c.IDTokenClaims, c.Audiences = oauth.TypeJWT, true, []string{"https://api.example.test"}
	})
	// As no door lets anybody do: the audience is that of ID tokens of web's.
	odd, err := f.g.House.OAuth.Client(t.Context(), spring.ID)
	must(t, err)
	odd.Audiences = append(odd.Audiences, "web")
	must(t, f.g.House.Store.UpdateClient(t.Context(), odd))
	f.g.Settle()
	tokens := spring.Tokens(f.browser, f.ada, "scope", "openid email offline_access")
	access, idToken := tokens.Text("access_token"), tokens.Text("id_token")
	if typ := typeOf(t, access); typ != "JWT" {
		t.Errorf("the access token has the type %v", typ)
	}
	if typ := typeOf(t, f.app.Tokens(f.browser, f.ada).Text("access_token")); typ != "at+jwt" {
		t.Errorf("an access token of another client has the type %v", typ)
	}
	if typ := typeOf(t, spring.ClientCredentials().Text("access_token")); typ != "JWT" {
		t.Errorf("the client's own access token has the type %v", typ)
	}
	if a := f.g.Userinfo(access); a.Status != http.StatusOK || a.Text("email") == "" {
		t.Errorf("userinfo: %d %s", a.Status, a.Body)
	}
	expectActive(t, "the access token", spring, access, true)
	expectActive(t, "the ID token", spring, idToken, false)
	if a := f.g.Userinfo(idToken); a.Status != http.StatusUnauthorized {
		t.Errorf("userinfo takes the ID token: %d %s", a.Status, a.Body)
	}
	// Its audience names web, as the hint of an ID token of web's would.
	f.goesNowhere(f.logout("id_token_hint", access, "client_id", "web", "post_logout_redirect_uri", bye))
	f.goesNowhere(f.logout("id_token_hint", access, "post_logout_redirect_uri", bye))
}

// typeOf is the JOSE type of a token.
func typeOf(t *testing.T, token string) string {
	t.Helper()
	first, _, _ := strings.Cut(token, ".")
	b, err := base64.RawURLEncoding.DecodeString(first)
	must(t, err)
	var h struct{ Typ string }
	must(t, json.Unmarshal(b, &h))
	return h.Typ
}

package housetest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// The rows of RFC 7523 section 3, and the tricks around them.
func TestClientAssertionIsHeldToItsRules(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	key, stranger := newClientKey(t), newClientKey(t)
	for _, name := range []string{"robot", "android"} {
		g.App(name, func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
	}
	with := func(changes map[string]any) map[string]any {
		c := claimsFor("robot")
		for name, v := range changes {
			c[name] = v
			if v == nil {
				delete(c, name)
			}
		}
		return c
	}
	signed := func(changes map[string]any) string { return key.sign(t, with(changes), nil) }
	now := time.Now()
	b64 := base64.RawURLEncoding.EncodeToString
	forged := func(header string, signature []byte) string {
		payload, err := json.Marshal(with(nil))
		must(t, err)
		return b64([]byte(header)) + "." + b64(payload) + "." + b64(signature)
	}
	for name, assertion := range map[string]string{
		"no iss":                  signed(map[string]any{"iss": nil}),
		"another iss":             signed(map[string]any{"iss": "android"}),
		"another sub":             signed(map[string]any{"sub": "android"}),
		"no sub":                  signed(map[string]any{"sub": nil}),
		"no aud":                  signed(map[string]any{"aud": nil}),
		"another aud":             signed(map[string]any{"aud": "https://other.example.test"}),
		"aud with a slash":        signed(map[string]any{"aud": gatetest.Issuer + "/"}),
		"aud of userinfo":         signed(map[string]any{"aud": gatetest.Issuer + "/oauth2/userinfo"}),
		"two audiences, one ours": signed(map[string]any{"aud": []string{gatetest.Issuer, "https://other.example.test"}}),
		"our audience twice":      signed(map[string]any{"aud": []string{gatetest.Issuer, gatetest.Issuer}}),
		"no audiences":            signed(map[string]any{"aud": []string{}}),
		"an object as aud":        signed(map[string]any{"aud": map[string]any{"x": gatetest.Issuer}}),
		"no jti":                  signed(map[string]any{"jti": nil}),
		"a long jti":              signed(map[string]any{"jti": strings.Repeat("j", 600)}),
		"a number as jti":         signed(map[string]any{"jti": 7}),
		"no exp":                  signed(map[string]any{"exp": nil}),
		"expired":                 signed(map[string]any{"exp": now.Add(-time.Second).Unix()}),
		"an hour to live":         signed(map[string]any{"exp": now.Add(time.Hour).Unix()}),
		"a text as exp":           signed(map[string]any{"exp": "tomorrow"}),
		"not valid yet":           signed(map[string]any{"nbf": now.Add(time.Minute).Unix()}),
		"from the future":         signed(map[string]any{"iat": now.Add(time.Minute).Unix()}),
		"a stranger's key":        stranger.sign(t, with(nil), nil),
		"a stranger's key, embedded": stranger.sign(t, with(nil), map[jose.HeaderKey]any{
			"jwk": jose.JSONWebKey{Key: stranger.Public()}, "jku": "https://evil.example.test/jwks",
		}),
		"alg none":             forged(`{"alg":"none"}`, nil),
		"alg None":             forged(`{"alg":"None"}`, []byte{0}),
		"HS256":                forged(`{"alg":"HS256","kid":"k1"}`, make([]byte, 32)),
		"zeros as signature":   forged(`{"alg":"ES256","kid":"k1"}`, make([]byte, 64)),
		"a critical extension": key.sign(t, with(nil), map[jose.HeaderKey]any{"crit": []string{"exp"}, "exp": 1}),
		"not a JWT":            "assertion",
		"too long":             signed(map[string]any{"pad": strings.Repeat("x", 20<<10)}),
	} {
		a := assertionAuth(assertion).post(g, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}})
		if a.Status != http.StatusUnauthorized || a.Error() != "invalid_client" {
			t.Errorf("%s: answered %d %s", name, a.Status, a.Body)
		}
	}
	grant := url.Values{"grant_type": {"client_credentials"}}
	for name, assertion := range map[string]string{
		"the issuer as audience":         signed(nil),
		"the token endpoint as audience": signed(map[string]any{"aud": gatetest.Issuer + "/oauth2/token"}),
		"an array of one":                signed(map[string]any{"aud": []string{gatetest.Issuer}}),
		"without iat":                    signed(map[string]any{"iat": nil}),
	} {
		expectTokens(t, name, assertionAuth(assertion).post(g, "/oauth2/token", grant))
	}
	wrongType := assertionAuth(signed(nil))
	wrongType.form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
	expectRefused(t, "another type", wrongType.post(g, "/oauth2/token", grant), "invalid_request", "invalid_client")
	other := assertionAuth(signed(nil))
	other.form.Set("client_id", "android")
	expectRefused(t, "client_id of another", other.post(g, "/oauth2/token", grant), "invalid_request", "invalid_client")
}

// An assertion works once, whichever replica and endpoint it comes to.
func TestClientAssertionWorksOnceOnAllReplicas(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	key := newClientKey(t)
	for _, name := range []string{"robot", "android"} {
		g.App(name, func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
	}
	replica := g.Replica()
	grant := url.Values{"grant_type": {"client_credentials"}}
	claims := claimsFor("robot")
	assertion := assertionAuth(key.sign(t, claims, nil))
	expectTokens(t, "the first time", assertion.post(g, "/oauth2/token", grant))
	for _, at := range []*gatetest.Gate{g, replica, g.Restart()} {
		expectRefused(t, "the second time", assertion.post(at, "/oauth2/token", grant), "invalid_client")
		for _, path := range []string{"/oauth2/revoke", "/oauth2/introspect"} {
			expectRefused(t, "the second time at "+path, assertion.post(at, path, url.Values{"token": {"x"}}), "invalid_client")
		}
	}
	again := assertionAuth(key.sign(t, claims, nil))
	expectRefused(t, "the jti under another signature", again.post(replica, "/oauth2/token", grant), "invalid_client")
	claims["iss"], claims["sub"] = "android", "android"
	expectTokens(t, "another client's assertion with that jti", assertionAuth(key.sign(t, claims, nil)).post(replica, "/oauth2/token", grant))
}

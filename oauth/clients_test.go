package oauth_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
)

func jwks(t testing.TB, keys ...jose.JSONWebKey) string {
	t.Helper()
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// Every way in goes through CreateClient and UpdateClient, so both are asked.
func TestClientsThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	es, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	ed, _, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	withKeys := func(set string) func(*oauth.Client) {
		return func(c *oauth.Client) { c.AuthMethod, c.JWKS = oauth.AuthPrivateKey, set }
	}
	for _, c := range []struct {
		name   string
		change func(*oauth.Client)
		field  string // "" when it is fine
	}{
		{"as it is", func(*oauth.Client) {}, ""},
		{"post", func(c *oauth.Client) { c.AuthMethod = oauth.AuthPost }, ""},
		{"public", func(c *oauth.Client) { c.AuthMethod = oauth.AuthNone }, ""},
		{"every grant", func(c *oauth.Client) { c.GrantTypes = append(c.GrantTypes, oauth.GrantClient) }, ""},
		{"machine to machine", func(c *oauth.Client) { c.GrantTypes, c.RedirectURIs = []string{oauth.GrantClient}, nil }, ""},
		{"private_key_jwt", withKeys(jwks(t, jose.JSONWebKey{Key: es.Public(), KeyID: "a", Algorithm: "ES256", Use: "sig"}, jose.JSONWebKey{Key: rs.Public(), KeyID: "b", Algorithm: "PS256"}, jose.JSONWebKey{Key: ed, KeyID: "c"})), ""},
		{"lives of its own", func(c *oauth.Client) {
			c.AccessTokenTTL, c.RefreshIdle, c.RefreshAbsolute = time.Minute, time.Hour, 24*time.Hour
		}, ""},
		{"audiences", func(c *oauth.Client) {
			c.Audiences = []string{"orders", "https://api.example/v1", "urn:example:orders"}
		}, ""},
		{"algorithms and level", func(c *oauth.Client) {
			c.IDTokenAlg, c.UserinfoAlg, c.AccessTokenAlg, c.RequireLevel = "EdDSA", "RS256", "ES256", proof.AAL2
		}, ""},
		{"confidential extras", func(c *oauth.Client) {
			c.PKCE, c.StaticRefresh, c.Introspect, c.SkipConsent = oauth.PKCEOff, true, true, true
		}, ""},
		{"a home", func(c *oauth.Client) { c.HomeURL = "https://app.example" }, ""},

		{"id with a space", func(c *oauth.Client) { c.ID = "a b" }, "id"},
		{"id with a colon", func(c *oauth.Client) { c.ID = "a:b" }, "id"},
		{"id with a slash", func(c *oauth.Client) { c.ID = "a/b" }, "id"},
		{"id of dots", func(c *oauth.Client) { c.ID = ".." }, "id"},
		{"id beyond ASCII", func(c *oauth.Client) { c.ID = "ä" }, "id"},
		{"id like a person", func(c *oauth.Client) { c.ID = "usr_abc" }, "id"},
		{"id like a session", func(c *oauth.Client) { c.ID = "SES_abc" }, "id"},
		{"id too long", func(c *oauth.Client) { c.ID = id.Client(strings.Repeat("a", 129)) }, "id"},
		{"no name", func(c *oauth.Client) { c.Name = " \t" }, "name"},
		{"name with a line break", func(c *oauth.Client) { c.Name = "a\nb" }, "name"},
		{"name that turns the text", func(c *oauth.Client) { c.Name = "a\u202eb" }, "name"},
		{"name with a zero width space", func(c *oauth.Client) { c.Name = "a\u200bb" }, "name"},
		{"name too long", func(c *oauth.Client) { c.Name = strings.Repeat("ü", 101) }, "name"},
		{"name that is no text", func(c *oauth.Client) { c.Name = "a\xff" }, "name"},
		{"no method", func(c *oauth.Client) { c.AuthMethod = "" }, "auth_method"},
		{"client_secret_jwt", func(c *oauth.Client) { c.AuthMethod = "client_secret_jwt" }, "auth_method"},
		{"public without PKCE", func(c *oauth.Client) { c.AuthMethod, c.PKCE = oauth.AuthNone, oauth.PKCEOff }, "pkce"},
		{"an unknown access token type", func(c *oauth.Client) { c.AccessTokenType = "jwt" }, "access_token_type"},
		{"access tokens that look like its ID tokens", func(c *oauth.Client) {
			c.AccessTokenType, c.Audiences = oauth.TypeJWT, []string{"https://api.example", string(c.ID)}
		}, "audiences"},
		{"PKCE in other words", func(c *oauth.Client) { c.PKCE = "always" }, "pkce"},
		{"public, static refresh", func(c *oauth.Client) { c.AuthMethod, c.StaticRefresh = oauth.AuthNone, true }, "refresh"},
		{"public, introspects", func(c *oauth.Client) { c.AuthMethod, c.Introspect = oauth.AuthNone, true }, "introspect"},
		{"public, client_credentials", func(c *oauth.Client) {
			c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode, oauth.GrantClient}
		}, "grant_types"},
		{"no grant", func(c *oauth.Client) { c.GrantTypes = nil }, "grant_types"},
		{"implicit", func(c *oauth.Client) { c.GrantTypes = []string{"implicit"} }, "grant_types[0]"},
		{"password", func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode, "password"} }, "grant_types[1]"},
		{"a grant twice", func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode, oauth.GrantCode} }, "grant_types[1]"},
		{"refresh without code", func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantRefresh} }, "grant_types"},
		{"code without an address", func(c *oauth.Client) { c.RedirectURIs = nil }, "redirect_uris"},
		{"static refresh without refresh", func(c *oauth.Client) { c.StaticRefresh, c.GrantTypes = true, []string{oauth.GrantCode} }, "refresh"},
		{"bad redirect URI", func(c *oauth.Client) { c.RedirectURIs = append(c.RedirectURIs, "javascript:alert(1)") }, "redirect_uris[1]"},
		{"a redirect URI twice", func(c *oauth.Client) { c.RedirectURIs = append(c.RedirectURIs, c.RedirectURIs[0]) }, "redirect_uris[1]"},
		{"51 redirect URIs", func(c *oauth.Client) {
			for i := range 50 {
				c.RedirectURIs = append(c.RedirectURIs, fmt.Sprintf("https://app.example/%d", i))
			}
		}, "redirect_uris"},
		{"bad address after sign-out", func(c *oauth.Client) { c.PostLogoutRedirectURIs = []string{"http://app.example/"} }, "post_logout_redirect_uris[0]"},
		{"bad home", func(c *oauth.Client) { c.HomeURL = "javascript:alert(1)" }, "home_url"},
		{"home in another scheme", func(c *oauth.Client) { c.HomeURL = "com.example.app:/" }, "home_url"},
		{"scope with a space", func(c *oauth.Client) { c.Scopes = []string{"a b"} }, "scopes[0]"},
		{"scope with a quote", func(c *oauth.Client) { c.Scopes = []string{`a"b`} }, "scopes[0]"},
		{"empty scope", func(c *oauth.Client) { c.Scopes = []string{"openid", ""} }, "scopes[1]"},
		{"scope beyond ASCII", func(c *oauth.Client) { c.Scopes = []string{"ä"} }, "scopes[0]"},
		{"audience with a fragment", func(c *oauth.Client) { c.Audiences = []string{"https://api.example/#f"} }, "audiences[0]"},
		{"relative audience", func(c *oauth.Client) { c.Audiences = []string{"/v1"} }, "audiences[0]"},
		{"audience with a space", func(c *oauth.Client) { c.Audiences = []string{"a b"} }, "audiences[0]"},
		{"ID token alg none", func(c *oauth.Client) { c.IDTokenAlg = "none" }, "id_token_alg"},
		{"userinfo alg HS256", func(c *oauth.Client) { c.UserinfoAlg = "HS256" }, "userinfo_alg"},
		{"access token alg in lower case", func(c *oauth.Client) { c.AccessTokenAlg = "es256" }, "access_token_alg"},
		{"unknown level", func(c *oauth.Client) { c.RequireLevel = proof.AAL2 + 1 }, "require_acr"},
		{"tokens of a second", func(c *oauth.Client) { c.AccessTokenTTL = time.Second }, "access_token_ttl"},
		{"tokens of 25 hours", func(c *oauth.Client) { c.AccessTokenTTL = 25 * time.Hour }, "access_token_ttl"},
		{"negative life", func(c *oauth.Client) { c.AccessTokenTTL = -time.Minute }, "access_token_ttl"},
		{"idle of a second", func(c *oauth.Client) { c.RefreshIdle = time.Second }, "refresh_idle"},
		{"idle beyond absolute", func(c *oauth.Client) { c.RefreshIdle, c.RefreshAbsolute = 2*time.Hour, time.Hour }, "refresh_idle"},
		{"idle beyond the default", func(c *oauth.Client) { c.RefreshIdle = 100 * 24 * time.Hour }, "refresh_idle"},
		{"absolute of ten years", func(c *oauth.Client) { c.RefreshAbsolute = 3650 * 24 * time.Hour }, "refresh_absolute"},
		{"keys without private_key_jwt", func(c *oauth.Client) { c.JWKS = jwks(t, jose.JSONWebKey{Key: es.Public()}) }, "jwks"},
		{"private_key_jwt without keys", withKeys(""), "jwks"},
		{"no key set", withKeys("[]"), "jwks"},
		{"a logo from elsewhere", func(c *oauth.Client) { c.Logo = "https://evil.example/logo.png" }, "logo"},
		{"a logo that is a drawing", func(c *oauth.Client) { c.Logo = "data:image/svg+xml;base64,PHN2Zy8+" }, "logo"},
		{"a logo that is a page", func(c *oauth.Client) { c.Logo = "data:text/html,<script>" }, "logo"},
		{"a logo that is none", func(c *oauth.Client) { c.Logo = "data:image/png;base64,AAAA" }, "logo"},
		{"a huge logo", func(c *oauth.Client) { c.Logo = "data:image/png;base64," + strings.Repeat("A", 1<<20) }, "logo"},
		{"an empty key set", withKeys(`{"keys":[]}`), "jwks"},
		{"a private key", withKeys(jwks(t, jose.JSONWebKey{Key: es})), "jwks"},
		{"a symmetric key", withKeys(jwks(t, jose.JSONWebKey{Key: []byte("0123456789abcdef0123456789abcdef")})), "jwks"},
		{"a short RSA key", withKeys(jwks(t, jose.JSONWebKey{Key: weak.Public()})), "jwks"},
		{"another curve", withKeys(jwks(t, jose.JSONWebKey{Key: p384.Public()})), "jwks"},
		{"a key for HS256", withKeys(jwks(t, jose.JSONWebKey{Key: rs.Public(), Algorithm: "HS256"})), "jwks"},
		{"a key for RS512", withKeys(jwks(t, jose.JSONWebKey{Key: rs.Public(), Algorithm: "RS512"})), "jwks"},
		{"a key for another type", withKeys(jwks(t, jose.JSONWebKey{Key: es.Public(), Algorithm: "RS256"})), "jwks"},
		{"an encryption key", withKeys(jwks(t, jose.JSONWebKey{Key: rs.Public(), Use: "enc"})), "jwks"},
		{"a kid twice", withKeys(jwks(t, jose.JSONWebKey{Key: es.Public(), KeyID: "a"}, jose.JSONWebKey{Key: rs.Public(), KeyID: "a"})), "jwks"},
		{"not a key", withKeys(`{"keys":[{"kty":"oct"}]}`), "jwks"},
		{"a huge key set", withKeys(`{"keys":[],"x":"` + strings.Repeat("x", 40_000) + `"}`), "jwks"},
	} {
		s, m := newService()
		client := web()
		c.change(&client)
		_, _, err := s.CreateClient(t.Context(), console, client)
		assertField(t, "create, "+c.name, err, c.field)
		if c.field != "" && len(m.s.clients)+len(m.s.events) != 0 {
			t.Errorf("%s: something was written", c.name)
		}
		if c.field == "id" {
			continue
		}
		s, _ = newService()
		create(t, s, web())
		_, err = s.UpdateClient(t.Context(), console, client)
		assertField(t, "update, "+c.name, err, c.field)
	}
}

func assertField(t *testing.T, name string, err error, field string) {
	t.Helper()
	if field == "" {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		return
	}
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid || f.Code != "client.invalid" {
		t.Errorf("%s: %v, want client.invalid", name, err)
		return
	}
	for _, got := range f.Fields {
		if got.Name == field && got.Problem != "" {
			return
		}
	}
	t.Errorf("%s: the fields are %v, want %s", name, f.Fields, field)
}

func TestClientSecretsAreShownOnceAndRotate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, m := newService()
		c, first := create(t, s, web())
		texts := []string{first}
		for range 3 {
			time.Sleep(time.Hour)
			next, text, err := s.RotateSecret(t.Context(), console, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			c, texts = next, append(texts, text)
			if len(c.Secrets) != 2 {
				t.Fatalf("%d secrets, want 2", len(c.Secrets))
			}
		}
		for i, text := range texts {
			if !strings.HasPrefix(text, "gatehouse_cs_") || len(text) != 56 {
				t.Errorf("secret %d has %d characters", i, len(text))
			}
			if got, want := s.VerifySecret(&c, text, time.Now()), i >= 2; got != want {
				t.Errorf("secret %d of 4 works: %v, want %v", i, got, want)
			}
		}
		if c.Secrets[0].Hint != texts[3][52:] {
			t.Errorf("hint %q", c.Secrets[0].Hint)
		}
		good := texts[3]
		for _, bad := range []string{"", good[:55], good + "A", " " + good, strings.ToUpper(good), string(c.Secrets[0].MAC), c.Secrets[0].Hint, strings.Repeat("x", 1<<16)} {
			if s.VerifySecret(&c, bad, time.Now()) {
				t.Errorf("%.60q works", bad)
			}
		}
		c.Secrets[0].Expires = time.Now().Add(time.Hour)
		if !s.VerifySecret(&c, good, time.Now()) || s.VerifySecret(&c, good, time.Now().Add(time.Hour)) {
			t.Error("a secret's expiry does not count")
		}
		for _, method := range []string{oauth.AuthNone, oauth.AuthPrivateKey} {
			other := c
			other.AuthMethod = method
			if s.VerifySecret(&other, good, time.Now()) {
				t.Errorf("a %s client authenticates by a secret", method)
			}
		}
		for _, e := range m.s.events {
			for _, text := range texts {
				if strings.Contains(string(e.Before)+string(e.After), text) {
					t.Error("an event shows a secret")
				}
			}
		}
		if got, want := m.actions(), "client.create secret.rotate secret.rotate secret.rotate"; got != want {
			t.Errorf("events %s, want %s", got, want)
		}
	})
}

func TestPublicClientsHaveNoSecret(t *testing.T) {
	t.Parallel()
	s, _ := newService()
	public := web()
	public.AuthMethod = oauth.AuthNone
	public.Secrets = []oauth.Secret{{ID: "sec_planted", MAC: []byte("x")}}
	c, text := create(t, s, public)
	if text != "" || len(c.Secrets) != 0 {
		t.Errorf("a public client got a secret: %q, %v", text, c.Secrets)
	}
	if _, _, err := s.RotateSecret(t.Context(), console, c.ID); fault.CodeOf(err) != "client.no_secret" {
		t.Errorf("RotateSecret = %v", err)
	}
	if _, _, err := s.CreateClient(t.Context(), console, public); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second client of the same id: %v", err)
	}
	unnamed := web()
	unnamed.ID = ""
	if c, _ := create(t, s, unnamed); !strings.HasPrefix(string(c.ID), "cli_") {
		t.Errorf("id %q", c.ID)
	}
}

func TestUpdateKeepsTheSecretsAndNoticesAnotherHand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newService()
		c, text := create(t, s, web())
		time.Sleep(time.Second)
		edit := c
		edit.Name, edit.Secrets, edit.Created = "New name", nil, time.Time{}
		updated, err := s.UpdateClient(t.Context(), console, edit)
		if err != nil || updated.Name != "New name" || !updated.Created.Equal(c.Created) || !s.VerifySecret(&updated, text, time.Now()) {
			t.Fatalf("UpdateClient = %+v, %v", updated, err)
		}
		if _, err := s.UpdateClient(t.Context(), console, edit); fault.CodeOf(err) != "client.changed" {
			t.Errorf("with what was read before: %v, want client.changed", err)
		}
		edit.Rev = 0
		edit.AuthMethod = oauth.AuthNone
		updated, err = s.UpdateClient(t.Context(), console, edit)
		if err != nil || len(updated.Secrets) != 0 {
			t.Errorf("a client made public keeps %v, %v", updated.Secrets, err)
		}
		edit.ID = "other"
		if _, err := s.UpdateClient(t.Context(), console, edit); !fault.Is(err, fault.NotFound) {
			t.Errorf("of a client that is not there: %v", err)
		}
	})
}

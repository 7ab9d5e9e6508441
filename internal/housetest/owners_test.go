package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// What revocation ends, and for whom.
func TestRevocationEndsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	tokens := s.tokens()
	for _, token := range []string{tokens.Text("access_token"), tokens.Text("refresh_token"), tokens.Text("id_token"), "nonsense", strings.Repeat("x", 9000)} {
		if a := other.Revoke(token); a.Status != http.StatusOK || len(a.Body) != 0 {
			t.Errorf("another client: answered %d %s", a.Status, a.Body)
		}
	}
	s.Settle()
	expectActive(t, "after another client's revocation", s.app, tokens.Text("access_token"), true)
	expectActive(t, "after another client's revocation", s.app, tokens.Text("refresh_token"), true)
	if a := s.PostForm("/oauth2/revoke", "", "", url.Values{"token": {tokens.Text("refresh_token")}, "client_id": {"web"}}); a.Status != http.StatusUnauthorized {
		t.Errorf("without the secret: answered %d %s", a.Status, a.Body)
	}
	expectActive(t, "after a revocation without the secret", s.app, tokens.Text("refresh_token"), true)

	if a := s.app.Revoke(tokens.Text("access_token")); a.Status != http.StatusOK {
		t.Fatalf("revoke: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "a revoked access token", s.app, tokens.Text("access_token"), false)
	next := expectTokens(t, "the family of a revoked access token", s.app.Refresh(tokens.Text("refresh_token")))

	if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status != http.StatusOK {
		t.Fatalf("revoke an older token of the family: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "an access token of a revoked family", s.app, next.Text("access_token"), false)
	expectRefused(t, "a revoked family", s.app.Refresh(next.Text("refresh_token")), "invalid_grant")
	if a := s.app.Revoke(next.Text("refresh_token")); a.Status != http.StatusOK {
		t.Errorf("revoke again: %d %s", a.Status, a.Body)
	}
}

// Who may know what of a token.
func TestIntrospectionTellsOnlyThoseWhomItConcerns(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app = s.App("shop", func(c *oauth.Client) { c.Audiences = []string{"orders-api"} })
	resource, other, watcher := s.App("orders-api"), s.App("other"), s.watcher()
	public := s.App("phone", func(c *oauth.Client) {
		c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode}
	})
	tokens := s.tokens()
	access, refresh := tokens.Text("access_token"), tokens.Text("refresh_token")
	for _, c := range []struct {
		name    string
		by      *gatetest.Application
		access  bool
		refresh bool
	}{
		{"the client itself", s.app, true, true},
		{"its audience", resource, true, false},
		{"one that may introspect all", watcher, true, false},
		{"another", other, false, false},
	} {
		expectActive(t, c.name+", access token", c.by, access, c.access)
		expectActive(t, c.name+", refresh token", c.by, refresh, c.refresh)
		expectActive(t, c.name+", ID token", c.by, tokens.Text("id_token"), false)
	}
	expectRefused(t, "a public client", public.Introspect(access), "invalid_client")
	expectRefused(t, "nobody", s.PostForm("/oauth2/introspect", "", "", url.Values{"token": {access}}), "invalid_client")
	bearer, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/oauth2/introspect", strings.NewReader("token="+access))
	must(t, err)
	bearer.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	bearer.Header.Set("Authorization", "Bearer "+access)
	expectRefused(t, "a token as authentication", s.Do(bearer), "invalid_client")
	wrong := *s.app
	wrong.Secret = other.Secret
	expectRefused(t, "another's secret", wrong.Introspect(access), "invalid_client")

	a := s.app.Introspect(access)
	for name, want := range map[string]any{
		"iss": gatetest.Issuer, "sub": string(s.ada.ID), "client_id": "shop", "token_type": "Bearer", "scope": "openid offline_access",
	} {
		if a.JSON[name] != want {
			t.Errorf("%s is %v, want %v", name, a.JSON[name], want)
		}
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control is %q", a.Header.Get("Cache-Control"))
	}
	if a := s.app.Introspect(refresh); a.JSON["token_type"] != nil {
		t.Errorf("a refresh token has the type %v", a.JSON["token_type"])
	}
}

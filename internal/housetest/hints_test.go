package housetest

import (
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/keys"
)

// A session outlives the key that signed its ID token. The application goes on
// signing in silently and signing out by that token, until no session of its time
// can be alive; nothing opens by that key.
func TestAnIDTokenOfARetiredKeySignsOutAndInStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFarewell(t)
		tokens := f.app.Tokens(f.browser, f.ada)
		idToken := tokens.Text("id_token")
		// An access token that says it lives for months, as none of ours does.
		claims := gatetest.Claims(tokens.Text("access_token"))
		claims["exp"] = time.Now().Add(90 * 24 * time.Hour).Unix()
		payload, err := json.Marshal(claims)
		must(t, err)
		access := map[string]string{}
		for _, alg := range []string{keys.ES256, keys.RS256} {
			access[alg], err = f.g.House.Keys.Sign(t.Context(), alg, "at+jwt", payload)
			must(t, err)
		}
		for _, alg := range []string{keys.ES256, keys.RS256} {
			must(t, f.g.House.Keys.Rotate(t.Context(), gatetest.Console, alg, true))
		}
		time.Sleep(f.g.House.Config.Keys.Retain)
		must(t, f.g.House.Keys.Step(t.Context(), time.Now()))
		f.g.Settle()
		list, err := f.g.House.Keys.List(t.Context(), false)
		must(t, err)
		if len(list) != 2 {
			t.Fatalf("%d keys are published, want two", len(list))
		}
		for alg, token := range access {
			if a := f.g.Userinfo(token); a.Status != http.StatusUnauthorized {
				t.Errorf("userinfo takes an access token of the retired %s key: %d %s", alg, a.Status, a.Body)
			}
			expectActive(t, "an access token of the retired "+alg+" key", f.app, token, false)
			if got := landing(f.browser.Get(f.app.AuthorizeURL("prompt", "none", "id_token_hint", token))); got != "login_required" {
				t.Errorf("as a hint the access token leads to %q", got)
			}
		}
		for _, prompt := range []string{"none", ""} {
			if got := landing(f.browser.Get(f.app.AuthorizeURL("prompt", prompt, "id_token_hint", idToken))); got != "code" {
				t.Errorf("prompt %q with the old hint leads to %q", prompt, got)
			}
		}
		p := f.logout("id_token_hint", idToken, "post_logout_redirect_uri", bye)
		if p.Out == nil || p.Out.String() != bye {
			t.Errorf("sign-out does not return: %d %v", p.Status, p.URL)
		}
		if got := landing(f.browser.Get(f.app.AuthorizeURL("prompt", "none"))); got != "login_required" {
			t.Errorf("the session is alive: %q", got)
		}
	})
}

// What no session can stand behind any more is no hint: without pages the
// application hears that somebody must sign in, and with pages it is ignored.
func TestAnIDTokenOlderThanAnySessionIsNoHint(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(c *config.Config) { c.Session.Absolute, c.Session.Idle = 48*time.Hour, 48*time.Hour })
		idToken := s.tokens().Text("id_token")
		must(t, s.House.Keys.Rotate(t.Context(), gatetest.Console, keys.ES256, true))
		time.Sleep(s.House.Config.Keys.Retain)
		must(t, s.House.Keys.Step(t.Context(), time.Now()))
		time.Sleep(48 * time.Hour)
		s.Settle()
		s.tokens() // a new session
		if got := landing(s.browser.Get(s.app.AuthorizeURL("prompt", "none", "id_token_hint", idToken))); got != "login_required" {
			t.Errorf("without pages it leads to %q", got)
		}
		if got := landing(s.browser.Get(s.app.AuthorizeURL("id_token_hint", idToken))); got != "code" {
			t.Errorf("with pages it leads to %q", got)
		}
	})
}

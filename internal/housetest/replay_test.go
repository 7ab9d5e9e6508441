package housetest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// onBoth runs a test on SQLite and on Postgres.
func onBoth(t *testing.T, test func(t *testing.T, s *scene)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, newScene(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, newScene(t, gatetest.OnPostgres(testpg.URL(t)))) })
}

// agents are what a User-Agent header may carry past net/http.
var agents = map[string]string{
	"bytes that are no UTF-8":       "thief/1.0 \xff\xfe",
	"a character cut at the limit":  strings.Repeat("a", 255) + "é",
	"more than anybody would write": strings.Repeat("agent ", 1000),
}

// A thief must not be able to suppress the end of the family, which is recorded
// with its sender, by a User-Agent that a database cannot keep.
func TestReplayRevokesTheFamilyWhateverTheAgentIs(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		for name, agent := range agents {
			first := s.tokens().Text("refresh_token")
			second := s.app.Refresh(first).Text("refresh_token")
			third := s.app.Refresh(second).Text("refresh_token")

			form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {first}}
			req, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/oauth2/token", strings.NewReader(form.Encode()))
			must(t, err)
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("User-Agent", agent)
			req.SetBasicAuth(string(s.app.ID), s.app.Secret)
			expectRefused(t, name+": the replay", s.Do(req), "invalid_grant")
			expectRefused(t, name+": the owner's token afterwards", s.app.Refresh(third), "invalid_grant")
		}
	})
}

// What cannot be kept as text is the sender's mistake, on every database, and
// never an error of the server.
func TestTextThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		s.code()
		for _, bad := range []string{"\xff", "a\x00b", "\xed\xa0\x80"} {
			for _, name := range []string{"nonce", "login_hint", "ui_locales", "claims", "acr_values", "state"} {
				for _, extra := range []string{"none", "login"} {
					value := bad
					if name == "claims" {
						value = `{"id_token":{"email":{"value":"` + bad + `"}}}`
					}
					p := s.browser.Get(s.app.AuthorizeURL(name, value, "prompt", extra))
					if got := landing(p); got != "invalid_request" {
						t.Errorf("%s %q with prompt %s led to %q, want invalid_request", name, bad, extra, got)
					}
				}
			}
			p := s.browser.Get("/oauth2/authorize?i=" + url.QueryEscape("int_"+bad))
			if p.Status >= http.StatusInternalServerError {
				t.Errorf("a sign-in named %q: status %d", bad, p.Status)
			}
			a := s.app.Exchange("a code " + bad)
			expectRefused(t, "a code", a, "invalid_grant")
		}
	})
}

// A sign-out and a code that is exchanged at the same moment: either the code
// brings nothing, or what it brings ends with the session.
func TestNothingOutlivesASignOutDuringTheExchange(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		for range 10 {
			b := s.Browser()
			code := s.app.Code(b, s.ada)
			sessions, err := s.House.Sessions.Of(t.Context(), s.ada.ID)
			must(t, err)
			var a gatetest.Answer
			var both sync.WaitGroup
			both.Go(func() { a = s.app.Exchange(code) })
			for _, one := range sessions {
				if err := s.House.Sessions.End(t.Context(), gatetest.Console, one.ID, "test"); err != nil {
					t.Error(err)
				}
			}
			both.Wait()
			if a.Status == http.StatusOK {
				expectRefused(t, "after the sign-out", s.app.Refresh(a.Text("refresh_token")), "invalid_grant")
			}
		}
	})
}

// A stolen signing key makes everybody's tokens. Once it is revoked, also those
// are refused whose signature was verified and remembered before, everywhere.
func TestRevokedSigningKeyEndsWhatItSigned(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		replica := s.Replica()
		a := s.tokens()
		token := a.Text("access_token")
		header, _, _ := parts(t, token)
		var h struct{ Kid string }
		must(t, json.Unmarshal(header, &h))
		for _, g := range []*gatetest.Gate{s.Gate, replica} {
			if got := s.app.At(g).Introspect(token).JSON["active"]; got != true {
				t.Fatalf("before: active is %v", got)
			}
		}
		must(t, s.House.Keys.Revoke(t.Context(), gatetest.Console, h.Kid, s.House.OAuth))
		replica.Settle()
		for name, g := range map[string]*gatetest.Gate{"here": s.Gate, "at a replica": replica} {
			if got := s.app.At(g).Introspect(token).JSON["active"]; got != false {
				t.Errorf("%s: active is %v afterwards", name, got)
			}
			if got := g.Userinfo(token).Status; got != http.StatusUnauthorized {
				t.Errorf("%s: userinfo answers %d", name, got)
			}
			if strings.Contains(string(g.Get("/.well-known/jwks.json").Body), h.Kid) {
				t.Errorf("%s: the key is still published", name)
			}
		}
		fresh := s.app.At(replica).Refresh(a.Text("refresh_token"))
		expectTokens(t, "a refresh afterwards", fresh)
		if got := s.app.Introspect(fresh.Text("access_token")).JSON["active"]; got != true {
			t.Errorf("the new token: active is %v", got)
		}
	})
}

package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// CVE-2020-15223: while the store fails nothing is reported as revoked,
// inactive or unknown, and nothing is given.
func TestFailingStoreIsNeverAnAnswer(t *testing.T) {
	t.Parallel()
	tables := map[string][]string{ // by what they break
		"refresh_families": {"revoke", "introspect", "refresh", "exchange"},
		"revocations":      {"revoke"},
		"codes":            {"exchange", "authorize"},
		"sessions":         {"introspect", "refresh", "exchange", "authorize", "account"},
		"users":            {"introspect", "refresh", "userinfo", "exchange", "authorize", "account"},
		"consents":         {"introspect", "refresh", "authorize"},
		"once":             {"assertion"},
	}
	for table, broken := range tables {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			key := newClientKey(t)
			s.App("robot", func(c *oauth.Client) {
				c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
			})
			tokens := s.tokens()
			code := s.code()
			refresh, access := tokens.Text("refresh_token"), tokens.Text("access_token")
			assertion := key.sign(t, claimsFor("robot"), nil)
			db := underneath(t, s.Gate)
			mustExec(t, db, "ALTER TABLE "+table+" RENAME TO lost")
			asked := map[string]func() int{
				"revoke":     func() int { return s.app.Revoke(refresh).Status },
				"introspect": func() int { return s.app.Introspect(refresh).Status },
				"refresh":    func() int { return s.app.Refresh(refresh).Status },
				"exchange":   func() int { return s.app.Exchange(code).Status },
				"userinfo":   func() int { return s.Userinfo(access).Status },
				"authorize":  func() int { return statusOf(s.browser.Get(s.app.AuthorizeURL())) },
				"account":    func() int { return statusOf(s.browser.Get("/account")) },
				"assertion": func() int {
					return assertionAuth(assertion).post(s.Gate, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}).Status
				},
			}
			for _, what := range broken {
				if status := asked[what](); status < 500 || status > 599 {
					t.Errorf("without %s: %s answers %d", table, what, status)
				}
			}
			mustExec(t, db, "ALTER TABLE lost RENAME TO "+table)
			s.Settle()
			expectActive(t, "afterwards", s.app, access, true)
			expectActive(t, "afterwards", s.app, refresh, true)
			expectTokens(t, "the code afterwards", s.app.Exchange(code))
			expectTokens(t, "the family afterwards", s.app.Refresh(refresh))
			expectTokens(t, "the assertion afterwards", assertionAuth(assertion).post(s.Gate, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}))
		})
	}
}

// statusOf is where a browser ended: 5xx also when the application was told so.
func statusOf(p *gatetest.Page) int {
	if p.Out == nil {
		return p.Status
	}
	if e := p.Out.Query().Get("error"); e == "server_error" || e == "temporarily_unavailable" {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// The writes of a revocation fail one by one; the token stays as it was.
func TestRevocationThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tokens := s.tokens()
	db := underneath(t, s.Gate)
	for _, write := range []string{"UPDATE ON refresh_families", "INSERT ON revocations", "INSERT ON versions"} {
		mustExec(t, db, "CREATE TRIGGER broken BEFORE "+write+" BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END")
		if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status < 500 {
			t.Errorf("%s fails: answered %d %s", write, a.Status, a.Body)
		}
		if write != "UPDATE ON refresh_families" {
			if a := s.app.Revoke(tokens.Text("access_token")); a.Status < 500 {
				t.Errorf("%s fails: the access token's revocation is answered %d %s", write, a.Status, a.Body)
			}
		}
		s.Settle()
		expectActive(t, write+" failed", s.app, tokens.Text("access_token"), true)
		expectActive(t, write+" failed", s.app, tokens.Text("refresh_token"), true)
		mustExec(t, db, "DROP TRIGGER broken")
	}
	if strings.Contains(s.Log.String(), tokens.Text("refresh_token")) {
		t.Error("the log holds the token")
	}
	if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status != http.StatusOK {
		t.Fatalf("afterwards: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "afterwards", s.app, tokens.Text("access_token"), false)
}

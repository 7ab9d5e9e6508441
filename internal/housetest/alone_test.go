package housetest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
)

// The session of an access token expired and its row was swept; there is no
// refresh family. When the person is disabled the token dies all the same, and
// stays dead when the person may come back.
func TestAccessTokenThatStandsAloneDiesWithThePerson(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, end := range map[string]func(t *testing.T, s *scene){
		"disabled": func(t *testing.T, s *scene) {
			must(t, s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID))
			must(t, s.House.Identity.Enable(ctx, gatetest.Console, s.ada.ID))
		},
		"a new password": func(t *testing.T, s *scene) {
			must(t, s.House.Identity.SetPassword(ctx, gatetest.Console, s.ada.ID, 0, "chosen by the operator just now"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				watcher := s.watcher()
				token := s.tokens("scope", "openid").Text("access_token")
				mustExec(t, underneath(t, s.Gate), `DELETE FROM sessions`) // as the janitor does
				time.Sleep(2 * time.Second)
				s.Settle()
				expectActive(t, "before", watcher, token, true)
				end(t, s)
				expectActive(t, "at once", watcher, token, false)
				time.Sleep(3 * time.Second)
				s.Settle()
				expectActive(t, "a little later", watcher, token, false)
				if a := s.Userinfo(token); a.Status != http.StatusUnauthorized {
					t.Errorf("userinfo answers %d %s", a.Status, a.Body)
				}
			})
		})
	}
}

// An application without offline_access holds nothing but an access token. It
// dies with the sign-out all the same.
func TestAccessTokenWithoutARefreshTokenDiesWithItsSession(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		watcher := s.watcher()
		token := s.tokens("scope", "openid").Text("access_token")
		elsewhere := s.app.Tokens(s.Browser(), s.ada, "scope", "openid").Text("access_token")
		expectActive(t, "before", watcher, token, true)
		p := s.browser.Get("/signout")
		p.Submit("form_token", formToken(p)).Says("You are signed out")
		for _, when := range []string{"at once", "a little later"} {
			expectActive(t, when, watcher, token, false)
			expectActive(t, when+", of another browser", watcher, elsewhere, true)
			time.Sleep(3 * time.Second)
			s.Settle()
		}
	})
}

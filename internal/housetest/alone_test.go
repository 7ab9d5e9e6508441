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
			must(t, s.House.Identity.SetPassword(ctx, gatetest.Console, s.ada.ID, "chosen by the operator just now"))
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

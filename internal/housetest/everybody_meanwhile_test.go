package housetest

import (
	"database/sql"
	"net/http"
	"testing"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// The end of everybody waits for whoever holds an application. What another process, which
// cannot see it until then, issues meanwhile ends with it.
func TestWhatIsIssuedElsewhereUntilEverybodyIsSignedOutEndsToo(t *testing.T) {
	t.Parallel()
	url := testpg.URL(t)
	g := gatetest.New(t, gatetest.OnPostgres(url), patiently)
	s := &scene{Gate: g, ada: g.Person("ada"), app: g.App("web"), browser: g.Browser()}
	g.App("held")
	watcher := s.watcher()
	there := g.Replica()
	refresh := s.tokens("scope", "openid offline_access").Text("refresh_token")

	db, err := sql.Open("pgx", url)
	must(t, err)
	defer db.Close()
	hold, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	defer func() { _ = hold.Rollback() }()
	_, err = hold.ExecContext(t.Context(), `SELECT id FROM clients WHERE id = 'held' FOR UPDATE`)
	must(t, err)
	ended := make(chan error, 1)
	go func() {
		_, err := g.House.Sessions.EndEverybody(t.Context(), gatetest.Console, "", "operator")
		ended <- err
	}()
	eventually(t, "the end waits", func() (waits bool) {
		must(t, db.QueryRowContext(t.Context(), `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits))
		return waits
	})
	began, last := time.Now(), ""
	eventually(t, "a token is issued that is younger than the second which is allowed for", func() bool {
		a := expectTokens(t, "while the end waits", s.app.At(there).Refresh(refresh))
		last, refresh = a.Text("access_token"), a.Text("refresh_token")
		iat, _ := gatetest.Claims(last)["iat"].(float64)
		return int64(iat) > began.Add(2*time.Second).Unix()
	})
	must(t, hold.Rollback())
	must(t, <-ended)
	there.Settle()
	expectActive(t, "what was issued while the end waited", watcher.At(there), last, false)
	expectRefused(t, "its family", s.app.At(there).Refresh(refresh), "invalid_grant")
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for late := time.After(hangs); !is(); <-time.After(5 * time.Millisecond) {
		select {
		case <-late:
			t.Fatalf("never: %s", what)
		default:
		}
	}
}

// A password that was proved already is proved again: whoever stands before the second step
// begins anew.
func TestSignInsUnderWayEndWithEverybody(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		grace := s.Person("grace", gatetest.TOTP)
		half := s.browser.Get(s.app.AuthorizeURL()).At("/signin").Submit("email", grace.Email, "password", grace.Password).At("/signin/factor")
		s.browser.Get("/signin/factor?" + half.URL.RawQuery).Is(http.StatusOK)
		_, err := s.House.Sessions.EndEverybody(t.Context(), gatetest.Console, "", "operator")
		must(t, err)
		s.browser.Get("/signin/factor?" + half.URL.RawQuery).Is(http.StatusNotFound)
		s.browser.Get(s.app.AuthorizeURL()).At("/signin")
	})
}

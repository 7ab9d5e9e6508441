package housetest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/gatetest"
)

// A server is ready before it has loaded the revocations. Those of long ago are
// refused from the first request on, and so is what ends meanwhile, whichever
// process ends it; what lives is served.
func TestAServerThatStartsRefusesWhatWasRevokedLongAgo(t *testing.T) {
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := &scene{Gate: g, ada: g.Person("ada"), app: g.App("web"), browser: g.Browser()}
		watcher := s.watcher()
		revoked, next := s.tokens().Text("access_token"), s.tokens().Text("access_token")
		living, code := s.tokens().Text("access_token"), s.code()
		if a := s.app.Revoke(revoked); a.Status != http.StatusOK {
			t.Fatalf("revocation answers %d %s", a.Status, a.Body)
		}
		expect := func(what string, g *gatetest.Gate, token string, active bool) {
			t.Helper()
			expectActive(t, what, watcher.At(g), token, active)
			if a := g.Userinfo(token); a.Status == http.StatusOK != active {
				t.Errorf("%s: userinfo answers %d %s", what, a.Status, a.Body)
			}
		}
		starting := s.Starting()
		var all sync.WaitGroup
		for range 8 { // before anybody else asked
			all.Go(func() {
				expect("revoked long ago", starting, revoked, false)
				expect("alive", starting, living, true)
			})
		}
		all.Wait()
		expect("not yet revoked", starting, next, true) // and its signature is remembered now
		s.app.Revoke(next)
		starting.Settle()
		expect("revoked elsewhere meanwhile", starting, next, false)
		expectTokens(t, "a code", s.app.At(starting).Exchange(code))

		must(t, starting.House.Registry.Load(context.Background(), time.Now()))
		expect("revoked long ago, once it is loaded", starting, revoked, false)
		expect("revoked meanwhile, once it is loaded", starting, next, false)
		expect("alive, once it is loaded", starting, living, true)
	})
}

// Nobody can tell what was revoked: no answer is given, neither yes nor no.
func TestAServerThatStartsAnswersForNoTokenWithoutTheRevocations(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app.Revoke(s.tokens().Text("access_token"))
	token, code := s.tokens().Text("access_token"), s.code()
	starting := s.Starting()
	db := underneath(t, s.Gate)
	rename := func(from, to string) {
		t.Helper()
		_, err := db.Exec("ALTER TABLE " + from + " RENAME TO " + to)
		must(t, err)
	}
	rename("revocations", "lost")
	if a := starting.Userinfo(token); a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
		t.Errorf("userinfo answers %d %s", a.Status, a.Body)
	}
	if a := s.app.At(starting).Introspect(token); a.Status != http.StatusServiceUnavailable {
		t.Errorf("introspection answers %d %s", a.Status, a.Body)
	}
	if a := s.app.At(starting).Exchange(code); a.Status != http.StatusServiceUnavailable || a.Text("access_token") != "" {
		t.Errorf("the exchange of a code answers %d %s", a.Status, a.Body)
	}
	if err := starting.House.Registry.Load(context.Background(), time.Now()); err == nil || !starting.House.Registry.Loading(time.Now()) {
		t.Errorf("the load says %v, and is over", err)
	}
	rename("lost", "revocations")
	expectActive(t, "the token, when the table is back", s.app.At(starting), token, true)
	expectTokens(t, "the code, when the table is back", s.app.At(starting).Exchange(code))
}

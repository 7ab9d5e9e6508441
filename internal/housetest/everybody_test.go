package housetest

import (
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/admin"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Whoever signs everybody out does it on purpose, lately proved, and stays where they are.
func TestTheConsoleSignsEverybodyOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		ada, bob := g.Person("ada", gatetest.TOTP, gatetest.Administrator), g.Person("bob")
		b, theirs, elsewhere := atConsole(t, g, ada), g.Browser(), g.Browser()
		theirs.Get("/account").SignIn(bob).At("/account")
		time.Sleep(time.Minute) // a code is good once
		elsewhere.Get("/account").SignIn(ada).At("/account")
		b.Get("/console/sessions").Is(http.StatusOK).Says(`id="everybody"`)
		ask := b.Get("/console/sessions/everybody").Is(http.StatusOK).Says("All refresh tokens end").Says("gatehouse session revoke --everybody")
		theirs.Get("/account").Is(http.StatusOK).At("/account")

		time.Sleep(admin.SudoFor + time.Minute)
		ask.Press("", "submit").Is(http.StatusUnauthorized).Says("Nothing was changed.").Says("Signing everybody out takes a sign-in")
		theirs.Get("/account").Is(http.StatusOK).At("/account")

		enterConsole(t, b, ada, "/console/sessions/everybody").Is(http.StatusOK).Press("", "submit").Is(http.StatusOK).Says("2 browsers are signed out")
		theirs.Get("/account").At("/signin")
		elsewhere.Get("/account").At("/signin")
		b.Get("/console/sessions").Is(http.StatusOK)
	})
}

// Whoever asks with a token comes from no browser that could be spared: theirs end with the others, and
// the token with them.
func TestWhoSignsEverybodyOutByATokenIsSignedOutThemselves(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	own := oauth.OwnAPI(gatetest.Issuer)
	app := s.App("steers", func(c *oauth.Client) { c.Scopes, c.Audiences = []string{"openid", "gatehouse.admin"}, []string{own} })
	ada, b := s.Person("ada", gatetest.TOTP, gatetest.Administrator), s.Browser()
	token := app.Tokens(b, ada, "scope", "openid gatehouse.admin", "resource", own).Text("access_token")
	if a := s.call(token, http.MethodPost, "/api/v1/sessions/end", map[string]any{"of": "everybody"}); a.Status != http.StatusOK {
		t.Fatalf("the end: %d %s", a.Status, a.Body)
	}
	b.Get("/account").At("/signin")
	if a := s.call(token, http.MethodGet, "/api/v1/users", nil); a.Status != http.StatusUnauthorized {
		t.Errorf("the token is good for %d", a.Status)
	}
}

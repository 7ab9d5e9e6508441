package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
)

// Bytes that are no text come from anybody: in a query, a form, a header. Some
// databases refuse them, and a refused audit row would be a refused sign-in, or
// a wrong password that nobody counted. They are answered like any other wrong
// value, never as a failure of ours.
func TestBytesThatAreNoTextAreNoFailure(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(t *testing.T) func(*config.Config){
		"SQLite":   func(*testing.T) func(*config.Config) { return func(*config.Config) {} },
		"Postgres": func(t *testing.T) func(*config.Config) { return gatetest.OnPostgres(testpg.URL(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := watched(t, at(t))
			watch := g.Watch
			g.Watch = func(s gatetest.Seen) {
				watch(s)
				if s.Status >= 500 {
					t.Errorf("%s %q answers %d", s.Request.Method, s.Request.URL, s.Status)
				}
			}
			ada, app, member := g.Person("ada"), g.App("web"), g.Browser()
			member.Get("/signin").SignIn(ada).At("/account")
			for _, bad := range []string{"\x00", "a\x00b@example.test", "\xff\xfe", "a\xc3", strings.Repeat("é", 300) + "\xc3"} {
				q := url.QueryEscape(bad)
				for _, path := range []string{"/signin", "/signin/factor", "/consent"} {
					g.Get(path + "?i=" + q)
				}
				g.Get("/signin?return_to=/account%3Fx=" + q)
				g.Get("/problems/" + url.PathEscape(bad))
				g.Get(strings.TrimPrefix(app.AuthorizeURL("login_hint", bad, "state", bad, "nonce", bad, "ui_locales", bad), gatetest.Issuer))
				g.Get(strings.TrimPrefix(app.AuthorizeURL("client_id", bad), gatetest.Issuer))
				g.PostForm("/oauth2/token", bad, bad, url.Values{"grant_type": {"client_credentials"}})
				g.PostForm("/oauth2/token", string(app.ID), app.Secret, url.Values{"grant_type": {"authorization_code"}, "code": {bad}, "redirect_uri": {bad}, "code_verifier": {bad}})
				g.PostForm("/oauth2/token", string(app.ID), app.Secret, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {bad}})
				g.PostForm("/oauth2/revoke", string(app.ID), app.Secret, url.Values{"token": {bad}})
				g.PostForm("/oauth2/introspect", string(app.ID), app.Secret, url.Values{"token": {bad}})
				g.Get("/oauth2/userinfo", "Authorization", "Bearer x.y.z")
				b := g.Browser()
				b.Get("/signin").Submit("email", bad, "password", bad)
				b.Get("/signin").Submit("email", ada.Email, "password", bad)
				member.Post("/account/sessions/end", url.Values{"session": {bad}})
				member.Post("/account/apps", url.Values{"client": {bad}})
				member.Post("/account/password", url.Values{"password": {ada.Password}, "new_password": {bad}})
			}
			// What a browser calls itself is kept with its session and in the audit table.
			for i, agent := range []string{"Caf\xe9/1.0", strings.Repeat("x", 255) + "é", "\u202e\u2066 browser"} {
				who := g.Person(fmt.Sprint("person", i))
				b := g.Browser()
				b.Agent = agent
				b.Get("/signin").Submit("email", who.Email, "password", "not the password").Is(http.StatusUnprocessableEntity).Says("Email or password is wrong")
				b.Get("/signin").SignIn(who).At("/account")
			}
		})
	}
}

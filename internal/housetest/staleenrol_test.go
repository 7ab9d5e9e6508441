package housetest

import (
	"testing"
	"time"

	"gatehouse/flow"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// Whoever took a session's cookie must not see the secret of a second factor:
// each way that leads to the enrolment asks for the password of just now.
func TestStaleSessionIsAskedForThePasswordBeforeAnEnrolment(t *testing.T) {
	t.Parallel()
	for name, way := range map[string]func(s *scene) string{
		"an essential acr": func(s *scene) string {
			return s.app.AuthorizeURL("claims", `{"id_token":{"acr":{"essential":true,"value":"aal2"}}}`)
		},
		"a client with a required level": func(s *scene) string {
			return s.App("strong", func(c *oauth.Client) { c.RequireLevel = proof.AAL2 }).AuthorizeURL()
		},
		"a changed policy": func(s *scene) string {
			configure(s.House, func(c *flow.Config) { c.MFA = proof.MFAEverybody })
			return s.app.AuthorizeURL()
		},
		"the account": func(*scene) string { return "/account/security/enrol" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
			fresh := s.House.Flow.Config().Fresh
			configure(s.House, func(c *flow.Config) { c.Fresh = time.Nanosecond }) // whatever was proved is long ago
			p := s.browser.Get(way(s)).At("/signin")
			i := p.URL.Query().Get("i")
			if shown := keyOn(s.browser.Get("/signin/enrol?i=" + i).At("/signin")); shown != "" {
				t.Errorf("the enrolment's page shows %q", shown)
			}
			configure(s.House, func(c *flow.Config) { c.Fresh = fresh })
			p = s.browser.Get("/signin?i=" + i)
			if p.URL.Path != "/signin/enrol" {
				t.Errorf("with a password of just now it goes on at %s", p.URL.Path)
			}
		})
	}
}

// A browser that was signed in by the password alone is signed out by the first
// second factor, and what it refreshes with it; the one that enrolled goes on.
func TestFirstSecondFactorEndsWhatWasBegunWithoutIt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tokens := expectTokens(t, "before", s.app.Exchange(s.app.Code(s.browser, s.ada)))
	owner := s.Browser()
	owner.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
	p := owner.Get("/account/security/enrol").At("/signin/enrol")
	p.Submit("code", gatetest.CodeFor(t, keyOn(p), time.Now())).Is(200)

	owner.Get("/account").At("/account")
	s.browser.Get("/account").At("/signin")
	s.browser.Get("/account/password").At("/signin")
	expectRefused(t, "a refresh of the old session", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant")
	s.browser.Get(s.app.AuthorizeURL()).At("/signin")
}

// When the policy asks for more than a session holds, the account area asks for
// it as a sign-in would, on every page and for every form.
func TestAccountAreaAsksWhatASignInAsks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
	left := s.browser.Get("/account/password").At("/account/password")
	configure(s.House, func(c *flow.Config) { c.MFA, c.Fresh = proof.MFAEverybody, time.Nanosecond }) // the password was proved long ago
	for _, path := range []string{"/account", "/account/password", "/account/sessions", "/account/apps", "/account/security"} {
		s.browser.Get(path).At("/signin")
	}
	left.Submit("password", s.ada.Password, "new_password", "another "+s.ada.Password).At("/signin")
	s.Browser().Get("/signin?return_to=/account").Submit("email", s.ada.Email, "password", s.ada.Password).Is(200)
	if n := len(eventsOf(t, s.Gate, "password.change")); n != 0 {
		t.Error("a session that is not enough changed the password")
	}
}

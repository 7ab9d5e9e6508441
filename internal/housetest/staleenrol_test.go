package housetest

import (
	"testing"
	"time"

	"gatehouse/flow"
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
			s.House.Flow.Config.MFA = flow.MFAEverybody
			return s.app.AuthorizeURL()
		},
		"the account": func(*scene) string { return "/account/security/enrol" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
			fresh := s.House.Flow.Config.Fresh
			s.House.Flow.Config.Fresh = time.Nanosecond // whatever was proved is long ago
			p := s.browser.Get(way(s)).At("/signin")
			i := p.URL.Query().Get("i")
			if shown := keyOn(s.browser.Get("/signin/enrol?i=" + i).At("/signin")); shown != "" {
				t.Errorf("the enrolment's page shows %q", shown)
			}
			s.House.Flow.Config.Fresh = fresh
			p = s.browser.Get("/signin?i=" + i)
			if p.URL.Path != "/signin/enrol" {
				t.Errorf("with a password of just now it goes on at %s", p.URL.Path)
			}
		})
	}
}

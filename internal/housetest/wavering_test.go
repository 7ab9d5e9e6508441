package housetest

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/proof"
	"gatehouse/session"
)

// waver lets the policy about second factors answer something else each time that it is
// asked, as one does that changes between two questions.
func (s *scene) waver(answers ...proof.MFA) {
	var asked atomic.Int64
	policy := func() proof.MFA { return answers[int(asked.Add(1)-1)%len(answers)] }
	c := s.House.Flow.Config()
	s.House.Flow.Config = func() flow.Config {
		c := c
		c.MFA = policy()
		return c
	}
	s.House.OAuth.MFA = policy
}

// One operation goes by one answer of the policy. An administrator without a second
// factor is too weak by either of these answers, and was let in by the one that looks at
// administrators where the other one had kept from asking who is one.
func TestOneOperationGoesByOneAnswerOfThePolicy(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, answers := range map[string][]proof.MFA{
		"everybody first":      {proof.MFAEverybody, proof.MFAAdministrators},
		"administrators first": {proof.MFAAdministrators, proof.MFAEverybody},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			s.policy(proof.MFANobody)
			refresh, code := s.tokens().Text("refresh_token"), s.code()
			all, _, err := s.House.Sessions.List(ctx, session.Listing{}, 1)
			must(t, err)
			s.Administers(s.ada)
			s.Settle()
			for range 2 { // whatever was asked for before
				for what, try := range map[string]func() bool{
					"a refresh token": func() bool { return s.app.Refresh(refresh).Status == 200 },
					"a code":          func() bool { return s.app.Exchange(code).Status == 200 },
					"a silent sign-in": func() bool {
						return landing(s.browser.Get(s.app.AuthorizeURL("prompt", "none"))) == "code"
					},
					"a page of the account": func() bool { return strings.HasPrefix(s.browser.Get("/account").URL.Path, "/account") },
					"a sign-in by password": func() bool {
						return s.Browser().Get("/account").SignIn(s.ada).URL.Path != "/signin/enrol"
					},
					"a session at the gate": func() bool {
						_, _, err := s.House.Flow.Standing(ctx, all[0].ID, "192.0.2.1")
						if err != nil && fault.CodeOf(err) != "session.none" {
							t.Error(err)
						}
						return err == nil
					},
				} {
					s.waver(answers...)
					if try() {
						t.Errorf("%s is good although neither policy takes it", what)
					}
					s.waver(answers[1], answers[0])
					if try() {
						t.Errorf("%s is good, asked the other way round", what)
					}
				}
			}
		})
	}
}

package housetest

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

// meanwhilePeople lets something happen between the moment when a code is found
// right and the moment when the sign-in takes note of it.
type meanwhilePeople struct {
	flow.People
	meanwhile func()
}

func (p *meanwhilePeople) CheckTOTP(ctx context.Context, from audit.Actor, user id.User, code string) (proof.Proof, error) {
	given, err := p.People.CheckTOTP(ctx, from, user, code)
	if f := p.meanwhile; f != nil && err == nil {
		p.meanwhile = nil
		f()
	}
	return given, err
}

// Ada's code is right; before the sign-in notes it, another tab of the browser
// has put Bob in her place. Her code must not become his second step.
func TestCodeOfOnePersonIsNeverTheSecondStepOfAnother(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	withFactor(t, s)
	bob := s.Person("bob", gatetest.TOTP)
	page := s.browser.Get(s.app.AuthorizeURL()).At("/signin").Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor")
	people := &meanwhilePeople{People: s.House.Flow.People}
	people.meanwhile = func() {
		tab := *s.browser
		tab.Post("/signin/select", url.Values{"i": {page.URL.Query().Get("i")}, "choice": {"other"}}).At("/signin").
			Submit("email", bob.Email, "password", bob.Password).At("/signin/factor")
	}
	s.House.Flow.People = people

	after := page.Submit("code", s.ada.Code())
	if people.meanwhile != nil {
		t.Fatal("the other tab was not there")
	}
	after.At("/signin/factor")
	for _, who := range []*gatetest.Person{s.ada, bob} {
		list, err := s.House.Sessions.Of(t.Context(), who.ID)
		must(t, err)
		if len(list) > 0 {
			t.Errorf("%s is signed in by the other's proof: %+v", who.Email, list)
		}
	}
	s.browser.Get("/account").At("/signin")
	after.Says(bob.Email).Submit("choice", "current").At("/signin/factor").Submit("code", bob.Code()).At("/consent").Says(bob.Email)
}

// A sign-out that an application asks for, and that cannot be done, is said to
// have failed: nobody walks away from a session that lives on.
func TestLogoutThatCannotBeWrittenSaysSo(t *testing.T) {
	t.Parallel()
	f := newFarewell(t)
	db := underneath(t, f.g)
	for name, trigger := range map[string]string{
		"the session": `CREATE TRIGGER full BEFORE UPDATE OF revoked_at ON sessions BEGIN SELECT RAISE(ABORT, 'full'); END`,
		"the event":   `CREATE TRIGGER full BEFORE INSERT ON audit_events BEGIN SELECT RAISE(ABORT, 'full'); END`,
	} {
		mustExec(t, db, trigger)
		p := f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye)
		if p.Out != nil || p.Status < http.StatusInternalServerError {
			t.Errorf("without %s: answered %d, sent to %v", name, p.Status, p.Out)
		}
		mustExec(t, db, `DROP TRIGGER full`)
		if !f.signedIn() {
			t.Errorf("without %s: the browser has lost a session that lives", name)
		}
	}
	f.logout("id_token_hint", f.hint, "post_logout_redirect_uri", bye).SentTo(bye)
	if f.signedIn() {
		t.Error("the person is still signed in")
	}
}

// Both steps are done and the application's question is on the screen; then the
// session is ended elsewhere. What was proved for it is worth nothing: whoever
// goes on needs both steps again, not the password alone.
func TestSessionThatEndsDuringASignInTakesItsProofsAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		withFactor(t, s)
		consent := s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).At("/consent")
		_, err := s.House.Sessions.EndAll(t.Context(), gatetest.Console, s.ada.ID, "", "ended_by_operator")
		must(t, err)
		time.Sleep(31 * time.Second) // a code of the authenticator works once
		s.Settle()
		again := consent.Press("", "allow").At("/signin")
		factor := again.Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor")
		s.browser.Get("/account").At("/signin")
		factor.Submit("code", s.ada.Code()).At("/consent").Press("", "allow").Answered(gatetest.RedirectURI)
	})
}

// Whoever is disabled or deleted halfway through a sign-in gets no further, at
// whichever step they stand.
func TestSignInOfSomebodyWhoIsDisabledMeanwhileEnds(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(s *scene) error{
		"disabled": func(s *scene) error { return s.House.Identity.Disable(s.T.Context(), gatetest.Console, s.ada.ID) },
		"deleted":  func(s *scene) error { return s.House.Identity.Delete(s.T.Context(), gatetest.Console, s.ada.ID) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			withFactor(t, s)
			factor := s.browser.Get(s.app.AuthorizeURL()).Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor")
			must(t, end(s))
			factor.Submit("code", s.ada.Code()).At("/signin")
			s.browser.Get("/account").At("/signin")
			list, err := s.House.Sessions.Of(t.Context(), s.ada.ID)
			must(t, err)
			if len(list) > 0 {
				t.Errorf("there is a session: %+v", list)
			}

			bob := s.Person("bob")
			s.ada = bob
			tab := s.Browser()
			consent := tab.Get(s.app.AuthorizeURL()).SignIn(bob).At("/consent")
			must(t, end(s))
			consent.Press("", "allow").At("/signin")
		})
	}
}

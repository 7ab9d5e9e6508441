package housetest

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
)

// What the posts of a sign-in may cost, cookie, attempts, step, audit and all.
// In the bubble nothing else asks the store meanwhile.
func TestPostsOfASignInNeedFewStatements(t *testing.T) {
	t.Parallel()
	synctest.Test(t, postsNeedFewStatements)
}

func postsNeedFewStatements(t *testing.T) {
	s := newScene(t)
	withFactor(t, s)
	cost := func(what string, most uint64, do func() *gatetest.Page) *gatetest.Page {
		t.Helper()
		before := s.House.Store.Statements()
		p := do()
		if n := s.House.Store.Statements() - before; n > most {
			t.Errorf("%s: %d statements, want at most %d", what, n, most)
		}
		return p
	}
	const event = 2 // rows beside that of an event: its details, and that it waits to be sealed; on Postgres no statement more
	// Browsers follow redirects, so that each figure holds the next page too.
	const page = 1
	p := s.browser.Get(s.app.AuthorizeURL()).At("/signin")
	const around = 1 // whose twin is behind the last account has the first for one
	p = cost("password", 13+event+page+around, func() *gatetest.Page { return p.Submit("email", s.ada.Email, "password", s.ada.Password) }).At("/signin/factor")
	p = cost("code", 10+2*event+page, func() *gatetest.Page { return p.Submit("code", s.ada.Code()) }).At("/consent")
	const issue = 5 // the sign-in, the consent and whose it is, the code, the end of the sign-in
	cost("consent", 10+event+issue, p.Allow)

	// Stepping up, where the session is there already.
	s = newScene(t)
	s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).Allow()
	e, err := s.House.Identity.StartEnrol(t.Context(), gatetest.Console, s.ada.ID, nil)
	must(t, err)
	sessions, err := s.House.Sessions.Of(t.Context(), s.ada.ID)
	must(t, err)
	here := gatetest.Console
	here.Session = sessions[0].ID // the others end
	_, _, err = s.House.Identity.ConfirmEnrol(t.Context(), here, s.ada.ID, nil, gatetest.CodeFor(t, e.Secret, time.Now().Add(-30*time.Second)))
	must(t, err)
	s.ada.Secret = e.Secret
	p = s.browser.Get(s.app.AuthorizeURL()).At("/signin/factor")
	const unsaved = 2 // nothing was stored yet: whether there is a row is asked each time
	cost("code of a step-up", 10+2*event+issue+unsaved, func() *gatetest.Page { return p.Submit("code", s.ada.Code()) })
}

// A refresh reads the family with what it stands on, and rotates it. Whether its person
// administers, at which signin.mfa looks, is known in memory. So is it for a code.
func TestARefreshNeedsTwoStatements(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.Person("root", gatetest.Administrator)
		cost := func(what string, want uint64, do func() gatetest.Answer) gatetest.Answer {
			t.Helper()
			before := s.House.Store.Statements()
			answer := expectTokens(t, what, do())
			if n := s.House.Store.Statements() - before; n != want {
				t.Errorf("%s: %d statements, want %d", what, n, want)
			}
			return answer
		}
		code := s.code()
		tokens := cost("a code", 7, func() gatetest.Answer { return s.app.Exchange(code) })
		tokens = cost("a refresh", 2, func() gatetest.Answer { return s.app.Refresh(tokens.Text("refresh_token")) })
		cost("another one", 2, func() gatetest.Answer { return s.app.Refresh(tokens.Text("refresh_token")) })
	})
}

package housetest

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"

	"gatehouse/access"
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
	const signedIn = 1 // when the person did last
	p = cost("code", 10+2*event+page+signedIn, func() *gatetest.Page { return p.Submit("code", s.ada.Code()) }).At("/consent")
	const issue = 5 // the sign-in, the consent and whose it is, the code, the end of the sign-in
	cost("consent", 10+event+issue, p.Allow)

	// Stepping up, where the session is there already.
	s = newScene(t)
	s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).Allow()
	sessions, err := s.House.Sessions.Of(t.Context(), s.ada.ID)
	must(t, err)
	here := gatetest.Console
	here.Session = sessions[0].ID // the others end
	s.ada.EnrolBy(here)
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

// A page of many costs the store as many questions as a page of one.
func TestListsAskTheStoreAsOftenForManyAsForOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		there := s.targets()
		for i := range 9 {
			person := s.Person(fmt.Sprint("person-", i), gatetest.NoPassword)
			_, _, err := s.House.Sessions.Create(t.Context(), gatetest.Console, person.ID, nil)
			must(t, err)
			_, err = s.House.Access.AddMember(t.Context(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
				Of: access.Subject{Kind: access.Group, ID: there["group"]}, Member: access.Subject{Kind: access.User, ID: string(person.ID)},
			}})
			must(t, err)
		}
		s.Settle()
		lists := 0
		for _, d := range documented(t) {
			if d.method != http.MethodGet || !d.takes("cursor") {
				continue
			}
			lists++
			path := d.about(there)
			asked := func(limit string) uint64 {
				before := s.House.Store.Statements()
				if a := s.call(s.boss, d.method, path+"?limit="+limit+"&"+needed(d.ID), nil); a.Status != http.StatusOK {
					t.Errorf("%s: %d %s", d.ID, a.Status, a.Body)
				}
				return s.House.Store.Statements() - before
			}
			asked("1") // what is read once is read
			if one, many := asked("1"), asked("200"); many > one {
				t.Errorf("%s asks the store %d times for one, and %d times for many", d.ID, one, many)
			}
		}
		if lists < 5 {
			t.Errorf("there are %d lists", lists)
		}
	})
}

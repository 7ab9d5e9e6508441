package housetest

import (
	"context"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testpg"
	"gatehouse/oauth"
)

const otherRedirect = "https://app.example.test/other"

// Each binding is altered alone. A wrong attempt does not spend the
// code, or anybody who saw it could end somebody else's sign-in.
func TestCodeIsBoundToClientRedirectAndChallenge(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada, browser := g.Person("ada"), g.Browser()
	twoURIs := func(c *oauth.Client) { c.RedirectURIs = []string{gatetest.RedirectURI, otherRedirect} }
	app, other := g.App("web", twoURIs), g.App("other", twoURIs)
	public := g.App("phone", twoURIs, func(c *oauth.Client) {
		c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode, oauth.GrantRefresh}
	})
	for name, attempt := range map[string]func(code string) gatetest.Answer{
		"another client":         func(code string) gatetest.Answer { return other.Exchange(code) },
		"a public client":        func(code string) gatetest.Answer { return public.Exchange(code) },
		"the other redirect URI": func(code string) gatetest.Answer { return app.Exchange(code, "redirect_uri", otherRedirect) },
		"a longer redirect URI":  func(code string) gatetest.Answer { return app.Exchange(code, "redirect_uri", gatetest.RedirectURI+"/") },
		"no redirect URI":        func(code string) gatetest.Answer { return app.Exchange(code, "redirect_uri", "") },
		"another verifier":       func(code string) gatetest.Answer { return app.Exchange(code, "code_verifier", gatetest.Verifier+"x") },
		"no verifier":            func(code string) gatetest.Answer { return app.Exchange(code, "code_verifier", "") },
		"the challenge as verifier": func(code string) gatetest.Answer {
			return app.Exchange(code, "code_verifier", gatetest.Challenge(gatetest.Verifier))
		},
		"a code that is cut":         func(code string) gatetest.Answer { return app.Exchange(code[:len(code)-1]) },
		"a code that is longer":      func(code string) gatetest.Answer { return app.Exchange(code + "A") },
		"a code with a space behind": func(code string) gatetest.Answer { return app.Exchange(code + " ") },
	} {
		code := app.Code(browser, ada)
		expectRefused(t, name, attempt(code), "invalid_grant")
		expectTokens(t, "after "+name+", as it should be", app.Exchange(code))
	}
}

// A verifier where no challenge was sent is a downgrade (RFC 9700 section 4.8.2).
func TestCodeWithoutChallengeTakesNoVerifier(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app = s.App("legacy", func(c *oauth.Client) { c.PKCE = oauth.PKCEOff })
	bare := []string{"code_challenge", "", "code_challenge_method", ""}
	code := s.app.Code(s.browser, s.ada, bare...)
	expectRefused(t, "a verifier for nothing", s.app.Exchange(code), "invalid_grant")
	expectTokens(t, "without", s.app.Exchange(code, "code_verifier", ""))
	strict := s.App("strict", func(c *oauth.Client) { c.PKCE = oauth.PKCERequired })
	if got := landing(s.browser.Get(strict.AuthorizeURL(bare...))); got != "invalid_request" {
		t.Errorf("a request without a challenge led to %q", got)
	}
}

// A code is worth nothing once what it stands on has ended.
func TestCodeDiesWithWhatItStandsOn(t *testing.T) {
	t.Parallel()
	for name, c := range changes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				if c.prepare != nil {
					c.prepare(t, s)
				}
				s.tokens()
				code := s.code()
				c.do(t, s)
				if a := s.app.Exchange(code); a.Status < 400 || a.Status > 499 || a.Text("access_token") != "" {
					t.Errorf("at once: the code was answered %d %s", a.Status, a.Body)
				}
				s.Settle()
				if a := s.app.Exchange(code); a.Status < 400 || a.Status > 499 || a.Text("access_token") != "" {
					t.Errorf("the code was answered %d %s", a.Status, a.Body)
				}
			})
		})
	}
}

func TestCodeIsRedeemedOnceByManyAtOnce(t *testing.T) {
	t.Parallel()
	t.Run("SQLite", func(t *testing.T) {
		t.Parallel()
		redeemAtOnce(t, gatetest.New(t), 40)
	})
	t.Run("Postgres", func(t *testing.T) {
		t.Parallel()
		redeemAtOnce(t, gatetest.New(t, gatetest.OnPostgres(testpg.URL(t))), 40)
	})
}

func redeemAtOnce(t *testing.T, g *gatetest.Gate, rounds int) {
	const callers = 20
	ada, app, browser := g.Person("ada"), g.App("web"), g.Browser()
	replica := g.Replica()
	doors := []*gatetest.Application{app, app.At(replica)}
	for range rounds {
		code := app.Code(browser, ada)
		answers := make([]gatetest.Answer, callers)
		start := make(chan struct{})
		var wait sync.WaitGroup
		for i := range callers {
			wait.Go(func() {
				<-start
				answers[i] = doors[i%2].Exchange(code)
			})
		}
		close(start)
		wait.Wait()
		var won []gatetest.Answer
		for _, a := range answers {
			if a.Status == http.StatusOK {
				won = append(won, a)
				continue
			}
			expectRefused(t, "who came second", a, "invalid_grant")
		}
		if len(won) != 1 {
			t.Fatalf("%d of %d redemptions succeeded, want 1", len(won), callers)
		}
		g.Settle()
		replica.Settle()
		for _, door := range doors {
			expectActive(t, "the access token of a code that came twice", door, won[0].Text("access_token"), false)
			expectRefused(t, "the refresh token of a code that came twice", door.Refresh(won[0].Text("refresh_token")), "invalid_grant")
		}
	}
}

// Late, and by whom it was not meant for.
func TestCodeThatComesAgainEndsWhatItBrought(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	code := s.code()
	tokens := expectTokens(t, "the first time", s.app.Exchange(code))
	expectRefused(t, "another client with a used code", other.Exchange(code), "invalid_grant")
	expectActive(t, "after another client tried", s.app, tokens.Text("access_token"), true)
	tokens = expectTokens(t, "the family after another client tried", s.app.Refresh(tokens.Text("refresh_token")))

	expectRefused(t, "the second time", s.app.Exchange(code), "invalid_grant")
	s.Settle()
	expectActive(t, "the access token", s.app, tokens.Text("access_token"), false)
	if a := s.Userinfo(tokens.Text("access_token")); a.Status != http.StatusUnauthorized {
		t.Errorf("userinfo answers %d", a.Status)
	}
	expectRefused(t, "the refresh token", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant")
	e := eventsOf(t, s.Gate, "code.replay")
	if len(e) != 1 || e[0].Outcome != audit.Refused || e[0].Actor.ID != "web" {
		t.Errorf("events: %+v", e)
	}
}

// A client that was narrowed meanwhile has lost its access tokens, not its
// family; a code that comes again ends that too.
func TestCodeThatComesAgainEndsTheFamilyOfANarrowedClient(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	code := s.code()
	tokens := expectTokens(t, "the first time", s.app.Exchange(code))
	s.update(t, func(c *oauth.Client) { c.Scopes = []string{"openid", "offline_access"} })
	s.Settle()
	expectActive(t, "the access token of a narrowed client", s.app, tokens.Text("access_token"), false)
	expectActive(t, "the refresh token of a narrowed client", s.app, tokens.Text("refresh_token"), true)
	expectRefused(t, "the second time", s.app.Exchange(code), "invalid_grant")
	expectRefused(t, "the refresh token", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant")
}

// ASVS 10.4.3.
func TestCodeLivesOneMinute(t *testing.T) {
	t.Parallel()
	for age, good := range map[time.Duration]bool{
		59 * time.Second: true, time.Minute - time.Millisecond: true, time.Minute: false, 61 * time.Second: false, 48 * time.Hour: false,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			code := s.code()
			time.Sleep(age)
			s.Settle()
			a := s.app.Exchange(code)
			if good {
				expectTokens(t, age.String(), a)
				return
			}
			expectRefused(t, age.String(), a, "invalid_grant")
			if n := len(eventsOf(t, s.Gate, "code.replay")); n != 0 {
				t.Errorf("%v: a code that was never used counts as replayed", age)
			}
			if _, err := s.House.Store.Sweep(context.Background(), time.Now()); err != nil {
				t.Fatal(err)
			}
			expectRefused(t, age.String()+" and swept", s.app.Exchange(code), "invalid_grant")
		})
	}
}

package housetest

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
)

// change is something that ends what a person or an application held.
type change struct {
	prepare func(t *testing.T, s *scene) // before the person signs in; may be nil
	do      func(t *testing.T, s *scene)
	polled  bool     // what the client may do is known with the next poll, not at once
	refresh []string // how a refresh may be refused
	lands   string   // where the next authorization request leads
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// elsewhere signs the person in at another browser of theirs and opens a page
// of the account there.
func (s *scene) elsewhere(path string) *gatetest.Page {
	s.T.Helper()
	time.Sleep(31 * time.Second) // a code of the authenticator works once
	s.Settle()
	b := s.Browser()
	b.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
	return b.Get(path)
}

func (s *scene) update(t *testing.T, f func(c *oauth.Client)) {
	t.Helper()
	c, err := s.House.OAuth.Client(context.Background(), s.app.ID)
	must(t, err)
	f(&c)
	_, err = s.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c)
	must(t, err)
}

// changes are all the ways to lose what one had.
func changes() map[string]change {
	ctx := context.Background()
	grant := []string{"invalid_grant"}
	return map[string]change{
		"user disabled": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID))
		}},
		"user deleted": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID))
		}},
		"client disabled": {refresh: []string{"invalid_client"}, lands: "page 400", do: func(t *testing.T, s *scene) {
			s.update(t, func(c *oauth.Client) { c.Disabled = true })
		}},
		"client deleted": {refresh: []string{"invalid_client", "invalid_grant"}, lands: "page 400", do: func(t *testing.T, s *scene) {
			must(t, s.House.OAuth.DeleteClient(ctx, gatetest.Console, s.app.ID))
		}},
		"consent withdrawn": {refresh: grant, lands: "/consent", do: func(t *testing.T, s *scene) {
			s.browser.Get("/account/apps/app?client="+string(s.app.ID)).Is(http.StatusOK).Submit("client", string(s.app.ID)).At("/account/apps").Says("access is removed")
		}},
		"refresh families ended by an operator": {refresh: grant, lands: "code", do: func(t *testing.T, s *scene) {
			must(t, s.House.OAuth.EndFamiliesOf(ctx, gatetest.Console, s.ada.ID))
		}},
		"session ended by the person": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			s.browser.Get("/signout").Submit("form_token", formToken(s.browser.Get("/signout"))).Says("You are signed out")
		}},
		"session ended by the operator": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			_, err := s.House.Sessions.EndAll(ctx, gatetest.Console, s.ada.ID, "", "operator")
			must(t, err)
		}},
		"everybody signed out": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			_, err := s.House.Sessions.EndEverybody(ctx, gatetest.Console, "", "operator")
			must(t, err)
		}},
		"session ended by one sign-in too many": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			time.Sleep(time.Second) // the clock stands still in a test
			for range session.MaxPerPerson {
				_, _, err := s.House.Sessions.Create(ctx, gatetest.Console, s.ada.ID, nil)
				must(t, err)
			}
		}},
		"session ended from another browser": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			s.elsewhere("/account/sessions/others").Press("", "submit").At("/account/sessions").Says("signed out")
		}},
		"password changed in another browser": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			s.elsewhere("/account/password").Submit("password", s.ada.Password, "new_password", "a whole new row of words").Says("Your password is changed")
		}},
		"password set by the operator": {refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.SetPassword(ctx, gatetest.Console, s.ada.ID, 0, "chosen by the operator just now"))
		}},
		"factor reset": {prepare: withFactor, refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.ResetFactors(ctx, gatetest.Console, s.ada.ID))
		}},
		"factor removed in another browser": {prepare: withFactor, refresh: grant, lands: "/signin", do: func(t *testing.T, s *scene) {
			s.elsewhere("/account/security/remove").Is(http.StatusOK).Press("", "submit").Says("second step is removed")
		}},
		"client lost the grants": {polled: true, refresh: []string{"unauthorized_client"}, lands: "unauthorized_client", do: func(t *testing.T, s *scene) {
			s.update(t, func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantClient} })
		}},
		"client lost a scope": {polled: true, refresh: grant, lands: "code", do: func(t *testing.T, s *scene) {
			s.update(t, func(c *oauth.Client) {
				c.Scopes = slices.DeleteFunc(c.Scopes, func(scope string) bool { return scope == "offline_access" })
			})
		}},
		"client needs a second factor": {polled: true, refresh: grant, lands: "/signin/enrol", do: func(t *testing.T, s *scene) {
			s.update(t, func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
		}},
		"client lost its audience": {polled: true, refresh: grant, lands: "code", prepare: withAudience, do: func(t *testing.T, s *scene) {
			s.update(t, func(c *oauth.Client) { c.Audiences = []string{"another-api"} })
		}},
	}
}

func novice(_ *testing.T, s *scene) { s.ada = s.Person("novice", gatetest.NoPassword) }

func withFactor(_ *testing.T, s *scene) { s.ada = s.Person("grace", gatetest.TOTP) }

func withAudience(_ *testing.T, s *scene) {
	s.app = s.App("api-client", func(c *oauth.Client) { c.Audiences = []string{"orders-api"} })
}

// formToken returns the form token of a page.
func formToken(p *gatetest.Page) string {
	for _, f := range p.Forms() {
		if v := f.Values.Get("form_token"); v != "" {
			return v
		}
	}
	return ""
}

// Whatever ended, refresh, introspection, userinfo and a silent
// sign-in know it, on the replica too, and where a process starts that has not
// loaded the revocations.
func TestNothingSurvivesWhatItStoodOn(t *testing.T) {
	t.Parallel()
	for name, c := range changes() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { survive(t, c) })
		})
	}
}

func survive(t *testing.T, c change) {
	s := newScene(t)
	if c.prepare != nil {
		c.prepare(t, s)
	}
	watcher := s.watcher()
	replica := s.Replica()
	tokens := s.tokens()
	// The control: without the change everything works.
	tokens = expectTokens(t, "before", s.app.Refresh(tokens.Text("refresh_token")))
	access, refresh := tokens.Text("access_token"), tokens.Text("refresh_token")
	for _, g := range []*gatetest.Gate{s.Gate, replica} {
		expectActive(t, "before", watcher.At(g), access, true)
		if a := g.Userinfo(access); a.Status != http.StatusOK {
			t.Fatalf("before: userinfo answers %d %s", a.Status, a.Body)
		}
	}
	expectActive(t, "before", s.app, refresh, true)
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "code" {
		t.Fatalf("before: a silent sign-in led to %q", got)
	}

	c.do(t, s)
	if !c.polled {
		expectRefused(t, "a refresh at once", s.app.Refresh(refresh), append(c.refresh, "invalid_grant")...)
	}
	s.Settle()
	replica.Settle()
	for _, g := range []*gatetest.Gate{s.Gate, replica, s.Starting()} {
		expectActive(t, "the access token", watcher.At(g), access, false)
		expectActive(t, "the refresh token to another", watcher.At(g), refresh, false)
		if a := g.Userinfo(access); a.Status != http.StatusUnauthorized || a.Error() != "invalid_token" {
			t.Errorf("userinfo answers %d %s", a.Status, a.Body)
		}
		expectRefused(t, "a refresh", s.app.At(g).Refresh(refresh), c.refresh...)
	}
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != c.lands {
		t.Errorf("a silent sign-in led to %q, want %q", got, c.lands)
	}
	want := map[string]string{"/signin": "login_required", "/consent": "consent_required", "/signin/enrol": "interaction_required"}
	if code, ok := want[c.lands]; ok {
		if got := landing(s.browser.Get(s.app.AuthorizeURL("prompt", "none"))); got != code {
			t.Errorf("prompt=none led to %q, want %q", got, code)
		}
	}
}

// What was taken stays taken for the tokens that were given before, also
// when it is given back.
func TestWhatWasRevokedIsNotRevivedByGivingItBack(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for name, back := range map[string]struct{ take, give func(t *testing.T, s *scene) }{
		"user": {
			func(t *testing.T, s *scene) { must(t, s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID)) },
			func(t *testing.T, s *scene) { must(t, s.House.Identity.Enable(ctx, gatetest.Console, s.ada.ID)) },
		},
		"client": {
			func(t *testing.T, s *scene) { s.update(t, func(c *oauth.Client) { c.Disabled = true }) },
			func(t *testing.T, s *scene) { s.update(t, func(c *oauth.Client) { c.Disabled = false }) },
		},
		"consent": {
			func(t *testing.T, s *scene) {
				must(t, s.House.OAuth.WithdrawConsent(ctx, gatetest.Console, s.ada.ID, s.app.ID))
			},
			func(t *testing.T, s *scene) {
				must(t, s.House.OAuth.GiveConsent(ctx, gatetest.Console, s.ada.ID, s.app.ID, []string{"openid", "offline_access"}))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			tokens := s.tokens()
			code := s.code()
			back.take(t, s)
			s.Settle()
			back.give(t, s)
			s.Settle()
			expectActive(t, "the access token", s.app, tokens.Text("access_token"), false)
			expectRefused(t, "the refresh token", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant")
			expectRefused(t, "the code", s.app.Exchange(code), "invalid_grant")
		})
	}
}

// A scope that the client lost is gone from the next tokens, and from
// those given before.
func TestRefreshLeavesOutAScopeThatTheClientLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		tokens := s.tokens("scope", "openid offline_access email orders")
		s.update(t, func(c *oauth.Client) {
			c.Scopes = slices.DeleteFunc(c.Scopes, func(scope string) bool { return scope == "orders" || scope == "email" })
		})
		s.Settle()
		expectActive(t, "a token with the lost scope", s.app, tokens.Text("access_token"), false)
		time.Sleep(2 * time.Second)
		s.Settle()
		tokens = expectTokens(t, "refresh", s.app.Refresh(tokens.Text("refresh_token")))
		if got := tokens.Text("scope"); got != "openid offline_access" {
			t.Errorf("the new tokens have the scopes %q", got)
		}
		if got := gatetest.Claims(tokens.Text("access_token"))["scope"]; got != "openid offline_access" {
			t.Errorf("the access token has the scopes %v", got)
		}
		expectActive(t, "a token without it", s.app, tokens.Text("access_token"), true)
		a := s.Userinfo(tokens.Text("access_token"))
		if _, has := a.JSON["email"]; has || a.Status != http.StatusOK {
			t.Errorf("userinfo answers %d %s", a.Status, a.Body)
		}
		expectRefused(t, "the lost scope by name", s.app.Refresh(tokens.Text("refresh_token"), "scope", "openid orders"), "invalid_scope")
	})
}

// What a person changes in one browser ends the others, and not the one
// they sit at.
func TestPasswordChangeSparesTheBrowserItWasMadeIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	here := s.tokens()
	there := s.app.Tokens(s.Browser(), s.ada)
	s.browser.Get("/account/password").Submit("password", s.ada.Password, "new_password", "a whole new row of words").Says("Your password is changed")
	s.Settle()
	expectActive(t, "the access token of this browser", s.app, here.Text("access_token"), true)
	expectTokens(t, "the refresh token of this browser", s.app.Refresh(here.Text("refresh_token")))
	expectActive(t, "the access token of the other browser", s.app, there.Text("access_token"), false)
	expectRefused(t, "the refresh token of the other browser", s.app.Refresh(there.Text("refresh_token")), "invalid_grant")
}

package housetest

import (
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// A page that was left open says whom it is about. When somebody else signed in
// meanwhile, in another tab, its buttons must not act for them.
func TestPageLeftOpenDoesNotActForSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, ask := range map[string]struct {
		fields []string
		at     string
		press  func(*gatetest.Page) *gatetest.Page
	}{
		"consent": {nil, "/consent", (*gatetest.Page).Allow},
		"select": {[]string{"prompt", "select_account"}, "/signin/select", func(p *gatetest.Page) *gatetest.Page {
			return p.Submit("choice", "current")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := watched(t)
			ada, bob, app, b := g.Person("ada"), g.Person("bob"), g.App("web"), g.Browser()
			b.Get("/signin").SignIn(ada).At("/account")
			left := b.Get(app.AuthorizeURL(ask.fields...)).At(ask.at).Says(ada.Email)
			b.Get("/signout").Press("", "submit")
			b.Get("/signin").SignIn(bob).At("/account")

			again := ask.press(left).At(ask.at).Is(200).Says(bob.Email)
			if n := len(eventsOf(t, g, "consent.give")); n != 0 {
				t.Errorf("%d consents were given for somebody who was not asked", n)
			}
			ask.press(again).Allow().Answered(gatetest.RedirectURI)
		})
	}
}

// Whoever types a name and a password in a page that was left open is checked,
// and never goes on as somebody else who signed in in another tab.
func TestStaleTabNeverSignsInAsSomebodyElse(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]func(g *gatetest.Gate, app *gatetest.Application) string{
		"for an application": func(_ *gatetest.Gate, app *gatetest.Application) string { return app.AuthorizeURL() },
		"without consent": func(g *gatetest.Gate, _ *gatetest.Application) string {
			return g.App("trusted", func(c *oauth.Client) { c.SkipConsent = true }).AuthorizeURL()
		},
		"choosing": func(_ *gatetest.Gate, app *gatetest.Application) string {
			return app.AuthorizeURL("prompt", "select_account")
		},
		"for the account": func(*gatetest.Gate, *gatetest.Application) string { return "/signin?return_to=/account" },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := watched(t)
			ada, bob, app, b := g.Person("ada"), g.Person("bob"), g.App("web"), g.Browser()
			left := b.Get(begin(g, app)).At("/signin")
			b.Get("/signin").SignIn(bob).At("/account")

			wrong := left.Submit("email", ada.Email, "password", "not the password").At("/signin").Is(422)
			if wrong.Out != nil {
				t.Fatalf("a wrong password led to %v", wrong.Out)
			}
			asked := left.Submit("email", ada.Email, "password", ada.Password).At("/signin").Is(409).Says(bob.Email)
			if n := len(eventsOf(t, g, "signin.refuse")); n != 1 {
				t.Errorf("%d refusals are recorded, want that of the wrong password", n)
			}
			again := asked.Submit("choice", "other").At("/signin").Is(200)
			again.Submit("email", ada.Email, "password", ada.Password)
			b.Get("/account").At("/account").Says(ada.Email)
		})
	}
}

// The pages of the account act for whom they named, or not at all.
func TestAccountPageLeftOpenActsForNobodyElse(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		open func(s *scene) *gatetest.Page
		send func(s *scene, p *gatetest.Page) *gatetest.Page
	}{
		"the password": {
			func(s *scene) *gatetest.Page { s.signedIn(s.ada); return s.browser.Get("/account/password") },
			func(s *scene, p *gatetest.Page) *gatetest.Page {
				return p.Submit("password", s.ada.Password, "new_password", "another "+s.ada.Password)
			},
		},
		"the applications": {
			func(s *scene) *gatetest.Page {
				s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).Allow()
				return s.browser.Get("/account/apps/app?client=web")
			},
			func(_ *scene, p *gatetest.Page) *gatetest.Page { return p.Submit("client", "web") },
		},
		"the other browsers": {
			func(s *scene) *gatetest.Page {
				s.Browser().Get("/signin").SignIn(s.ada)
				s.signedIn(s.ada)
				return s.browser.Get("/account/sessions/others")
			},
			func(_ *scene, p *gatetest.Page) *gatetest.Page { return p.Press("", "submit") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bob := s.Person("bob")
			left := c.open(s)
			s.browser.Get("/signout").Press("", "submit")
			s.signedIn(bob)
			db := underneath(t, s.Gate)
			before := rowsOf(t, db)
			p := c.send(s, left)
			if rows := differing(before, rowsOf(t, db)); len(rows) > 0 || p.Status < 400 {
				t.Errorf("answered %d, and changed:\n%v", p.Status, rows)
			}
			if p.Out != nil {
				t.Errorf("it led to %v", p.Out)
			}
		})
	}
}

func (s *scene) signedIn(who *gatetest.Person) {
	s.browser.Get("/signin?return_to=/account").SignIn(who).At("/account")
}

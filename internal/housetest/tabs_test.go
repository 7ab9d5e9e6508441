package housetest

import (
	"testing"

	"gatehouse/internal/gatetest"
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

package housetest

import (
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Another program on the person's machine may take the answer that goes to a
// loopback port or a private-use scheme, and pretend to be the application that
// was allowed before (RFC 8252 section 8.6). Such an application is asked about
// every time; one that the web itself vouches for, or its secret, is not.
func TestApplicationThatAnybodyCanPlayIsAskedAboutEveryTime(t *testing.T) {
	t.Parallel()
	public := func(uri string) func(*oauth.Client) {
		return func(c *oauth.Client) {
			c.AuthMethod, c.GrantTypes, c.RedirectURIs = oauth.AuthNone, []string{oauth.GrantCode, oauth.GrantRefresh}, []string{uri}
		}
	}
	for name, c := range map[string]struct {
		change func(*oauth.Client)
		asked  bool
	}{
		"public, on loopback":              {public("http://127.0.0.1/cb"), true},
		"public, on loopback by IPv6":      {public("http://[::1]/cb"), true},
		"public, on localhost":             {public("http://localhost/cb"), true},
		"public, with a scheme of its own": {public("com.example.app:/cb"), true},
		"public, on the web":               {public(gatetest.RedirectURI), false},
		"public, on the web and loopback": {func(c *oauth.Client) {
			public(gatetest.RedirectURI)(c)
			c.RedirectURIs = append(c.RedirectURIs, "http://127.0.0.1/cb")
		}, true},
		"confidential, on loopback": {func(c *oauth.Client) { c.RedirectURIs = []string{"http://127.0.0.1/cb"} }, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			app := s.App("tool", c.change)
			app.Code(s.browser, s.ada) // signs in and allows it
			if got := landing(s.browser.Get(app.AuthorizeURL())); (got == "/consent") != c.asked || !c.asked && got != "code" {
				t.Errorf("the second time leads to %s", got)
			}
		})
	}
}

package housetest

import (
	"testing"

	"gatehouse/oauth"
)

// A client that asks in its own name for something that is not its own, or that
// only a person can give, gets nothing: not the rest of what it asked for either.
func TestClientCredentialsAreAllOrNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	robot := s.App("robot", func(c *oauth.Client) {
		c.GrantTypes, c.RedirectURIs, c.Scopes = []string{oauth.GrantClient}, nil, []string{"orders", "stock", "openid"}
	})
	for _, scope := range []string{"payments", "orders payments", "payments orders", "orders openid", "orders offline_access", "Orders", "orders*"} {
		expectRefused(t, scope, robot.ClientCredentials("scope", scope), "invalid_scope")
	}
	for asked, want := range map[string]string{"orders": "orders", "stock orders": "stock orders", "": "orders stock"} {
		a := expectTokens(t, asked, robot.ClientCredentials("scope", asked))
		if got := a.Text("scope"); got != want {
			t.Errorf("asked for %q: given %q, want %q", asked, got, want)
		}
	}
}

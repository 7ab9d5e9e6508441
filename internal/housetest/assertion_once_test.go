package housetest

import (
	"context"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// That an assertion was used is remembered as long as it could be used again,
// however often the janitor sweeps meanwhile.
func TestUsedAssertionIsRememberedUntilItExpires(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t)
		key := newClientKey(t)
		g.App("robot", func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
		grant := url.Values{"grant_type": {"client_credentials"}}
		claims := claimsFor("robot")
		claims["exp"] = time.Now().Add(5 * time.Minute).Unix()
		assertion := assertionAuth(key.sign(t, claims, nil))
		expectTokens(t, "the first time", assertion.post(g, "/oauth2/token", grant))
		for range 7 {
			time.Sleep(50 * time.Second)
			g.Settle()
			if _, err := g.House.Store.Sweep(context.Background(), time.Now()); err != nil {
				t.Fatal(err)
			}
			expectRefused(t, "again", assertion.post(g, "/oauth2/token", grant), "invalid_client")
		}
	})
}

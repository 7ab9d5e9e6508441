package oauth_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"gatehouse/oauth"
	"gatehouse/proof"
)

// What a client has less of, or is asked more for, ends the codes and access tokens
// of before; refresh families are judged anew at their next use.
func TestAClientThatMayLessLosesItsAccessTokens(t *testing.T) {
	for name, c := range map[string]struct {
		was, is func(c *oauth.Client)
		ends    bool
	}{
		"another name":   {is: func(c *oauth.Client) { c.Name = "Another" }},
		"one more scope": {is: func(c *oauth.Client) { c.Scopes = append(c.Scopes, "orders:write") }},
		"a scope less":   {is: func(c *oauth.Client) { c.Scopes = c.Scopes[:1] }, ends: true},
		"a grant less": {
			was:  func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode, oauth.GrantClient} },
			is:   func(c *oauth.Client) { c.GrantTypes = []string{oauth.GrantCode} },
			ends: true,
		},
		"an audience less": {
			was:  func(c *oauth.Client) { c.Audiences = []string{"https://api.example.test"} },
			is:   func(c *oauth.Client) { c.Audiences = nil },
			ends: true,
		},
		"a higher level":         {is: func(c *oauth.Client) { c.RequireLevel = proof.AAL2 }, ends: true},
		"another type of tokens": {is: func(c *oauth.Client) { c.AccessTokenType = oauth.TypeJWT }, ends: true},
		"the same type, by name": {is: func(c *oauth.Client) { c.AccessTokenType = oauth.TypeAccessToken }},
	} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			was := h.m.s.clients[h.m.find("web")]
			was.Scopes = []string{"openid", "profile"}
			if c.was != nil {
				c.was(&was)
			}
			h.m.s.clients[h.m.find("web")] = was
			is := was
			is.Scopes = slices.Clone(was.Scopes)
			c.is(&is)
			if _, err := h.UpdateClient(t.Context(), console, is); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			h.step(t)
			want := ""
			if c.ends {
				want = "ada/web/1 ada/web/2 bob/web/3"
			}
			if got := strings.Join(h.dead(h.there), " "); got != want || len(h.endedFamilies()) != 0 {
				t.Errorf("%s: dead are %q, want %q; families ended %v", name, got, want, h.endedFamilies())
			}
		})
	}
}

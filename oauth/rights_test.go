package oauth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/oauth"
)

func names(list ...string) oauth.Names { return oauth.Names{Names: list} }

func until(t time.Time, list ...string) oauth.Names {
	return oauth.Names{Names: list, Until: t}
}

// many are names of so many bytes in a token.
func many(bytes int) []string {
	var list []string
	for n := 0; n < bytes; n += 20 {
		list = append(list, fmt.Sprintf("shop/thing-%04d:x", n/20))
	}
	return list
}

// What a token says of rights is what its client wants told, as far as it is short,
// and it ends no later than the first of it. What is not said does not shorten it.
func TestATokenOfEveryGrantSaysWhatItsClientWantsAndEndsWithIt(t *testing.T) {
	const life = 5 * time.Minute
	for name, c := range map[string]struct {
		mode string
		held func(now time.Time) oauth.Entitled
		want oauth.Rights
		ends time.Duration
	}{
		"nothing": {oauth.PermissionsNone, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: until(now.Add(time.Minute), "support")}
		}, oauth.Rights{}, life},
		"roles": {oauth.PermissionsRoles, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: until(now.Add(90*time.Second), "support"), Permissions: until(now.Add(time.Minute), "shop/orders:read")}
		}, oauth.Rights{Roles: []string{"support"}}, 90 * time.Second},
		"inline": {oauth.PermissionsInline, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: until(now.Add(90*time.Second), "support"), Permissions: until(now.Add(time.Minute), "shop/orders:read"), Own: names("shop/orders:write")}
		}, oauth.Rights{Roles: []string{"support"}, Permissions: []string{"shop/orders:read"}, Own: []string{"shop/orders:write"}}, time.Minute},
		"own ends first": {oauth.PermissionsInline, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Permissions: until(now.Add(time.Minute), "shop/orders:read"), Own: until(now.Add(30*time.Second), "shop/orders:write")}
		}, oauth.Rights{Permissions: []string{"shop/orders:read"}, Own: []string{"shop/orders:write"}}, 30 * time.Second},
		"too long": {oauth.PermissionsInline, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: until(now.Add(2*time.Minute), "support"), Permissions: until(now.Add(time.Minute), many(2040)...)}
		}, oauth.Rights{Roles: []string{"support"}}, 2 * time.Minute},
		"short enough": {oauth.PermissionsInline, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: names("support"), Permissions: until(now.Add(time.Minute), many(1980)...)}
		}, oauth.Rights{Roles: []string{"support"}, Permissions: many(1980)}, time.Minute},
		"roles too long": {oauth.PermissionsRoles, func(now time.Time) oauth.Entitled {
			return oauth.Entitled{Roles: until(now.Add(time.Minute), many(2060)...)}
		}, oauth.Rights{}, life},
		"endless": {oauth.PermissionsInline, func(time.Time) oauth.Entitled { return oauth.Entitled{Roles: names("support")} }, oauth.Rights{Roles: []string{"support"}}, life},
	} {
		for grant, prepare := range grants {
			synctest.Test(t, func(t *testing.T) {
				g := newGranting(t)
				g.client.Permissions = c.mode
				next := prepare(t, g)
				held := c.held(time.Now())
				g.ceiling.held, g.ceiling.version = &held, 7
				tokens := must(next())(t)
				got := claimsOf(t, tokens.Access)
				if !slices.Equal(got.Roles, c.want.Roles) || !slices.Equal(got.Permissions, c.want.Permissions) || !slices.Equal(got.Own, c.want.Own) || got.Policy != 7 {
					t.Errorf("%s by %s says %+v of policy %d, want %+v", name, grant, got.Rights, got.Policy, c.want)
				}
				if lives := time.Duration(got.Expires-got.Issued) * time.Second; lives != c.ends || tokens.Lives != got.Expires-got.Issued {
					t.Errorf("%s by %s lives %v, and says %d s, want %v", name, grant, lives, tokens.Lives, c.ends)
				}
				if want := fmt.Sprint([]string{"https://id.example.test"}, tokens.Scopes, life); g.ceiling.asked != want {
					t.Errorf("%s by %s: asked of %s, want %s", name, grant, g.ceiling.asked, want)
				}
			})
		}
	}
}

// A token that is short because a right ends takes nothing from the family, and the
// next refresh has what is held then.
func TestAShortTokenLeavesTheFamilyAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGranting(t)
		g.client.Permissions = oauth.PermissionsRoles
		soon := time.Now().Add(2 * time.Second)
		g.ceiling.held = &oauth.Entitled{Roles: until(soon, "support")}
		first := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		if first.Lives != 2 {
			t.Errorf("lives %d s", first.Lives)
		}
		family := g.m.s.families[0]
		time.Sleep(2 * time.Second)
		g.ceiling.held = &oauth.Entitled{}
		second := must(g.refresh(t.Context(), first.Refresh))(t)
		if c := claimsOf(t, second.Access); len(c.Roles) > 0 || second.Lives != 300 {
			t.Errorf("later: %v for %d s", c.Roles, second.Lives)
		}
		if is := g.m.s.families[0]; !is.Expires.Equal(family.Expires) || !is.RevokedAt.IsZero() || !slices.Equal(is.Scopes, family.Scopes) {
			t.Errorf("the family was %+v, is %+v", family, is)
		}
	})
}

// An ID token carries no right, and does not end with one.
func TestAnIDTokenDoesNotEndWithARight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGranting(t)
		g.client.Permissions = oauth.PermissionsRoles
		g.ceiling.held = &oauth.Entitled{Roles: until(time.Now().Add(2*time.Second), "support")}
		tokens := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		var c struct{ Iat, Exp int64 }
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(tokens.ID, ".")[1])
		if err != nil || json.Unmarshal(payload, &c) != nil || c.Exp-c.Iat != 300 {
			t.Errorf("%s lives %d s", payload, c.Exp-c.Iat)
		}
	})
}

func TestAClientSaysOneOfThreeThingsAboutRights(t *testing.T) {
	t.Parallel()
	s, _ := newService()
	for mode, good := range map[string]bool{"": true, "none": true, "roles": true, "inline": true, "all": false, "Roles": false} {
		c := web()
		c.ID, c.Permissions = "", mode
		made, _, err := s.CreateClient(t.Context(), console, c)
		if (err == nil) != good || err != nil && !strings.Contains(err.Error(), "permissions") {
			t.Errorf("%q: %v", mode, err)
		}
		if good && mode == "" && made.Permissions != oauth.PermissionsNone {
			t.Errorf("nothing said is %q", made.Permissions)
		}
	}
}

package housetest

import (
	"context"
	"encoding/json"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/access"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// only are the claims of an answer that a client is told besides the usual ones.
func only(t *testing.T, claims map[string]any, names ...string) map[string]any {
	t.Helper()
	found := map[string]any{}
	for _, name := range names {
		if v, ok := claims[name]; ok {
			found[name] = v
		}
	}
	return found
}

// An application is told of roles, groups and what else its settings say, in ID token
// and userinfo alike, as it is so at that moment.
func TestAnApplicationIsToldOfRolesAndGroups(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := newAdmitting(t, g)
		ctx := context.Background()
		u, err := g.House.Identity.User(ctx, s.ada.ID)
		must(t, err)
		u.Claims.Attributes = map[string]string{"department": "sales"}
		_, err = g.House.Identity.Update(ctx, gatetest.Console, u)
		must(t, err)
		app := g.App("told", func(c *oauth.Client) {
			c.Told = oauth.Told{
				Roles: oauth.Listing{Claim: "realm_access.roles"}, Groups: oauth.Listing{Claim: "groups", Prefix: "house:"},
				Claims: []string{"department=claims.department", "is_support=role:support", "mail=claims.email", "tier=const:3"},
			}
		})
		names := []string{"realm_access", "groups", "department", "is_support", "mail", "tier"}
		expect := func(when string, claims map[string]any, want string) {
			t.Helper()
			var wanted map[string]any
			must(t, json.Unmarshal([]byte(want), &wanted))
			if diff := cmp.Diff(wanted, only(t, claims, names...)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", when, diff)
			}
		}
		tokens := app.Tokens(s.browser, s.ada)
		with := `{"realm_access":{"roles":["support"]},"groups":["house:desk"],"department":"sales","is_support":true,"tier":3}`
		expect("the ID token", gatetest.Claims(tokens.Text("id_token")), with)
		expect("userinfo", s.Userinfo(tokens.Text("access_token")).JSON, with)
		access := gatetest.Claims(tokens.Text("access_token"))
		for _, name := range names {
			if access[name] != nil {
				t.Errorf("the access token tells %s", name)
			}
		}
		s.browser.Get(app.AuthorizeURL("prompt", "consent")).At("/consent").Says("such as your roles and groups")
		s.browser.Get(s.app.AuthorizeURL("prompt", "consent")).At("/consent")

		must(t, g.House.Access.RemoveMember(ctx, gatetest.Console, onTheDesk(s.scene).Of, s.toAda()))
		s.Settle()
		without := `{"realm_access":{"roles":[]},"groups":[],"department":"sales","is_support":false,"tier":3}`
		expect("userinfo, after the group was left", s.Userinfo(tokens.Text("access_token")).JSON, without)
		expect("a refreshed ID token", gatetest.Claims(app.Refresh(tokens.Text("refresh_token")).Text("id_token")), without)
		mail := app.Tokens(s.browser, s.ada, "scope", "openid email")
		expect("with the scope of an address", gatetest.Claims(mail.Text("id_token")), `{"realm_access":{"roles":[]},"groups":[],"department":"sales","is_support":false,"tier":3,"mail":"ada@example.test"}`)
	})
}

// What is granted for a time is over for tokens, refreshes and sign-ins at that very
// moment, without anybody doing anything.
func TestARoleThatEndsTakesTheSignInAlong(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		ctx := context.Background()
		_, err := s.House.Access.CreateAPI(ctx, gatetest.Console, shop())
		must(t, err)
		role := support()
		role.MaxGrant = 0
		_, err = s.House.Access.CreateRole(ctx, gatetest.Console, role)
		must(t, err)
		began := time.Now()
		_, err = s.House.Access.Give(ctx, gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Effect: access.Allow, Role: "support", Reason: "a test",
			Where: access.Where{Place: access.Everywhere}, Window: access.Window{ExpiresAt: began.Add(7 * time.Minute)},
		})
		must(t, err)
		app := s.App("shut", func(c *oauth.Client) {
			c.RequireRoles, c.Told.Roles.Claim = []string{"support"}, "roles"
		})
		first := app.Tokens(s.browser, s.ada)
		time.Sleep(4 * time.Minute)
		s.Settle()
		second := app.Refresh(first.Text("refresh_token"))
		expectTokens(t, "four minutes in", second)
		for _, kind := range []string{"access_token", "id_token"} {
			if exp := time.Unix(int64(gatetest.Claims(second.Text(kind))["exp"].(float64)), 0); exp.After(began.Add(7 * time.Minute)) {
				t.Errorf("the %s lives until %s, %s longer than the role", kind, exp, exp.Sub(began.Add(7*time.Minute)))
			}
		}
		refresh := second.Text("refresh_token")
		time.Sleep(3*time.Minute - time.Since(began.Add(4*time.Minute)) - time.Second)
		s.Settle()
		if got := landing(s.browser.Get(app.AuthorizeURL("prompt", "none"))); got != "code" {
			t.Errorf("a second before the end it leads to %q", got)
		}
		time.Sleep(time.Second)
		s.Settle()
		if a := s.Userinfo(second.Text("access_token")); a.Status != http.StatusUnauthorized {
			t.Errorf("at the end userinfo answers %d %s", a.Status, a.Body)
		}
		expectRefused(t, "at the end", app.Refresh(refresh), "invalid_grant")
		if got := landing(s.browser.Get(app.AuthorizeURL("prompt", "none"))); got != "access_denied" {
			t.Errorf("at the end it leads to %q", got)
		}
	})
}

// What is kept of a person is nobody's to ask for by the claims parameter.
func TestAttributesAreToldByMappingAlone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.ada = s.Person("kept", gatetest.WithClaims(identity.Claims{Attributes: map[string]string{"department": "sales"}}))
	tokens := s.tokens("claims", `{"id_token":{"department":null},"userinfo":{"department":null}}`, "scope", "openid profile")
	for what, claims := range map[string]map[string]any{
		"the ID token": gatetest.Claims(tokens.Text("id_token")), "userinfo": s.Userinfo(tokens.Text("access_token")).JSON,
	} {
		if claims["department"] != nil {
			t.Errorf("%s tells it", what)
		}
	}
}

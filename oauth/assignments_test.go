package oauth_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/oauth"
)

// assigner is what everybody has in a test; only the known roles and groups are there.
type assigner struct {
	now   oauth.Assignments
	known []string
	err   error
	asked []oauth.Bearer
}

func (s *assigner) Assignments(_ context.Context, b oauth.Bearer) (oauth.Assignments, error) {
	s.asked = append(s.asked, b)
	return s.now, s.err
}

func (s *assigner) Unknown(_ context.Context, roles, groups []string) (noRoles, noGroups []string, err error) {
	unknown := func(names []string) []string {
		return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(s.known, name) })
	}
	return unknown(roles), unknown(groups), s.err
}

func has(names ...string) []oauth.Assignment {
	var out []oauth.Assignment
	for _, name := range names {
		out = append(out, oauth.Assignment{ID: name})
	}
	return out
}

func TestAClientAdmitsWhoHasAllThatItRequires(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return time.Unix(int64(minutes)*60, 0) }
	both := oauth.Client{RequireRoles: []string{"support"}, RequireGroups: []string{"desk"}}
	for name, c := range map[string]struct {
		client oauth.Client
		has    oauth.Assignments
		ok     bool
		until  time.Time
	}{
		"nothing is required":             {oauth.Client{}, oauth.Assignments{}, true, time.Time{}},
		"nothing is had":                  {both, oauth.Assignments{}, false, time.Time{}},
		"the role alone":                  {both, oauth.Assignments{Roles: has("support")}, false, time.Time{}},
		"the group alone":                 {both, oauth.Assignments{Groups: has("desk")}, false, time.Time{}},
		"a group called like the role":    {oauth.Client{RequireRoles: []string{"support"}}, oauth.Assignments{Groups: has("support")}, false, time.Time{}},
		"both":                            {both, oauth.Assignments{Roles: has("support"), Groups: has("desk")}, true, time.Time{}},
		"the role on some resources":      {both, oauth.Assignments{Partly: has("support"), Groups: has("desk")}, true, time.Time{}},
		"the role until then":             {both, oauth.Assignments{Roles: []oauth.Assignment{{ID: "support", Until: at(5)}}, Groups: has("desk")}, true, at(5)},
		"each until then":                 {both, oauth.Assignments{Roles: []oauth.Assignment{{ID: "support", Until: at(5)}}, Groups: []oauth.Assignment{{ID: "desk", Until: at(3)}}}, true, at(3)},
		"the role by two ways":            {both, oauth.Assignments{Roles: []oauth.Assignment{{ID: "support", Until: at(5)}}, Partly: []oauth.Assignment{{ID: "support", Until: at(9)}}, Groups: has("desk")}, true, at(9)},
		"the role, and partly for longer": {both, oauth.Assignments{Roles: []oauth.Assignment{{ID: "support", Until: at(5)}}, Partly: has("support"), Groups: has("desk")}, true, time.Time{}},
	} {
		until, ok := c.client.Admits(c.has)
		if ok != c.ok || !until.Equal(c.until) {
			t.Errorf("%s: admitted %v until %v, want %v until %v", name, ok, until, c.ok, c.until)
		}
	}
}

// Whoever lacks what the client requires gets nothing, by whichever grant, and loses
// nothing by it: once they have it again, what was there goes on. The client itself is
// nobody who signs in.
func TestARequiredRoleIsAskedForByEveryGrant(t *testing.T) {
	t.Parallel()
	all := map[string]func(t *testing.T, g *granting) func() (oauth.Tokens, error){
		"a new code": func(t *testing.T, g *granting) func() (oauth.Tokens, error) {
			return func() (oauth.Tokens, error) {
				_, err := g.code(t.Context())
				return oauth.Tokens{}, err
			}
		},
	}
	maps.Copy(all, grants)
	for name, prepare := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := newGranting(t)
			g.require("support")
			next := prepare(t, g)
			g.has.now = oauth.Assignments{}
			_, err := next()
			if name == oauth.GrantClient {
				if err != nil || len(g.has.asked) > 0 {
					t.Errorf("a client's own token: %v, asked %v", err, g.has.asked)
				}
				return
			}
			want := oauth.InvalidGrant
			if name == "a new code" {
				want = oauth.AccessDenied
			}
			if no, refused := errors.AsType[*oauth.Refusal](err); !refused || no.Code != want || no.Description != oauth.SaysNotAdmitted {
				t.Errorf("without the role: %v, want %s", err, want)
			}
			g.has.err = fault.New(fault.Unavailable, "policy.unknown", "Nobody knows.")
			if _, err := next(); fault.CodeOf(err) != "policy.unknown" {
				t.Errorf("where nobody knows the policy: %v", err)
			}
			g.has.err, g.has.now = nil, oauth.Assignments{Roles: has("support")}
			if _, err := next(); err != nil {
				t.Errorf("with the role again: %v", err)
			}
		})
	}
}

// require has the client require a role, which everybody has.
func (g *granting) require(role string) {
	c := *g.client
	c.RequireRoles, g.has.now.Roles = []string{role}, has(role)
	g.client = &c
}

func TestNoAccessTokenOutlivesARequiredRole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := newGranting(t)
		g.require("support")
		g.has.now.Roles = []oauth.Assignment{{ID: "support", Until: time.Now().Add(90 * time.Second)}}
		tokens := must(g.redeem(t.Context(), must(g.code(t.Context()))(t)))(t)
		if tokens.Lives != 90 {
			t.Fatalf("the token lives for %d s, want 90", tokens.Lives)
		}
		last := g.has.asked[len(g.has.asked)-1]
		if last.User != "usr_ada" || last.Session != "ses_1" || last.Client != g.client.ID || last.Until.Sub(last.Now) < 5*time.Minute {
			t.Errorf("asked about %+v", last)
		}
		time.Sleep(89500 * time.Millisecond)
		if _, err := g.refresh(t.Context(), tokens.Refresh); err == nil {
			t.Error("a token was made for half a second")
		}
	})
}

func TestOnlyRolesAndGroupsThatThereAreCanBeRequired(t *testing.T) {
	t.Parallel()
	g := newGranting(t)
	g.has.known = []string{"support", "desk"}
	c := *g.client
	c.RequireRoles, c.RequireGroups = []string{"support", "suport"}, []string{"desk", "dessk"}
	_, err := g.UpdateClient(t.Context(), audit.Actor{}, c)
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "client.invalid" || len(f.Fields) != 2 || f.Fields[0].Name != "require_roles[1]" || f.Fields[1].Name != "require_groups[1]" {
		t.Fatalf("got %v", err)
	}
	c.RequireRoles, c.RequireGroups = c.RequireRoles[:1], c.RequireGroups[:1]
	c, err = g.UpdateClient(t.Context(), audit.Actor{}, c)
	if err != nil {
		t.Fatal(err)
	}
	g.has.known = nil // one that is gone by now does not stand in the way of other changes
	c.Name = "Another"
	if _, err := g.UpdateClient(t.Context(), audit.Actor{}, c); err != nil {
		t.Errorf("a change of something else: %v", err)
	}
}

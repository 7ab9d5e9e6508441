package housetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

func byRoles() map[string]handing {
	role := func(t *testing.T, h *hand, r access.Role) {
		t.Helper()
		_, err := h.House.Access.CreateRole(context.Background(), gatetest.Console, r)
		must(t, err)
	}
	read := []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}
	update := func(r access.Role) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.UpdateRole(ctx, by, r)
			return err
		}
	}
	create := func(r access.Role) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.CreateRole(ctx, by, r)
			return err
		}
	}
	several := func(all ...access.RoleChange) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.UpdateRoles(ctx, by, all)
			return err
		}
	}
	plain := func(t *testing.T, h *hand) { role(t, h, access.Role{ID: "plain", Permissions: read}) }
	two := func(t *testing.T, h *hand) {
		plain(t, h)
		role(t, h, access.Role{ID: "other", Permissions: read})
	}
	parents := []string{"refunder"}
	harmless := access.RoleChange{Role: "other", MaxGrant: new(time.Duration)}
	denied := func(t *testing.T, h *hand) {
		role(t, h, access.Role{ID: "plain", Permissions: []access.Pattern{refund(), {API: "shop", Resource: "other", Action: "read"}}})
		role(t, h, access.Role{ID: "child", Parents: []string{"plain"}})
		h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.Role, g.Permission = access.Deny, "child", access.Pattern{} })
	}
	return map[string]handing{
		"UpdateRoles":                {prepare: two, do: several(access.RoleChange{Role: "plain", Add: []access.Pattern{refund()}}, harmless)},
		"UpdateRoles by the last":    {prepare: two, do: several(harmless, access.RoleChange{Role: "plain", Permissions: &[]access.Pattern{refund()}})},
		"UpdateRoles by a parent":    {prepare: two, do: several(harmless, access.RoleChange{Role: "plain", Parents: &parents})},
		"UpdateRoles by one another": {prepare: two, do: several(access.RoleChange{Role: "other", Parents: &[]string{"plain"}}, access.RoleChange{Role: "plain", Parents: &parents})},
		"UpdateRoles that is denied": {
			prepare: func(t *testing.T, h *hand) {
				denied(t, h)
				role(t, h, access.Role{ID: "other", Permissions: read})
			},
			do: several(harmless, access.RoleChange{Role: "plain", Remove: []access.Pattern{refund()}}),
		},
		"CreateRole":               {do: create(access.Role{ID: "made", Permissions: []access.Pattern{refund()}})},
		"CreateRole by its parent": {do: create(access.Role{ID: "made", Parents: []string{"refunder"}})},
		"UpdateRole":               {prepare: plain, do: update(access.Role{ID: "plain", Permissions: []access.Pattern{refund(), read[0]}})},
		"UpdateRole by its parent": {prepare: plain, do: update(access.Role{ID: "plain", Permissions: read, Parents: []string{"refunder"}})},
		"UpdateRole that is denied": {
			prepare: denied,
			do:      update(access.Role{ID: "plain", Permissions: []access.Pattern{{API: "shop", Resource: "other", Action: "read"}}}),
		},
	}
}

func byCatalogues() map[string]handing {
	update := func(change func(a *access.API)) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			a, err := h.House.Access.API(ctx, "shop")
			if err != nil {
				return err
			}
			change(&a)
			_, err = h.House.Access.UpdateAPI(ctx, by, a)
			return err
		}
	}
	scope := func(t *testing.T, h *hand, what access.Pattern) {
		t.Helper()
		_, err := h.House.Access.CreateScope(context.Background(), gatetest.Console, access.Scope{Name: "shop.orders", API: "shop", Patterns: []access.Pattern{what}})
		must(t, err)
	}
	return map[string]handing{
		"UpdateAPI to call it sensitive no more": {do: update(func(a *access.API) { a.Permissions[1].Sensitive = false })},
		"UpdateAPI to ask for less":              {do: update(func(a *access.API) { a.Permissions[1].Requires = access.Requirement{} })},
		"UpdateAPI to need no scope": {
			prepare: func(t *testing.T, h *hand) {
				scope(t, h, refund())
				must(t, h.House.Access.DeleteScope(context.Background(), gatetest.Console, "shop.orders"))
				for _, resource := range []string{"orders", "other"} { // a token would be for all of it
					h.give(t, person(h.mallory), func(g *access.Grant) {
						g.Permission = access.Pattern{API: "shop", Resource: resource, Action: "read"}
					})
				}
			},
			do: update(func(a *access.API) { a.Delegation = access.ByAudience }),
		},
		"CreateScope": {do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.CreateScope(ctx, by, access.Scope{Name: "shop.orders", API: "shop", Patterns: []access.Pattern{refund()}})
			return err
		}},
		"UpdateScope": {
			prepare: func(t *testing.T, h *hand) {
				scope(t, h, access.Pattern{API: "shop", Resource: "orders", Action: "read"})
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.UpdateScope(ctx, by, access.Scope{Name: "shop.orders", API: "shop", Patterns: []access.Pattern{refund()}})
				return err
			},
		},
		"UpdateAPI to name another owner": {prepare: func(t *testing.T, h *hand) {
			h.give(t, person(h.mallory), func(g *access.Grant) { g.Permission.Action = "read" }) // it is of orders too
		}, do: update(func(a *access.API) { a.Owners = map[string]string{"orders": "customer_id"} })},
	}
}

// A wildcard that somebody has would match what is new, which nobody can hold.
func TestWhatIsNewIsNotGivenByAWildcard(t *testing.T) {
	t.Parallel()
	every := access.Pattern{API: "shop", Resource: "orders", Action: "*"}
	for name, prepare := range map[string]func(t *testing.T, h *hand){
		"of a grant": func(t *testing.T, h *hand) {
			h.give(t, person(h.mallory), func(g *access.Grant) { g.Permission = every })
		},
		"of a role": func(t *testing.T, h *hand) {
			_, err := h.House.Access.CreateRole(context.Background(), gatetest.Console, access.Role{ID: "every", Permissions: []access.Pattern{every}})
			must(t, err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHand(t)
			prepare(t, h)
			a, err := h.House.Access.API(t.Context(), "shop")
			must(t, err)
			a.Permissions = append(a.Permissions, access.Permission{Resource: "orders", Action: "burn"})
			if _, err := h.House.Access.UpdateAPI(t.Context(), h.by(), a); fault.CodeOf(err) != "access.not_held" {
				t.Errorf("got %v", err)
			}
			_, err = h.House.Access.UpdateAPI(t.Context(), gatetest.Console, a)
			must(t, err)
		})
	}
}

// A permission that becomes sensitive is given by no wildcard any more, and denied by
// each as before: who makes it so hands nothing back.
func TestWhatBecomesSensitiveIsStillDenied(t *testing.T) {
	t.Parallel()
	read := access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	for name, deny := range map[string]func(t *testing.T, h *hand, g *access.Grant){
		"by a pattern": func(_ *testing.T, _ *hand, g *access.Grant) {
			g.Permission = access.Pattern{API: "shop", Resource: access.Any, Action: access.Any}
		},
		"by a role of patterns": func(t *testing.T, h *hand, g *access.Grant) {
			_, err := h.House.Access.CreateRole(context.Background(), gatetest.Console, access.Role{ID: "orders", Permissions: []access.Pattern{{API: "shop", Resource: access.Any, Action: access.Any}}})
			must(t, err)
			g.Role, g.Permission = "orders", access.Pattern{}
		},
	} {
		h := newHand(t)
		ctx, a := context.Background(), h.House.Access
		h.give(t, person(h.bob), func(g *access.Grant) { g.Permission = read })
		h.give(t, person(h.bob), func(g *access.Grant) { g.Effect = access.Deny; deny(t, h, g) })
		may := func() access.Decision {
			s, err := h.House.Policy.Latest(ctx)
			must(t, err)
			d, err := s.Decide(&access.Question{Principal: person(h.bob), Permission: "shop/orders:read", Now: time.Now(), Level: 1, AuthTime: time.Now()})
			must(t, err)
			return d
		}
		was := may()
		shop, err := a.API(ctx, "shop")
		must(t, err)
		shop.Permissions = slices.Clone(shop.Permissions)
		for i := range shop.Permissions {
			if shop.Permissions[i].Resource == "orders" {
				shop.Permissions[i].Sensitive = true
			}
		}
		_, err = a.UpdateAPI(ctx, h.by(), shop)
		must(t, err)
		if is := may(); was.Outcome != access.Refused || is.Outcome != was.Outcome || is.Reason != was.Reason {
			t.Errorf("%s: bob was %v (%s), and is %v (%s)", name, was.Outcome, was.Reason, is.Outcome, is.Reason)
		}
	}
}

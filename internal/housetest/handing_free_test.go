package housetest

import (
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

// What hands nothing on is not guarded, or those could not do their work who are to.
func TestTheGuardKeepsNobodyFromTakingAway(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(t *testing.T, h *hand) error{
		"deny": func(t *testing.T, h *hand) error {
			h.give(t, person(h.mallory), deniers)
			return giving(func(_ *hand, g *access.Grant) { g.Effect = access.Deny })(t.Context(), h, h.by())
		},
		"revoke": func(t *testing.T, h *hand) error {
			_, err := h.House.Access.Revoke(t.Context(), h.by(), h.give(t, person(h.bob), nil), "test")
			return err
		},
		"extend a deny": func(t *testing.T, h *hand) error {
			h.give(t, person(h.mallory), deniers)
			name := h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.ExpiresAt = access.Deny, time.Now().Add(time.Minute) })
			_, err := h.House.Access.Extend(t.Context(), h.by(), name, time.Now().Add(time.Hour))
			return err
		},
		"lock": func(t *testing.T, h *hand) error {
			_, err := h.House.Access.PutLock(t.Context(), h.by(), access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockRole, ID: "refunder"}, Reason: "test"}})
			return err
		},
		"give less by a role": func(t *testing.T, h *hand) error {
			_, err := h.House.Access.CreateRole(t.Context(), gatetest.Console, access.Role{ID: "both", Permissions: []access.Pattern{refund(), {API: "shop", Resource: "orders", Action: "read"}}})
			must(t, err)
			h.give(t, person(h.bob), func(g *access.Grant) { g.Role, g.Permission = "both", access.Pattern{} })
			_, err = h.House.Access.UpdateRole(t.Context(), h.by(), access.Role{ID: "both", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
			if fault.CodeOf(err) == "access.not_held" { // reading was there before
				return err
			}
			return err
		},
		"the words of a scope": func(t *testing.T, h *hand) error {
			one := access.Scope{Name: "shop.refunds", API: "shop", Patterns: []access.Pattern{refund()}}
			_, err := h.House.Access.CreateScope(t.Context(), gatetest.Console, one)
			must(t, err)
			one.Description = "Give money back"
			_, err = h.House.Access.UpdateScope(t.Context(), h.by(), one)
			return err
		},
		"put into a group without rights": func(t *testing.T, h *hand) error {
			_, err := h.House.Access.AddMember(t.Context(), h.by(), access.MembershipRecord{Membership: access.Membership{Member: person(h.bob), Of: group("desk")}})
			return err
		},
		"take out of a group": func(t *testing.T, h *hand) error {
			h.give(t, group("desk"), nil)
			h.join(t, person(h.bob), "desk")
			return h.House.Access.RemoveMember(t.Context(), h.by(), group("desk"), person(h.bob))
		},
		"call it sensitive, which a wildcard denies": func(t *testing.T, h *hand) error {
			h.give(t, person(h.bob), func(g *access.Grant) {
				g.Effect, g.Permission = access.Deny, access.Pattern{API: "shop", Resource: access.Any, Action: access.Any}
			})
			a, err := h.House.Access.API(t.Context(), "shop")
			must(t, err)
			a.Permissions = slices.Clone(a.Permissions)
			a.Permissions[0].Sensitive = true
			_, err = h.House.Access.UpdateAPI(t.Context(), h.by(), a)
			return err
		},
		"a sensitive permission more": func(t *testing.T, h *hand) error {
			a, err := h.House.Access.API(t.Context(), "shop")
			must(t, err)
			a.Permissions = append(a.Permissions, access.Permission{Resource: "orders", Action: "burn", Sensitive: true})
			_, err = h.House.Access.UpdateAPI(t.Context(), h.by(), a)
			return err
		},
		"disable": func(t *testing.T, h *hand) error {
			h.give(t, person(h.bob), nil)
			return h.House.Identity.Disable(t.Context(), h.by(), h.bob.ID)
		},
		"delete": func(t *testing.T, h *hand) error {
			h.give(t, person(h.bob), nil)
			return h.House.Identity.Delete(t.Context(), h.by(), h.bob.ID)
		},
		"a password of who has less": func(t *testing.T, h *hand) error {
			return h.House.Identity.SetPassword(t.Context(), h.by(), h.bob.ID, 0, "another quiet sentence of some length")
		},
		"a password of one's own": func(t *testing.T, h *hand) error {
			h.give(t, person(h.mallory), func(g *access.Grant) { g.Where.Place = access.Own })
			return h.House.Identity.SetPassword(t.Context(), h.by(), h.mallory.ID, 0, "another quiet sentence of some length")
		},
		"the name of who has more": func(t *testing.T, h *hand) error {
			h.give(t, person(h.bob), nil)
			u, err := h.House.Identity.User(t.Context(), h.bob.ID)
			must(t, err)
			u.Name = "Robert"
			_, err = h.House.Identity.Update(t.Context(), h.by(), u)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := do(t, newHand(t)); err != nil {
				t.Error(err)
			}
		})
	}
}

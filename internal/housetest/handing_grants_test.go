package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
)

// giving is Give to bob, with what change says.
func giving(change func(h *hand, g *access.Grant)) func(ctx context.Context, h *hand, by audit.Actor) error {
	return givingBy((*access.Service).Give, change)
}

// givingAgain is giving of what may be there already.
func givingAgain(change func(h *hand, g *access.Grant)) func(ctx context.Context, h *hand, by audit.Actor) error {
	return givingBy((*access.Service).GiveAgain, change)
}

func givingBy(
	give func(*access.Service, context.Context, audit.Actor, access.Grant) (access.GrantRecord, error), change func(h *hand, g *access.Grant),
) func(ctx context.Context, h *hand, by audit.Actor) error {
	return func(ctx context.Context, h *hand, by audit.Actor) error {
		g := access.Grant{Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}
		change(h, &g)
		_, err := give(h.House.Access, ctx, by, g)
		return err
	}
}

// granted prepares a grant to bob, which h.grant names then.
func granted(change func(g *access.Grant)) func(t *testing.T, h *hand) {
	return func(t *testing.T, h *hand) { h.grant = h.give(t, person(h.bob), change) }
}

func byGrants() map[string]handing {
	revoke := func(ctx context.Context, h *hand, by audit.Actor) error {
		_, err := h.House.Access.Revoke(ctx, by, h.grant, "test")
		return err
	}
	return map[string]handing{
		"Give a permission": {do: giving(func(*hand, *access.Grant) {})},
		"GiveAs a permission": {do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.GiveAs(ctx, by, id.NewGrant(), "made", access.Grant{Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"})
			return err
		}},
		"GiveAgain to themselves":   {do: givingAgain(func(h *hand, g *access.Grant) { g.Subject = person(h.mallory) })},
		"Give a role":               {do: giving(func(_ *hand, g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} })},
		"Give for an hour":          {hour: true, do: giving(func(_ *hand, g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Hour) })},
		"Give to come":              {do: giving(func(_ *hand, g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) })},
		"Give of their own":         {do: giving(func(_ *hand, g *access.Grant) { g.Where.Place = access.Own })},
		"Give under a condition":    {do: giving(func(_ *hand, g *access.Grant) { g.Where = access.Where{Place: access.Condition, Expression: "true"} })},
		"Give for a better sign-in": {do: giving(func(_ *hand, g *access.Grant) { g.Requires.MaxAge = time.Minute })},
		"Give to an application":    {do: giving(func(_ *hand, g *access.Grant) { g.Subject = application() })},
		"Give to a group":           {do: giving(func(_ *hand, g *access.Grant) { g.Subject = group("desk") })},
		"Give to a service account": {do: giving(func(_ *hand, g *access.Grant) { g.Subject = robotAccount })},
		"Give to an organisation":   {do: giving(func(_ *hand, g *access.Grant) { g.Subject = company })},
		"Give in an organisation":   {inOrg: true, do: giving(func(_ *hand, g *access.Grant) { g.Org = "acme" })},
		"Extend": {
			hour:    true,
			prepare: granted(func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Minute) }),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.Extend(ctx, by, h.grant, time.Now().Add(time.Hour))
				return err
			},
		},
		"Extend beyond": {
			prepare: granted(func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Minute) }),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.Extend(ctx, by, h.grant, time.Now().Add(3*time.Hour))
				return err
			},
		},
		"GiveAll": {prepare: func(t *testing.T, h *hand) { h.give(t, person(h.mallory), deniers) }, do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.GiveAll(ctx, by, []access.NewGrant{
				{Grant: access.Grant{Subject: person(h.bob), Effect: access.Deny, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}},
				{Grant: access.Grant{Subject: group("empty"), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}},
			})
			return err
		}},
		"RevokeAll": {
			prepare: func(t *testing.T, h *hand) {
				granted(denied)(t, h)
				h.free = h.give(t, group("empty"), func(g *access.Grant) { g.Where.Place = access.Own })
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.RevokeAll(ctx, by, []access.Revocation{{Grant: h.free}, {Grant: h.grant}}, "test", func(*access.GrantRecord) error { return nil })
				return err
			},
		},
		"Revoke a deny":                {prepare: granted(denied), do: revoke},
		"Revoke a role that is denied": {prepare: granted(func(g *access.Grant) { g.Effect, g.Role, g.Permission = access.Deny, "refunder", access.Pattern{} }), do: revoke},
		"Revoke a deny of an hour":     {hour: true, prepare: granted(func(g *access.Grant) { g.Effect, g.ExpiresAt = access.Deny, time.Now().Add(time.Hour) }), do: revoke},
	}
}

// An actor of whom nobody knows what they hold holds nothing.
func TestNobodyHandsOnAnythingWithoutAName(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	for _, by := range []audit.Actor{{}, {Kind: audit.Nobody}, {Kind: audit.Person}, {Kind: audit.Person, ID: "usr_nobody"}, {Kind: audit.Client, ID: "reports"}, {Kind: "operator", ID: "root"}} {
		_, err := h.House.Access.Give(t.Context(), by, access.Grant{Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"})
		if fault.CodeOf(err) != "access.not_held" {
			t.Errorf("%+v: %v", by, err)
		}
	}
}

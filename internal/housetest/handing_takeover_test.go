package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// byNames are ways to be the application that a condition or a list names.
func byNames() map[string]handing {
	asking := func(expression string) func(t *testing.T, h *hand) {
		return granted(func(g *access.Grant) { g.Where = access.Where{Place: access.Condition, Expression: expression} })
	}
	create := func(ctx context.Context, h *hand, by audit.Actor) error {
		_, _, err := h.House.OAuth.CreateClient(ctx, by, oauth.Client{ID: "mine", Name: "Mine", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"read"}})
		return err
	}
	rotate := func(ctx context.Context, h *hand, by audit.Actor) error {
		_, _, err := h.House.OAuth.RotateSecret(ctx, by, "reports")
		return err
	}
	return map[string]handing{
		"CreateClient that a condition names": {prepare: asking(`client == "mine"`), do: create},
		"CreateClient that a condition lists": {prepare: asking(`client in ["yours", "mine"]`), do: create},
		"CreateClient that a condition hints": {prepare: asking(`client.startsWith("mi")`), do: create},
		"RotateSecret that a condition names": {prepare: asking(`"reports" == client`), do: rotate},
	}
}

// byTakingOver are ways to act as somebody, or something, that holds the right.
func byTakingOver() map[string]handing {
	user := func(change func(u *identity.User)) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			u, err := h.House.Identity.User(ctx, h.bob.ID)
			if err != nil {
				return err
			}
			change(&u)
			_, err = h.House.Identity.Update(ctx, by, u)
			return err
		}
	}
	client := func(change func(c *oauth.Client)) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			c, err := h.House.OAuth.Client(ctx, "reports")
			if err != nil {
				return err
			}
			change(&c)
			_, err = h.House.OAuth.UpdateClient(ctx, by, c)
			return err
		}
	}
	key := func(last time.Duration) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			k := access.KeyRecord{Owner: "ops", Name: "mine"}
			if last > 0 {
				k.ExpiresAt = time.Now().Add(last)
			}
			_, _, err := h.House.Access.CreateServiceKey(ctx, by, k)
			return err
		}
	}
	hour := func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Hour) }
	password := func(ctx context.Context, h *hand, by audit.Actor) error {
		return h.House.Identity.SetPassword(ctx, by, h.bob.ID, 0, "another quiet sentence of some length")
	}
	grouped := func(t *testing.T, h *hand) {
		h.give(t, group("desk"), nil)
		h.join(t, person(h.bob), "desk")
	}
	robot := func(t *testing.T, h *hand) { h.give(t, application(), nil) }
	return map[string]handing{
		"SetPassword":                   {prepare: granted(nil), do: password},
		"SetPassword, by a role":        {prepare: granted(func(g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} }), do: password},
		"SetPassword, for an hour":      {hour: true, prepare: granted(hour), do: password},
		"SetPassword, by a group":       {prepare: grouped, do: password},
		"SetPassword, of what is to be": {prepare: granted(func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) }), do: password},
		"SetPassword, of their own":     {prepare: granted(func(g *access.Grant) { g.Where.Place = access.Own }), do: password},
		"PasswordLink": {prepare: granted(nil), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Identity.PasswordLink(ctx, by, h.bob.ID, 0)
			return err
		}},
		"ResetFactors": {
			prepare: func(t *testing.T, h *hand) {
				granted(nil)(t, h)
				h.bob.Enrol()
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Identity.ResetFactors(ctx, by, h.bob.ID)
			},
		},
		"Update the address":            {prepare: granted(nil), do: user(func(u *identity.User) { u.Email = "eve@example.test" })},
		"Update whether it is verified": {prepare: granted(nil), do: user(func(u *identity.User) { u.EmailVerified = false })},
		"Enable": {
			prepare: func(t *testing.T, h *hand) {
				granted(nil)(t, h)
				must(t, h.House.Identity.Disable(context.Background(), gatetest.Console, h.bob.ID))
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Identity.Enable(ctx, by, h.bob.ID)
			},
		},
		"CreateServiceAccount with a role": {do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.CreateServiceAccount(ctx, by, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "mine"}, Role: "refunder"})
			return err
		}},
		"CreateServiceKey":             {prepare: func(t *testing.T, h *hand) { h.give(t, robotAccount, nil) }, do: key(0)},
		"CreateServiceKey for an hour": {hour: true, prepare: func(t *testing.T, h *hand) { h.give(t, robotAccount, nil) }, do: key(time.Hour)},
		"CreateServiceKey of an account in a group": {prepare: func(t *testing.T, h *hand) {
			h.give(t, group("desk"), nil)
			h.join(t, robotAccount, "desk")
		}, do: key(0)},
		"CreateServiceKey in an organisation": {inOrg: true, prepare: func(t *testing.T, h *hand) {
			h.give(t, robotAccount, inCompany)
			h.enter(t, robotAccount, company)
		}, do: key(0)},
		"CreatePersonalToken": {hour: true, prepare: granted(hour), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, _, err := h.House.Access.CreatePersonalToken(ctx, by, access.KeyRecord{
				User: h.bob.ID, Name: "mine", Permissions: []access.Pattern{refund()}, ExpiresAt: time.Now().Add(time.Hour),
			})
			return err
		}},
		"EnableServiceAccount": {
			prepare: func(t *testing.T, h *hand) {
				h.give(t, robotAccount, nil)
				_, err := h.House.Access.DisableServiceAccount(context.Background(), gatetest.Console, "ops", "test")
				must(t, err)
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.EnableServiceAccount(ctx, by, "ops", "test")
				return err
			},
		},
		"RotateSecret": {prepare: robot, do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, _, err := h.House.OAuth.RotateSecret(ctx, by, "reports")
			return err
		}},
		"UpdateClient": {prepare: robot, do: client(func(c *oauth.Client) { c.Name = "Mine" })},
	}
}

func application() access.Subject { return access.Subject{Kind: access.Client, ID: "reports"} }

// A client that is listed as a server may ask who may do what, without any grant.
func TestTheSecretOfAServerIsWorthWhatItMayAsk(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	a, err := h.House.Access.API(t.Context(), "shop")
	must(t, err)
	a.Servers = []string{"reports"}
	_, err = h.House.Access.UpdateAPI(t.Context(), gatetest.Console, a)
	must(t, err)
	rotate := func() error {
		_, _, err := h.House.OAuth.RotateSecret(t.Context(), h.by(), "reports")
		return err
	}
	if err := rotate(); fault.CodeOf(err) != "access.not_held" {
		t.Errorf("who may ask nothing: %v", err)
	}
	h.give(t, person(h.mallory), func(g *access.Grant) {
		g.Permission = access.Pattern{API: access.Gatehouse, Resource: "decisions", Action: "read"}
	})
	if err := rotate(); err != nil {
		t.Errorf("who may ask: %v", err)
	}
}

package housetest

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

// shop is an API with one of everything, by the names of today.
func shop() access.API {
	return access.API{
		ID: "shop", Audience: "https://shop.example.test", Owners: map[string]string{"orders": "owner_id"},
		Permissions: []access.Permission{
			{Resource: "orders", Action: "read", Description: "See orders"},
			{Resource: "orders", Action: "refund", Sensitive: true, Requires: access.Requirement{Level: proof.AAL2, MaxAge: 5 * time.Minute}},
		},
	}
}

func support() access.Role {
	return access.Role{ID: "support", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}, MaxGrant: 8 * time.Hour}
}

func readsOrders(s *scene) access.Grant {
	return access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Effect: access.Allow,
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Where: access.Where{Place: access.Own},
		Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)}, Reason: "summer sale", Ticket: "SUP-1",
	}
}

func lockOn(grant id.Grant) access.LockRecord {
	return access.LockRecord{Lock: access.Lock{
		On: access.LockTarget{Kind: access.LockGrant, ID: string(grant)}, Ends: time.Now().Add(time.Hour), Reason: "asking back",
	}}
}

func desk(s *scene) error {
	_, err := s.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "desk", Description: "Support desk"})
	return err
}

func onTheDesk(s *scene) access.MembershipRecord {
	return access.MembershipRecord{Reason: "summer sale", Membership: access.Membership{
		Member: access.Subject{Kind: access.User, ID: string(s.ada.ID)}, Of: access.Subject{Kind: access.Group, ID: "desk"},
		Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
	}}
}

func acme(s *scene) error {
	_, err := s.House.Access.CreateOrg(context.Background(), gatetest.Console, access.OrgRecord{ID: "acme", Description: "Acme Ltd"})
	return err
}

func ops(s *scene) (access.Begun, error) {
	return s.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{
		ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops", Description: "Nightly report"}, Reason: "OPS-7",
	})
}

// accessTrail is every change of what somebody may do.
func accessTrail() []audited {
	var granted id.Grant
	var key id.ServiceKey
	withShop := func(t *testing.T, s *scene) {
		_, err := s.House.Access.CreateAPI(context.Background(), gatetest.Console, shop())
		must(t, err)
	}
	withRole := func(t *testing.T, s *scene) {
		withShop(t, s)
		_, err := s.House.Access.CreateRole(context.Background(), gatetest.Console, support())
		must(t, err)
	}
	withScope := func(t *testing.T, s *scene) {
		withShop(t, s)
		_, err := s.House.Access.CreateScope(context.Background(), gatetest.Console, ordersScope())
		must(t, err)
	}
	withGrant := func(t *testing.T, s *scene) {
		withShop(t, s)
		g, err := s.House.Access.Give(context.Background(), gatetest.Console, readsOrders(s))
		must(t, err)
		granted = g.ID
	}
	withMember := func(t *testing.T, s *scene) {
		must(t, desk(s))
		_, err := s.House.Access.AddMember(context.Background(), gatetest.Console, onTheDesk(s))
		must(t, err)
	}
	withOrg := func(t *testing.T, s *scene) { must(t, acme(s)) }
	withService := func(t *testing.T, s *scene) {
		b, err := ops(s)
		must(t, err)
		key = b.Key.ID
	}
	row := func(action audit.Action, prepare func(t *testing.T, s *scene), do func(ctx context.Context, s *scene, a *access.Service) error) audited {
		return audited{action: action, prepare: prepare, do: changed(func(ctx context.Context, s *scene) error { return do(ctx, s, s.House.Access) })}
	}
	return []audited{
		row(access.ActionAPICreate, nil, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.CreateAPI(ctx, gatetest.Console, shop())
			return err
		}),
		row(access.ActionAPIUpdate, withShop, func(ctx context.Context, _ *scene, a *access.Service) error {
			changed := shop()
			changed.Permissions = append(changed.Permissions, access.Permission{Resource: "stock", Action: "read"})
			_, err := a.UpdateAPI(ctx, gatetest.Console, changed)
			return err
		}),
		row(access.ActionAPIDelete, withShop, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteAPI(ctx, gatetest.Console, "shop")
		}),
		row(access.ActionRoleCreate, withShop, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.CreateRole(ctx, gatetest.Console, support())
			return err
		}),
		row(access.ActionRoleUpdate, withRole, func(ctx context.Context, _ *scene, a *access.Service) error {
			changed := support()
			changed.MaxGrant = 4 * time.Hour
			_, err := a.UpdateRole(ctx, gatetest.Console, changed)
			return err
		}),
		row(access.ActionRoleDelete, withRole, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteRole(ctx, gatetest.Console, "support")
		}),
		row(access.ActionScopeCreate, withShop, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.CreateScope(ctx, gatetest.Console, ordersScope())
			return err
		}),
		row(access.ActionScopeUpdate, withScope, func(ctx context.Context, _ *scene, a *access.Service) error {
			changed := ordersScope()
			changed.Description = "See all your orders"
			_, err := a.UpdateScope(ctx, gatetest.Console, changed)
			return err
		}),
		row(access.ActionScopeDelete, withScope, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteScope(ctx, gatetest.Console, "orders.read")
		}),
		row(access.ActionGrantCreate, withShop, func(ctx context.Context, s *scene, a *access.Service) error {
			_, err := a.Give(ctx, gatetest.Console, readsOrders(s))
			return err
		}),
		row(access.ActionGrantExtend, withGrant, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.Extend(ctx, gatetest.Console, granted, time.Now().Add(3*time.Hour))
			return err
		}),
		row(access.ActionGrantRevoke, withGrant, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.Revoke(ctx, gatetest.Console, granted, "the sale is over")
			return err
		}),
		row(access.ActionLockCreate, withGrant, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.PutLock(ctx, gatetest.Console, lockOn(granted))
			return err
		}),
		row(access.ActionLockLift, func(t *testing.T, s *scene) {
			withGrant(t, s)
			_, err := s.House.Access.PutLock(context.Background(), gatetest.Console, lockOn(granted))
			must(t, err)
		}, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.LiftLock(ctx, gatetest.Console, lockOn(granted).On)
		}),
		row(access.ActionOrgCreate, nil, func(_ context.Context, s *scene, _ *access.Service) error { return acme(s) }),
		row(access.ActionOrgDelete, withOrg, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteOrg(ctx, gatetest.Console, "acme")
		}),
		row(access.ActionServiceCreate, nil, func(_ context.Context, s *scene, _ *access.Service) error { _, err := ops(s); return err }),
		row(access.ActionServiceDisable, withService, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.DisableServiceAccount(ctx, gatetest.Console, "ops", "its key was in a log")
			return err
		}),
		row(access.ActionServiceEnable, func(t *testing.T, s *scene) {
			withService(t, s)
			_, err := s.House.Access.DisableServiceAccount(context.Background(), gatetest.Console, "ops", "")
			must(t, err)
		}, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.EnableServiceAccount(ctx, gatetest.Console, "ops", "it was another one's")
			return err
		}),
		row(access.ActionServiceDelete, withService, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteServiceAccount(ctx, gatetest.Console, "ops", "not run any more")
		}),
		row(access.ActionKeyCreate, withService, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, _, err := a.CreateServiceKey(ctx, gatetest.Console, access.KeyRecord{Owner: "ops", Name: "laptop", ExpiresAt: time.Now().Add(time.Hour)})
			return err
		}),
		row(access.ActionKeyRevoke, withService, func(ctx context.Context, _ *scene, a *access.Service) error {
			_, err := a.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, key)
			return err
		}),
		row(access.ActionGroupCreate, nil, func(_ context.Context, s *scene, _ *access.Service) error { return desk(s) }),
		row(access.ActionGroupDelete, withMember, func(ctx context.Context, _ *scene, a *access.Service) error {
			return a.DeleteGroup(ctx, gatetest.Console, "desk")
		}),
		row(access.ActionMemberAdd, withMember, func(ctx context.Context, s *scene, a *access.Service) error {
			longer := onTheDesk(s)
			longer.ExpiresAt = time.Time{}
			_, err := a.AddMember(ctx, gatetest.Console, longer)
			return err
		}),
		row(access.ActionMemberRemove, withMember, func(ctx context.Context, s *scene, a *access.Service) error {
			return a.RemoveMember(ctx, gatetest.Console, onTheDesk(s).Of, onTheDesk(s).Member)
		}),
		row(access.ActionGrantsEnd, withGrant, func(ctx context.Context, s *scene, _ *access.Service) error {
			return s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID)
		}),
	}
}

// An application that is made again under the id of one that was deleted has
// nothing of what that one was granted, and so of people.
func TestWhoIsMadeAgainHasNoGrantsOfBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		ctx := t.Context()
		_, err := s.House.Access.CreateAPI(ctx, gatetest.Console, shop())
		must(t, err)
		toApp := readsOrders(s)
		toApp.Subject, toApp.Where = access.Subject{Kind: access.Client, ID: string(s.app.ID)}, access.Where{Place: access.Everywhere}
		for _, g := range []access.Grant{readsOrders(s), toApp} {
			_, err := s.House.Access.Give(ctx, gatetest.Console, g)
			must(t, err)
		}
		c, err := s.House.OAuth.Client(ctx, s.app.ID)
		must(t, err)
		must(t, s.House.OAuth.DeleteClient(ctx, gatetest.Console, c.ID))
		time.Sleep(2 * time.Second) // meanwhile the id is nobody's
		_, _, err = s.House.OAuth.CreateClient(ctx, gatetest.Console, c)
		must(t, err)
		may := func() bool {
			e, err := s.House.Access.Explain(ctx, &access.Question{Principal: toApp.Subject, Permission: "shop/orders:read", Now: time.Now()})
			must(t, err)
			return e.Outcome == access.Allowed
		}
		if may() {
			t.Error("the new application has what the old one was granted")
		}
		must(t, s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID))
		living, _, err := s.House.Access.Grants(ctx, access.Subject{}, false, access.GrantCursor{}, 10)
		must(t, err)
		if len(living) > 0 {
			t.Errorf("grants of who is gone: %+v", living)
		}
		if _, err := s.House.Access.Give(ctx, gatetest.Console, readsOrders(s)); err == nil {
			t.Error("who is gone was granted something")
		}
	})
}

// ordersScope lets applications see orders.
func ordersScope() access.Scope {
	return access.Scope{Name: "orders.read", API: "shop", Patterns: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}, Description: "See your orders"}
}

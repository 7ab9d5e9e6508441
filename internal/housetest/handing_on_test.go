package housetest

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// hand is a house in which mallory may administer, and may or may not hold the right
// that is to be handed on: to give money back at the shop.
type hand struct {
	*gatetest.Gate
	mallory, bob *gatetest.Person
	grant        id.Grant // what a way is about
}

func refund() access.Pattern {
	return access.Pattern{API: "shop", Resource: "orders", Action: "refund"}
}

func person(p *gatetest.Person) access.Subject {
	return access.Subject{Kind: access.User, ID: string(p.ID)}
}

func group(name string) access.Subject { return access.Subject{Kind: access.Group, ID: name} }

// by is mallory, as a door would say it.
func (h *hand) by() audit.Actor { return audit.Actor{Kind: audit.Person, ID: string(h.mallory.ID)} }

func newHand(t *testing.T) *hand {
	t.Helper()
	g := gatetest.New(t)
	h := &hand{Gate: g, mallory: g.Person("mallory", gatetest.NoPassword), bob: g.Person("bob", gatetest.NoPassword)}
	ctx := context.Background()
	a := g.House.Access
	_, err := a.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "shop", Audience: "https://shop.test", Owners: map[string]string{"orders": "owner_id"},
		Permissions: []access.Permission{
			{Resource: "orders", Action: "read"},
			{Resource: "orders", Action: "refund", Sensitive: true, Requires: access.Requirement{MaxAge: 24 * time.Hour}},
			{Resource: "other", Action: "read"},
		},
	})
	must(t, err)
	_, err = a.CreateRole(ctx, gatetest.Console, access.Role{ID: "refunder", Permissions: []access.Pattern{refund()}})
	must(t, err)
	for _, name := range []string{"desk", "all", "empty"} {
		_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
		must(t, err)
	}
	_, err = a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: "acme"})
	must(t, err)
	_, err = a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops"}})
	must(t, err)
	_, _, err = g.House.OAuth.CreateClient(ctx, gatetest.Console, oauth.Client{ID: "reports", Name: "Reports", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"read"}})
	must(t, err)
	return h
}

// give grants something by the operator.
func (h *hand) give(t *testing.T, to access.Subject, change func(g *access.Grant)) id.Grant {
	t.Helper()
	g := access.Grant{Subject: to, Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}
	if change != nil {
		change(&g)
	}
	made, err := h.House.Access.Give(context.Background(), gatetest.Console, g)
	must(t, err)
	return made.ID
}

func (h *hand) join(t *testing.T, member access.Subject, name string) {
	t.Helper()
	h.enter(t, member, group(name))
}

func (h *hand) enter(t *testing.T, member, of access.Subject) {
	t.Helper()
	_, err := h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{Member: member, Of: of}})
	must(t, err)
}

func denied(g *access.Grant) { g.Effect = access.Deny }

func inCompany(g *access.Grant) { g.Org = "acme" }

var (
	company      = access.Subject{Kind: access.Organisation, ID: "acme"}
	robotAccount = access.Subject{Kind: access.ServiceAccount, ID: "ops"}
)

// holding is how mallory holds the right, and whether that is enough to hand it on
// without an end, and for an hour.
type holding struct {
	prepare func(t *testing.T, h *hand)
	forEver bool
	hour    bool
	inOrg   bool // without an end, within the organisation alone
}

var holdings = map[string]holding{
	"holds it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), nil) }, true, true, true},
	"holds it by a role": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} })
	}, true, true, true},
	"holds it by a group": {func(t *testing.T, h *hand) { h.give(t, group("all"), nil); h.join(t, person(h.mallory), "all") }, true, true, true},
	"holds it by a group of a group": {func(t *testing.T, h *hand) {
		_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "above"})
		must(t, err)
		h.give(t, group("above"), nil)
		h.join(t, group("all"), "above")
		h.join(t, person(h.mallory), "all")
	}, true, true, true},
	"holds it, and is disabled": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		must(t, h.House.Identity.Disable(context.Background(), gatetest.Console, h.mallory.ID))
	}, false, false, false},
	"holds it, and is locked": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		_, err := h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.On(person(h.mallory)), Reason: "test"}})
		must(t, err)
	}, false, false, false},
	"holds it in the organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), inCompany)
		h.enter(t, person(h.mallory), company)
	}, false, false, true},
	"holds it in the organisation, and is not in it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), inCompany) }, false, false, false},
	"holds it for a while": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = time.Now().Add(2 * time.Hour) })
	}, false, true, false},
	"holds it for a while, and again without a gap": {func(t *testing.T, h *hand) {
		turn := time.Now().Add(time.Minute)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = turn })
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = turn })
	}, true, true, true},
	"holds it with a gap": {func(t *testing.T, h *hand) {
		turn := time.Now().Add(time.Minute)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = turn })
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = turn.Add(time.Minute) })
	}, false, false, false},
	"holds it in a group for minutes": {func(t *testing.T, h *hand) {
		h.give(t, group("all"), nil)
		_, err := h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
			Member: person(h.mallory), Of: group("all"), Window: access.Window{ExpiresAt: time.Now().Add(time.Minute)},
		}})
		must(t, err)
	}, false, false, false},
	"is to hold it": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })
	}, false, false, false},
	"holds it of their own": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Where.Place = access.Own })
	}, false, false, false},
	"holds it under a condition": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Where = access.Where{Place: access.Condition, Expression: "true"} })
	}, false, false, false},
	"holds it after a better sign-in": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Requires.MaxAge = time.Hour })
	}, false, false, false},
	"is denied it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), nil); h.give(t, person(h.mallory), denied) }, false, false, false},
	"is to be denied it": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Effect, g.NotBefore = access.Deny, time.Now().Add(2*time.Hour) })
	}, false, true, false},
	"is denied it in an organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.give(t, person(h.mallory), func(g *access.Grant) { denied(g); inCompany(g) })
		h.enter(t, person(h.mallory), company)
	}, false, false, false},
	"is to be denied it in an organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.enter(t, person(h.mallory), company)
		h.give(t, company, func(g *access.Grant) {
			denied(g)
			inCompany(g)
			g.NotBefore = time.Now().Add(2 * time.Hour)
		})
	}, false, true, false},
	"holds it under a lock": {func(t *testing.T, h *hand) {
		name := h.give(t, person(h.mallory), nil)
		_, err := h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockGrant, ID: string(name)}, Reason: "test"}})
		must(t, err)
	}, false, false, false},
	"does not hold it": {func(*testing.T, *hand) {}, false, false, false},
	"holds another one": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Permission = access.Pattern{API: "shop", Resource: "*", Action: "*"} })
	}, false, false, false},
	"manages access": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.AccessManager, access.Pattern{} })
	}, false, false, false},
	"escalates": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} })
	}, true, true, true},
	"is to escalate": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) {
			g.Role, g.Permission, g.NotBefore = access.Administrator, access.Pattern{}, time.Now().Add(time.Hour)
		})
	}, false, false, false},
}

// everyHolding are the ways that are tried with all of these, and someHoldings are what
// the others are tried with: what somebody holds is found out in one place for all.
var (
	everyHolding = map[string]bool{"Give a permission": true, "Give for an hour": true, "SetPassword": true}
	someHoldings = []string{"holds it", "holds it for a while", "holds it of their own", "does not hold it", "escalates"}
)

// handing is a way by which the right could be handed on. Its name begins with the
// method that it goes by. With hour it is handed on for an hour, else without an end.
type handing struct {
	hour    bool
	inOrg   bool                        // within the organisation alone
	prepare func(t *testing.T, h *hand) // by the operator
	do      func(ctx context.Context, h *hand, by audit.Actor) error
}

// handings are all of them. Whoever adds a method by which a right could get to
// somebody adds a row; TestEveryChangeIsInTheTableOfWhatIsHandedOn asks for it.
func handings() map[string]handing {
	all := map[string]handing{}
	for _, some := range []map[string]handing{byGrants(), byRoles(), byCatalogues(), byGroups(), byRegrouping(), byLocks(), byTakingOver(), byNames()} {
		for name, way := range some {
			all[name] = way
		}
	}
	return all
}

// giving is Give to bob, with what change says.
func giving(change func(h *hand, g *access.Grant)) func(ctx context.Context, h *hand, by audit.Actor) error {
	return func(ctx context.Context, h *hand, by audit.Actor) error {
		g := access.Grant{Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}
		change(h, &g)
		_, err := h.House.Access.Give(ctx, by, g)
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
			_, err := h.House.Access.GiveAs(ctx, by, id.NewGrant(), access.Grant{Subject: person(h.bob), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"})
			return err
		}},
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
		"Give to themselves":        {do: giving(func(h *hand, g *access.Grant) { g.Subject = person(h.mallory) })},
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
		"GiveAll": {do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.GiveAll(ctx, by, []access.Grant{
				{Subject: person(h.bob), Effect: access.Deny, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"},
				{Subject: group("empty"), Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"},
			})
			return err
		}},
		"RevokeAll": {prepare: granted(denied), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.RevokeAll(ctx, by, []access.Revocation{{Grant: h.grant}}, "test", func(*access.GrantRecord) error { return nil })
			return err
		}},
		"Revoke a deny":                {prepare: granted(denied), do: revoke},
		"Revoke a role that is denied": {prepare: granted(func(g *access.Grant) { g.Effect, g.Role, g.Permission = access.Deny, "refunder", access.Pattern{} }), do: revoke},
		"Revoke a deny of an hour":     {hour: true, prepare: granted(func(g *access.Grant) { g.Effect, g.ExpiresAt = access.Deny, time.Now().Add(time.Hour) }), do: revoke},
	}
}

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
	plain := func(t *testing.T, h *hand) { role(t, h, access.Role{ID: "plain", Permissions: read}) }
	return map[string]handing{
		"CreateRole":               {do: create(access.Role{ID: "made", Permissions: []access.Pattern{refund()}})},
		"CreateRole by its parent": {do: create(access.Role{ID: "made", Parents: []string{"refunder"}})},
		"UpdateRole":               {prepare: plain, do: update(access.Role{ID: "plain", Permissions: []access.Pattern{refund(), read[0]}})},
		"UpdateRole by its parent": {prepare: plain, do: update(access.Role{ID: "plain", Permissions: read, Parents: []string{"refunder"}})},
		"UpdateRole that is denied": {
			prepare: func(t *testing.T, h *hand) {
				role(t, h, access.Role{ID: "plain", Permissions: []access.Pattern{refund(), {API: "shop", Resource: "other", Action: "read"}}})
				role(t, h, access.Role{ID: "child", Parents: []string{"plain"}})
				h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.Role, g.Permission = access.Deny, "child", access.Pattern{} })
			},
			do: update(access.Role{ID: "plain", Permissions: []access.Pattern{{API: "shop", Resource: "other", Action: "read"}}}),
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

func byGroups() map[string]handing {
	add := func(who func(h *hand) access.Subject, to string, until time.Duration) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			m := access.MembershipRecord{Membership: access.Membership{Member: who(h), Of: group(to)}}
			if until > 0 {
				m.ExpiresAt = time.Now().Add(until)
			}
			_, err := h.House.Access.AddMember(ctx, by, m)
			return err
		}
	}
	addTo := func(who func(p *gatetest.Person) access.Subject, of access.Subject) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.AddMember(ctx, by, access.MembershipRecord{Membership: access.Membership{Member: who(h.bob), Of: of}})
			return err
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	refunds := func(t *testing.T, h *hand) { h.give(t, group("desk"), nil) }
	nested := func(change func(g *access.Grant)) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "outer"})
			must(t, err)
			h.give(t, group("outer"), change)
			h.join(t, group("desk"), "outer")
			h.join(t, person(h.bob), "desk")
		}
	}
	return map[string]handing{
		"AddMember":             {prepare: refunds, do: add(bob, "desk", 0)},
		"AddMember themselves":  {prepare: refunds, do: add(func(h *hand) access.Subject { return person(h.mallory) }, "desk", 0)},
		"AddMember for an hour": {hour: true, prepare: refunds, do: add(bob, "desk", time.Hour)},
		"AddMember application": {prepare: refunds, do: add(func(*hand) access.Subject { return application() }, "desk", 0)},
		"AddMember group":       {prepare: refunds, do: add(func(*hand) access.Subject { return group("empty") }, "desk", 0)},
		"AddMember of a member": {prepare: nested(nil), do: add(func(*hand) access.Subject { return application() }, "desk", 0)},
		"AddMember of a member of a member": {
			prepare: func(t *testing.T, h *hand) {
				nested(nil)(t, h)
				h.join(t, group("empty"), "desk")
			},
			do: add(bob, "empty", 0),
		},
		"AddMember by the longer of two ways": {
			prepare: func(t *testing.T, h *hand) {
				_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "outer"})
				must(t, err)
				h.give(t, group("outer"), nil)
				_, err = h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
					Member: group("desk"), Of: group("outer"), Window: access.Window{ExpiresAt: time.Now().Add(time.Minute)},
				}})
				must(t, err)
				h.join(t, group("desk"), "empty")
				h.join(t, group("empty"), "outer")
			},
			do: add(bob, "desk", 0),
		},
		"AddMember what is to be": {
			prepare: func(t *testing.T, h *hand) {
				h.give(t, group("desk"), func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })
			},
			do: add(bob, "desk", 0),
		},
		"AddMember until a grant ends": {
			hour: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, group("desk"), func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Hour) })
			},
			do: add(bob, "desk", 0),
		},
		"AddMember of an organisation": {prepare: func(t *testing.T, h *hand) { h.give(t, company, nil) }, do: addTo(person, company)},
		"AddMember who waits for an organisation": {
			inOrg:   true,
			prepare: func(t *testing.T, h *hand) { h.give(t, person(h.bob), inCompany) },
			do:      addTo(person, company),
		},
		"AddMember whose group is in an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), inCompany)
				h.enter(t, group("desk"), company)
			},
			do: add(bob, "desk", 0),
		},
		"AddMember group into an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), inCompany)
				h.join(t, person(h.bob), "desk")
			},
			do: addTo(func(*gatetest.Person) access.Subject { return group("desk") }, company),
		},
		"RemoveMember who was denied in an organisation": {
			inOrg: true,
			prepare: func(t *testing.T, h *hand) {
				h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.Org = access.Deny, "acme" })
				h.enter(t, person(h.bob), company)
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Access.RemoveMember(ctx, by, company, person(h.bob))
			},
		},
		"AddMember who was denied": {prepare: nested(denied), do: add(bob, "desk", time.Hour)},
		"RemoveMember who was denied": {prepare: nested(denied), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.RemoveMember(ctx, by, group("desk"), person(h.bob))
		}},
		"DeleteGroup that was denied": {prepare: nested(denied), do: func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.DeleteGroup(ctx, by, "desk")
		}},
	}
}

// byRegrouping are ways to change the groups that a condition asks for.
func byRegrouping() map[string]handing {
	const in, out = `"empty" in principal.groups`, `!("empty" in principal.groups)`
	asking := func(expression string, change func(g *access.Grant)) func(g *access.Grant) {
		return func(g *access.Grant) {
			g.Where = access.Where{Place: access.Condition, Expression: expression}
			if change != nil {
				change(g)
			}
		}
	}
	joined := func(change func(g *access.Grant)) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) { granted(change)(t, h); h.join(t, person(h.bob), "empty") }
	}
	add := func(member func(h *hand) access.Subject, until time.Duration) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			m := access.MembershipRecord{Membership: access.Membership{Member: member(h), Of: group("empty")}}
			if until > 0 {
				m.ExpiresAt = time.Now().Add(until)
			}
			_, err := h.House.Access.AddMember(ctx, by, m)
			return err
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	desk := func(*hand) access.Subject { return group("desk") }
	remove := func(member func(h *hand) access.Subject) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.RemoveMember(ctx, by, group("empty"), member(h))
		}
	}
	inDesk := func(change func(g *access.Grant), nested bool) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			granted(change)(t, h)
			h.join(t, person(h.bob), "desk")
			if nested {
				h.join(t, group("desk"), "empty")
			}
		}
	}
	byAnother := func(t *testing.T, h *hand) {
		h.give(t, group("all"), asking(in, nil))
		h.join(t, person(h.bob), "all")
	}
	return map[string]handing{
		"AddMember of whom a condition asks": {prepare: granted(asking(in, nil)), do: add(bob, 0)},
		"AddMember for an hour of whom a condition asks": {
			hour: true, prepare: granted(asking(in, nil)), do: add(bob, time.Hour),
		},
		"AddMember of whom a condition is to ask": {
			prepare: granted(asking(in, func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })), do: add(bob, 0),
		},
		"AddMember of whom a condition asks in other words": {
			prepare: granted(asking(`.principal . groups.exists(g, g.startsWith("em"))`, nil)), do: add(bob, 0),
		},
		"AddMember of whom a condition asks by another group": {prepare: byAnother, do: add(bob, 0)},
		"AddMember whom a condition denies no more":           {prepare: granted(asking(out, denied)), do: add(bob, 0)},
		"AddMember group of whom a condition asks":            {prepare: inDesk(asking(in, nil), false), do: add(desk, 0)},
		"AddMember group whom a condition denies no more":     {prepare: inDesk(asking(out, denied), false), do: add(desk, 0)},
		"AddMember group of whom a condition asks by another": {
			prepare: func(t *testing.T, h *hand) { byAnother(t, h); h.join(t, person(h.bob), "desk") }, do: add(desk, 0),
		},
		"AddMember, shorter, of whom a condition asks": {prepare: joined(asking(out, nil)), do: add(bob, time.Minute)},
		"RemoveMember of whom a condition asks":        {prepare: joined(asking(out, nil)), do: remove(bob)},
		"RemoveMember whom a condition denies no more": {prepare: joined(asking(in, denied)), do: remove(bob)},
		"RemoveMember group of whom a condition asks":  {prepare: inDesk(asking(out, nil), true), do: remove(desk)},
		"DeleteGroup of which a condition asks": {
			prepare: joined(asking(out, nil)),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Access.DeleteGroup(ctx, by, "empty")
			},
		},
		"DeleteGroup whom a condition denies no more": {
			prepare: inDesk(asking(in, denied), true),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				return h.House.Access.DeleteGroup(ctx, by, "desk")
			},
		},
	}
}

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

// Who asks for something else keeps nobody from their work.
func TestAConditionThatAsksForSomethingElseKeepsNobody(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(ctx context.Context, h *hand) error{
		"AddMember": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.bob), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `resource.note == "principal.groups"`}
			})
			_, err := h.House.Access.AddMember(ctx, h.by(), access.MembershipRecord{Membership: access.Membership{Member: person(h.bob), Of: group("empty")}})
			return err
		},
		"AddMember of somebody else": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.mallory), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `"desk" in principal.groups`}
			})
			h.join(t, person(h.bob), "desk")
			_, err := h.House.Access.AddMember(ctx, h.by(), access.MembershipRecord{Membership: access.Membership{Member: group("desk"), Of: group("empty")}})
			return err
		},
		"RemoveMember from what was granted": func(ctx context.Context, h *hand) error {
			h.give(t, group("desk"), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `"all" in principal.groups`}
			})
			h.join(t, person(h.bob), "desk")
			return h.House.Access.RemoveMember(ctx, h.by(), group("desk"), person(h.bob))
		},
		"CreateClient of another name": func(ctx context.Context, h *hand) error {
			h.give(t, person(h.bob), func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: `client != "yours"`}
			})
			_, _, err := h.House.OAuth.CreateClient(ctx, h.by(), oauth.Client{ID: "mine", Name: "Mine", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"read"}})
			return err
		},
	} {
		if err := do(t.Context(), newHand(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func byLocks() map[string]handing {
	put := func(on func(h *hand) access.LockTarget) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.PutLock(ctx, by, access.LockRecord{Lock: access.Lock{On: on(h), Reason: "test", Ends: time.Now().Add(time.Second)}})
			return err
		}
	}
	lift := func(on func(h *hand) access.LockTarget) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			return h.House.Access.LiftLock(ctx, by, on(h))
		}
	}
	// A role of its own, so that mallory's way to hold the right is not locked too.
	role := func(*hand) access.LockTarget { return access.LockTarget{Kind: access.LockRole, ID: "locked"} }
	grant := func(h *hand) access.LockTarget { return access.LockTarget{Kind: access.LockGrant, ID: string(h.grant)} }
	owner := func(h *hand) access.LockTarget { return access.On(person(h.bob)) }
	lockedUp := func(who func(h *hand) access.LockTarget, to func(h *hand) access.Subject) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			h.give(t, to(h), nil)
			_, err := h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: who(h), Reason: "test"}})
			must(t, err)
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	account := func(*hand) access.LockTarget { return access.On(robotAccount) }
	client := func(*hand) access.LockTarget { return access.On(application()) }
	locked := func(on func(h *hand) access.LockTarget) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) {
			_, err := h.House.Access.CreateRole(context.Background(), gatetest.Console, access.Role{ID: "locked", Permissions: []access.Pattern{refund()}})
			must(t, err)
			h.grant = h.give(t, person(h.bob), func(g *access.Grant) { g.Role, g.Permission = "locked", access.Pattern{} })
			_, err = h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: on(h), Reason: "test"}})
			must(t, err)
		}
	}
	return map[string]handing{
		"LiftLock of a role":           {prepare: locked(role), do: lift(role)},
		"LiftLock of a grant":          {prepare: locked(grant), do: lift(grant)},
		"LiftLock of a person":         {prepare: lockedUp(owner, bob), do: lift(owner)},
		"LiftLock of an account":       {prepare: lockedUp(account, func(*hand) access.Subject { return robotAccount }), do: lift(account)},
		"LiftLock of an application":   {prepare: lockedUp(client, func(*hand) access.Subject { return application() }), do: lift(client)},
		"PutLock on a person, shorter": {prepare: lockedUp(owner, bob), do: put(owner)},
		"PutLock on a role, shorter":   {prepare: locked(role), do: put(role)},
		"PutLock on a grant, shorter":  {prepare: locked(grant), do: put(grant)},
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

// Whoever may administer hands on what they hold themselves, for as long as they hold
// it, and nothing else, on whichever path (C13).
func TestNobodyHandsOnWhatTheyDoNotHold(t *testing.T) {
	t.Parallel()
	for what, way := range handings() {
		for how, holds := range holdings {
			tried := everyHolding[what] || slices.Contains(someHoldings, how) || way.inOrg && strings.Contains(how, "organisation")
			if !tried {
				continue
			}
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				h := newHand(t)
				if way.prepare != nil {
					way.prepare(t, h)
				}
				holds.prepare(t, h)
				want := ""
				if enough := holds.forEver || way.hour && holds.hour || way.inOrg && holds.inOrg; !enough {
					want = "access.not_held"
				}
				before := h.policy(t)
				err := way.do(t.Context(), h, h.by())
				if got := fault.CodeOf(err); got != want || (err != nil) != (want != "") {
					t.Fatalf("got %v, want %q", err, want)
				}
				if now := h.policy(t); want != "" && now != before {
					t.Errorf("it was refused, and the policy went from version %d to %d", before, now)
				}
				if want == "" {
					return
				}
				if fault.KindOf(err) != fault.Forbidden {
					t.Errorf("it is %v, want Forbidden", fault.KindOf(err))
				}
				if err := way.do(t.Context(), h, gatetest.Console); err != nil {
					t.Errorf("the operator: %v", err)
				}
			})
		}
	}
}

// Programs hand on what they hold as people do.
func TestWhoeverActsHandsOnWhatTheyHold(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	for kind, who := range map[audit.ActorKind]access.Subject{audit.Person: person(h.mallory), audit.Client: application(), audit.Service: robotAccount} {
		by := audit.Actor{Kind: kind, ID: who.ID}
		do := giving(func(*hand, *access.Grant) {})
		if err := do(t.Context(), h, by); fault.CodeOf(err) != "access.not_held" {
			t.Errorf("a %s that does not hold it: %v", kind, err)
		}
		name := h.give(t, who, nil)
		if err := do(t.Context(), h, by); err != nil {
			t.Errorf("a %s that holds it: %v", kind, err)
		}
		_, err := h.House.Access.Revoke(t.Context(), gatetest.Console, name, "test")
		must(t, err)
	}
}

// A right is handed on until the moment at which its holder loses it, and not beyond.
func TestARightIsHandedOnUntilItsHolderLosesIt(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	end := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Microsecond)
	h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = end })
	for until, want := range map[time.Time]string{
		end.Add(-time.Microsecond): "", end: "", end.Add(time.Microsecond): "access.not_held", end.Add(time.Second): "access.not_held", {}: "access.not_held",
	} {
		if err := giving(func(_ *hand, g *access.Grant) { g.ExpiresAt = until })(t.Context(), h, h.by()); fault.CodeOf(err) != want || (err != nil) != (want != "") {
			t.Errorf("%s from the end on: %v, want %q", until.Sub(end), err, want)
		}
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

// What hands nothing on is not guarded, or those could not do their work who are to.
func TestTheGuardKeepsNobodyFromTakingAway(t *testing.T) {
	t.Parallel()
	for name, do := range map[string]func(t *testing.T, h *hand) error{
		"deny": func(t *testing.T, h *hand) error {
			return giving(func(_ *hand, g *access.Grant) { g.Effect = access.Deny })(t.Context(), h, h.by())
		},
		"revoke": func(t *testing.T, h *hand) error {
			_, err := h.House.Access.Revoke(t.Context(), h.by(), h.give(t, person(h.bob), nil), "test")
			return err
		},
		"extend a deny": func(t *testing.T, h *hand) error {
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

// unguarded are the methods that act for somebody and hand no right on, and why.
var unguarded = map[string]string{
	"CreateAPI":   "nobody has anything of an API that was not there",
	"DeleteAPI":   "no role and no grant names it any more",
	"DeleteRole":  "nobody has it any more",
	"CreateGroup": "nothing is granted to it yet",
	"UpdateGroup": "a description is no right",
	"UpdateOrg":   "a description is no right",

	"UpdateServiceAccount": "a description is no right",
	"CreateOrg":            "nothing is granted to it yet",
	"DeleteOrg":            "no grant and no deny counts in it any more",

	"DeleteScope": "no application may ask for it any more",

	"DisableServiceAccount": "takes away",
	"DeleteServiceAccount":  "takes away",
	"RevokeServiceKey":      "takes away",

	"EndAllOf":     "whoever it was is no more",
	"Appoint":      "the set-up, behind its link; no door has it",
	"MayActFor":    "the guard itself",
	"MayPrivilege": "the guard itself",

	"Create":           "somebody new holds nothing",
	"Disable":          "takes away",
	"Delete":           "takes away",
	"CheckPassword":    "a proof of whoever signs in",
	"CheckTOTP":        "a proof of whoever signs in",
	"CheckRecovery":    "a proof of whoever signs in",
	"NewRecoveryCodes": "by the person, who has just proved who they are",
	"ChangePassword":   "by the person, who knows the present one",
	"StartEnrol":       "by the person, during their sign-in",
	"ConfirmEnrol":     "by the person, during their sign-in",
	"SetupLink":        "by the operator, and only where nobody administers",
	"Setup":            "behind the link, and only where nobody administers",

	"DeleteClient":    "takes away",
	"GiveConsent":     "what a client does for a person is never more than the person may",
	"WithdrawConsent": "takes away",
	"Redeem":          "a client's own",
	"Refresh":         "a client's own",
	"RevokeRefresh":   "takes away",
	"RevokeAccess":    "takes away",
	"EndFamily":       "takes away",
	"EndFamiliesOf":   "takes away",
	"RemoveFactors":   "by the person; for another one it is ResetFactors",
}

// A new method that acts for somebody belongs into the table above, or is said to hand
// nothing on.
func TestEveryChangeIsInTheTableOfWhatIsHandedOn(t *testing.T) {
	t.Parallel()
	ways := map[string]bool{}
	for name := range handings() {
		method, _, _ := strings.Cut(strings.ReplaceAll(name, ",", " "), " ")
		ways[method] = true
	}
	seen := map[string]bool{}
	actor := reflect.TypeFor[audit.Actor]()
	for _, service := range []reflect.Type{reflect.TypeFor[*access.Service](), reflect.TypeFor[*identity.Service](), reflect.TypeFor[*oauth.Service]()} {
		for i := range service.NumMethod() {
			m := service.Method(i)
			takes := slices.ContainsFunc(slices.Collect(m.Type.Ins()), func(in reflect.Type) bool { return in == actor })
			if !takes {
				continue
			}
			seen[m.Name] = true
			if guarded, why := ways[m.Name], unguarded[m.Name]; guarded == (why != "") {
				t.Errorf("%v.%s acts for somebody: is it a way to hand a right on (handings), or why not (unguarded)? It is in both or in neither", service, m.Name)
			}
		}
	}
	for name := range ways {
		if !seen[name] {
			t.Errorf("no service has the method %s", name)
		}
	}
	for name := range unguarded {
		if !seen[name] {
			t.Errorf("no service has the method %s", name)
		}
	}
}

func (h *hand) policy(t *testing.T) int64 {
	t.Helper()
	v, err := h.House.Store.Versions(context.Background())
	must(t, err)
	return v[access.VersionPolicy]
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

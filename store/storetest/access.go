package storetest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/store"
)

func testAPIs(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := access.API{
		ID: "shop", Audience: "https://shop.test", Delegation: access.ByAudience, Created: now, Updated: now, Rev: 1,
		Permissions: []access.Permission{
			{Resource: "orders", Action: "read", Description: "See “orders”"},
			{Resource: "orders", Action: "refund", Sensitive: true, Requires: access.Requirement{Level: proof.AAL2, MaxAge: 5 * time.Minute}},
		},
		Owners: map[string]string{"orders": "owner_id"}, Servers: []string{"shop-server", "till"},
	}
	bare := access.API{ID: "bare", Audience: "https://bare.test", Delegation: access.ByAudience, Created: now, Updated: now, Rev: 1}
	raises(t, s, access.VersionPolicy, func(ctx context.Context) error { _, err := s.RaisePolicy(ctx); return err })
	ok(t, s.InsertAPI(ctx, a))
	ok(t, s.InsertAPI(ctx, bare))
	read := func() []access.API {
		t.Helper()
		all := must[[]access.API](t)(s.APIs(ctx))
		slices.SortFunc(all, func(a, b access.API) int { return cmp.Compare(b.ID, a.ID) })
		return all
	}
	same(t, read(), []access.API{a, bare})
	for _, twin := range []access.API{{ID: "shop", Audience: "https://other.test"}, {ID: "other", Audience: "https://shop.test"}} {
		err := s.InsertAPI(ctx, twin)
		refused(t, err, fault.Conflict)
		same(t, fault.CodeOf(err), "api.exists")
	}
	taking := bare
	taking.Audience = a.Audience
	refused(t, s.UpdateAPI(ctx, taking), fault.Conflict)

	changed := a
	changed.Audience, changed.Permissions, changed.Owners, changed.Servers, changed.Updated = "https://new.test", a.Permissions[:1], nil, a.Servers[:1], now.Add(time.Hour)
	changed.Delegation = access.ByScope
	ok(t, s.UpdateAPI(ctx, changed))
	refused(t, s.UpdateAPI(ctx, changed), fault.Conflict)
	changed.Rev = 2
	same(t, read(), []access.API{changed, bare})
	ok(t, s.DeleteAPI(ctx, "bare"))
	missing(t, s.DeleteAPI(ctx, "bare"))
	same(t, read(), []access.API{changed})
}

func testRoles(t *testing.T, s *store.Store) {
	ctx := t.Context()
	r := access.Role{
		ID: "support", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "*"}}, Parents: []string{"customer"},
		MaxGrant: 8 * time.Hour, Created: now, Updated: now, Rev: 1,
	}
	bare := access.Role{ID: "customer", Created: now, Updated: now, Rev: 1}
	ok(t, s.InsertRole(ctx, r))
	ok(t, s.InsertRole(ctx, bare))
	read := func() []access.Role {
		t.Helper()
		all := must[[]access.Role](t)(s.Roles(ctx))
		slices.SortFunc(all, func(a, b access.Role) int { return cmp.Compare(b.ID, a.ID) })
		return all
	}
	same(t, read(), []access.Role{r, bare})
	err := s.InsertRole(ctx, bare)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "role.exists")

	changed := r
	changed.Permissions, changed.Parents, changed.MaxGrant, changed.Updated = nil, nil, 0, now.Add(time.Hour)
	ok(t, s.UpdateRole(ctx, changed))
	refused(t, s.UpdateRole(ctx, changed), fault.Conflict)
	changed.Rev = 2
	same(t, read(), []access.Role{changed, bare})
	ok(t, s.DeleteRole(ctx, "support"))
	missing(t, s.DeleteRole(ctx, "support"))
}

func testScopes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	one := access.Scope{
		Name: "orders.read", API: "shop", Patterns: []access.Pattern{{API: "shop", Resource: "orders", Action: "*"}},
		Description: "See “orders”", Created: now, Updated: now, Rev: 1,
	}
	bare := access.Scope{Name: "Bare", API: "mail", Created: now, Updated: now, Rev: 1}
	ok(t, s.InsertScope(ctx, one))
	ok(t, s.InsertScope(ctx, bare))
	read := func() []access.Scope {
		t.Helper()
		all := must[[]access.Scope](t)(s.Scopes(ctx))
		slices.SortFunc(all, func(a, b access.Scope) int { return cmp.Compare(b.Name, a.Name) })
		return all
	}
	same(t, read(), []access.Scope{one, bare})
	err := s.InsertScope(ctx, bare)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "scope.exists")

	changed := one
	changed.Patterns, changed.Description, changed.Updated = []access.Pattern{{API: "shop", Resource: "stock", Action: "read"}}, "", now.Add(time.Hour)
	ok(t, s.UpdateScope(ctx, changed))
	refused(t, s.UpdateScope(ctx, changed), fault.Conflict)
	changed.Rev = 2
	same(t, read(), []access.Scope{changed, bare})
	ok(t, s.DeleteScope(ctx, "orders.read"))
	missing(t, s.DeleteScope(ctx, "orders.read"))
}

// aGrant is one with everything.
func aGrant(who access.Subject, end time.Time) access.GrantRecord {
	return access.GrantRecord{
		Grant: access.Grant{
			ID: id.NewGrant(), Subject: who, Effect: access.Allow, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"},
			Org: "acme", Where: access.Where{Place: access.Listed, IDs: []string{"42", "43"}},
			Window:   access.Window{NotBefore: now, ExpiresAt: end},
			Requires: access.Requirement{Level: proof.AAL2, MaxAge: time.Minute}, Source: access.Requested, Reason: "a “reason”", Ticket: "SUP-1", Request: "arq_1",
		},
		Created: now, CreatedBy: "console:root", Rev: 1,
	}
}

func testGrants(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ada, app := access.Subject{Kind: access.User, ID: "usr_ada"}, access.Subject{Kind: access.Client, ID: "app"}
	soon, later, over := aGrant(ada, now.Add(time.Hour)), aGrant(ada, now.Add(2*time.Hour)), aGrant(ada, now.Add(-time.Hour))
	endless := access.GrantRecord{
		Grant: access.Grant{
			ID: id.NewGrant(), Subject: app, Effect: access.Deny, Role: "support",
			Where: access.Where{Place: access.Condition, Expression: `resource.a == "b"`}, Source: access.Applied, Reason: "r",
		},
		Name: "desk reads", Created: now, CreatedBy: "console:root", Rev: 1,
	}
	for _, g := range []access.GrantRecord{later, endless, over, soon} {
		ok(t, s.InsertGrant(ctx, g))
	}
	same(t, must[access.GrantRecord](t)(s.Grant(ctx, soon.ID)), soon)
	same(t, must[access.GrantRecord](t)(s.Grant(ctx, endless.ID)), endless)
	_, err := s.Grant(ctx, "gra_nobody")
	missing(t, err)

	var none []access.GrantRecord
	// Lists go by the ends, wherever they are cut.
	from := access.GrantCursor{Ends: now.Add(time.Microsecond)}
	list := func(who access.Subject, at access.GrantCursor, limit int) []access.GrantRecord {
		t.Helper()
		return must[[]access.GrantRecord](t)(s.GrantsAfter(ctx, who, at, limit))
	}
	same(t, list(access.Subject{}, from, 10), []access.GrantRecord{soon, later, endless})
	same(t, list(access.Subject{}, from, 1), []access.GrantRecord{soon})
	same(t, list(access.Subject{}, access.GrantCursor{Ends: soon.Ends(), ID: soon.ID}, 10), []access.GrantRecord{later, endless})
	same(t, list(access.Subject{}, access.GrantCursor{ID: endless.ID}, 10), none)
	same(t, list(ada, from, 10), []access.GrantRecord{soon, later})
	same(t, list(app, from, 10), []access.GrantRecord{endless})
	same(t, must[[]access.GrantRecord](t)(s.GrantsBefore(ctx, access.Subject{}, from, 10)), []access.GrantRecord{over})
	same(t, must[[]access.GrantRecord](t)(s.GrantsBefore(ctx, ada, access.GrantCursor{Ends: later.Ends(), ID: later.ID}, 10)), []access.GrantRecord{soon, over})
	same(t, must[[]access.GrantRecord](t)(s.GrantsBefore(ctx, app, from, 10)), none)

	// What is over for a role or an API stands in nobody's way.
	same(t, must[id.Grant](t)(s.GrantOfRole(ctx, "support", now)), endless.ID)
	same(t, must[id.Grant](t)(s.GrantOfRole(ctx, "", now)), id.Grant(""))
	if g := must[id.Grant](t)(s.GrantOfAPI(ctx, "shop", now)); g != soon.ID && g != later.ID {
		t.Errorf("of the shop is %q", g)
	}
	same(t, must[id.Grant](t)(s.GrantOfAPI(ctx, "shop", now.Add(2*time.Hour))), id.Grant(""))
	if g := must[id.Grant](t)(s.GrantInOrg(ctx, "acme", now)); g != soon.ID && g != later.ID {
		t.Errorf("in the organisation is %q", g)
	}
	same(t, must[id.Grant](t)(s.GrantInOrg(ctx, "acme", now.Add(2*time.Hour))), id.Grant(""))
	same(t, must[id.Grant](t)(s.GrantInOrg(ctx, "", now)), id.Grant(""))

	// A revoked one is over at that moment, and stays.
	endless.Revoked, endless.RevokedBy, endless.RevokedReason = now.Add(time.Minute), "person:usr_x", "no more"
	ok(t, s.UpdateGrant(ctx, endless))
	refused(t, s.UpdateGrant(ctx, endless), fault.Conflict)
	endless.Rev = 2
	same(t, must[access.GrantRecord](t)(s.Grant(ctx, endless.ID)), endless)
	same(t, list(app, access.GrantCursor{Ends: now.Add(time.Minute + time.Microsecond)}, 10), none)

	same(t, must[int64](t)(s.EndGrantsOf(ctx, ada, now.Add(30*time.Minute), "house", "gone")), int64(2))
	same(t, must[int64](t)(s.EndGrantsOf(ctx, ada, now.Add(31*time.Minute), "house", "gone")), int64(0))
	soon.Revoked, soon.RevokedBy, soon.RevokedReason, soon.Rev = now.Add(30*time.Minute), "house", "gone", 2
	same(t, must[access.GrantRecord](t)(s.Grant(ctx, soon.ID)), soon)
	same(t, must[access.GrantRecord](t)(s.Grant(ctx, over.ID)), over)

	u, c := insertUser(t, s), insertClient(t, s)
	insertUser(t, s)
	u.Disabled, c.Disabled = true, true
	ok(t, s.UpdateUser(ctx, u))
	ok(t, s.UpdateClient(ctx, c))
	same(t, must[[]string](t)(s.DisabledUsers(ctx, "", 10)), []string{string(u.ID)})
	same(t, len(must[[]string](t)(s.DisabledUsers(ctx, string(u.ID), 10))), 0)
	same(t, must[[]string](t)(s.DisabledClients(ctx)), []string{string(c.ID)})
}

func testGroups(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ada, bob, desk := access.Subject{Kind: access.User, ID: "usr_ada"}, access.Subject{Kind: access.User, ID: "usr_bob"}, access.Subject{Kind: access.Group, ID: "desk"}
	group := func(name string) access.GroupRecord {
		return access.GroupRecord{ID: name, Description: "a “group”", Created: now, Rev: 1}
	}
	in := func(member access.Subject, name string) access.MembershipRecord {
		return access.MembershipRecord{
			Membership: access.Membership{Member: member, Of: access.Subject{Kind: access.Group, ID: name}, Window: access.Window{NotBefore: now, ExpiresAt: now.Add(time.Hour)}},
			Reason:     "r", Created: now, CreatedBy: "console:root", Rev: 1,
		}
	}
	ok(t, s.InsertGroup(ctx, group("desk")))
	ok(t, s.InsertGroup(ctx, group("all")))
	err := s.InsertGroup(ctx, group("desk"))
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "group.exists")
	same(t, len(must[[]access.GroupRecord](t)(s.Groups(ctx))), 2)
	all, acme := access.Subject{Kind: access.Group, ID: "all"}, access.Subject{Kind: access.Organisation, ID: "acme"}
	org := access.OrgRecord{ID: "acme", Description: "an “org”", Created: now, Rev: 1}
	ok(t, s.InsertOrg(ctx, org))
	err = s.InsertOrg(ctx, org)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "org.exists")
	same(t, must[[]access.OrgRecord](t)(s.Orgs(ctx)), []access.OrgRecord{org})
	for _, m := range []access.MembershipRecord{in(bob, "desk"), in(ada, "desk"), in(ada, "all"), in(desk, "all")} {
		ok(t, s.PutMembership(ctx, m))
	}
	again := in(ada, "desk")
	again.ExpiresAt, again.NotBefore, again.Reason, again.Rev = time.Time{}, time.Time{}, "", 2
	ok(t, s.PutMembership(ctx, again))
	same(t, must[access.MembershipRecord](t)(s.Membership(ctx, desk, ada)), again)
	_, err = s.Membership(ctx, all, bob)
	missing(t, err)
	same(t, must[[]access.MembershipRecord](t)(s.Members(ctx, desk, access.Subject{}, 10)), []access.MembershipRecord{again, in(bob, "desk")})
	same(t, must[[]access.MembershipRecord](t)(s.Members(ctx, desk, ada, 10)), []access.MembershipRecord{in(bob, "desk")})
	same(t, must[[]access.MembershipRecord](t)(s.MembershipsAfter(ctx, access.User, "", access.Subject{}, 2)), []access.MembershipRecord{in(ada, "all"), again})
	same(t, must[[]access.MembershipRecord](t)(s.MembershipsAfter(ctx, access.User, "usr_ada", all, 10)), []access.MembershipRecord{again, in(bob, "desk")})
	same(t, must[[]access.MembershipRecord](t)(s.MembershipsAfter(ctx, access.Group, "", access.Subject{}, 10)), []access.MembershipRecord{in(desk, "all")})

	// A group and an organisation of the same name are two.
	inOrg := in(ada, "acme")
	inOrg.Of = acme
	twin := in(ada, "acme")
	ok(t, s.PutMembership(ctx, inOrg))
	ok(t, s.PutMembership(ctx, twin))
	same(t, must[[]access.MembershipRecord](t)(s.Members(ctx, acme, access.Subject{}, 10)), []access.MembershipRecord{inOrg})
	same(t, must[[]access.MembershipRecord](t)(s.MembershipsAfter(ctx, access.User, "usr_ada", desk, 1)), []access.MembershipRecord{inOrg})
	ok(t, s.DeleteOrg(ctx, "acme"))
	missing(t, s.DeleteOrg(ctx, "acme"))
	same(t, len(must[[]access.MembershipRecord](t)(s.Members(ctx, acme, access.Subject{}, 10))), 0)
	same(t, must[access.MembershipRecord](t)(s.Membership(ctx, twin.Of, ada)), twin)
	ok(t, s.DeleteMembership(ctx, twin.Of, ada))

	ok(t, s.DeleteMembership(ctx, desk, bob))
	missing(t, s.DeleteMembership(ctx, desk, bob))
	same(t, must[int64](t)(s.DropMemberships(ctx, ada)), int64(2))
	ok(t, s.DeleteGroup(ctx, "desk"))
	missing(t, s.DeleteGroup(ctx, "desk"))
	same(t, len(must[[]access.MembershipRecord](t)(s.Members(ctx, all, access.Subject{}, 10))), 0)
}

func testLocks(t *testing.T, s *store.Store) {
	ctx := t.Context()
	l := access.LockRecord{
		Lock:    access.Lock{On: access.LockTarget{Kind: access.LockRole, ID: "support"}, Ends: now.Add(time.Hour), Reason: "r"},
		Created: now, CreatedBy: "console:root", Rev: 1,
	}
	ok(t, s.PutLock(ctx, l))
	same(t, must[[]access.LockRecord](t)(s.Locks(ctx)), []access.LockRecord{l})
	l.Ends, l.Reason, l.Rev = time.Time{}, "another", 2
	ok(t, s.PutLock(ctx, l))
	same(t, must[[]access.LockRecord](t)(s.Locks(ctx)), []access.LockRecord{l})
	ending := l
	ending.On.ID, ending.Ends = "refunder", now
	ok(t, s.PutLock(ctx, ending))
	ok(t, s.DropEndedLocks(ctx, now))
	same(t, must[[]access.LockRecord](t)(s.Locks(ctx)), []access.LockRecord{l})
	ok(t, s.DeleteLock(ctx, l.On))
	missing(t, s.DeleteLock(ctx, l.On))
}

func testServiceAccounts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := access.ServiceAccountRecord{ID: "ops", Description: "an “account”", Created: now, CreatedBy: "console:root", Updated: now, Rev: 1}
	ok(t, s.InsertServiceAccount(ctx, a))
	err := s.InsertServiceAccount(ctx, a)
	refused(t, err, fault.Conflict)
	same(t, fault.CodeOf(err), "service.exists")
	a.Disabled, a.Updated = true, now.Add(time.Hour)
	ok(t, s.UpdateServiceAccount(ctx, a))
	refused(t, s.UpdateServiceAccount(ctx, a), fault.Conflict)
	a.Rev = 2
	same(t, must[[]access.ServiceAccountRecord](t)(s.ServiceAccounts(ctx)), []access.ServiceAccountRecord{a})

	key := func(n int, end time.Time) access.KeyRecord {
		return access.KeyRecord{
			ID: id.ServiceKey("key_" + string(rune('a'+n))), Owner: "ops", Name: "a “key”", MAC: []byte{0, 1, byte(n)},
			ExpiresAt: end, Created: now.Add(time.Duration(n) * time.Second), CreatedBy: "console:root",
		}
	}
	endless, ending, over := key(0, time.Time{}), key(1, now.Add(time.Hour)), key(2, now)
	refused(t, s.InsertServiceKey(ctx, access.KeyRecord{ID: "key_x", Owner: "nobody", MAC: []byte{1}, Created: now}), fault.Conflict)
	for _, k := range []access.KeyRecord{endless, ending, over} {
		ok(t, s.InsertServiceKey(ctx, k))
	}
	same(t, must[access.KeyRecord](t)(s.ServiceKey(ctx, ending.ID)), ending)
	_, err = s.ServiceKey(ctx, "key_nobody")
	missing(t, err)
	same(t, must[[]access.KeyRecord](t)(s.ServiceKeysOf(ctx, "ops", 10)), []access.KeyRecord{over, ending, endless})
	same(t, must[[]access.KeyRecord](t)(s.ServiceKeysOf(ctx, "ops", 1)), []access.KeyRecord{over})
	same(t, must[[]access.KeyRecord](t)(s.LivingServiceKeys(ctx, now, "", 10)), []access.KeyRecord{endless, ending})
	same(t, must[[]access.KeyRecord](t)(s.LivingServiceKeys(ctx, now, endless.ID, 10)), []access.KeyRecord{ending})

	used := map[id.ServiceKey]time.Time{endless.ID: now.Add(time.Minute), "key_nobody": now}
	ok(t, s.UseServiceKeys(ctx, used))
	ok(t, s.UseServiceKeys(ctx, map[id.ServiceKey]time.Time{endless.ID: now})) // another process was slower
	endless.Used = now.Add(time.Minute)
	same(t, must[access.KeyRecord](t)(s.ServiceKey(ctx, endless.ID)), endless)

	same(t, must[bool](t)(s.RevokeServiceKey(ctx, endless.ID, now.Add(time.Minute), "person:usr_x")), true)
	same(t, must[bool](t)(s.RevokeServiceKey(ctx, endless.ID, now.Add(2*time.Minute), "person:usr_y")), false)
	same(t, must[bool](t)(s.RevokeServiceKey(ctx, over.ID, now, "person:usr_y")), false)
	endless.Revoked, endless.RevokedBy = now.Add(time.Minute), "person:usr_x"
	same(t, must[access.KeyRecord](t)(s.ServiceKey(ctx, endless.ID)), endless)
	same(t, must[[]access.KeyRecord](t)(s.LivingServiceKeys(ctx, now.Add(time.Minute), "", 10)), []access.KeyRecord{ending})
	same(t, must[int64](t)(s.DropServiceKeys(ctx, "ops", now.Add(time.Second))), int64(1))
	same(t, must[int64](t)(s.DropServiceKeys(ctx, "others", now.Add(time.Hour))), int64(0))
	same(t, must[[]access.KeyRecord](t)(s.ServiceKeysOf(ctx, "ops", 10)), []access.KeyRecord{ending, endless})

	u := insertUser(t, s)
	personal := key(3, now.Add(time.Hour))
	personal.Owner, personal.User, personal.Permissions = "", u.ID, []access.Pattern{{API: "shop", Resource: "orders", Action: "*"}, {API: "gatehouse", Resource: "users", Action: "read"}}
	ok(t, s.InsertServiceKey(ctx, personal))
	refused(t, s.InsertServiceKey(ctx, access.KeyRecord{ID: "key_y", User: "usr_nobody", MAC: []byte{1}, Created: now}), fault.Conflict)
	same(t, must[[]access.KeyRecord](t)(s.PersonalTokensOf(ctx, u.ID, 10)), []access.KeyRecord{personal})
	same(t, must[[]access.KeyRecord](t)(s.ServiceKeysOf(ctx, "ops", 10)), []access.KeyRecord{ending, endless})
	same(t, must[[]access.KeyRecord](t)(s.LivingServiceKeys(ctx, now.Add(time.Minute), "", 10)), []access.KeyRecord{ending, personal})
	same(t, must[int64](t)(s.DropPersonalTokens(ctx, u.ID, now)), int64(0))
	ok(t, s.DeleteUser(ctx, u.ID))
	same(t, len(must[[]access.KeyRecord](t)(s.PersonalTokensOf(ctx, u.ID, 10))), 0)

	ok(t, s.DeleteServiceAccount(ctx, "ops"))
	missing(t, s.DeleteServiceAccount(ctx, "ops"))
	same(t, len(must[[]access.KeyRecord](t)(s.ServiceKeysOf(ctx, "ops", 10))), 0)
}

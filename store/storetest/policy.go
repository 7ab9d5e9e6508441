package storetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/proof"
	"gatehouse/store"
)

// What a policy has of a grant is what decides: nobody's name, and of one that was
// revoked the end that it came to.
func testPolicy(t *testing.T, s *store.Store) {
	ctx := t.Context()
	ada, app := access.Subject{Kind: access.User, ID: "usr_ada"}, access.Subject{Kind: access.Client, ID: "app"}
	full, late, over, longOver := aGrant(ada, now.Add(time.Hour)), aGrant(ada, time.Time{}), aGrant(ada, now.Add(-time.Hour)), aGrant(ada, now.Add(-2*time.Hour))
	late.Created = now.Add(time.Microsecond)
	revoked := access.GrantRecord{
		Grant: access.Grant{
			ID: id.NewGrant(), Subject: app, Effect: access.Deny, Role: "support",
			Where: access.Where{Place: access.Condition, Expression: `resource.a == "[\"b\"]"`}, Source: access.Applied, Reason: "r",
		},
		Created: now, CreatedBy: "console:root", Rev: 1,
	}
	bare := access.GrantRecord{
		Grant: access.Grant{
			ID: id.NewGrant(), Subject: access.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Allow, Permission: access.Pattern{API: "shop", Resource: "*", Action: "*"},
			Where: access.Where{Place: access.Everywhere}, Source: access.Bootstrap, Reason: "r",
		},
		Created: now, CreatedBy: "console:root", Rev: 1,
	}
	for _, g := range []access.GrantRecord{full, late, over, longOver, revoked, bare} {
		ok(t, s.InsertGrant(ctx, g))
	}
	revoked.Revoked, revoked.RevokedBy, revoked.RevokedReason = now.Add(time.Minute), "person:usr_x", "no more"
	ok(t, s.UpdateGrant(ctx, revoked))

	want := func(records ...access.GrantRecord) (all []access.Grant) {
		for _, r := range records {
			g := r.Grant
			g.ExpiresAt, g.Withdrawn = r.Ends(), !r.Revoked.IsZero()
			g.Source, g.Reason, g.Ticket, g.Request = "", "", "", ""
			all = append(all, g)
		}
		return byID(all)
	}
	got := func(since, by time.Time) []access.Grant {
		t.Helper()
		all := []access.Grant{}
		ok(t, s.PolicyGrants(ctx, since, by, func(g *access.Grant) { all = append(all, *g) }))
		return byID(all)
	}
	same(t, got(now.Add(-time.Hour), now), want(full, over, revoked, bare))
	same(t, got(now.Add(-time.Hour+time.Microsecond), now), want(full, revoked, bare))
	same(t, got(now.Add(time.Minute), late.Created), want(full, late, revoked, bare))
	same(t, got(now.Add(time.Minute), time.Time{}), want(full, late, revoked, bare))
	same(t, got(now.Add(time.Hour), late.Created), want(full, late, bare))
	same(t, got(now.Add(-2*time.Hour), now.Add(-time.Microsecond)), []access.Grant{})

	window := access.Window{NotBefore: now, ExpiresAt: now.Add(time.Hour)}
	in := func(member access.Subject, name string, w access.Window) access.MembershipRecord {
		return access.MembershipRecord{Membership: access.Membership{Member: member, Of: access.Subject{Kind: access.Group, ID: name}, Window: w}, Created: now, CreatedBy: "console:root", Rev: 1}
	}
	var memberships []access.Membership
	for _, name := range []string{"all", "desk"} {
		ok(t, s.InsertGroup(ctx, access.GroupRecord{ID: name, Created: now, Rev: 1}))
	}
	for _, m := range []access.MembershipRecord{in(app, "all", access.Window{}), in(access.Subject{Kind: access.Group, ID: "desk"}, "all", window), in(ada, "desk", window)} {
		ok(t, s.PutMembership(ctx, m))
		memberships = append(memberships, m.Membership)
	}
	var all []access.Membership
	ok(t, s.PolicyMemberships(ctx, func(m *access.Membership) { all = append(all, *m) }))
	same(t, all, memberships)
}

func byID(all []access.Grant) []access.Grant {
	slices.SortFunc(all, func(a, b access.Grant) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// A row that nobody understands must not become a policy without it: it might deny.
func testPolicyThatNobodyUnderstands(t *testing.T, s *store.Store) {
	ctx := t.Context()
	for _, spoil := range []func(g *access.GrantRecord){
		func(g *access.GrantRecord) { g.Permission.Action = "READ" },
		func(g *access.GrantRecord) { g.Requires.Level = proof.Level(9) },
	} {
		g := aGrant(access.Subject{Kind: access.User, ID: "usr_ada"}, time.Time{})
		spoil(&g)
		ok(t, s.InsertGrant(ctx, g))
		if err := s.PolicyGrants(ctx, now, now, func(*access.Grant) {}); err == nil {
			t.Errorf("%+v is read", g)
		}
		g.Revoked = now.Add(-time.Hour)
		ok(t, s.UpdateGrant(ctx, g))
	}
}

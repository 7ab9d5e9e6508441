package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/store"
)

func testChanges(t *testing.T, s *store.Store) {
	ctx := t.Context()
	var all, losing []access.Change
	for v := uint64(1); v <= 3; v++ {
		var one []access.Change
		for i := range 30 { // more than one statement
			c := access.Change{Version: v, Kind: access.ChangedUser, Key: fmt.Sprint("usr_", i), Loses: i%10 == 0, At: now.Add(time.Duration(v) * time.Second)}
			if one = append(one, c); c.Loses {
				losing = append(losing, c)
			}
		}
		ok(t, s.InsertChanges(ctx, one))
		all = append(all, one...)
	}
	same(t, must[[]access.Change](t)(s.ChangesAfter(ctx, 0, 1000)), all)
	same(t, must[[]access.Change](t)(s.ChangesAfter(ctx, 1, 40)), all[30:70])
	same(t, len(must[[]access.Change](t)(s.ChangesAfter(ctx, 3, 1000))), 0)
	same(t, must[[]access.Change](t)(s.LossesAfter(ctx, 1, 4)), losing[3:7])
	for at, want := range map[time.Duration]uint64{0: 1, time.Second: 1, time.Second + time.Microsecond: 2, 3 * time.Second: 3, 4 * time.Second: 0} {
		same(t, must[uint64](t)(s.ChangedSince(ctx, now.Add(at))), want)
	}
}

func testEpochs(t *testing.T, s *store.Store) {
	ctx := t.Context()
	epoch := func() int64 { return must[map[string]int64](t)(s.Versions(ctx))[access.VersionEpoch] }
	policy := func() int64 { return must[map[string]int64](t)(s.Versions(ctx))[access.VersionPolicy] }
	race(t, racers, func(int) (bool, error) { return true, s.KeepEpoch(ctx) })
	first := epoch()
	ok(t, s.KeepEpoch(ctx))
	same(t, epoch(), first)
	must[int64](t)(s.RaisePolicy(ctx))
	same(t, policy(), int64(1))
	ok(t, s.NewEpoch(ctx))
	told := must[[]access.Change](t)(s.ChangesAfter(ctx, 1, 10))
	if len(told) != 1 || told[0].Kind != access.ChangedAll || int64(told[0].Version) != policy() || policy() < 1_000_000_000 {
		t.Errorf("the policy is at %d, and told was %+v", policy(), told)
	}
	if second := epoch(); first <= 0 || second <= 0 || first == second {
		t.Errorf("the epochs are %d and %d", first, second)
	}
}

// Of two histories of one database the counters may be the same, and the stamps are not;
// each version tells the stamp of the one before. Of those who find that the database
// went back one begins an epoch.
func testHistories(t *testing.T, s *store.Store) {
	ctx := t.Context()
	versions := func() map[string]int64 { return must[map[string]int64](t)(s.Versions(ctx)) }
	policy := follow.Stamp(access.VersionPolicy)
	former, seen := int64(0), map[int64]bool{}
	for v := range int64(3) {
		ok(t, s.InTx(ctx, func(ctx context.Context) error {
			must[int64](t)(s.RaisePolicy(ctx))
			return s.InsertChanges(ctx, []access.Change{{Version: uint64(v + 1), Kind: access.ChangedRules, At: now}, {Version: uint64(v + 1), Kind: access.LostAPI, Key: "shop", Loses: true, At: now}})
		}))
		for _, c := range must[[]access.Change](t)(s.ChangesAfter(ctx, uint64(v), 10)) {
			same(t, c.Former, former)
		}
		if former = versions()[policy]; former <= 0 || seen[former] {
			t.Errorf("the stamp of version %d is %d, of %v", v+1, former, seen)
		}
		seen[former] = true
	}
	for _, name := range []string{oauth.VersionClients, oauth.VersionRevocations} {
		before := versions()[follow.Stamp(name)]
		ok(t, s.HoldClients(ctx))
		ok(t, s.Revoke(ctx, oauth.Revocation{Kind: oauth.RevokedToken, Key: "jti-" + name, Before: now, Until: now}))
		if after := versions()[follow.Stamp(name)]; after <= 0 || after == before {
			t.Errorf("the stamp of %s was %d and is %d", name, before, after)
		}
	}

	ok(t, s.KeepEpoch(ctx))
	was := versions()
	epoch := was[access.VersionEpoch]
	ok(t, s.WentBack(ctx, epoch+1)) // somebody else was faster
	same(t, versions(), was)
	race(t, racers, func(int) (bool, error) { return true, s.WentBack(ctx, epoch) })
	is := versions()
	if is[access.VersionEpoch] == epoch || is[access.VersionPolicy] != was[access.VersionPolicy]+1_000_000_000 {
		t.Errorf("after all went back: %v, before %v", is, was)
	}
	told := must[[]access.Change](t)(s.ChangesAfter(ctx, uint64(was[access.VersionPolicy]), 10))
	if len(told) != 1 || told[0].Kind != access.ChangedAll || told[0].Former != was[policy] {
		t.Errorf("told was %+v", told)
	}
}

// What is asked of one principal, of one role and of one kind of subjects is the
// same as in the lists of all.
func testHolders(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u := insertUser(t, s)
	ada, desk, staff := access.Subject{Kind: access.User, ID: string(u.ID)}, access.Subject{Kind: access.Group, ID: "desk"}, access.Subject{Kind: access.Group, ID: "staff"}
	give := func(who access.Subject, role string, effect access.Effect, end time.Time) access.GrantRecord {
		g := aGrant(who, end)
		g.Role, g.Permission, g.Effect = role, access.Pattern{}, effect
		ok(t, s.InsertGrant(ctx, g))
		return g
	}
	give(ada, "support", access.Allow, now.Add(time.Hour))
	give(ada, "support", access.Allow, now) // over
	give(ada, "other", access.Allow, now.Add(time.Hour))
	a, b := give(desk, "support", access.Deny, now.Add(2*time.Hour)), give(desk, "support", access.Allow, now.Add(3*time.Hour))
	c := give(staff, "support", access.Allow, now.Add(time.Hour))
	give(staff, "support", access.Allow, now.Add(-time.Hour))

	holders := must[[]access.RoleGrantee](t)(s.GranteesOfRole(ctx, "support", now, 10))
	counted := map[access.RoleGrantee]int{}
	for _, h := range holders {
		counted[h]++
	}
	same(t, counted, map[access.RoleGrantee]int{{Subject: ada, Effect: access.Allow}: 1, {Subject: desk, Effect: access.Deny}: 1, {Subject: desk, Effect: access.Allow}: 1, {Subject: staff, Effect: access.Allow}: 1})
	same(t, len(must[[]access.RoleGrantee](t)(s.GranteesOfRole(ctx, "support", now, 2))), 2)
	same(t, len(must[[]access.RoleGrantee](t)(s.GranteesOfRole(ctx, "nobody", now, 10))), 0)

	denied := func(after access.GrantCursor) []access.GrantRecord {
		return must[[]access.GrantRecord](t)(s.SomeGrantsAfter(ctx, access.Likeness{Denies: true}, after, 10))
	}
	same(t, denied(access.GrantCursor{Ends: now}), []access.GrantRecord{a})
	same(t, len(denied(access.GrantCursor{Ends: a.Ends(), ID: a.ID})), 0)

	first := access.Subject{Kind: access.Group}
	same(t, must[[]access.GrantRecord](t)(s.GrantsOfKind(ctx, first, access.GrantCursor{}, now, 10)), []access.GrantRecord{a, b, c})
	same(t, must[[]access.GrantRecord](t)(s.GrantsOfKind(ctx, first, access.GrantCursor{}, now, 1)), []access.GrantRecord{a})
	same(t, must[[]access.GrantRecord](t)(s.GrantsOfKind(ctx, desk, access.GrantCursor{Ends: a.Ends(), ID: a.ID}, now, 10)), []access.GrantRecord{b, c})

	ok(t, s.InsertGroup(ctx, access.GroupRecord{ID: "desk", Created: now}))
	m := access.MembershipRecord{Membership: access.Membership{Member: ada, Of: desk}, Created: now, CreatedBy: "console:root", Rev: 1}
	ok(t, s.PutMembership(ctx, m))
	same(t, must[[]access.MembershipRecord](t)(s.MembershipsOf(ctx, ada)), []access.MembershipRecord{m})
	same(t, len(must[[]access.MembershipRecord](t)(s.MembershipsOf(ctx, staff))), 0)

	disabled := func(who access.Subject) bool { return must[bool](t)(s.Disabled(ctx, who)) }
	same(t, disabled(ada), false)
	ok(t, s.InTx(ctx, func(ctx context.Context) error {
		u.Disabled = true
		return s.UpdateUser(ctx, u)
	}))
	same(t, disabled(ada), true)
	same(t, disabled(access.Subject{Kind: access.User, ID: string(id.NewUser())}), false)
	same(t, disabled(access.Subject{Kind: access.ServiceAccount, ID: "ops"}), false)
	app := insertClient(t, s)
	app.Disabled = true
	ok(t, s.UpdateClient(ctx, app))
	same(t, disabled(access.Subject{Kind: access.Client, ID: string(app.ID)}), true)
}

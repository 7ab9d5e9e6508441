package access_test

import (
	"strconv"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

func (w written) group(names ...string) written {
	w.Helper()
	for _, name := range names {
		w.must(w.CreateGroup(w.Context(), console, GroupRecord{ID: name}))
	}
	return w
}

func member(who Subject, group string) MembershipRecord {
	return MembershipRecord{Membership: Membership{Member: who, Of: Subject{Group, group}}}
}

func (w written) add(who Subject, group string) written {
	w.Helper()
	w.must(w.AddMember(w.Context(), console, member(who, group)))
	return w
}

func TestGroupsAndMembersThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("desk", "all").add(Subject{Group, "desk"}, "all")
	before, now := w.version(), time.Now()
	for _, c := range []struct {
		code, field string
		group       GroupRecord
	}{
		{"group.invalid", "id", GroupRecord{ID: "De sk"}},
		{"group.invalid", "description", GroupRecord{ID: "a", Description: "a\nb"}},
		{"group.exists", "", GroupRecord{ID: "desk"}},
	} {
		_, err := w.CreateGroup(t.Context(), console, c.group)
		w.refuses(c.code, c.field, err, before)
	}
	over := member(adas, "desk")
	over.ExpiresAt = now
	never := member(adas, "desk")
	never.NotBefore, never.ExpiresAt = now.Add(2*time.Hour), now.Add(time.Hour)
	moving := member(adas, "desk")
	moving.Reason = "a\u202eb"
	for _, c := range []struct {
		code, field string
		m           MembershipRecord
	}{
		{"user.not_found", "", member(Subject{User, "usr_nobody"}, "desk")},
		{"client.not_found", "", member(Subject{Client, "nobody"}, "desk")},
		{"group.not_found", "", member(Subject{Group, "nobody"}, "desk")},
		{"group.not_found", "", member(adas, "nobody")},
		{"service.not_found", "", member(Subject{ServiceAccount, "nobody"}, "desk")},
		{"member.invalid", "member", member(Subject{Organisation, "acme"}, "desk")},
		{"member.invalid", "of", MembershipRecord{Membership: Membership{Member: adas, Of: Subject{User, "usr_bob"}}}},
		{"org.not_found", "", MembershipRecord{Membership: Membership{Member: adas, Of: Subject{Organisation, "desk"}}}},
		{"member.invalid", "member", member(Subject{Group, "desk"}, "desk")},
		{"member.invalid", "member", member(Subject{Group, "all"}, "desk")}, // a circle
		{"member.invalid", "expires_at", over},
		{"member.invalid", "expires_at", never},
		{"member.invalid", "reason", moving},
	} {
		_, err := w.AddMember(t.Context(), console, c.m)
		w.refuses(c.code, c.field, err, before)
	}
	w.refuses("member.not_found", "", w.RemoveMember(t.Context(), console, Subject{Group, "desk"}, adas), before)
	w.refuses("group.not_found", "", w.RemoveMember(t.Context(), console, Subject{Group, "nobody"}, adas), before)
	w.refuses("group.not_found", "", w.DeleteGroup(t.Context(), console, "nobody"), before)
	_, err := w.Give(t.Context(), console, toAda(func(g *Grant) { g.Subject = Subject{Group, "nobody"} }))
	w.refuses("group.not_found", "", err, before)
}

// As many groups within groups as are written are followed, and no more.
func TestGroupsNestAsDeepAsTheyAreFollowed(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	for n := range MaxNesting + 1 {
		w.group("g" + strconv.Itoa(n))
	}
	w.add(adas, "g0")
	for n := range MaxNesting - 1 {
		w.add(Subject{Group, "g" + strconv.Itoa(n)}, "g"+strconv.Itoa(n+1))
	}
	top := "g" + strconv.Itoa(MaxNesting-1)
	before := w.version()
	_, err := w.AddMember(t.Context(), console, member(Subject{Group, top}, "g"+strconv.Itoa(MaxNesting)))
	w.refuses("member.invalid", "member", err, before)
	w.give(toAda(func(g *Grant) { g.Subject = Subject{Group, top} }))
	got := w.decide("shop/orders:read", time.Now())
	if got.Outcome != Allowed || len(got.Grants) != 1 || len(got.Grants[0].Path) != MaxNesting {
		t.Errorf("through %d groups: %+v", MaxNesting, got)
	}
}

func TestWhatAGroupHasItsMembersHaveForAsLongAsTheyAreInIt(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().group("desk")
	ctx, now := t.Context(), time.Now()
	w.give(toAda(func(g *Grant) { g.Subject = Subject{Group, "desk"} }))
	m := member(adas, "desk")
	m.ExpiresAt = now.Add(time.Hour)
	w.must(w.AddMember(ctx, console, m))
	if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Allowed || !got.Until.Equal(m.ExpiresAt.UTC().Truncate(time.Microsecond)) {
		t.Errorf("in it: %+v", got)
	}
	if got := w.decide("shop/orders:read", now.Add(time.Hour)); got.Outcome != Refused {
		t.Errorf("after their time: %+v", got)
	}
	who, err := w.WhoCan(ctx, "shop/orders:read", "", time.Now())
	w.must(who, err)
	if len(who) != 1 || who[0].Principal != adas || len(who[0].Path) != 1 || who[0].Path[0] != (Subject{Group, "desk"}) {
		t.Errorf("who can: %+v", who)
	}
	m.ExpiresAt = now.Add(2 * time.Hour)
	again, err := w.AddMember(ctx, console, m)
	w.must(again, err)
	if got := w.decide("shop/orders:read", now.Add(time.Hour)); got.Outcome != Allowed || again.Rev != 2 {
		t.Errorf("with a longer time: %+v", got)
	}
	before := w.version()
	w.refuses("group.in_use", "", w.DeleteGroup(ctx, console, "desk"), before)
	w.must(nil, w.RemoveMember(ctx, console, Subject{Group, "desk"}, adas))
	if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Refused {
		t.Errorf("taken out: %+v", got)
	}
	// Whoever is deleted is in no group any more.
	w.add(adas, "desk")
	w.must(nil, w.EndAllOf(ctx, console, adas))
	if list, _, err := w.Members(ctx, Subject{Group, "desk"}, Subject{}, 10); err != nil || len(list) > 0 {
		t.Errorf("members: %v %v", list, err)
	}
}

func TestAHouseHasABoundedNumberOfGroups(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	for n := range MaxGroups {
		w.must(nil, w.Store.InsertGroup(t.Context(), GroupRecord{ID: "g" + strconv.Itoa(n)}))
		if n < MaxGroupsOf {
			w.must(nil, w.Store.PutMembership(t.Context(), member(adas, "g"+strconv.Itoa(n))))
		}
	}
	before := w.version()
	_, err := w.CreateGroup(t.Context(), console, GroupRecord{ID: "more"})
	w.refuses("access.full", "", err, before)
	_, err = w.AddMember(t.Context(), console, member(adas, "g"+strconv.Itoa(MaxGroupsOf)))
	w.refuses("access.full", "", err, before)
	w.add(adas, "g0") // who is in it is in it again
	w.add(Subject{User, "usr_bob"}, "g0")
}

// What is said of disabled people counts however they came to what they have.
func TestDisabledMemberIsRefused(t *testing.T) {
	t.Parallel()
	s := Compile(Policy{
		APIs:        []API{{ID: "shop", Permissions: []Permission{{Resource: "orders", Action: "read"}}, Delegation: ByAudience}},
		Principals:  []Principal{{Subject: adas, Disabled: true}},
		Memberships: []Membership{{Member: adas, Of: Subject{Group, "desk"}}},
		Grants:      []Grant{toAda(func(g *Grant) { g.Subject = Subject{Group, "desk"} })},
	})
	d, err := s.Decide(&Question{Principal: adas, Permission: "shop/orders:read", Now: time.Now(), Level: proof.AAL2})
	if err != nil || d.Reason != Inactive {
		t.Errorf("got %+v %v", d, err)
	}
	if who, err := s.WhoCan(t.Context(), "shop/orders:read", "", time.Now()); err != nil || len(who) > 0 {
		t.Errorf("who can: %v %v", who, err)
	}
}

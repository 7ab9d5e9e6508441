package access_test

import (
	"strconv"
	"testing"
	"time"

	. "gatehouse/access"
	"gatehouse/proof"
)

func lock(kind LockKind, name string) LockRecord {
	return LockRecord{Lock: Lock{On: LockTarget{kind, name}, Reason: "test"}}
}

func TestLocksThatBreakARuleAreRefusedByName(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	deny := w.give(toAda(func(g *Grant) { g.Effect = Deny }))
	over := w.give(toAda(nil))
	w.must(w.Revoke(t.Context(), console, over.ID, "test"))
	before := w.version()
	past, silent := lock(LockRole, "reader"), lock(LockRole, "reader")
	past.Ends, silent.Reason = time.Now().Add(-time.Second), ""
	for _, c := range []struct {
		code, field string
		l           LockRecord
	}{
		{"role.not_found", "", lock(LockRole, "nobody")},
		{"grant.not_found", "", lock(LockGrant, "gra_nobody")},
		{"grant.over", "", lock(LockGrant, string(over.ID))},
		{"lock.invalid", "on", lock(LockGrant, string(deny.ID))},
		{"lock.invalid", "on", lock("principal", "usr_ada")},
		{"lock.invalid", "on", lock(LockKind(Group), "desk")},
		{"user.not_found", "", lock(LockUser, "usr_nobody")},
		{"client.not_found", "", lock(LockClient, "nobody")},
		{"service.not_found", "", lock(LockService, "usr_ada")},
		{"session.not_found", "", lock(LockSession, "ses_2")},
		{"lock.invalid", "expires_at", past},
		{"lock.invalid", "reason", silent},
	} {
		_, err := w.PutLock(t.Context(), console, c.l)
		w.refuses(c.code, c.field, err, before)
	}
	w.refuses("lock.not_found", "", w.LiftLock(t.Context(), console, LockTarget{LockRole, "reader"}), before)
}

func TestLockSuspendsUntilItEndsOrIsLifted(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/orders:read")}}).role(Role{ID: "boss", Parents: []string{"reader"}})
	ctx := t.Context()
	g := w.give(toAda(func(g *Grant) { g.Role, g.Permission = "boss", Pattern{} }))
	for _, on := range []LockTarget{{LockRole, "reader"}, {LockRole, "boss"}, {LockGrant, string(g.ID)}} {
		l := lock(on.Kind, on.ID)
		l.Ends = time.Now().Add(time.Hour)
		w.must(w.PutLock(ctx, console, l))
		if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Refused || got.Grants[0].Verdict != Suspended {
			t.Errorf("lock on %v: %+v", on, got)
		}
		if got := w.decide("shop/orders:read", l.Ends); got.Outcome != Allowed {
			t.Errorf("after the lock on %v: %+v", on, got)
		}
		if on.Kind == LockRole {
			w.refuses("role.in_use", "", w.DeleteRole(ctx, console, on.ID), w.version())
		}
		l.Reason = "another"
		again, err := w.PutLock(ctx, console, l)
		w.must(again, err)
		if all, err := w.Locks(ctx); err != nil || len(all) != 1 || all[0].Reason != "another" || again.Rev != 2 {
			t.Errorf("locks: %+v %v", all, err)
		}
		w.must(nil, w.LiftLock(ctx, console, on))
		if got := w.decide("shop/orders:read", time.Now()); got.Outcome != Allowed {
			t.Errorf("lifted from %v: %+v", on, got)
		}
	}
}

func TestAHouseHasABoundedNumberOfLocks(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop().role(Role{ID: "reader", Permissions: []Pattern{pattern(t, "shop/orders:read")}})
	for n := range MaxLocks {
		w.must(nil, w.Store.PutLock(t.Context(), lock(LockRole, "r"+strconv.Itoa(n))))
	}
	_, err := w.PutLock(t.Context(), console, lock(LockRole, "reader"))
	w.refuses("access.full", "", err, w.version())
	over := lock(LockRole, "r0") // what is over makes room
	over.Ends = time.Now().Add(-time.Second)
	w.must(nil, w.Store.PutLock(t.Context(), over))
	w.must(w.PutLock(t.Context(), console, lock(LockRole, "reader")))
}

// A lock names a kind and an id: who merely has the same id as another is free.
func TestLocksAreOnOneKindOfThing(t *testing.T) {
	t.Parallel()
	kinds := []Kind{User, ServiceAccount, Client}
	p := Policy{APIs: []API{{ID: "shop", Permissions: []Permission{{Resource: "orders", Action: "read"}}, Delegation: ByAudience}}}
	for _, kind := range kinds {
		p.Grants = append(p.Grants, toAda(func(g *Grant) { g.Subject = Subject{kind, "ops"} }))
	}
	for _, kind := range kinds {
		p.Locks = []Lock{{On: On(Subject{kind, "ops"})}}
		s := Compile(p)
		for _, other := range kinds {
			q := Question{Principal: Subject{other, "ops"}, Permission: "shop/orders:read", Now: time.Now(), Level: proof.AAL2}
			d, err := s.Decide(&q)
			if want := other == kind; err != nil || (d.Reason == Locked) != want || (d.Outcome == Allowed) == want {
				t.Errorf("a lock on the %s: the %s is answered with %+v %v", kind, other, d, err)
			}
			if got := s.Locked(q.Now, On(q.Principal)); got != (other == kind) {
				t.Errorf("a lock on the %s: the %s is locked: %v", kind, other, got)
			}
		}
	}
}

func TestWhoIsLockedIsLockedUntilTheLockEndsOrIsLifted(t *testing.T) {
	t.Parallel()
	w := newWritten(t).shop()
	ctx := t.Context()
	w.give(toAda(nil))
	w.service("ops")
	for _, on := range []LockTarget{{LockUser, "usr_ada"}, {LockClient, "app"}, {LockService, "ops"}, {LockSession, "ses_1"}} {
		l := lock(on.Kind, on.ID)
		l.Ends = time.Now().Add(time.Hour)
		w.must(w.PutLock(ctx, console, l))
		s := w.snapshot()
		if !s.Locked(time.Now(), LockTarget{LockSession, ""}, on) || s.Locked(l.Ends, on) || s.Locked(time.Now(), LockTarget{on.Kind, "another"}) {
			t.Errorf("lock on %v", on)
		}
		w.must(nil, w.LiftLock(ctx, console, on))
		if w.snapshot().Locked(time.Now(), on) {
			t.Errorf("lifted from %v", on)
		}
	}
}

// A lock on a session that is gone would stay for ever: it ends with the session.
func TestALockOnASessionEndsWithIt(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	for _, ends := range []time.Time{{}, sessionEnds.Add(time.Hour)} {
		l := lock(LockSession, "ses_1")
		l.Ends = ends
		made, err := w.PutLock(t.Context(), console, l)
		w.must(made, err)
		if !made.Ends.Equal(sessionEnds) {
			t.Errorf("a lock until %v ends at %v", ends, made.Ends)
		}
	}
	short := lock(LockSession, "ses_1")
	short.Ends = time.Now().Add(time.Minute)
	made, err := w.PutLock(t.Context(), console, short)
	w.must(made, err)
	if made.Ends.After(short.Ends) {
		t.Errorf("a shorter one ends at %v", made.Ends)
	}
}

// Of who is deleted the lock goes too: one of the same name that comes later is free.
func TestALockGoesWithWhomItWasOn(t *testing.T) {
	t.Parallel()
	w := newWritten(t)
	w.service("ops")
	w.must(w.PutLock(t.Context(), console, lock(LockService, "ops")))
	w.must(nil, w.DeleteServiceAccount(t.Context(), console, "ops", ""))
	w.service("ops")
	if all, err := w.Locks(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("locks: %v %v", all, err)
	}
}

package access_test

import (
	"strconv"
	"testing"
	"time"

	. "gatehouse/access"
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
		{"lock.invalid", "on", lock(LockPrincipal, "usr_ada")},
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

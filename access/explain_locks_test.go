package access_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	. "gatehouse/access"
)

// Whoever asks why something is suspended is told which lock does it, until when, and why
// it is there; of locks on other things nothing is said.
func TestExplainTellsOfTheLockAndWhyItIsThere(t *testing.T) {
	t.Parallel()
	read := []Pattern{pattern(t, "shop/orders:read")}
	w := newWritten(t).shop().role(Role{ID: "reader", Permissions: read}).role(Role{ID: "boss", Parents: []string{"reader"}}).
		role(Role{ID: "clerk", Permissions: []Pattern{pattern(t, "shop/stock:read")}}).role(Role{ID: "other", Permissions: read})
	g := w.give(toAda(func(g *Grant) { g.Role, g.Permission = "boss", Pattern{} }))
	for _, c := range []struct {
		on   LockTarget
		told bool
	}{
		{On(adas), true},
		{LockTarget{LockGrant, string(g.ID)}, true},
		{LockTarget{LockRole, "boss"}, true},
		{LockTarget{LockRole, "reader"}, true},
		{LockTarget{LockRole, "clerk"}, false},
		{LockTarget{LockRole, "other"}, false},
	} {
		l := LockRecord{Lock: Lock{On: c.on, Ends: time.Now().Add(time.Hour).Truncate(time.Second).UTC(), Reason: "because of " + c.on.ID}}
		w.must(w.PutLock(t.Context(), console, l))
		e := w.decide("shop/orders:read", time.Now())
		want := []Lock{l.Lock}
		if !c.told {
			want = nil
		}
		if !slices.Equal(e.Locks, want) || (e.Outcome == Allowed) == c.told {
			t.Errorf("a lock on %v: %v %+v, want %+v", c.on, e.Outcome, e.Locks, want)
		}
		says := "the lock on the " + string(c.on.Kind) + " " + c.on.ID
		if got := strings.Join(e.Changes, " "); strings.Contains(got, says) != c.told {
			t.Errorf("a lock on %v: %q, want %q in it: %t", c.on, got, says, c.told)
		}
		if got := e.Changes; c.told && !strings.HasPrefix(got[0], "Lift ") {
			t.Errorf("a lock on %v: first it says %q", c.on, got[0])
		}
		for _, got := range e.Changes {
			if c.on.Kind == LockRole && c.told && strings.HasPrefix(got, "A grant of the role ") && slices.Contains(strings.Fields(got), c.on.ID) {
				t.Errorf("a lock on %v: %q names a role that is locked", c.on, got)
			}
		}
		w.must(nil, w.LiftLock(t.Context(), console, c.on))
	}
}

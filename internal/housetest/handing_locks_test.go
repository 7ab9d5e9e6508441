package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
)

func byLocks() map[string]handing {
	put := func(on func(h *hand) access.LockTarget) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.PutLock(ctx, by, access.LockRecord{Lock: access.Lock{On: on(h), Reason: "test", Ends: time.Now().Add(time.Minute)}})
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

// Who holds something by a role that is locked does not hold it, and so is none of those
// who may lift the lock.
func TestNobodyLiftsALockOnWhatTheyHold(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} })
	on := access.LockTarget{Kind: access.LockRole, ID: "refunder"}
	_, err := h.House.Access.PutLock(t.Context(), h.by(), access.LockRecord{Lock: access.Lock{On: on, Reason: "test"}})
	must(t, err)
	if err := h.House.Access.LiftLock(t.Context(), h.by(), on); fault.CodeOf(err) != "access.not_held" {
		t.Errorf("got %v", err)
	}
	h.give(t, person(h.mallory), nil)
	must(t, h.House.Access.LiftLock(t.Context(), h.by(), on))
}

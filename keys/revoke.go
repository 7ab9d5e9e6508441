package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// Ends ends what a key signed and somebody else remembers to be good;
// *oauth.Service does. It runs in the transaction of ctx.
type Ends interface {
	EndKey(ctx context.Context, kid string) error
}

// Revoke ends a key that a stranger may know: its private half is deleted, it
// is published no more, and whatever it signed is refused, at once in this
// process and at its next poll in every other. When it is the one that signs,
// the announced key takes over, or else a fresh one. All this and the event are
// one transaction. A retired key signs and opens nothing, and is not believed as a
// hint any more. NotFound fault "key.not_found" for a key that is not there or
// was revoked; Conflict "key.busy" while another process rotates.
func (r *Ring) Revoke(ctx context.Context, by audit.Actor, kid string, ends Ends) error {
	now := time.Now()
	held, err := r.underLease(ctx, now, func() error {
		if err := r.revokeNow(ctx, by, kid, ends, now); err != nil {
			return err
		}
		return r.reload(ctx)
	})
	if errors.Is(err, errMoved) || err == nil && !held {
		return busy()
	}
	if err != nil {
		return fmt.Errorf("revoke a key: %w", err)
	}
	return nil
}

func (r *Ring) revokeNow(ctx context.Context, by audit.Actor, kid string, ends Ends, now time.Time) error {
	k, ok := r.current.Load().row(kid)
	if !ok {
		return fault.New(fault.NotFound, "key.not_found", "There is no such signing key, or it was revoked already.")
	}
	successor, err := r.successor(r.current.Load().rows, k, now) // makes a key, which is too slow for a transaction
	if err != nil {
		return err
	}
	from := k.State
	k.State, k.Sealed, k.Until = Retired, "", clock.Cut(now)
	return r.store.InTx(ctx, func(ctx context.Context) error {
		if err := r.move(ctx, k, from); err != nil {
			return err
		}
		if err := r.install(ctx, successor); err != nil {
			return err
		}
		if err := ends.EndKey(ctx, kid); err != nil {
			return err
		}
		return r.audit.Record(ctx, event(by, ActionRevoke, k))
	})
}

// successor is the key that signs instead of k, as it shall be stored: the
// oldest announced one of its algorithm, or a fresh one; nil when k does not sign.
func (r *Ring) successor(rows []Key, k Key, now time.Time) (*Key, error) {
	if k.State != Signing {
		return nil, nil
	}
	for _, next := range rows {
		if next.Algorithm == k.Algorithm && next.State == Announced {
			next.SignsFrom = clock.Cut(now)
			return &next, nil
		}
	}
	fresh, err := r.newKey(k.Algorithm, Signing, now, now)
	return &fresh, err
}

// install lets the successor sign; nil is none.
func (r *Ring) install(ctx context.Context, successor *Key) error {
	switch {
	case successor == nil:
		return nil
	case successor.State == Announced:
		next := *successor
		next.State = Signing
		return r.move(ctx, next, Announced)
	}
	return r.store.InsertKey(ctx, *successor)
}

func busy() error {
	return fault.New(fault.Conflict, "key.busy", "Another process is rotating the keys; try again in a minute.")
}

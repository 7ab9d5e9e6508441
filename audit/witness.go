package audit

import (
	"context"

	"gatehouse/fault"
	"gatehouse/id"
)

// WitnessStore is what tells what this house recorded; *store.Store does.
type WitnessStore interface {
	// Entry returns an event as it is kept; NotFound for none.
	Entry(ctx context.Context, at Cursor) (Entry, error)
	// LeavesOf returns the leaves of an event, of which this house writes one.
	LeavesOf(ctx context.Context, event id.Event) ([]Leaf, error)
	// UnsealedEvent returns what waits to be sealed of an event; NotFound for nothing.
	UnsealedEvent(ctx context.Context, at Cursor) (Unsealed, error)
}

// witness tells what this house recorded from what somebody wrote into its database.
type witness struct {
	store WitnessStore
	keys  Keys
}

// genuine returns an event as it is kept, and whether it is what this house recorded, be
// it sealed yet or not. What is personal of it may be gone.
func (w witness) genuine(ctx context.Context, at Cursor) (e Entry, ok bool, err error) {
	if e, err = w.store.Entry(ctx, at); err != nil {
		return e, false, err
	}
	if problem, _, _ := e.broken(); problem != "" {
		return e, false, nil
	}
	leaf := e.leaf()
	if _, sealed, err := w.leaf(ctx, at, func(l *Leaf) bool { return l.Hash == leaf }); err != nil || sealed {
		return e, sealed, err
	}
	u, err := w.store.UnsealedEvent(ctx, at)
	if fault.Is(err, fault.NotFound) {
		return e, false, nil
	}
	return e, err == nil && u.Leaf == leaf && w.keys.recorded(&u), err
}

// leaf returns the leaf of an event that this house sealed, wherever it stands now, and
// that is as asked for.
func (w witness) leaf(ctx context.Context, at Cursor, asked func(*Leaf) bool) (Leaf, bool, error) {
	all, err := w.store.LeavesOf(ctx, at.ID)
	if err != nil {
		return Leaf{}, false, err
	}
	for i := range all {
		if l := &all[i]; l.At.Equal(at.At) && w.keys.ownLeaf(l) && asked(l) {
			return *l, true, nil
		}
	}
	return Leaf{}, false, nil
}

package audit

import (
	"context"
	"fmt"
	"iter"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// MaxPage is how many events one question answers at most.
const MaxPage = 500

// TrailStore is what Trail asks; *store.Store does.
type TrailStore interface {
	// FindEvents returns at most limit events that q wants, newest first. Where no
	// index knows of all that is asked, it looks at so many and no more: until is the
	// place behind which there may be others, the zero one when all was looked at.
	FindEvents(ctx context.Context, q Query, limit int) (events []Event, until Cursor, err error)
	// EventTimes returns the moments of the events that q wants, newest first. whole is false
	// where these are more than are looked at for one question, or lie among more.
	EventTimes(ctx context.Context, q Query) (all []time.Time, whole bool, err error)
	// RecordedActions returns the actions that there are events of, in the order
	// of their names, those that this version does not know included.
	RecordedActions(ctx context.Context) ([]Action, error)
	// LeavesOf returns the leaves of an event, and Entry what is kept at a place, NotFound
	// for nothing.
	LeavesOf(ctx context.Context, event id.Event) ([]Leaf, error)
	Entry(ctx context.Context, at Cursor) (Entry, error)
}

// Trail reads what was recorded.
type Trail struct{ Store TrailStore }

// Page returns the newest events that q wants, limit of them, which is at most MaxPage,
// and the cursor of the next page, which is zero when there is none. A page may be short,
// even empty, and still have a next one: where what is asked is rare among much, a
// page ends so that nobody waits for it.
func (t *Trail) Page(ctx context.Context, q Query, limit int) ([]Event, Cursor, error) {
	limit = min(max(limit, 1), MaxPage)
	events, until, err := t.Store.FindEvents(ctx, q, limit+1)
	if err != nil {
		return nil, Cursor{}, fmt.Errorf("read the audit trail: %w", err)
	}
	if len(events) <= limit {
		return events, until, nil
	}
	events = events[:limit]
	return events, CursorOf(events[limit-1]), nil
}

// Times returns the moments of the events that q wants, the newest first. whole is false, and
// nothing returned, where it would take too long to find all of them.
func (t *Trail) Times(ctx context.Context, q Query) (all []time.Time, whole bool, err error) {
	if all, whole, err = t.Store.EventTimes(ctx, q); err != nil {
		return nil, false, fmt.Errorf("read the audit trail: %w", err)
	}
	return all, whole, nil
}

// Event returns one event by its id, as the database has it: found is false for one that
// is not sealed yet, for one that was removed, and for none.
func (t *Trail) Event(ctx context.Context, event id.Event) (e Event, found bool, err error) {
	leaves, err := t.Store.LeavesOf(ctx, event)
	if err != nil {
		return Event{}, false, fmt.Errorf("read an audit event: %w", err)
	}
	for _, l := range leaves { // one, unless somebody planted others
		entry, err := t.Store.Entry(ctx, Cursor{At: l.At, ID: event})
		if err == nil {
			return entry.Event, true, nil
		}
		if !fault.Is(err, fault.NotFound) {
			return Event{}, false, fmt.Errorf("read an audit event: %w", err)
		}
	}
	return Event{}, false, nil
}

// All yields every event that q wants, newest first, and reads a page at a time:
// it never holds more than that. What is recorded meanwhile is not yielded. An
// error ends it.
func (t *Trail) All(ctx context.Context, q Query) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			events, next, err := t.Page(ctx, q, MaxPage)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, e := range events {
				if !yield(e, nil) {
					return
				}
			}
			if next == (Cursor{}) {
				return
			}
			q.After = next
		}
	}
}

// Actions returns the actions that there are events of.
func (t *Trail) Actions(ctx context.Context) ([]Action, error) {
	actions, err := t.Store.RecordedActions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the recorded actions: %w", err)
	}
	return actions, nil
}

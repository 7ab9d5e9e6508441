package audit

import (
	"context"
	"slices"
	"time"

	"gatehouse/id"
)

// Batch are events that are ready to be written together.
type Batch struct {
	Entries []*Entry
	Waiting []Unsealed // of the same events, in the same order
}

// BatchStore keeps many events at once; *store.Store does.
type BatchStore interface {
	// InsertEvents is InsertEvent for many.
	InsertEvents(ctx context.Context, b Batch) error
}

// Batch makes events ready that happen at now, outside of any transaction: each is as
// Record would write it. Their ids rise, so that who lists what happened in one moment
// sees it in its order; and whoever writes them down writes each beside the one before.
func (l *Log) Batch(events []Event, now time.Time) (b Batch, err error) {
	names := make([]id.Event, len(events))
	for i := range names {
		names[i] = id.NewEvent()
	}
	slices.Sort(names)
	for i, e := range events {
		e.ID, e.At = names[i], now
		entry, err := l.ready(e)
		if err != nil {
			return Batch{}, err
		}
		b.Entries, b.Waiting = append(b.Entries, entry), append(b.Waiting, l.Keys.unsealed(entry))
	}
	return b, nil
}

package audit

import (
	"context"
	"time"
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
// Record would write it.
func (l *Log) Batch(events []Event, now time.Time) (b Batch, err error) {
	for _, e := range events {
		e.At = now
		entry, err := l.ready(e)
		if err != nil {
			return Batch{}, err
		}
		b.Entries, b.Waiting = append(b.Entries, entry), append(b.Waiting, l.Keys.unsealed(entry))
	}
	return b, nil
}

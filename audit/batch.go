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

// Together runs f, which records several events, and writes them at its end, in few
// statements: in the transaction in which it is called. Where f fails none is written.
func Together(ctx context.Context, f func(ctx context.Context) error) error {
	g := &gathered{}
	err := f(context.WithValue(ctx, gathering{}, g))
	g.over = true
	if err != nil || len(g.Entries) == 0 {
		return err
	}
	return g.log.Store.InsertEvents(ctx, g.Batch)
}

// gathering is where a context has what Together gathers.
type gathering struct{}

// gathered is of one transaction, and so of one goroutine.
type gathered struct {
	Batch
	log  *Log
	over bool
}

// add takes an event, unless it comes too late, or is of another log.
func (g *gathered) add(l *Log, e *Entry) bool {
	if g.over || g.log != nil && g.log != l {
		return false
	}
	g.log = l
	g.Entries, g.Waiting = append(g.Entries, e), append(g.Waiting, l.Keys.unsealed(e))
	return true
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

package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
)

var (
	// By the primary key of audit_leaves, from the first that was not removed.
	selectPrunable = newStatement(`
SELECT l.seq, e.at
FROM audit_leaves l
JOIN audit_events e ON e.id = l.event
WHERE l.seq >= (SELECT h.seq FROM audit_horizon h WHERE h.one = 1)
ORDER BY l.seq
LIMIT $1`)

	dropDetails = newStatement(`
DELETE FROM audit_details
WHERE event IN (
    SELECT l.event
    FROM audit_leaves l
    WHERE l.seq >= $1 AND l.seq < $2)`)

	dropEvents = newStatement(`
DELETE FROM audit_events
WHERE id IN (
    SELECT l.event
    FROM audit_leaves l
    WHERE l.seq >= $1 AND l.seq < $2)`)
)

// One row; its trigger says when it may rise.
var raiseHorizon = newStatement(`
UPDATE audit_horizon
SET at = CASE WHEN at > $1 THEN at ELSE $1 END, seq = $2, event = $3
WHERE one = 1`)

// PrunableEvents returns the first events in the order in which they were sealed that
// are older than before: it ends at the first that is not. The time of the first
// event, whether it is old or not, comes with them; the zero time for none.
func (s *Store) PrunableEvents(ctx context.Context, before time.Time, limit int) (first time.Time, old audit.Prunable, err error) {
	done := false
	err = s.each(ctx, selectPrunable, []any{int64(limit)}, func(rows *sql.Rows) error {
		var seq int64
		var at time.Time
		if err := rows.Scan(&seq, instant{&at}); err != nil {
			return err
		}
		if first.IsZero() {
			first, old.From, old.Below = at, seq, seq
		}
		if done = done || !at.Before(before); !done {
			old.Below = seq + 1
			old.Last = later(old.Last, at)
		}
		return nil
	})
	return first, old, doing("look for old audit events", err)
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// DropEvents removes those events, and returns how many. told is the event that
// tells of it, recorded in the same transaction. The database refuses a removal of
// which nothing tells, and one of the last 29 days.
func (s *Store) DropEvents(ctx context.Context, old audit.Prunable, told id.Event) (int, error) {
	if _, err := s.exec(ctx, raiseHorizon, micros(old.Last)+1, old.Below, string(told)); err != nil {
		return 0, doing("raise the audit horizon", err)
	}
	if _, err := s.exec(ctx, dropDetails, old.From, old.Below); err != nil {
		return 0, doing("remove details of audit events", err)
	}
	n, err := s.exec(ctx, dropEvents, old.From, old.Below)
	return int(n), doing("remove audit events", err)
}

package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/id"
)

// Index audit_events_at.
var (
	oldestEvent = newStatement(`
SELECT at
FROM audit_events
ORDER BY at, id
LIMIT 1`)

	sliceOfEvents = newStatement(`
SELECT at
FROM audit_events
WHERE at < $1
ORDER BY at, id
LIMIT 1 OFFSET $2`)

	countEvents = newStatement(`
SELECT COUNT(*)
FROM audit_events
WHERE at < $1`)

	dropEvents = newStatement(`
DELETE FROM audit_events
WHERE at < $1`)
)

// One row; its trigger says when it may rise.
var raiseHorizon = newStatement(`
UPDATE audit_horizon
SET at = $1, event = $2
WHERE one = 1`)

// OldestEvent returns the time of the first event, the zero time when there is
// none.
func (s *Store) OldestEvent(ctx context.Context) (first time.Time, err error) {
	err = s.each(ctx, oldestEvent, nil, func(rows *sql.Rows) error { return rows.Scan(instant{&first}) })
	return first, doing("find the first audit event", err)
}

// CountEvents returns how many events there are before until, which is before
// itself, or earlier where there are more than most: then it is the time of the
// event behind the first so many.
func (s *Store) CountEvents(ctx context.Context, before time.Time, most int) (n int, until time.Time, err error) {
	until = before
	err = s.each(ctx, sliceOfEvents, []any{micros(before), int64(most)}, func(rows *sql.Rows) error {
		return rows.Scan(instant{&until})
	})
	if err == nil {
		err = s.each(ctx, countEvents, []any{micros(until)}, func(rows *sql.Rows) error { return rows.Scan(&n) })
	}
	return n, until, doing("count audit events", err)
}

// DropEvents removes the events before until, and returns how many. told is the
// event that tells of it, recorded in the same transaction. The database
// refuses a removal of which nothing tells, and one of the last 29 days.
func (s *Store) DropEvents(ctx context.Context, until time.Time, told id.Event) (int, error) {
	if _, err := s.exec(ctx, raiseHorizon, micros(until), string(told)); err != nil {
		return 0, doing("raise the audit horizon", err)
	}
	n, err := s.exec(ctx, dropEvents, micros(until))
	return int(n), doing("remove audit events", err)
}

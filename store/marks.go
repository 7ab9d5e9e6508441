package store

import (
	"context"
	"database/sql"
	"time"
)

var (
	// There is one mark of a kind.
	putMark = newStatement(`
INSERT INTO marks (kind, hash, until_at)
VALUES ($1, $2, $3)
ON CONFLICT (kind) DO UPDATE
SET hash = excluded.hash, until_at = excluded.until_at
WHERE marks.until_at <= $4 OR $5`)

	spendMark = newStatement(`
DELETE FROM marks
WHERE kind = $1 AND hash = $2 AND until_at > $3`)

	selectMark = newStatement(`
SELECT kind
FROM marks
WHERE kind = $1 AND hash = $2 AND until_at > $3`)

	selectMarkOfKind = newStatement(`
SELECT until_at
FROM marks
WHERE kind = $1 AND until_at > $2`)

	dropMark = newStatement(`
DELETE FROM marks
WHERE kind = $1 AND until_at > $2`)

	useOnce = newStatement(`
INSERT INTO once (kind, name, until_at)
VALUES ($1, $2, $3)
ON CONFLICT (kind, name) DO NOTHING`)
)

// PutMark stores a one-time mark unless a live one of that kind exists, and
// reports whether it did: of several concurrent calls without replace exactly
// one gets true. replace removes the older one first.
func (s *Store) PutMark(ctx context.Context, kind string, hash []byte, until, now time.Time, replace bool) (bool, error) {
	ok, err := s.changed(ctx, putMark, kind, hash, micros(until), micros(now), replace)
	return ok, doing("put mark", err)
}

// SpendMark deletes the live mark and reports whether this call did.
func (s *Store) SpendMark(ctx context.Context, kind string, hash []byte, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, spendMark, kind, hash, micros(now))
	return ok, doing("spend mark", err)
}

// HasMark reports whether a live mark with that hash exists.
func (s *Store) HasMark(ctx context.Context, kind string, hash []byte, now time.Time) (found bool, err error) {
	err = s.each(ctx, selectMark, []any{kind, hash, micros(now)}, func(*sql.Rows) error { found = true; return nil })
	return found, doing("read mark", err)
}

// MarkUntil returns until when the mark of a kind is alive, the zero time where none is.
func (s *Store) MarkUntil(ctx context.Context, kind string, now time.Time) (until time.Time, err error) {
	err = s.each(ctx, selectMarkOfKind, []any{kind, micros(now)}, func(rows *sql.Rows) error { return rows.Scan(instant{&until}) })
	return until, doing("read the mark of a kind", err)
}

// DropMark deletes the live mark of a kind, whichever it is, and reports whether there was one.
func (s *Store) DropMark(ctx context.Context, kind string, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, dropMark, kind, micros(now))
	return ok, doing("drop a mark", err)
}

// UseOnce records (kind, key) until the given time and reports whether it was
// new: of several concurrent calls exactly one gets true. What is past its time
// counts until the janitor removes it.
func (s *Store) UseOnce(ctx context.Context, kind, key string, until time.Time) (bool, error) {
	ok, err := s.changed(ctx, useOnce, kind, key, micros(until))
	return ok, doing("use once", err)
}

var marksTable = table{
	statements: []*statement{
		putMark, spendMark, selectMark, selectMarkOfKind, dropMark, useOnce,
	},
	brooms: []broom{ // indexes once_until and marks_until
		{"once", 0, sweep("once", "kind, name", "until_at <= $1")},
		{"marks", 0, sweep("marks", "kind", "until_at <= $1")},
	},
}

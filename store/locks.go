package store

import (
	"context"
	"database/sql"
	"math"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
)

var (
	putLock = newStatement(`
INSERT INTO locks (kind, name, ends_at, reason, created_at, created_by, rev)
VALUES ($1, $2, $3, $4, $5, $6, 1)
ON CONFLICT (kind, name) DO UPDATE
SET ends_at = excluded.ends_at, reason = excluded.reason, created_at = excluded.created_at,
    created_by = excluded.created_by, rev = locks.rev + 1`)

	deleteLock = newStatement(`
DELETE FROM locks
WHERE kind = $1 AND name = $2`)

	// They are few.
	deleteEndedLocks = newStatement(`
DELETE FROM locks
WHERE ends_at <= $1`)

	selectLocks = newStatement(`
SELECT kind, name, ends_at, reason, created_at, created_by, rev
FROM locks`)
)

// PutLock stores l, in the place of one on the same.
func (s *Store) PutLock(ctx context.Context, l access.LockRecord) error {
	_, err := s.exec(ctx, putLock, string(l.On.Kind), l.On.ID, endMicros(l.Ends), l.Reason, micros(l.Created), l.CreatedBy)
	return doing("put lock", err)
}

// DeleteLock answers NotFound for one that is not there.
func (s *Store) DeleteLock(ctx context.Context, on access.LockTarget) error {
	ok, err := s.changed(ctx, deleteLock, string(on.Kind), on.ID)
	if err == nil && !ok {
		err = fault.Missing("lock")
	}
	return doing("delete lock", err)
}

// DropEndedLocks removes those that are over at now.
func (s *Store) DropEndedLocks(ctx context.Context, now time.Time) error {
	_, err := s.exec(ctx, deleteEndedLocks, micros(now))
	return doing("drop locks", err)
}

// Locks returns all of them, in no order.
func (s *Store) Locks(ctx context.Context) ([]access.LockRecord, error) {
	all, err := list(ctx, s, selectLocks, nil, func(rows *sql.Rows) (l access.LockRecord, err error) {
		var ends int64
		if err = rows.Scan(&l.On.Kind, &l.On.ID, &ends, &l.Reason, instant{&l.Created}, &l.CreatedBy, &l.Rev); ends != math.MaxInt64 {
			l.Ends = time.UnixMicro(ends).UTC()
		}
		return l, err
	})
	return all, doing("list locks", err)
}

var locksTable = table{
	statements: []*statement{
		putLock, deleteLock, deleteEndedLocks, selectLocks,
	},
}

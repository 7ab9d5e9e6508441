package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/clock"
)

var (
	insertChange = insertChanges(1)
	// Who takes a large group away touches everybody in it.
	insertManyChanges = insertChanges(manyChanges)

	// The primary key.
	selectChanges = newStatement(`
SELECT v, kind, name, loses, at
FROM changes
WHERE (v, n) > ($1, $2)
ORDER BY v, n
LIMIT $3`)

	// The last row of the primary key.
	// Index changes_losing.
	selectLosses = newStatement(`
SELECT v, kind, name, loses, at
FROM changes
WHERE (v, n) > ($1, $2) AND loses
ORDER BY v, n
LIMIT $3`)

	// Index changes_at.
	selectChangeSince = newStatement(`
SELECT v
FROM changes
WHERE at >= $1
ORDER BY at
LIMIT 1`)

	putEpoch = newStatement(`
INSERT INTO versions (name, value)
VALUES ('` + access.VersionEpoch + `', $1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value`)

	keepEpoch = newStatement(`
INSERT INTO versions (name, value)
VALUES ('` + access.VersionEpoch + `', $1)
ON CONFLICT (name) DO NOTHING`)
)

const manyChanges = 25

func insertChanges(n int) *statement {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d)", 6*i+1, 6*i+2, 6*i+3, 6*i+4, 6*i+5, 6*i+6)
	}
	return newStatement(`
INSERT INTO changes (v, n, kind, name, loses, at)
VALUES ` + strings.Join(rows, ", "))
}

// InsertChanges keeps what a version of the policy touched. It belongs into the
// transaction that raised the version, once.
func (s *Store) InsertChanges(ctx context.Context, list []access.Change) error {
	return doing("insert changes", s.InTx(ctx, func(ctx context.Context) error {
		for n := 0; n < len(list); {
			st, rows := insertChange, 1
			if len(list)-n >= manyChanges {
				st, rows = insertManyChanges, manyChanges
			}
			args := make([]any, 0, 6*rows)
			for i, c := range list[n : n+rows] {
				args = append(args, int64(c.Version), int64(n+i+1), string(c.Kind), c.Key, c.Loses, micros(c.At))
			}
			if _, err := s.exec(ctx, st, args...); err != nil {
				return err
			}
			n += rows
		}
		return nil
	}))
}

// ChangesAfter returns what the versions behind v touched, in order, limit rows at
// most.
func (s *Store) ChangesAfter(ctx context.Context, v uint64, limit int) ([]access.Change, error) {
	return s.changes(ctx, selectChanges, v, limit)
}

// LossesAfter is ChangesAfter of those that say that somebody lost something.
func (s *Store) LossesAfter(ctx context.Context, v uint64, limit int) ([]access.Change, error) {
	return s.changes(ctx, selectLosses, v, limit)
}

func (s *Store) changes(ctx context.Context, st *statement, v uint64, limit int) ([]access.Change, error) {
	found, err := list(ctx, s, st, []any{int64(v) + 1, int64(0), int64(limit)}, func(rows *sql.Rows) (c access.Change, err error) {
		var version int64
		err = rows.Scan(&version, &c.Kind, &c.Key, &c.Loses, instant{&c.At})
		c.Version = uint64(version)
		return c, err
	})
	return found, doing("read changes", err)
}

// ChangedSince returns the first version that touched something at or after a
// moment, 0 for none.
func (s *Store) ChangedSince(ctx context.Context, at time.Time) (v uint64, err error) {
	err = s.each(ctx, selectChangeSince, []any{micros(at)}, func(rows *sql.Rows) error {
		var version int64
		err := rows.Scan(&version)
		v = uint64(version)
		return err
	})
	return v, doing("look for changes", err)
}

// epochStep is more than a policy has versions between a back-up and the return to
// it: no version counts twice, so that a token of before the return is not taken for
// younger than what is lost after it.
const epochStep = 1_000_000_000

// NewEpoch says that the database was filled from a back-up: what the counters
// counted meanwhile is gone. The version of the policy goes on behind all that were.
func (s *Store) NewEpoch(ctx context.Context) error {
	return doing("begin an epoch", s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.exec(ctx, putEpoch, someEpoch()); err != nil {
			return err
		}
		v, err := s.raise(ctx, access.VersionPolicy, epochStep)
		if err != nil {
			return err
		}
		return s.InsertChanges(ctx, []access.Change{{Version: uint64(v), Kind: access.ChangedAll, At: clock.Now()}})
	}))
}

// KeepEpoch begins the first epoch of a database that has none. Several may call
// it at once.
func (s *Store) KeepEpoch(ctx context.Context) error {
	versions, err := s.Versions(ctx)
	if err != nil || versions[access.VersionEpoch] != 0 {
		return err
	}
	_, err = s.exec(ctx, keepEpoch, someEpoch())
	return doing("begin the first epoch", err)
}

// someEpoch is a number above zero that no other epoch has.
func someEpoch() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.LittleEndian.Uint64(b[:])>>1) | 1
}

// changesKept is for how long a process, or a resource server, may have heard
// nothing and still be told what it missed.
const changesKept = 25 * time.Hour

var changesTable = table{
	statements: []*statement{
		insertChange, insertManyChanges, selectChanges, selectLosses, selectChangeSince, putEpoch, keepEpoch,
	},
	brooms: []broom{ // index changes_at
		{"changes", changesKept, sweep("changes", "v, n", "at <= $1")},
	},
}

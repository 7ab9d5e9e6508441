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

	// The stamp of the version before the one that this transaction made.
	selectFormer = newStatement(`
SELECT former
FROM versions
WHERE name = '` + access.VersionPolicy + `'`)

	// The primary key.
	selectChanges = newStatement(`
SELECT v, former, kind, name, loses, at
FROM changes
WHERE (v, n) > ($1, $2)
ORDER BY v, n
LIMIT $3`)

	// The last row of the primary key.
	// Index changes_losing.
	selectLosses = newStatement(`
SELECT v, former, kind, name, loses, at
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

	// The stamp stays with the counters of this time, which a back-up may have too.
	putEpoch = newStatement(`
INSERT INTO versions (name, value)
VALUES ('` + access.VersionEpoch + `', $1)
ON CONFLICT (name) DO UPDATE SET value = excluded.value`)

	// Of several who find the same one succeeds.
	nextEpoch = newStatement(`
UPDATE versions
SET value = $1
WHERE name = '` + access.VersionEpoch + `' AND value = $2`)

	keepEpoch = newStatement(`
INSERT INTO versions (name, value)
VALUES ('` + access.VersionEpoch + `', $1)
ON CONFLICT (name) DO NOTHING`)
)

const manyChanges = 25

func insertChanges(n int) *statement {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("($%d, $%d, $%d, $%d, $%d, $%d, $%d)", 7*i+1, 7*i+2, 7*i+3, 7*i+4, 7*i+5, 7*i+6, 7*i+7)
	}
	return newStatement(`
INSERT INTO changes (v, n, former, kind, name, loses, at)
VALUES ` + strings.Join(rows, ", "))
}

// InsertChanges keeps what a version of the policy touched. It belongs into the
// transaction that raised the version, once.
func (s *Store) InsertChanges(ctx context.Context, list []access.Change) error {
	return doing("insert changes", s.InTx(ctx, func(ctx context.Context) error {
		former := int64(0)
		if err := s.each(ctx, selectFormer, nil, func(rows *sql.Rows) error { return rows.Scan(&former) }); err != nil {
			return err
		}
		for n := 0; n < len(list); {
			st, rows := insertChange, 1
			if len(list)-n >= manyChanges {
				st, rows = insertManyChanges, manyChanges
			}
			args := make([]any, 0, 7*rows)
			for i, c := range list[n : n+rows] {
				args = append(args, int64(c.Version), int64(n+i+1), former, string(c.Kind), c.Key, c.Loses, micros(c.At))
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
		err = rows.Scan(&version, &c.Former, &c.Kind, &c.Key, &c.Loses, instant{&c.At})
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
		if _, err := s.exec(ctx, putEpoch, drawn()); err != nil {
			return err
		}
		return s.leap(ctx)
	}))
}

// WentBack is NewEpoch for who finds that the database is not as it was known in an
// epoch. Of several who find that one begins the next.
func (s *Store) WentBack(ctx context.Context, epoch int64) error {
	return doing("begin an epoch", s.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.changed(ctx, nextEpoch, drawn(), epoch)
		if err != nil || !ok {
			return err
		}
		return s.leap(ctx)
	}))
}

func (s *Store) leap(ctx context.Context) error {
	v, err := s.raise(ctx, access.VersionPolicy, epochStep)
	if err != nil {
		return err
	}
	return s.InsertChanges(ctx, []access.Change{{Version: uint64(v), Kind: access.ChangedAll, At: clock.Now()}})
}

// KeepEpoch begins the first epoch of a database that has none. Several may call
// it at once.
func (s *Store) KeepEpoch(ctx context.Context) error {
	versions, err := s.Versions(ctx)
	if err != nil || versions[access.VersionEpoch] != 0 {
		return err
	}
	_, err = s.exec(ctx, keepEpoch, drawn())
	return doing("begin the first epoch", err)
}

// drawn is a number above zero that no other epoch has, and no other stamp.
func drawn() int64 {
	var b [8]byte
	rand.Read(b[:])
	return int64(binary.LittleEndian.Uint64(b[:])>>1) | 1
}

// changesKept is for how long a process, or a resource server, may have heard
// nothing and still be told what it missed.
const changesKept = 25 * time.Hour

var changesTable = table{
	statements: []*statement{
		insertChange, insertManyChanges, selectFormer, selectChanges, selectLosses, selectChangeSince, putEpoch, nextEpoch, keepEpoch,
	},
	brooms: []broom{ // index changes_at
		{"changes", changesKept, sweep("changes", "v, n", "at <= $1")},
	},
}

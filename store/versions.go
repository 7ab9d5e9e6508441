package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/follow"
)

var (
	selectVersions = hotStatement(`
SELECT name, value, stamp
FROM versions`)

	// Whoever raises a counter holds its row until the transaction ends, so
	// that numbers become visible in their order.
	raiseVersion = newStatement(`
INSERT INTO versions (name, value, stamp, former)
VALUES ($1, $2, $3, 0)
ON CONFLICT (name) DO UPDATE
SET value = versions.value + excluded.value, stamp = excluded.stamp, former = versions.stamp
RETURNING value`)
)

// Versions returns the counters by name, with the stamps of those that were raised; a
// name never raised is absent.
func (s *Store) Versions(ctx context.Context) (map[string]int64, error) {
	versions := make(map[string]int64, 10)
	err := s.each(ctx, selectVersions, nil, func(rows *sql.Rows) error {
		var name string
		var value, stamp int64
		err := rows.Scan(&name, &value, &stamp)
		if versions[name] = value; stamp != 0 {
			versions[follow.Stamp(name)] = stamp
		}
		return err
	})
	if err != nil {
		return nil, doing("read versions", err)
	}
	return versions, nil
}

// PollEvery is how often a process asks for the counters when nobody wakes it:
// another process's news is at most that late. A question costs SQLite some
// microseconds, and a Postgres that several replicas share a round trip. By the poll alone
// 99 in 100 changes are to be known within 300 ms: half of that is left to a busy machine.
func (s *Store) PollEvery() time.Duration {
	if s.db.Postgres() {
		return 150 * time.Millisecond
	}
	return 50 * time.Millisecond
}

// OnNews lets f be called after each commit of this process that raised a
// counter. f must not wait for anything. Call it before anything is written.
func (s *Store) OnNews(f func()) { s.news = f }

// Listens reports whether processes over this database can tell each other of
// such commits: on Postgres, when max_conns leaves a connection for it.
func (s *Store) Listens() bool { return s.db.Listens() }

// Notify tells the processes that listen that there is news. Call it after the
// commit. It may be lost; nothing may depend on it.
func (s *Store) Notify(ctx context.Context) error { return s.db.Notify(ctx) }

// Listen calls heard once it listens, and after each Notify of any process. It
// returns when its connection is lost, or when ctx ends, with the reason.
func (s *Store) Listen(ctx context.Context, heard func()) error { return s.db.Listen(ctx, heard) }

// raise raises the counter name by n and returns it.
func (s *Store) raise(ctx context.Context, name string, n int) (value int64, err error) {
	err = s.each(ctx, raiseVersion, []any{name, int64(n), drawn()}, func(rows *sql.Rows) error { return rows.Scan(&value) })
	if err == nil && s.news != nil {
		s.AfterCommit(ctx, s.news)
	}
	return value, doing("raise version", err)
}

// changing runs f and raises the counter name, in one transaction.
func (s *Store) changing(ctx context.Context, name string, f func(ctx context.Context) error) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		if err := f(ctx); err != nil {
			return err
		}
		_, err := s.raise(ctx, name, 1)
		return err
	})
}

var versionsTable = table{
	statements: []*statement{
		selectVersions, raiseVersion,
	},
}

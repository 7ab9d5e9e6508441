package store

import (
	"cmp"
	"context"
	"database/sql"
	"io"
	"log/slog"
	"math"
	"slices"
	"time"

	"gatehouse/audit"
	"gatehouse/id"
	"gatehouse/session"
	"gatehouse/store/engine"
)

// Parts hands out what Dump wrote; see engine.Parts.
type Parts = engine.Parts

// Dump writes one state of the database while others go on writing; see
// engine.DB.Dump. scratch is a folder with room for a copy of SQLite's file.
func (s *Store) Dump(ctx context.Context, scratch string, part func(name string) (io.Writer, error)) error {
	return s.db.Dump(ctx, scratch, part)
}

// Kind is "sqlite" or "postgres".
func (s *Store) Kind() string {
	if s.db.Postgres() {
		return "postgres"
	}
	return "sqlite"
}

// SchemaVersion returns the last step of the schema that the database has.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) { return s.db.SchemaVersion(ctx) }

// LatestSchema returns the last step of the schema that this program knows.
func LatestSchema() (int64, error) { return engine.LatestSchema() }

// OpenToRestore is Open for Load, which wants to be alone with its database.
func OpenToRestore(ctx context.Context, c Config, log *slog.Logger) (*Store, error) {
	return open(ctx, c, log, true)
}

// Load fills an empty Postgres database from a dump of one; see engine.DB.Load.
func (s *Store) Load(ctx context.Context, parts Parts, replace bool, after func(ctx context.Context) error) error {
	return s.db.Load(ctx, parts, replace, after)
}

// Unpack writes the SQLite file of a dump to path; see engine.Unpack.
func Unpack(ctx context.Context, parts Parts, path string) error {
	return engine.Unpack(ctx, parts, path)
}

// Adopt makes the SQLite file at path what the one at from is; see engine.Adopt.
func Adopt(ctx context.Context, from, path string, replace bool) error {
	return engine.Adopt(ctx, from, path, replace)
}

var (
	// Index sessions_live, walked from the last slice's end: nothing that was ended before is
	// in it. By a bare expires_at SQLite would walk that one's index.
	endSliceOfSessions = newStatement(`
UPDATE sessions
SET revoked_at = $1, reason = $2
WHERE revoked_at IS NULL AND id IN (
    SELECT id
    FROM sessions
    WHERE revoked_at IS NULL AND (created_at, id) > ($3, $4) AND id <> $5 AND +expires_at > $1
    ORDER BY created_at, id
    LIMIT $6)
RETURNING created_at, id`)

	// Index interactions_expires.
	dropInteractions = newStatement(`
DELETE FROM interactions
WHERE id IN (
    SELECT id
    FROM interactions
    WHERE expires_at > $1
    ORDER BY expires_at
    LIMIT $2)`)

	dropMarks = newStatement(`
DELETE FROM marks
WHERE until_at > $1`)
)

// sliceOfRestore is how many rows a statement of a restore changes at most.
const sliceOfRestore = 500

// EndEverySession ends all browser sessions at now but except (empty: none is spared),
// and returns how many. It looks at every session that was not ended: it takes a while, in
// the transaction of ctx if there is one.
func (s *Store) EndEverySession(ctx context.Context, except id.Session, reason audit.Reason, now time.Time) (ended int64, err error) {
	for at := (session.Cursor{Created: time.UnixMicro(math.MinInt64)}); ; {
		args := []any{micros(now), string(reason), micros(at.Created), string(at.ID), string(except), int64(sliceOfRestore)}
		slice, err := list(ctx, s, endSliceOfSessions, args, func(rows *sql.Rows) (one session.Cursor, err error) {
			return one, rows.Scan(instant{&one.Created}, &one.ID)
		})
		if err != nil || len(slice) == 0 {
			return ended, doing("end every session", err)
		}
		ended += int64(len(slice))
		at = slices.MaxFunc(slice, func(a, b session.Cursor) int {
			return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		})
	}
}

// DropInteractions forgets sign-ins under way, with what was proved in them.
func (s *Store) DropInteractions(ctx context.Context, now time.Time) error {
	for n := int64(sliceOfRestore); n == sliceOfRestore; {
		var err error
		if n, err = s.exec(ctx, dropInteractions, micros(now), int64(sliceOfRestore)); err != nil {
			return doing("forget sign-ins under way", err)
		}
	}
	return nil
}

// DropUnfinished forgets sign-ins under way and one-time links.
func (s *Store) DropUnfinished(ctx context.Context, now time.Time) error {
	if err := s.DropInteractions(ctx, now); err != nil {
		return err
	}
	_, err := s.exec(ctx, dropMarks, micros(now))
	return doing("forget one-time links", err)
}

var restoreTable = table{
	statements: []*statement{
		endSliceOfSessions, dropInteractions, dropMarks,
	},
}

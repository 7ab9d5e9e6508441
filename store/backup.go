package store

import (
	"context"
	"io"
	"log/slog"
	"time"

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

var dropMarks = newStatement(`
DELETE FROM marks
WHERE until_at > $1`)

// DropUnfinished forgets sign-ins under way and one-time links.
func (s *Store) DropUnfinished(ctx context.Context, now time.Time) error {
	if err := s.DropInteractions(ctx, now); err != nil {
		return err
	}
	_, err := s.exec(ctx, dropMarks, micros(now))
	return doing("forget one-time links", err)
}

var restoreTable = table{
	statements: []*statement{dropMarks},
}

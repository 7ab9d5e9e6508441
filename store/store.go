// Package store keeps it all in SQLite or Postgres; every statement runs
// unchanged on both, but for those of refresh families.
//
// There is one concrete *Store with a file for each noun, and it satisfies the
// Store interfaces that the packages of the house declare. It remembers and
// decides nothing: rules live in the house. A noun's file ends with its table:
// the statements that it asks, and the brooms that remove what is past
// (janitor.go). How SQL is run, in transactions and on either database, is
// package engine's.
//
// A method joins the transaction of its context (InTx, View); without one, a
// write is a transaction of its own and a read sees what was committed. Errors
// are faults: NotFound and Conflict say so, Unavailable may be tried again, and
// everything else is Internal. A failure never looks like "not there".
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"

	"gatehouse/fault"
	"gatehouse/store/engine"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	db     *engine.DB
	groups *familyGroups
	news   func() // OnNews; may be nil
}

// Open connects to the database that c names. It does not migrate: call
// Migrate before anything else. A Postgres that is starting up, or not there
// yet, is awaited for a bounded time; a SQLite file that is not there is made,
// readable by its owner alone.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Store, error) {
	return open(ctx, c, log, false)
}

func open(ctx context.Context, c Config, log *slog.Logger, restore bool) (*Store, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if c.MaxConns < 2 {
		c.MaxConns = DefaultConfig().MaxConns
	}
	db, err := engine.Open(ctx, engine.Config{URL: c.URL, MaxConns: c.MaxConns, Statements: statements(), Restore: restore}, log)
	if err != nil {
		return nil, err
	}
	s := &Store{db: db}
	s.groups = newFamilyGroups(s)
	return s, nil
}

// Close answers what is under way, refuses what comes later, and closes the
// connections.
func (s *Store) Close() error {
	s.groups.stop()
	return s.db.Close()
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// Statements returns how many statements ran since the store was opened, those
// that failed and those of transactions that were tried again included. A test
// holds what a request may cost by it.
func (s *Store) Statements() uint64 { return s.db.Statements() }

// MigrationState is one step of the schema's history.
type MigrationState = engine.MigrationState

// Migrate brings the schema up to date, over any number of versions. Replicas
// may call it at once. A database that is newer than this program is refused
// with a Conflict fault: an older program does not know what it would break.
func (s *Store) Migrate(ctx context.Context) error { return s.db.Migrate(ctx) }

// HasSchema reports whether the database holds a Gatehouse, of whatever version.
// Nothing is written.
func (s *Store) HasSchema(ctx context.Context) (bool, error) { return s.db.HasSchema(ctx) }

// MigrationStatus lists the steps that this program knows, in order, and which
// of them the database has.
func (s *Store) MigrationStatus(ctx context.Context) ([]MigrationState, error) {
	return s.db.MigrationStatus(ctx)
}

// InTx runs f in a transaction, maybe twice; see engine.DB.InTx.
func (s *Store) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	return s.db.InTx(ctx, f)
}

// View runs f on one state of the database, maybe twice; see engine.DB.View.
func (s *Store) View(ctx context.Context, f func(ctx context.Context) error) error {
	return s.db.View(ctx, f)
}

// AfterCommit runs f once the transaction of ctx was kept; see
// engine.DB.AfterCommit.
func (s *Store) AfterCommit(ctx context.Context, f func()) { s.db.AfterCommit(ctx, f) }

// AfterEnd runs f once the transaction of ctx is over, kept or undone; see
// engine.DB.AfterEnd.
func (s *Store) AfterEnd(ctx context.Context, f func(ctx context.Context)) { s.db.AfterEnd(ctx, f) }

// exec runs a statement that writes and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, st *statement, args ...any) (int64, error) {
	return s.db.Exec(ctx, st, args...)
}

// changed is exec for statements that change one row or none.
func (s *Store) changed(ctx context.Context, st *statement, args ...any) (bool, error) {
	n, err := s.exec(ctx, st, args...)
	return n > 0, err
}

// each runs a statement that returns rows, and calls scan for each of them.
// scan must not use the store.
func (s *Store) each(ctx context.Context, st *statement, args []any, scan func(rows *sql.Rows) error) error {
	return s.db.Query(ctx, st, args, scan)
}

// one scans the one row that st returns, and answers NotFound for thing when
// there is none.
func (s *Store) one(ctx context.Context, thing string, st *statement, args []any, scan func(rows *sql.Rows) error) error {
	found := false
	err := s.each(ctx, st, args, func(rows *sql.Rows) error {
		found = true
		return scan(rows)
	})
	if err == nil && !found {
		return fault.Missing(thing)
	}
	return err
}

// list collects the rows of st.
func list[T any](ctx context.Context, s *Store, st *statement, args []any, scan func(rows *sql.Rows) (T, error)) ([]T, error) {
	var all []T
	err := s.each(ctx, st, args, func(rows *sql.Rows) error {
		v, err := scan(rows)
		all = append(all, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// doing says in err what was being done.
func doing(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// taken turns a violated uniqueness into the Conflict that visitors can look up.
func taken(err error, code, detail string) error {
	if !engine.IsUnique(err) {
		return err
	}
	return fault.Wrap(err, fault.Conflict, code, detail)
}

// there says that a name is taken, and by what.
func there(thing, name string) string {
	return fmt.Sprintf("The id is taken: there is %s %q already.", thing, name)
}

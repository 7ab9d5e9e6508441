// Package store keeps it all in SQLite or Postgres; every statement runs
// unchanged on both.
//
// There is one concrete *Store with a file for each noun, and it satisfies the
// Store interfaces that the packages of the house declare. It remembers and
// decides nothing: rules live in the house. What differs between the databases
// (opening, the migration text, error codes, locks) is in dialect.go and in the
// two engines: sqlite.go with writer.go, and postgres.go.
//
// A method joins the transaction of its context (InTx); without one, a write is
// a transaction of its own and a read sees what was committed. Errors are
// faults: NotFound and Conflict say so, Unavailable may be tried again, and
// everything else is Internal. A failure never looks like "not there".
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"gatehouse/fault"
)

// Store is the database. It is safe for concurrent use.
type Store struct {
	engine engine
	log    *slog.Logger
	groups *familyGroups // on Postgres only: SQLite's writer gathers by itself
	ran    atomic.Uint64
}

// Statements returns how many statements ran since the store was opened, those
// that failed and those of transactions that were tried again included. A test
// holds what a request may cost by it.
func (s *Store) Statements() uint64 { return s.ran.Load() }

// Open connects to the database that c names. It does not migrate: call
// Migrate before anything else. A Postgres that is starting up, or not there
// yet, is awaited for a bounded time; a SQLite file that is not there is made,
// readable by its owner alone.
func Open(ctx context.Context, c Config, log *slog.Logger) (*Store, error) {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if p := urlProblem(c.URL); p != "" {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "store.url", Detail: "The database cannot be opened.",
			Fields: []fault.Field{{Name: "store.url", Problem: p}},
		}
	}
	if c.MaxConns < 2 {
		c.MaxConns = DefaultConfig().MaxConns
	}
	path, isSQLite := strings.CutPrefix(c.URL, "sqlite:")
	if isSQLite {
		e, err := openSQLite(ctx, path, c.MaxConns, log)
		if err != nil {
			return nil, fmt.Errorf("open the SQLite file: %w", classify(err))
		}
		return &Store{engine: e, log: log}, nil
	}
	e, err := openPostgres(ctx, c.URL, c.MaxConns, log)
	if err != nil {
		return nil, fmt.Errorf("open the Postgres database: %w", classify(err))
	}
	s := &Store{engine: e, log: log}
	s.groups = newFamilyGroups(s, e)
	return s, nil
}

// Close answers what is under way, refuses what comes later, and closes the
// connections.
func (s *Store) Close() error {
	if s.groups != nil {
		s.groups.stop()
	}
	if err := s.engine.close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// Ping asks the database for a sign of life.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.engine.ping(ctx); err != nil {
		return fmt.Errorf("ping the database: %w", classify(err))
	}
	return nil
}

// exec runs a statement that writes and returns how many rows it changed.
func (s *Store) exec(ctx context.Context, st *statement, args ...any) (int64, error) {
	t, err := current(ctx)
	if err != nil {
		return 0, err
	}
	s.ran.Add(1)
	var n int64
	if t != nil {
		n, err = t.exec(ctx, st, args)
	} else {
		n, err = s.engine.exec(ctx, st, args)
	}
	return n, classify(err)
}

// changed is exec for statements that change one row or none.
func (s *Store) changed(ctx context.Context, st *statement, args ...any) (bool, error) {
	n, err := s.exec(ctx, st, args...)
	return n > 0, err
}

// each runs a statement that returns rows, and calls scan for each of them.
// scan must not use the store.
func (s *Store) each(ctx context.Context, st *statement, args []any, scan func(rows *sql.Rows) error) error {
	t, err := current(ctx)
	if err != nil {
		return err
	}
	s.ran.Add(1)
	switch {
	case t != nil:
		err = t.query(ctx, st, args, scan)
	case st.writes:
		err = s.engine.returning(ctx, st, args, scan)
	default:
		err = s.engine.read(ctx, st, args, scan)
	}
	return classify(err)
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
	if !isUnique(err) {
		return err
	}
	return fault.Wrap(err, fault.Conflict, code, detail)
}

// errClosed is what a closed store answers.
var errClosed = &fault.Error{
	Kind: fault.Unavailable, Code: "store.closed", Detail: "Gatehouse is shutting down.",
	RetryAfter: time.Second, Err: errors.New("the store is closed"),
}

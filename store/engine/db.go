// Package engine runs SQL on SQLite and on Postgres alike, and knows no noun.
//
// A DB has transactions (InTx, View), a set of statements that it was opened
// with, and migrations. What differs between the databases (opening, the
// migration text, error codes, locks) is in dialect.go and in the two backends:
// sqlite.go with writer.go, and postgres.go. Group carries calls of one kind to
// a database together. What is asked, and what the rows mean, is package
// store's.
//
// Errors are faults: Conflict says that something exists already or hangs in
// the air, Unavailable may be tried again, and everything else is Internal.
package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/fault"
)

// DB is a database. It is safe for concurrent use.
type DB struct {
	backend backend
	set     *set
	log     *slog.Logger
	asked   atomic.Uint64
}

// Config says which database to open.
type Config struct {
	URL        string       // sqlite:PATH or postgres://user:password@host/name
	MaxConns   int          // at least 2; of SQLite one of them writes
	Statements []*Statement // all that will be asked
	Restore    bool         // it is opened for Load, which wants to be alone
}

// Open connects to the database that c names. It does not migrate: call
// Migrate before anything else. A Postgres that is starting up, or not there
// yet, is awaited for a bounded time; a SQLite file that is not there is made,
// readable by its owner alone.
func Open(ctx context.Context, c Config, log *slog.Logger) (*DB, error) {
	if p := URLProblem(c.URL); p != "" {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "store.url", Detail: "The database cannot be opened.",
			Fields: []fault.Field{{Name: "store.url", Problem: p}},
		}
	}
	d := &DB{set: newSet(c.Statements), log: log}
	if path, is := SQLite(c.URL); is {
		b, err := openSQLite(ctx, path, c.MaxConns, d.set, log)
		if err != nil {
			return nil, fmt.Errorf("open the SQLite file: %w", classify(err))
		}
		d.backend = b
		return d, nil
	}
	b, err := openPostgres(ctx, c, log)
	if err != nil {
		return nil, fmt.Errorf("open the Postgres database: %w", classify(err))
	}
	d.backend = b
	return d, nil
}

// Close answers what is under way, refuses what comes later, and closes the
// connections.
func (d *DB) Close() error {
	if err := d.backend.close(); err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error {
	if err := d.backend.ping(ctx); err != nil {
		return fmt.Errorf("ping the database: %w", classify(err))
	}
	return nil
}

// Postgres reports whether d is a Postgres database.
func (d *DB) Postgres() bool {
	_, is := d.backend.(*postgresBackend)
	return is
}

// Exec runs a statement that writes and returns how many rows it changed. It
// joins the transaction of ctx; without one it is a transaction of its own.
func (d *DB) Exec(ctx context.Context, st *Statement, args ...any) (n int64, err error) {
	at, err := d.admit(ctx, st)
	switch {
	case err != nil:
		return 0, err
	case at.t != nil:
		n, err = at.t.exec(ctx, st, args)
	default:
		n, err = d.backend.exec(ctx, st, args)
	}
	return n, classify(err)
}

// Query runs a statement that returns rows, and calls scan for each of them.
// scan must not use the database. It joins the transaction of ctx; without one,
// a statement that writes is a transaction of its own, and another sees what
// was committed.
func (d *DB) Query(ctx context.Context, st *Statement, args []any, scan func(rows *sql.Rows) error) error {
	at, err := d.admit(ctx, st)
	switch {
	case err != nil:
		return err
	case at.t != nil:
		err = at.t.query(ctx, st, args, scan)
	case st.writes:
		err = d.backend.returning(ctx, st, args, scan)
	default:
		err = d.backend.read(ctx, st, args, scan)
	}
	return classify(err)
}

// QueryDirectly is Query for a statement that only Postgres understands, without
// database/sql in between: for the few that carry the calls of many. It joins no
// transaction.
func (d *DB) QueryDirectly(ctx context.Context, st *Statement, args []any, scan func(rows pgx.Rows) error) error {
	e, ok := d.backend.(*postgresBackend)
	if !ok {
		return errNotPostgres
	}
	if _, err := d.set.number(st); err != nil {
		return err
	}
	d.asked.Add(1)
	return classify(e.directly(ctx, st, args, scan))
}

// admit counts st, and returns the transaction that it joins.
func (d *DB) admit(ctx context.Context, st *Statement) (scope, error) {
	if _, err := d.set.number(st); err != nil {
		return scope{}, err
	}
	at, err := d.scope(ctx)
	if err == nil && at.reads && st.writes {
		err = errReads
	}
	d.asked.Add(1)
	return at, err
}

// Statements returns how many statements were asked of d until now; BEGIN and
// COMMIT do not count, and a statement that serves a Group counts once.
func (d *DB) Statements() uint64 { return d.asked.Load() }

// Prepare lets the database look at every statement of the set, and returns
// what it says against them.
func (d *DB) Prepare(ctx context.Context) error {
	var all []error
	for _, st := range d.set.all {
		if st.Has(OnlyPostgres) && !d.Postgres() || st.Has(OnlySQLite) && d.Postgres() {
			continue
		}
		if err := d.backend.prepare(ctx, st); err != nil {
			all = append(all, fmt.Errorf("%w\n%s", err, st.text))
		}
	}
	return errors.Join(all...)
}

// Raw runs a text of the moment, which is no statement of the set, on a
// connection that may write. It is for tools and tests.
func (d *DB) Raw(ctx context.Context, text string, args []any, scan func(rows *sql.Rows) error) error {
	return classify(d.backend.raw(ctx, text, args, scan))
}

var errNotPostgres = fault.Wrap(errors.New("not a Postgres database"), fault.Internal, "store.stranger", "")

// ErrClosed is what a closed database answers.
var ErrClosed = &fault.Error{
	Kind: fault.Unavailable, Code: "store.closed", Detail: "Gatehouse is shutting down.",
	RetryAfter: time.Second, Err: errors.New("the store is closed"),
}

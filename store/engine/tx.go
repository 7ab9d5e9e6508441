package engine

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"

	"gatehouse/fault"
)

// querier runs statements within one open transaction.
type querier interface {
	exec(ctx context.Context, st *Statement, args []any) (int64, error)
	query(ctx context.Context, st *Statement, args []any) (*sql.Rows, error)
}

// tx is an open transaction. A statement that failed spoils it: Postgres would
// refuse whatever comes next, so SQLite does too, and what was tested on one
// holds on the other.
type tx struct {
	conn  querier
	reads bool // it is a View's, and commits nothing

	mu      sync.Mutex
	over    bool
	spoiled error
	after   []func() // to be run when the commit has succeeded
	ended   []func() // to be run once it is over
}

var (
	errOver  = errors.New("the transaction of this context is over")
	errReads = fault.Wrap(errors.New("a write within View"), fault.Internal, "store.view", "")
)

// scope is the transaction that a context belongs to; the zero scope is none.
type scope struct {
	t     *tx
	reads bool // the context is of a View
}

// scopeKey finds the scope of a database in a context. It is private, so that
// only InTx and View can put one there.
type scopeKey struct{ d *DB }

func (d *DB) scope(ctx context.Context) (scope, error) {
	at, ok := ctx.Value(scopeKey{d}).(scope)
	if !ok {
		return scope{}, nil
	}
	at.t.mu.Lock()
	defer at.t.mu.Unlock()
	if at.t.over {
		return scope{}, fault.Wrap(errOver, fault.Internal, "store.over", "")
	}
	return at, nil
}

// Within reports whether ctx is of a transaction of d.
func (d *DB) Within(ctx context.Context) bool {
	_, ok := ctx.Value(scopeKey{d}).(scope)
	return ok
}

// Writing reports whether ctx is of a transaction of d that may write: there,
// statements that lock hold their rows.
func (d *DB) Writing(ctx context.Context) bool {
	at, ok := ctx.Value(scopeKey{d}).(scope)
	return ok && !at.reads
}

// InTx runs f in a transaction: what f did is kept when it returns nil, and
// undone when it returns an error or panics. f must use the context that it is
// given; a nested InTx joins, and leaves the outcome to the outer one. A
// context that is used after its InTx returned gets an error. Within a View
// nobody may write: there InTx is refused with an Internal fault, and f not run.
//
// f may run twice: after a serialization failure or a lost connection on
// Postgres. On SQLite f shares one commit with its neighbours, so it must be
// quick: no signing, hashing, rendering or network. Cancelling ctx takes f out
// of the queue, but does not interrupt it once it runs.
func (d *DB) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	at, err := d.scope(ctx)
	switch {
	case err != nil:
		return err
	case at.reads:
		return errReads
	case at.t != nil:
		return f(ctx)
	}
	return d.begin(ctx, d.backend.inTx, false, f)
}

// View runs f on one state of the database: what others commit meanwhile is not
// seen, so that all reads of f belong together. The state is the one at f's
// first read. A write is refused with an Internal fault. A View within a View
// joins it; a View within InTx joins that one: its reads see what the
// transaction wrote and, on Postgres, what others committed before each of
// them, but it may write no more than another.
//
// f may run twice, after a lost connection on Postgres. It should not take long:
// it holds a connection, and keeps SQLite's log from being folded into the file.
func (d *DB) View(ctx context.Context, f func(ctx context.Context) error) error {
	at, err := d.scope(ctx)
	switch {
	case err != nil:
		return err
	case at.reads:
		return f(ctx)
	case at.t != nil:
		return f(context.WithValue(ctx, scopeKey{d}, scope{t: at.t, reads: true}))
	}
	return d.begin(ctx, d.backend.view, true, f)
}

// begin runs f in a transaction of start's, and afterwards what waits for its
// commit.
func (d *DB) begin(ctx context.Context, start func(context.Context, func(context.Context, *tx) error) error, reads bool, f func(ctx context.Context) error) error {
	var last *tx
	var own error
	err := start(ctx, func(ctx context.Context, t *tx) error {
		last, t.reads = t, reads
		own = f(context.WithValue(ctx, scopeKey{d}, scope{t: t, reads: reads}))
		return own
	})
	if last != nil {
		defer last.tell()
	}
	switch {
	case err == nil:
		last.settle()
		return nil
	case own != nil && errors.Is(err, own):
		return err // in f's words
	}
	return classify(err)
}

// AfterCommit runs f when the outermost transaction of ctx has been committed,
// in the goroutine of its InTx and before that returns; several run in the
// order in which they were given. It is not run when the transaction is undone,
// nor when nobody can say whether the commit was kept. Without a transaction,
// and within a View that is none of InTx, there is nothing to wait for, and f
// runs at once.
//
// f must not panic, and must not use ctx for the database: that transaction is
// over.
func (d *DB) AfterCommit(ctx context.Context, f func()) {
	at, ok := ctx.Value(scopeKey{d}).(scope)
	if !ok || at.t.reads {
		f()
		return
	}
	at.t.mu.Lock()
	defer at.t.mu.Unlock()
	if !at.t.over {
		at.t.after = append(at.t.after, f)
	}
}

// settle runs what waited for the commit.
func (t *tx) settle() {
	t.mu.Lock()
	after := slices.Clone(t.after)
	t.mu.Unlock()
	for _, f := range after {
		f()
	}
}

// AfterEnd runs f when the outermost transaction of ctx is over, be it kept or
// undone, in the goroutine of its InTx or View and before that returns; when f of a
// transaction ran twice, what it asked for the second time. Without a transaction f
// runs at once. f is given a context without that transaction: what it writes is a
// transaction of its own. It must not panic.
func (d *DB) AfterEnd(ctx context.Context, f func(ctx context.Context)) {
	outside := context.WithValue(ctx, scopeKey{d}, nil)
	at, ok := ctx.Value(scopeKey{d}).(scope)
	if !ok {
		f(outside)
		return
	}
	if !at.t.whenEnded(func() { f(outside) }) {
		f(outside)
	}
}

// whenEnded keeps f for the end of t; false when that was before.
func (t *tx) whenEnded(f func()) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return false
	}
	t.ended = append(t.ended, f)
	return true
}

// tell runs what waited for the end.
func (t *tx) tell() {
	t.mu.Lock()
	ended := slices.Clone(t.ended)
	t.mu.Unlock()
	for _, f := range ended {
		f()
	}
}

// exec runs a statement in t.
func (t *tx) exec(ctx context.Context, st *Statement, args []any) (n int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.usable(ctx); err != nil {
		return 0, err
	}
	n, t.spoiled = t.conn.exec(ctx, st, args)
	return n, t.spoiled
}

// query runs a statement in t and scans its rows.
func (t *tx) query(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.usable(ctx); err != nil {
		return err
	}
	rows, err := t.conn.query(ctx, st, args)
	if err == nil {
		err = drain(rows, scan)
	}
	t.spoiled = err
	return err
}

func (t *tx) usable(ctx context.Context) error {
	if t.over {
		return errOver
	}
	if t.spoiled != nil {
		return t.spoiled
	}
	return ctx.Err()
}

// end closes t to further use and returns what spoiled it.
func (t *tx) end() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.over = true
	return t.spoiled
}

// drain scans all rows and closes them on every way out: rows that stay open
// would hold the connection.
func drain(rows *sql.Rows, scan func(*sql.Rows) error) (err error) {
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

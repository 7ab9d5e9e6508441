package store

import (
	"context"
	"database/sql"
	"errors"
	"sync"

	"gatehouse/fault"
)

// txKey finds the transaction in a context. It is private, so that only InTx
// can put one there.
type txKey struct{}

// querier runs statements within one open transaction.
type querier interface {
	exec(ctx context.Context, st *statement, args []any) (int64, error)
	query(ctx context.Context, st *statement, args []any) (*sql.Rows, error)
}

// tx is an open transaction. A statement that failed spoils it: Postgres would
// refuse whatever comes next, so SQLite does too, and what was tested on one
// holds on the other.
type tx struct {
	conn querier

	mu      sync.Mutex
	over    bool
	spoiled error
	after   []func() // AfterCommit
}

var errOver = errors.New("the transaction of this context is over")

// current returns the transaction of ctx, nil when there is none.
func current(ctx context.Context) (*tx, error) {
	t, ok := ctx.Value(txKey{}).(*tx)
	if !ok {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.over {
		return nil, fault.Wrap(errOver, fault.Internal, "store.over", "")
	}
	return t, nil
}

// InTx runs f in a transaction: what f did is kept when it returns nil, and
// undone when it returns an error or panics. f must use the context that it is
// given; a nested InTx joins, and leaves the outcome to the outer one. A
// context that is used after its InTx returned gets an error.
//
// f may run twice: after a serialization failure or a lost connection on
// Postgres. On SQLite f shares one commit with its neighbours, so it must be
// quick: no signing, hashing, rendering or network. Cancelling ctx takes f out
// of the queue, but does not interrupt it once it runs.
func (s *Store) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	t, err := current(ctx)
	if err != nil {
		return err
	}
	if t != nil {
		return f(ctx)
	}
	var own error
	var last *tx // of the try that was kept
	err = s.engine.inTx(ctx, func(ctx context.Context) error {
		last, _ = current(ctx)
		own = f(ctx)
		return own
	})
	if err == nil {
		last.kept()
	}
	if own != nil && errors.Is(err, own) {
		return err // in f's words
	}
	return classify(err)
}

// AfterCommit runs f once the transaction of ctx is kept: before the outermost
// InTx returns, in its goroutine. Without a transaction it runs f at once. When
// the transaction is undone, or nobody knows whether it was kept, f never runs.
func (s *Store) AfterCommit(ctx context.Context, f func()) {
	t, err := current(ctx)
	if err != nil {
		return
	}
	if t == nil {
		f()
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.after = append(t.after, f)
}

// kept runs what waited for the commit.
func (t *tx) kept() {
	for _, f := range t.after {
		f()
	}
}

// exec runs a statement in t.
func (t *tx) exec(ctx context.Context, st *statement, args []any) (n int64, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if err := t.usable(ctx); err != nil {
		return 0, err
	}
	n, t.spoiled = t.conn.exec(ctx, st, args)
	return n, t.spoiled
}

// query runs a statement in t and scans its rows.
func (t *tx) query(ctx context.Context, st *statement, args []any, scan func(*sql.Rows) error) error {
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

package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"gatehouse/fault"
	"gatehouse/migrations"
)

// The bounds of Postgres.
const (
	startWait  = 15 * time.Second // how long a server that starts up is awaited
	writeBound = 10 * time.Second // how long a write without a deadline may take
	txBound    = 30 * time.Second // how long a transaction without a deadline may take
	maxTries   = 4                // a transaction that Postgres undid is run again three times
)

// postgresBackend is a pool of connections, any number of replicas beside it.
type postgresBackend struct {
	pool   *pgxpool.Pool
	db     *sql.DB
	pooled bool // somebody between here and there shares out connections
	// direct is for what carries the calls of many; pool where it has no
	// connections of its own.
	direct *pgxpool.Pool
}

// directConns is how many connections what carries the calls of many has for
// itself, where there are twice as many besides.
const directConns = 3

// PlansByIndex lets a connection walk a table only where nothing else is possible,
// and an index only in its order. Every question has its index, but a kept plan is
// made for the values that are usual, or while a table was empty: it read all the
// events of a busy application, and sorted them, to show a page. Behind a pooler
// each question is planned with its values, and needs it less. Compiling plans
// would cost more than they do.
const PlansByIndex = "SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off"

func openPostgres(ctx context.Context, want Config, log *slog.Logger) (*postgresBackend, error) {
	url, maxConns := want.URL, want.MaxConns
	c, err := pgxpool.ParseConfig(url)
	if err != nil {
		// The parser's words may repeat the URL, and so the password.
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "store.url", Detail: "The database cannot be opened.",
			Fields: []fault.Field{{Name: "store.url", Problem: "has a part or a parameter that Postgres' driver does not understand"}},
		}
	}
	c.MaxConns = int32(min(maxConns, 1<<15))
	if sparesDirect(maxConns) {
		c.MaxConns -= directConns
	}
	c.MaxConnIdleTime = time.Hour // connections are dear; keep them
	if c.ConnConfig.RuntimeParams["application_name"] == "" {
		c.ConnConfig.RuntimeParams["application_name"] = "gatehouse"
	}
	if want.Restore {
		c.ConnConfig.RuntimeParams["application_name"] += restoring
	}
	// A replica that vanishes amid a transaction must not hold its locks.
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, _ = conn.Exec(ctx, PlansByIndex) // where a setting is unknown nothing is lost but time
		_, err := conn.Exec(ctx, "SET idle_in_transaction_session_timeout = '15s'")
		return err
	}
	pool, found, err := connect(ctx, c, log)
	if err != nil {
		return nil, refusal(err, c.ConnConfig.Database)
	}
	if found.pooled {
		pool.Close()
		c.MaxConns = int32(min(maxConns, 1<<15))
		poolerMode(c, url)
		if pool, _, err = connect(ctx, c, log); err != nil {
			return nil, err
		}
		log.Info("there is a pooler between here and the database: statements are not named, and news of other processes comes by the poll alone")
	}
	e := &postgresBackend{pool: pool, db: stdlib.OpenDBFromPool(pool), pooled: found.pooled, direct: pool}
	if found.pooled || !sparesDirect(maxConns) {
		return e, nil
	}
	if e.direct, err = openDirect(ctx, c); err != nil {
		return nil, errors.Join(err, e.db.Close())
	}
	return e, nil
}

func sparesDirect(maxConns int) bool { return maxConns >= 3*directConns }

// openDirect opens the connections for what carries the calls of many. They keep
// one plan for each statement: planning a join of five tables anew costs the
// database more than the join. Other statements ask better with the values
// before them, and where the setting is unknown nothing is lost but the time.
func openDirect(ctx context.Context, like *pgxpool.Config) (*pgxpool.Pool, error) {
	c := like.Copy()
	c.MaxConns = directConns
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, _ = conn.Exec(ctx, "SET plan_cache_mode = force_generic_plan")
		return like.AfterConnect(ctx, conn)
	}
	return pgxpool.NewWithConfig(ctx, c)
}

// connect opens a pool, awaits the server, and looks who answers.
func connect(ctx context.Context, c *pgxpool.Config, log *slog.Logger) (*pgxpool.Pool, answering, error) {
	pool, err := pgxpool.NewWithConfig(ctx, c)
	if err != nil {
		return nil, answering{}, err
	}
	err = awaitServer(ctx, pool, log)
	var found answering
	if err == nil {
		found, err = whoAnswers(ctx, pool)
	}
	if err != nil {
		pool.Close()
		return nil, answering{}, err
	}
	return pool, found, nil
}

// awaitServer pings until the server answers. A server that is starting up, is
// full, or is not listening yet, gets startWait; any other refusal is final.
func awaitServer(ctx context.Context, pool *pgxpool.Pool, log *slog.Logger) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	for try := 0; ; try++ {
		err := pool.Ping(ctx)
		if err == nil || !mayAwait(err) || ctx.Err() != nil {
			return err
		}
		if try == 0 {
			log.Warn("waiting for the database to start", "at_most", startWait.String())
		}
		if !pause(ctx, min(50*time.Millisecond<<try, time.Second)) {
			return err
		}
	}
}

// mayAwait reports whether waiting may help: a wrong password or a database
// that does not exist stays wrong.
func mayAwait(err error) bool {
	switch code := postgresCode(err); code {
	case "":
		return isConnection(err)
	case "57P03", "53300":
		return true
	default:
		return false
	}
}

// pause waits for d, or less when ctx ends, and reports whether ctx is alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// backoff waits a short random time before the next try, and reports whether
// there is one.
func backoff(ctx context.Context, try int) bool {
	return try+1 < maxTries && pause(ctx, rand.N(5*time.Millisecond<<(2*try))+time.Millisecond)
}

func (e *postgresBackend) inTx(ctx context.Context, f func(ctx context.Context, t *tx) error) error {
	return e.tries(ctx, nil, func(inner *sql.Tx) querier { return postgresTx{inner} }, f)
}

// oneState is a transaction whose every statement sees what its first one saw.
var oneState = &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}

func (e *postgresBackend) view(ctx context.Context, f func(ctx context.Context, t *tx) error) error {
	return e.tries(ctx, oneState, func(inner *sql.Tx) querier { return postgresView{inner} }, f)
}

// tries runs f in a transaction, and again when another try may succeed.
func (e *postgresBackend) tries(ctx context.Context, kind *sql.TxOptions, conn func(*sql.Tx) querier, f func(context.Context, *tx) error) error {
	ctx, cancel := patient(ctx)
	defer cancel()
	for try := 0; ; try++ {
		again, err := e.once(ctx, kind, conn, f)
		if err == nil || !again || !backoff(ctx, try) {
			return err
		}
	}
}

// patient returns ctx with a deadline.
func patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, txBound)
}

// once runs f in one transaction. again: nothing of it was kept, and another
// try may succeed. A commit whose answer was lost is not tried again: it may
// have been kept.
func (e *postgresBackend) once(ctx context.Context, kind *sql.TxOptions, conn func(*sql.Tx) querier, f func(context.Context, *tx) error) (again bool, err error) {
	inner, err := e.db.BeginTx(ctx, kind)
	if err != nil {
		return isConnection(err), err
	}
	t := &tx{conn: conn(inner)}
	kept := false
	defer func() {
		t.end()
		if !kept {
			err = withRollback(err, inner.Rollback())
		}
	}()
	if err = f(ctx, t); err == nil {
		err = t.end()
	}
	if err != nil {
		return isSerialization(err) || isConnection(err), err
	}
	kept = true
	if err = inner.Commit(); err != nil {
		return isSerialization(err), fmt.Errorf("commit: %w", err)
	}
	return false, nil
}

// withRollback adds a failed rollback to err; a connection that is gone has
// rolled back.
func withRollback(err, rollback error) error {
	if rollback == nil || errors.Is(rollback, sql.ErrTxDone) || isConnection(rollback) {
		return err
	}
	return errors.Join(err, fmt.Errorf("roll back: %w", rollback))
}

// exec is one round trip. The caller's cancellation does not reach it once it
// is sent: that would cost the connection, and leave the caller in the dark.
func (e *postgresBackend) exec(ctx context.Context, st *Statement, args []any) (n int64, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	for try := 0; ; try++ {
		n, err = e.execOnce(ctx, st, args)
		if err == nil || !isSerialization(err) || !backoff(ctx, try) {
			return n, err
		}
	}
}

func (e *postgresBackend) execOnce(ctx context.Context, st *Statement, args []any) (int64, error) {
	result, err := e.db.ExecContext(ctx, st.locking(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (e *postgresBackend) returning(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	for try := 0; ; try++ {
		rows, err := e.db.QueryContext(ctx, st.text, args...)
		if err == nil {
			return drain(rows, scan)
		}
		if !isSerialization(err) || !backoff(ctx, try) {
			return err
		}
	}
}

// bounded returns a context that ends at the deadline of ctx, or after
// writeBound, and not before.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(writeBound)
	}
	return context.WithDeadline(context.WithoutCancel(ctx), deadline)
}

// read runs st again when the connection was lost before the first row: a
// restart of the database is then a pause and not a failure.
func (e *postgresBackend) read(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error {
	for try := 0; ; try++ {
		rows, err := e.db.QueryContext(ctx, st.text, args...)
		if err == nil {
			return drain(rows, scan)
		}
		if !isConnection(err) && !isSerialization(err) || !backoff(ctx, try) {
			return err
		}
	}
}

func (e *postgresBackend) directly(ctx context.Context, st *Statement, args []any, scan func(pgx.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	for try := 0; ; try++ {
		begun, err := e.directlyOnce(ctx, st, args, scan)
		if err == nil || begun || st.writes && !isSerialization(err) || !isConnection(err) && !isSerialization(err) || !backoff(ctx, try) {
			return err
		}
	}
}

// directlyOnce also reports whether scan was called.
func (e *postgresBackend) directlyOnce(ctx context.Context, st *Statement, args []any, scan func(pgx.Rows) error) (begun bool, err error) {
	rows, err := e.direct.Query(ctx, st.text, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		begun = true
		if err := scan(rows); err != nil {
			return begun, err
		}
	}
	return begun, rows.Err()
}

func (e *postgresBackend) raw(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) error {
	rows, err := e.db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	return drain(rows, scan)
}

func (e *postgresBackend) prepare(ctx context.Context, st *Statement) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().Prepare(ctx, "", st.locking()) // without a name, nothing stays behind
	return err
}

func (e *postgresBackend) ping(ctx context.Context) error { return e.pool.Ping(ctx) }

func (e *postgresBackend) close() error {
	err := e.db.Close()
	e.direct.Close()
	if e.direct != e.pool {
		e.pool.Close()
	}
	return err
}

func (e *postgresBackend) migrator(ctx context.Context) (*migrator, error) {
	m := &migrator{db: e.db, dialect: goose.DialectPostgres, files: migrations.Postgres(), close: func() error { return nil }}
	if err := e.mayCreate(ctx); err != nil {
		return nil, err
	}
	// A pooler lends another connection for the unlock than for the lock, which
	// would then be held by nobody, for as long as the first one lives.
	if !e.pooled {
		m.locker = advisoryLock{}
	}
	return m, nil
}

// postgresTx is the querier over a transaction.
type postgresTx struct{ tx *sql.Tx }

func (t postgresTx) exec(ctx context.Context, st *Statement, args []any) (int64, error) {
	result, err := t.tx.ExecContext(ctx, st.locking(), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

func (t postgresTx) query(ctx context.Context, st *Statement, args []any) (*sql.Rows, error) {
	return t.tx.QueryContext(ctx, st.locking(), args...)
}

// postgresView is the querier over a transaction that only reads.
type postgresView struct{ tx *sql.Tx }

func (v postgresView) exec(context.Context, *Statement, []any) (int64, error) { return 0, errReads }

func (v postgresView) query(ctx context.Context, st *Statement, args []any) (*sql.Rows, error) {
	return v.tx.QueryContext(ctx, st.text, args...)
}

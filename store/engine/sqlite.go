package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pressly/goose/v3"
	lib "modernc.org/sqlite/lib"

	"gatehouse/fault"
	"gatehouse/migrations"
)

// What every connection to SQLite has, and what only the writing one has. A
// commit is on the disk before anybody is told (synchronous FULL); a reader
// cannot write by mistake. What a statement notes so that it can be undone, and pages
// that are not committed, stay in memory: a transaction is bounded by its time.
const (
	pragmasEach   = "&_dqs=0&_defensive=1&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)"
	pragmasCommit = pragmasEach + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(4000)&_pragma=temp_store(2)&_pragma=cache_spill(0)&_txlock=immediate"
	pragmasAll    = "_busy_timeout=5000" + pragmasEach
	pragmasWrite  = "_busy_timeout=5000" + pragmasCommit
	pragmasWriter = "_busy_timeout=" + writerWait + pragmasCommit + "&_pragma=cache_size(-8192)" // KiB: what it keeps, nobody else outdates
	pragmasRead   = pragmasAll + "&_query_only=1"
	pragmasCopy   = pragmasAll + "&_pragma=synchronous(FULL)" // log and file are on the disk before the log begins anew

	// writerWait is how long the writer waits at a time, in milliseconds. Who waits looks
	// less and less often, until ten times a second, and may always miss the moments
	// between the commits of a busy server; who begins anew looks often.
	writerWait = "250"
)

// sqliteBackend is one file: one connection that writes, in groups, and a pool
// of readers.
type sqliteBackend struct {
	file    string
	readers *sql.DB
	writer  *writer
	copier  *checkpointer

	set       *set
	prepared  []atomic.Pointer[sql.Stmt] // by statement number, for the hot reads
	preparing sync.Mutex
}

func openSQLite(ctx context.Context, path string, maxConns int, statements *set, log *slog.Logger) (*sqliteBackend, error) {
	if path == ":memory:" || strings.HasPrefix(path, "file:") {
		return nil, &fault.Error{
			Kind: fault.Invalid, Code: "store.url", Detail: "The database cannot be opened.",
			Fields: []fault.Field{{Name: "store.url", Problem: "must name a plain file, as in sqlite:gatehouse-data/gatehouse.db"}},
		}
	}
	file, err := makeFile(path)
	if err != nil {
		return nil, err
	}
	copier, err := startCheckpointer(dsn(file, pragmasCopy), log)
	if err != nil {
		return nil, err
	}
	w, err := startWriter(ctx, dsn(file, pragmasWriter), statements, log, copier.wrote)
	if err != nil {
		err = errors.Join(err, copier.close())
	}
	if sqliteCode(err)&0xff == lib.SQLITE_NOTADB {
		return nil, fault.New(fault.Invalid, "store.no_database", fmt.Sprintf(
			"The file %s is no SQLite database. Look whether data_dir and store.url are right, or bring the database back from its back-up.", file))
	}
	if err != nil {
		return nil, err
	}
	readers, err := sql.Open("sqlite", dsn(file, pragmasRead))
	if err != nil {
		return nil, errors.Join(err, copier.close(), w.close())
	}
	n := max(1, min(max(4, runtime.NumCPU()), maxConns-1))
	readers.SetMaxOpenConns(n)
	readers.SetMaxIdleConns(n)
	return &sqliteBackend{
		file: file, readers: readers, writer: w, copier: copier,
		set: statements, prepared: make([]atomic.Pointer[sql.Stmt], len(statements.all)),
	}, nil
}

// makeFile makes the database file when there is none, for its owner's eyes
// only; SQLite gives the files beside it the same mode. An existing file is not
// opened: closing it again would drop the locks of this process.
func makeFile(path string) (string, error) {
	file, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return file, nil
	case errors.Is(err, fs.ErrNotExist):
		return "", fault.Wrap(err, fault.Invalid, "store.folder", "The folder of the database file does not exist.")
	case err != nil:
		return "", err
	}
	return file, f.Close()
}

func dsn(file, pragmas string) string {
	return (&url.URL{Scheme: "file", Path: file}).String() + "?" + pragmas
}

func (e *sqliteBackend) inTx(ctx context.Context, f func(ctx context.Context, t *tx) error) error {
	return e.writer.do(&job{ctx: ctx, closure: f})
}

// view begins on a reader; its state is the one at the first read, and the
// writer goes on beside it.
func (e *sqliteBackend) view(ctx context.Context, f func(ctx context.Context, t *tx) error) (err error) {
	ctx, cancel := patient(ctx)
	defer cancel()
	inner, err := e.readers.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	t := &tx{conn: sqliteView{backend: e, tx: inner}}
	defer func() {
		spoiled := t.end()
		if err == nil {
			err = spoiled
		}
		err = withRollback(err, inner.Rollback()) // there is nothing to commit
	}()
	return f(ctx, t)
}

func (e *sqliteBackend) exec(ctx context.Context, st *Statement, args []any) (int64, error) {
	j := &job{ctx: ctx, st: st, args: args}
	err := e.writer.do(j)
	return j.changed, err
}

func (e *sqliteBackend) returning(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error {
	return e.inTx(ctx, func(ctx context.Context, t *tx) error { return t.query(ctx, st, args, scan) })
}

// read runs st on a reader. The hot ones take microseconds, so they are not
// made to watch for the caller's cancellation, which costs as much again.
func (e *sqliteBackend) read(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var rows *sql.Rows
	var err error
	if st.Has(Hot) {
		var p *sql.Stmt
		if p, err = e.kept(st); err != nil {
			return err
		}
		rows, err = p.QueryContext(context.WithoutCancel(ctx), args...)
	} else {
		rows, err = e.readers.QueryContext(ctx, st.sqlite, args...)
	}
	if err != nil {
		return err
	}
	return drain(rows, scan)
}

// kept returns st prepared on the readers.
func (e *sqliteBackend) kept(st *Statement) (*sql.Stmt, error) {
	n, err := e.set.number(st)
	if err != nil {
		return nil, err
	}
	if p := e.prepared[n].Load(); p != nil {
		return p, nil
	}
	e.preparing.Lock()
	defer e.preparing.Unlock()
	if p := e.prepared[n].Load(); p != nil {
		return p, nil
	}
	p, err := e.readers.Prepare(st.sqlite)
	if err != nil {
		return nil, err
	}
	e.prepared[n].Store(p)
	return p, nil
}

// raw goes to the connection that writes: some pragmas hold for one connection.
func (e *sqliteBackend) raw(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) error {
	return e.inTx(ctx, func(_ context.Context, t *tx) error {
		rows, err := t.conn.(*writeConn).conn.QueryContext(context.Background(), text, args...)
		if err != nil {
			return err
		}
		return drain(rows, scan)
	})
}

func (e *sqliteBackend) prepare(ctx context.Context, st *Statement) error {
	p, err := e.readers.PrepareContext(ctx, st.sqlite)
	if err != nil {
		return err
	}
	return p.Close()
}

func (e *sqliteBackend) ping(ctx context.Context) error { return e.readers.PingContext(ctx) }

// close closes the readers first, so that the writer is the last one out, which
// puts the write-ahead log into the file.
func (e *sqliteBackend) close() error {
	return errors.Join(e.readers.Close(), e.copier.close(), e.writer.close())
}

// migrator opens one more connection: goose wants a pool of its own, and the
// writer's only connection is taken.
func (e *sqliteBackend) migrator(ctx context.Context) (*migrator, error) {
	db, err := sql.Open("sqlite", dsn(e.file, pragmasWrite))
	if err != nil {
		return nil, fmt.Errorf("open for migration: %w", err)
	}
	db.SetMaxOpenConns(1)
	return &migrator{db: db, dialect: goose.DialectSQLite3, files: migrations.SQLite(), close: db.Close}, nil
}

// sqliteView is the querier over a reader's transaction.
type sqliteView struct {
	backend *sqliteBackend
	tx      *sql.Tx
}

func (v sqliteView) exec(context.Context, *Statement, []any) (int64, error) { return 0, errReads }

func (v sqliteView) query(ctx context.Context, st *Statement, args []any) (*sql.Rows, error) {
	if !st.Has(Hot) {
		return v.tx.QueryContext(ctx, st.sqlite, args...)
	}
	p, err := v.backend.kept(st)
	if err != nil {
		return nil, err
	}
	return v.tx.StmtContext(ctx, p).QueryContext(ctx, args...)
}

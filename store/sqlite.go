package store

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

	"gatehouse/fault"
	"gatehouse/migrations"
)

// What every connection to SQLite has, and what only the writing one has. A
// commit is on the disk before anybody is told (synchronous FULL); a reader
// cannot write by mistake.
const (
	pragmasAll   = "_busy_timeout=5000&_dqs=0&_defensive=1&_pragma=foreign_keys(1)&_pragma=trusted_schema(0)"
	pragmasWrite = pragmasAll + "&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=wal_autocheckpoint(4000)&_txlock=immediate"
	pragmasRead  = pragmasAll + "&_query_only=1"
)

// sqliteEngine is one file: one connection that writes, in groups, and a pool
// of readers.
type sqliteEngine struct {
	file    string
	readers *sql.DB
	writer  *writer

	prepared []atomic.Pointer[sql.Stmt] // by statement number, for the hot reads
	prepare  sync.Mutex
}

func openSQLite(ctx context.Context, path string, maxConns int, log *slog.Logger) (*sqliteEngine, error) {
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
	w, err := startWriter(ctx, dsn(file, pragmasWrite), log)
	if err != nil {
		return nil, err
	}
	readers, err := sql.Open("sqlite", dsn(file, pragmasRead))
	if err != nil {
		return nil, errors.Join(err, w.close())
	}
	n := max(1, min(max(4, runtime.NumCPU()), maxConns-1))
	readers.SetMaxOpenConns(n)
	readers.SetMaxIdleConns(n)
	return &sqliteEngine{file: file, readers: readers, writer: w, prepared: make([]atomic.Pointer[sql.Stmt], len(statements))}, nil
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

func (e *sqliteEngine) inTx(ctx context.Context, f func(ctx context.Context) error) error {
	return e.writer.do(&job{ctx: ctx, closure: f})
}

func (e *sqliteEngine) exec(ctx context.Context, st *statement, args []any) (int64, error) {
	j := &job{ctx: ctx, st: st, args: args}
	err := e.writer.do(j)
	return j.changed, err
}

func (e *sqliteEngine) returning(ctx context.Context, st *statement, args []any, scan func(*sql.Rows) error) error {
	return e.inTx(ctx, func(ctx context.Context) error {
		t, err := current(ctx)
		if err != nil {
			return err
		}
		return t.query(ctx, st, args, scan)
	})
}

// read runs st on a reader. The hot ones take microseconds, so they are not
// made to watch for the caller's cancellation, which costs as much again.
func (e *sqliteEngine) read(ctx context.Context, st *statement, args []any, scan func(*sql.Rows) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	var rows *sql.Rows
	var err error
	if st.hot {
		var p *sql.Stmt
		if p, err = e.kept(st); err != nil {
			return err
		}
		rows, err = p.QueryContext(context.WithoutCancel(ctx), args...)
	} else {
		rows, err = e.readers.QueryContext(ctx, st.text, args...)
	}
	if err != nil {
		return err
	}
	return drain(rows, scan)
}

// kept returns st prepared on the readers.
func (e *sqliteEngine) kept(st *statement) (*sql.Stmt, error) {
	if p := e.prepared[st.number].Load(); p != nil {
		return p, nil
	}
	e.prepare.Lock()
	defer e.prepare.Unlock()
	if p := e.prepared[st.number].Load(); p != nil {
		return p, nil
	}
	p, err := e.readers.Prepare(st.text)
	if err != nil {
		return nil, err
	}
	e.prepared[st.number].Store(p)
	return p, nil
}

func (e *sqliteEngine) ping(ctx context.Context) error { return e.readers.PingContext(ctx) }

// close closes the readers first, so that the writer is the last one out, which
// puts the write-ahead log into the file.
func (e *sqliteEngine) close() error {
	return errors.Join(e.readers.Close(), e.writer.close())
}

// migrator opens one more connection: goose wants a pool of its own, and the
// writer's only connection is taken.
func (e *sqliteEngine) migrator(ctx context.Context) (*migrator, error) {
	db, err := sql.Open("sqlite", dsn(e.file, pragmasWrite))
	if err != nil {
		return nil, fmt.Errorf("open for migration: %w", err)
	}
	db.SetMaxOpenConns(1)
	return &migrator{db: db, dialect: goose.DialectSQLite3, files: migrations.SQLite(), close: db.Close}, nil
}

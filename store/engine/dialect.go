package engine

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"gatehouse/fault"
)

// backend is one kind of database. Its methods return the driver's errors as
// they are; DB classifies them.
type backend interface {
	// inTx runs f in a transaction that may write.
	inTx(ctx context.Context, f func(ctx context.Context, t *tx) error) error
	// view runs f in a transaction that reads one state.
	view(ctx context.Context, f func(ctx context.Context, t *tx) error) error
	// exec runs one statement that writes, in a transaction of its own.
	exec(ctx context.Context, st *Statement, args []any) (int64, error)
	// returning is exec for a statement that writes and returns rows.
	returning(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error
	// read runs a statement that only reads, on what was committed.
	read(ctx context.Context, st *Statement, args []any, scan func(*sql.Rows) error) error
	// raw runs a text of the moment on a connection that may write.
	raw(ctx context.Context, text string, args []any, scan func(*sql.Rows) error) error
	// prepare lets the database look at st.
	prepare(ctx context.Context, st *Statement) error
	// migrator returns what goose needs, and how to let go of it.
	migrator(ctx context.Context) (*migrator, error)
	ping(ctx context.Context) error
	close() error
}

// classify turns a driver's error into a fault. What is a fault already stays.
func classify(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	switch {
	case IsUnique(err):
		return fault.Wrap(err, fault.Conflict, fault.CodeExists, "It exists already.")
	case isOrphan(err):
		return fault.Wrap(err, fault.Conflict, "store.orphan", "What it belongs to is not there any more.")
	case postgresCode(err) == "22021": // not UTF-8, or NUL: what came from outside, not the database, is at fault
		return fault.Wrap(err, fault.Invalid, "store.text", "A text contains characters that cannot be kept.")
	case postgresCode(err) == "42501":
		return fault.Wrap(err, fault.Internal, "store.rights", "The role of store.url may not do this; the tables may belong to another role.")
	case isUnavailable(err):
		return &fault.Error{
			Kind: fault.Unavailable, Code: "store.unavailable", Detail: "The database cannot answer now.",
			RetryAfter: time.Second, Err: err,
		}
	}
	return fault.Wrap(err, fault.Internal, "store.failed", "")
}

// sqliteCode returns SQLite's extended result code, 0 for another error.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// postgresCode returns the SQLSTATE, "" for another error.
func postgresCode(err error) string {
	if e, ok := errors.AsType[*pgconn.PgError](err); ok {
		return e.Code
	}
	return ""
}

// IsUnique reports whether err is a violated primary key or unique index, or a
// trigger's that stands in front of one and says so.
func IsUnique(err error) bool {
	code := sqliteCode(err)
	return code == lib.SQLITE_CONSTRAINT_UNIQUE || code == lib.SQLITE_CONSTRAINT_PRIMARYKEY || postgresCode(err) == "23505" ||
		code == lib.SQLITE_CONSTRAINT_TRIGGER && strings.Contains(err.Error(), "UNIQUE: ")
}

// isNoTable reports whether err is about a table that is not there.
func isNoTable(err error) bool {
	return postgresCode(err) == "42P01" || sqliteCode(err) == lib.SQLITE_ERROR && strings.Contains(err.Error(), "no such table")
}

// isOrphan reports whether err is a violated foreign key.
func isOrphan(err error) bool {
	return sqliteCode(err) == lib.SQLITE_CONSTRAINT_FOREIGNKEY || postgresCode(err) == "23503"
}

// isStatementOnly reports whether SQLite undid the one statement that failed
// and nothing else. A full disk, an unreadable one, or an interrupted write
// undo the transaction around it too.
func isStatementOnly(err error) bool {
	switch sqliteCode(err) & 0xff {
	case lib.SQLITE_CONSTRAINT, lib.SQLITE_ERROR, lib.SQLITE_MISMATCH, lib.SQLITE_TOOBIG, lib.SQLITE_RANGE:
		return true
	}
	return false
}

// isBusy reports whether another process holds SQLite's write lock.
func isBusy(err error) bool {
	code := sqliteCode(err) & 0xff
	return code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED
}

// isUnavailable reports whether the same call may succeed a little later.
func isUnavailable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || isConnection(err) || isSerialization(err) {
		return true
	}
	switch sqliteCode(err) & 0xff {
	case lib.SQLITE_BUSY, lib.SQLITE_LOCKED, lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_READONLY,
		lib.SQLITE_CANTOPEN, lib.SQLITE_NOMEM, lib.SQLITE_INTERRUPT:
		return true
	}
	code := postgresCode(err)
	// 53: out of disk, memory or connections. 25006: a standby. 57014: cancelled.
	// 55P03: lock not available.
	return strings.HasPrefix(code, "53") || code == "25006" || code == "57014" || code == "55P03"
}

// isSerialization reports whether Postgres undid the transaction so that
// another could go on: 40001 serialization failure, 40P01 deadlock.
func isSerialization(err error) bool {
	code := postgresCode(err)
	return code == "40001" || code == "40P01"
}

// isConnection reports whether there is no connection, or none any more. 57P01
// to 57P03: the server ends the connection, or is starting up.
func isConnection(err error) bool {
	if code := postgresCode(err); code != "" {
		return strings.HasPrefix(code, "08") || strings.HasPrefix(code, "57P")
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return true
	}
	var network net.Error
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		strings.HasSuffix(err.Error(), "conn closed") // pgx exports no error for it
}

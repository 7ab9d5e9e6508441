package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"gatehouse/migrations"
)

// rowsOf is the part of a dump that one table makes: its name is "table:a,b,c".
type rowsOf struct {
	table   string
	columns []string
}

func (r rowsOf) String() string { return r.table + ":" + strings.Join(r.columns, ",") }

// copying returns the COPY statement that ends in tail. Names are quoted: those
// of a dump were written by somebody.
func (r rowsOf) copying(tail string) string {
	columns := make([]string, len(r.columns))
	for i, c := range r.columns {
		columns[i] = pgx.Identifier{c}.Sanitize()
	}
	return "COPY " + pgx.Identifier{r.table}.Sanitize() + " (" + strings.Join(columns, ", ") + ") " + tail
}

// dump copies our tables, and no others that may be beside them, as one
// REPEATABLE READ transaction sees them. COPY is the server's own, comes over the
// connection that is there already, and needs no pg_dump of a fitting version.
func (e *postgresBackend) dump(ctx context.Context, part func(string) (io.Writer, error)) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	tx, err := conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(ctx)) }() // it changed nothing
	tables, err := ourTables(func(text string, scan func(table, column string)) error { return columnsBy(ctx, tx, text, scan) })
	if err != nil {
		return err
	}
	for _, t := range tables {
		w, err := part(t.String())
		if err != nil {
			return err
		}
		if _, err := tx.Conn().PgConn().CopyTo(ctx, w, t.copying("TO STDOUT")); err != nil {
			return fmt.Errorf("copy %s: %w", t.table, err)
		}
	}
	return nil
}

const selectColumns = `
SELECT table_name, column_name
FROM information_schema.columns
WHERE table_schema = current_schema()
ORDER BY table_name, ordinal_position`

func columnsBy(ctx context.Context, tx pgx.Tx, text string, found func(table, column string)) error {
	rows, err := tx.Query(ctx, text)
	if err != nil {
		return err
	}
	var table, column string
	_, err = pgx.ForEachRow(rows, []any{&table, &column}, func() error { found(table, column); return nil })
	return err
}

// ourTables returns those of our tables that are there, with their columns: none
// refers to a later one.
func ourTables(columns func(text string, found func(table, column string)) error) ([]rowsOf, error) {
	names, err := migrations.Tables(migrations.Postgres())
	if err != nil {
		return nil, err
	}
	there := map[string][]string{}
	err = columns(selectColumns, func(table, column string) { there[table] = append(there[table], column) })
	if err != nil {
		return nil, fmt.Errorf("list the columns: %w", err)
	}
	var all []rowsOf
	for _, name := range names {
		if len(there[name]) > 0 {
			all = append(all, rowsOf{table: name, columns: there[name]})
		}
	}
	return all, nil
}

// Load fills our tables with what Dump wrote of a Postgres database with the
// same schema, and runs after in the same transaction: nothing is kept unless
// all of it is, the end of parts and after included. Tables with people or
// applications in them are ErrNotEmpty, unless replace says that they may go;
// other connections of Gatehouse are ErrInUse, where no pooler hides them.
func (d *DB) Load(ctx context.Context, parts Parts, replace bool, after func(ctx context.Context) error) error {
	e, ok := d.backend.(*postgresBackend)
	if !ok {
		return errNotPostgres
	}
	if err := e.load(ctx, d, parts, replace, after); err != nil {
		return fmt.Errorf("load the database: %w", classify(err))
	}
	return nil
}

func (e *postgresBackend) load(ctx context.Context, d *DB, parts Parts, replace bool, after func(ctx context.Context) error) (err error) {
	if err := e.othersConnected(ctx); err != nil {
		return err
	}
	conn, err := e.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	inner, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	t := &tx{conn: postgresTx{inner}}
	defer func() {
		if err != nil {
			t.end()
			err = withRollback(err, inner.Rollback())
		}
	}()
	l := loader{conn: conn, tx: inner}
	if err := l.clear(ctx, replace); err != nil {
		return err
	}
	if err := l.fill(ctx, parts); err != nil {
		return err
	}
	if err := after(context.WithValue(ctx, scopeKey{d}, scope{t: t})); err != nil {
		return err
	}
	if err := t.end(); err != nil {
		return err
	}
	if err := inner.Commit(); err != nil {
		return err
	}
	t.settle()
	return nil
}

// restoring is what a connection that restores adds to its name, so that it is
// told from those of servers and commands.
const restoring = " restore"

// othersConnected looks for servers and commands by the name that they give
// their connections. Behind a pooler all connections are the pooler's.
func (e *postgresBackend) othersConnected(ctx context.Context) error {
	if e.pooled {
		return nil
	}
	name := strings.TrimSuffix(e.pool.Config().ConnConfig.RuntimeParams["application_name"], restoring)
	var n int
	err := e.pool.QueryRow(ctx, `
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = $1 AND pid <> pg_backend_pid()`, name).Scan(&n)
	if postgresCode(err) == "42P01" { // an engine that only speaks Postgres' protocol
		return nil
	}
	if err == nil && n > 0 {
		return ErrInUse
	}
	return err
}

// loader fills the tables of one transaction.
type loader struct {
	conn   *sql.Conn
	tx     *sql.Tx
	tables []rowsOf
}

// clear empties the tables, which nobody else may use until the end. Triggers
// that keep the audit log from being changed are put aside, until the end too:
// its owner may do that, and the events are those that were kept from it.
func (l *loader) clear(ctx context.Context, replace bool) (err error) {
	l.tables, err = ourTables(func(text string, found func(table, column string)) error {
		rows, err := l.tx.QueryContext(ctx, text)
		if err != nil {
			return err
		}
		return drain(rows, func(rows *sql.Rows) error {
			var table, column string
			err := rows.Scan(&table, &column)
			found(table, column)
			return err
		})
	})
	if err != nil {
		return err
	}
	names := make([]string, len(l.tables))
	for i, t := range l.tables {
		names[i] = pgx.Identifier{t.table}.Sanitize()
	}
	all := strings.Join(names, ", ")
	err = l.run(ctx, "SET LOCAL lock_timeout = '10s'", "SET LOCAL idle_in_transaction_session_timeout = 0", "LOCK TABLE "+all+" IN ACCESS EXCLUSIVE MODE")
	if postgresCode(err) == "55P03" {
		return ErrInUse
	}
	if err != nil {
		return err
	}
	if !replace {
		for _, table := range inhabited {
			var there bool
			if err := l.tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM "+table+")").Scan(&there); err != nil {
				return err
			}
			if there {
				return ErrNotEmpty
			}
		}
	}
	return l.run(ctx, append(l.triggers("DISABLE"), "TRUNCATE "+all)...)
}

func (l *loader) triggers(verb string) (texts []string) {
	for _, t := range l.tables {
		texts = append(texts, "ALTER TABLE "+pgx.Identifier{t.table}.Sanitize()+" "+verb+" TRIGGER USER")
	}
	return texts
}

func (l *loader) run(ctx context.Context, texts ...string) error {
	for _, text := range texts {
		if _, err := l.tx.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}

// fill copies the parts into their tables.
func (l *loader) fill(ctx context.Context, parts Parts) error {
	for {
		name, r, err := parts()
		if errors.Is(err, io.EOF) {
			return l.run(ctx, l.triggers("ENABLE")...)
		}
		if err != nil {
			return err
		}
		into, err := l.tableOf(name)
		if err != nil {
			return err
		}
		err = l.conn.Raw(func(driver any) error {
			_, err := driver.(*stdlib.Conn).Conn().PgConn().CopyFrom(ctx, r, into.copying("FROM STDIN"))
			return err
		})
		if err != nil {
			return fmt.Errorf("copy into %s: %w", into.table, err)
		}
	}
}

// tableOf returns the table and the columns that a part names, if they are ours.
func (l *loader) tableOf(name string) (rowsOf, error) {
	table, columns, _ := strings.Cut(name, ":")
	i := slices.IndexFunc(l.tables, func(t rowsOf) bool { return t.table == table })
	if i < 0 {
		return rowsOf{}, fmt.Errorf("the dump has a table %q that the database has not", table)
	}
	into := rowsOf{table: table, columns: strings.Split(columns, ",")}
	for _, c := range into.columns {
		if !slices.Contains(l.tables[i].columns, c) {
			return rowsOf{}, fmt.Errorf("the dump has a column %q of %s that the database has not", c, table)
		}
	}
	return into, nil
}

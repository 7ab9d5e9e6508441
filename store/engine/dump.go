package engine

import (
	"context"
	"database/sql"
	"fmt"
	"io"

	"gatehouse/fault"
	"gatehouse/migrations"
)

// Parts hands out what Dump wrote, one part after the other; io.EOF after the
// last. A reader is good until the next call.
type Parts func() (name string, r io.Reader, err error)

// Dump writes one state of the database, the present one, while others go on
// writing: of SQLite a copy of the file, made by VACUUM INTO in scratch, a folder
// with room for it; of Postgres the rows of our tables, by COPY in one
// transaction. part begins a part and returns what takes it. A schema that is
// newer than this program is refused with a Conflict fault: it would be half of
// it.
func (d *DB) Dump(ctx context.Context, scratch string, part func(name string) (io.Writer, error)) error {
	if _, err := d.schema(ctx); err != nil {
		return err
	}
	var err error
	switch e := d.backend.(type) {
	case *sqliteBackend:
		err = e.dump(ctx, scratch, part)
	case *postgresBackend:
		err = e.dump(ctx, part)
	}
	if err != nil {
		return fmt.Errorf("dump the database: %w", classify(err))
	}
	return nil
}

// SchemaVersion returns the last step of the schema that the database has.
func (d *DB) SchemaVersion(ctx context.Context) (version int64, err error) {
	err = d.Query(ctx, schemaVersion, nil, func(rows *sql.Rows) error { return rows.Scan(&version) })
	if err != nil {
		return 0, fmt.Errorf("read the schema's version: %w", err)
	}
	return version, nil
}

// LatestSchema is the schema that this program knows.
func LatestSchema() (int64, error) { return migrations.Latest(migrations.SQLite()) }

// ErrNotEmpty is what Load and Adopt say to a database with something in it.
var ErrNotEmpty = fault.New(fault.Conflict, "restore.not_empty",
	"There are people or applications in the database already. Restore into an empty one, or give --replace: what is in it now is lost then.")

// ErrInUse is what Load and Adopt say while others have the database open.
var ErrInUse = fault.New(fault.Conflict, "restore.running",
	"Gatehouse runs on this database. Stop every server and every other command first.")

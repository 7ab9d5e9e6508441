package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"gatehouse/fault"
	"gatehouse/migrations"
)

// MigrationState is one step of the schema's history.
type MigrationState struct {
	Version int64
	Name    string
	Applied bool
	At      time.Time // when it was applied; zero when it was not
}

var schemaVersion = NewStatement(`
SELECT COALESCE(MAX(version_id), 0)
FROM goose_db_version
WHERE is_applied`, 0)

// migrator is what goose works with.
type migrator struct {
	db      *sql.DB
	dialect goose.Dialect
	files   fs.FS
	locker  lock.SessionLocker // nil: the database has none
	close   func() error
}

// Migrate brings the schema up to date, over any number of versions. Replicas
// may call it at once. A database that is newer than this program is refused
// with a Conflict fault: an older program does not know what it would break.
func (d *DB) Migrate(ctx context.Context) (err error) {
	upToDate, err := d.schema(ctx)
	if err == nil && upToDate {
		return nil
	}
	if fault.CodeOf(err) == codeNewer {
		return err
	}
	m, err := d.backend.migrator(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", classify(err))
	}
	defer func() { err = errors.Join(err, m.close()) }()
	return d.up(ctx, m)
}

// up runs goose. Where locks do not hold (SQLite has none for goose, and some
// engines that speak Postgres' protocol only pretend), a step that somebody
// else has just made fails, and is seen to be there in the next round.
func (d *DB) up(ctx context.Context, m *migrator) error {
	p, err := m.provider()
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	for try := 0; ; try++ {
		results, err := p.Up(ctx)
		for _, r := range results {
			d.log.Info("schema step applied", "version", r.Source.Version, "took", r.Duration.String())
		}
		if upToDate, check := d.schema(ctx); check == nil && upToDate || fault.CodeOf(check) == codeNewer {
			return check
		}
		if err == nil {
			err = errors.New("the schema is not current after migration")
		}
		if try == migrateTries || !pause(ctx, min(50*time.Millisecond<<try, time.Second)) {
			return fmt.Errorf("migrate: %w", classify(err))
		}
	}
}

// migrateTries is how often a step that others may be making is looked at
// again: for about fifteen seconds.
const migrateTries = 18

const codeNewer = "store.newer"

// schema reports whether the schema is the one that this program knows, with
// one query. An error may also mean that there is no schema at all.
func (d *DB) schema(ctx context.Context) (upToDate bool, err error) {
	want, err := migrations.Latest(migrations.SQLite()) // the numbers are the same for both
	if err != nil {
		return false, err
	}
	have := int64(-1)
	err = d.Query(ctx, schemaVersion, nil, func(rows *sql.Rows) error { return rows.Scan(&have) })
	if err != nil {
		return false, fmt.Errorf("read the schema's version: %w", err)
	}
	if have > want {
		return false, fault.New(fault.Conflict, codeNewer, fmt.Sprintf(
			"The database was set up by a newer Gatehouse (schema %d; this one knows %d). Run the newer one.", have, want))
	}
	return have == want, nil
}

// HasSchema reports whether the database holds a schema of ours, in whatever
// version. Nothing is written.
func (d *DB) HasSchema(ctx context.Context) (bool, error) {
	err := d.Query(ctx, schemaVersion, nil, func(*sql.Rows) error { return nil })
	if isNoTable(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the schema: %w", err)
	}
	return true, nil
}

// MigrationStatus lists the steps that this program knows, in order, and which
// of them the database has.
func (d *DB) MigrationStatus(ctx context.Context) (states []MigrationState, err error) {
	has, err := d.HasSchema(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	if !has { // goose would make its table to find that out
		return notApplied()
	}
	m, err := d.backend.migrator(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", classify(err))
	}
	defer func() { err = errors.Join(err, m.close()) }()
	steps, err := migrations.Steps(m.files)
	if err != nil {
		return nil, err
	}
	p, err := m.provider()
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	found, err := p.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", classify(err))
	}
	for i, f := range found {
		states = append(states, MigrationState{
			Version: f.Source.Version, Name: steps[i].Name,
			Applied: f.State == goose.StateApplied, At: f.AppliedAt.UTC(),
		})
	}
	return states, nil
}

// notApplied lists the steps for a database that has none.
func notApplied() (states []MigrationState, err error) {
	steps, err := migrations.Steps(migrations.SQLite()) // the same for both
	for _, s := range steps {
		states = append(states, MigrationState{Version: s.Version, Name: s.Name})
	}
	return states, err
}

func (m *migrator) provider() (*goose.Provider, error) {
	options := []goose.ProviderOption{goose.WithLogger(goose.NopLogger()), goose.WithDisableGlobalRegistry(true)}
	if m.locker != nil {
		options = append(options, goose.WithSessionLocker(m.locker))
	}
	return goose.NewProvider(m.dialect, m.db, m.files, options...)
}

// advisoryLock lets replicas that start together migrate one after another. It
// only saves work: up does not rely on it.
type advisoryLock struct{}

const advisoryKey = 0x67617465 // "gate"

// SessionLock implements lock.SessionLocker.
func (advisoryLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", advisoryKey)
	return tolerateUndefined(err)
}

// SessionUnlock implements lock.SessionLocker.
func (advisoryLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", advisoryKey)
	return tolerateUndefined(err)
}

func tolerateUndefined(err error) error {
	if code := postgresCode(err); code == "42883" || code == "0A000" { // no such function, not supported
		return nil
	}
	return err
}

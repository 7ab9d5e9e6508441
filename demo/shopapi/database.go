package shopapi

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	_ "modernc.org/sqlite" // the shop's own database
)

const schema = `
CREATE TABLE IF NOT EXISTS products (
	id TEXT PRIMARY KEY, name TEXT NOT NULL, cents INTEGER NOT NULL CHECK (cents >= 0), stock INTEGER NOT NULL CHECK (stock >= 0),
	revision INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE TABLE IF NOT EXISTS orders (
	id INTEGER PRIMARY KEY, owner_id TEXT NOT NULL, product TEXT NOT NULL REFERENCES products (id), quantity INTEGER NOT NULL, cents INTEGER NOT NULL,
	status TEXT NOT NULL, placed TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX IF NOT EXISTS orders_by_owner ON orders (owner_id, id);
CREATE TABLE IF NOT EXISTS changes (
	id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL, what TEXT NOT NULL, object TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS keys (
	owner_id TEXT NOT NULL, key TEXT NOT NULL, order_id INTEGER NOT NULL REFERENCES orders (id), at TEXT NOT NULL, PRIMARY KEY (owner_id, key)
) STRICT;
CREATE INDEX IF NOT EXISTS keys_by_age ON keys (at);
INSERT OR IGNORE INTO products (id, name, cents, stock) VALUES
	('letter-paper', 'Letter paper', 1800, 40), ('iron-gall-ink', 'Iron gall ink', 950, 25), ('envelopes', 'Envelopes', 790, 60), ('twine', 'Twine', 450, 100);
`

func openDatabase(ctx context.Context, file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)&_txlock=immediate")
	if err != nil {
		return nil, fmt.Errorf("open the shop's database: %w", err)
	}
	if _, err := db.ExecContext(ctx, schema); err != nil {
		_ = db.Close() // what went wrong is said
		return nil, fmt.Errorf("make the shop's database: %w", err)
	}
	return db, nil
}

// within runs f in one transaction.
func (s *Shop) within(ctx context.Context, f func(tx *sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // after a commit there is nothing left of it
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// note writes down who did what to which thing, with what was done.
func note(ctx context.Context, tx *sql.Tx, who, what, object string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO changes (at, who, what, object) VALUES (?, ?, ?, ?)`, time.Now().UTC().Format(time.RFC3339), who, what, object)
	if err != nil {
		return fmt.Errorf("note the change: %w", err)
	}
	return nil
}

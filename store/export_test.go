package store

import (
	"context"
	"database/sql"
	"testing"
)

// PrepareAll prepares every statement on s, and returns how many there are.
func PrepareAll(t *testing.T, s *Store) int {
	t.Helper()
	if err := s.db.Prepare(t.Context()); err != nil {
		t.Error(err)
	}
	return len(statements())
}

// Raw runs a statement of the test's own.
func Raw(ctx context.Context, s *Store, text string) error {
	return s.db.Raw(ctx, text, nil, func(*sql.Rows) error { return nil })
}

// Pragma returns the value of a pragma on the write connection.
func Pragma(ctx context.Context, s *Store, name string) (value string, err error) {
	err = s.db.Raw(ctx, "PRAGMA "+name, nil, func(rows *sql.Rows) error { return rows.Scan(&value) })
	return value, err
}

// Postgres reports whether s is on Postgres.
func (s *Store) Postgres() bool { return s.db.Postgres() }

// Texts are those of all statements.
func Texts() (all []string) {
	for _, st := range statements() {
		all = append(all, st.Text())
	}
	return all
}

package store

import (
	"context"
	"database/sql"
	"testing"

	"gatehouse/session"
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

// InsertSessionAlone is InsertSession without the note that its person signed in, to
// measure what that costs.
func InsertSessionAlone(ctx context.Context, s *Store, n session.Session) error {
	return s.InTx(ctx, func(ctx context.Context) error {
		_, err := s.exec(ctx, insertSession, string(n.ID), n.TokenHash, string(n.User), proofs(n.Proofs),
			micros(n.Created), micros(n.Seen), micros(n.IdleExpires), micros(n.Expires), nil, "", "", "", int64(1<<30))
		return err
	})
}

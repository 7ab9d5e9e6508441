package store

import (
	"context"
	"database/sql"
	"errors"
	"testing"
)

// PrepareAll prepares every statement on s, and returns how many there are.
func PrepareAll(t *testing.T, s *Store) int {
	t.Helper()
	for _, st := range statements {
		var db *sql.DB
		text := st.text
		switch e := s.engine.(type) {
		case *sqliteEngine:
			db = e.readers
		case *postgresEngine:
			db, text = e.db, st.locking()
		}
		p, err := db.PrepareContext(t.Context(), text)
		if err != nil {
			t.Errorf("%v\n%s", err, text)
			continue
		}
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	return len(statements)
}

// Explain returns SQLite's plan of every statement, by its text.
func Explain(t *testing.T, s *Store) map[string]string {
	t.Helper()
	e := s.engine.(*sqliteEngine)
	plans := map[string]string{}
	for _, st := range statements {
		rows, err := e.readers.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+st.text, make([]any, placeholders(st.text))...)
		if err != nil {
			t.Fatalf("%v\n%s", err, st.text)
		}
		err = drain(rows, func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plans[st.text] += detail + "\n"
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return plans
}

func placeholders(text string) (n int) {
	for i := range len(text) - 1 {
		if text[i] != '$' {
			continue
		}
		v := 0
		for _, c := range text[i+1:] {
			if c < '0' || c > '9' {
				break
			}
			v = v*10 + int(c-'0')
		}
		n = max(n, v)
	}
	return n
}

// Raw runs a statement of the test's own.
func Raw(ctx context.Context, s *Store, text string) error {
	st := &statement{text: text}
	switch e := s.engine.(type) {
	case *sqliteEngine:
		return e.inTx(ctx, func(ctx context.Context) error {
			t, err := current(ctx)
			if err != nil {
				return err
			}
			_, err = t.conn.(*writeConn).conn.ExecContext(context.Background(), st.text)
			return err
		})
	case *postgresEngine:
		_, err := e.db.ExecContext(ctx, st.text)
		return err
	}
	return errors.New("unknown engine")
}

// Pragma returns the value of a pragma on the write connection.
func Pragma(ctx context.Context, s *Store, name string) (value string, err error) {
	err = s.engine.(*sqliteEngine).inTx(ctx, func(ctx context.Context) error {
		t, err := current(ctx)
		if err != nil {
			return err
		}
		return t.conn.(*writeConn).conn.QueryRowContext(context.Background(), "PRAGMA "+name).Scan(&value)
	})
	return value, err
}

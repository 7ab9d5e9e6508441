package store

import (
	"context"
	"database/sql"
	"math"
	"testing"

	"gatehouse/store/engine"
)

// PrepareAll prepares every statement on s, and returns how many there are.
func PrepareAll(t *testing.T, s *Store) int {
	t.Helper()
	if err := s.db.Prepare(t.Context()); err != nil {
		t.Error(err)
	}
	return len(statements())
}

// Explain returns SQLite's plan of every statement, by its text.
func Explain(t *testing.T, s *Store) map[string]string {
	t.Helper()
	plans := map[string]string{}
	for _, st := range statements() {
		if st.Has(engine.OnlyPostgres) {
			continue
		}
		err := s.db.Raw(t.Context(), "EXPLAIN QUERY PLAN "+st.Text(), make([]any, placeholders(st.Text())), func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plans[st.Text()] += detail + "\n"
			return err
		})
		if err != nil {
			t.Fatalf("%v\n%s", err, st.Text())
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
	return s.db.Raw(ctx, text, nil, func(*sql.Rows) error { return nil })
}

// Pragma returns the value of a pragma on the write connection.
func Pragma(ctx context.Context, s *Store, name string) (value string, err error) {
	err = s.db.Raw(ctx, "PRAGMA "+name, nil, func(rows *sql.Rows) error { return rows.Scan(&value) })
	return value, err
}

// ExplainFind returns the plan of the statement that is led by an index.
func ExplainFind(t *testing.T, s *Store, index string, lead any) (plan string) {
	t.Helper()
	st := map[string]*statement{
		"audit_events_at": eventsByTime, "audit_events_action": eventsByAction, "audit_events_actor": eventsByActor,
		"audit_events_user": eventsByUser, "audit_events_client": eventsByClient, "audit_events_target": eventsByTarget,
	}[index]
	explain := "EXPLAIN QUERY PLAN "
	if s.db.Postgres() {
		explain = "EXPLAIN "
	}
	args := []any{lead, int64(math.MaxInt64), "", int64(math.MinInt64), "", "", "", "", "", "", "", int64(50)}
	err := s.db.Raw(t.Context(), explain+st.Text(), args, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		line := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range line {
			into[i] = &line[i]
		}
		err = rows.Scan(into...)
		plan += line[len(line)-1].String + "\n"
		return err
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, st.Text())
	}
	return plan
}

// Postgres reports whether s is on Postgres.
func (s *Store) Postgres() bool { return s.db.Postgres() }

package store_test

import (
	"context"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/internal/testpg"
	"gatehouse/migrations"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

func TestStoreKeepsItsPromisesOnSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, openSQLite)
}

func TestStoreKeepsItsPromisesOnPostgres(t *testing.T) {
	t.Parallel()
	testpg.Server(t)
	storetest.Run(t, openPostgres)
}

// databases is for tests that hold on both.
func databases(t *testing.T, test func(t *testing.T, s *store.Store)) {
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); test(t, openSQLite(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, openPostgres(t)) })
}

func openSQLite(t *testing.T) *store.Store {
	t.Helper()
	return migrated(t, "sqlite:"+filepath.Join(t.TempDir(), "gatehouse.db"))
}

func openPostgres(t *testing.T) *store.Store {
	t.Helper()
	return migrated(t, testpg.URL(t))
}

func open(t testing.TB, url string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 24}, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func migrated(t testing.TB, url string) *store.Store {
	t.Helper()
	s := open(t, url)
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEveryStatementRunsOnBothDatabases(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		if n := store.PrepareAll(t, s); n < 80 {
			t.Errorf("only %d statements are known", n)
		}
	})
}

// A statement that walks a whole table is slow one day. These few may: their
// tables are small, or a list of everything is what they are for. What is called
// by_… is a subquery, whose own plan stands above it.
var mayScan = regexp.MustCompile(`FROM (versions|data_keys|signing_keys|clients|marks|goose_db_version)\b`)

func TestEveryStatementHasItsIndex(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	fill(t, s)
	for text, plan := range store.Explain(t, s) {
		for line := range strings.Lines(plan) {
			if strings.HasPrefix(line, "SCAN") && !strings.HasPrefix(line, "SCAN by_") && !strings.Contains(line, "VALUES CLAUSE") && !strings.Contains(line, "USING") && !mayScan.MatchString(text) {
				t.Errorf("walks a whole table:\n%s\nplan:\n%s", text, plan)
			}
		}
	}
}

// fill makes the tables that grow large enough for the planner to have an
// opinion, and lets SQLite count them.
func fill(t *testing.T, s *store.Store) {
	t.Helper()
	const many = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) `
	for _, text := range []string{
		`INSERT INTO users SELECT * FROM (` + many + `SELECT 'usr_' || i, 'p' || i || '@a.test', 'p' || i || '@a.test', 1, 'P', 'p' || i, '{}', 0, 0, i, i, 1, NULL, NULL FROM n)`,
		`INSERT INTO sessions SELECT 'ses_' || id, randomblob(32), id, '[]', created_at, 1, 9000000 + created_at, 9000000 + created_at, NULL, '', '', '' FROM users`,
		`INSERT INTO revocations SELECT created_at, 'session', id, 1, 9000000 + created_at FROM users`,
		`INSERT INTO once SELECT 'jti', id, 9000000 + created_at FROM users`,
		`ANALYZE`,
	} {
		if err := store.Raw(t.Context(), s, text); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
}

// For the newest hundred SQLite sorted all living sessions, as long as nobody
// had counted them.
func TestNewestSessionsAreNotSorted(t *testing.T) {
	t.Parallel()
	s := openSQLite(t)
	newestAreNotSorted(t, s)
	fill(t, s)
	newestAreNotSorted(t, s)
}

func newestAreNotSorted(t *testing.T, s *store.Store) {
	t.Helper()
	found := false
	for text, plan := range store.Explain(t, s) {
		if !strings.Contains(text, "+s.expires_at") {
			continue
		}
		found = true
		if !strings.Contains(plan, "USING INDEX sessions_created") || strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("the plan of\n%s\nis\n%s", text, plan)
		}
	}
	if !found {
		t.Error("no statement lists the newest sessions")
	}
}

func TestStoreRefusesADatabaseOfANewerGatehouse(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		latest, err := migrations.Latest(migrations.SQLite())
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Raw(t.Context(), s, "UPDATE goose_db_version SET version_id = 900 + version_id WHERE version_id > 0"); err != nil {
			t.Fatal(err)
		}
		err = s.Migrate(t.Context())
		if fault.CodeOf(err) != "store.newer" || !strings.Contains(err.Error(), "newer Gatehouse") {
			t.Errorf("migrating from %d to %d: got %v", latest+900, latest, err)
		}
	})
}

// Several replicas start on a database that was just made (drill D21).
func TestReplicasMigrateAnEmptyDatabaseTogether(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db") },
		"postgres": func(t *testing.T) string { return testpg.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			where := url(t)
			const replicas = 5
			errs := make(chan error, replicas)
			for range replicas {
				go func() {
					s, err := store.Open(t.Context(), store.Config{URL: where}, nil)
					if err == nil {
						err = s.Migrate(t.Context())
						if e := s.Close(); err == nil {
							err = e
						}
					}
					errs <- err
				}()
			}
			for range replicas {
				if err := <-errs; err != nil {
					t.Error(err)
				}
			}
			states, err := open(t, where).MigrationStatus(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range states {
				if !m.Applied {
					t.Errorf("step %d is missing", m.Version)
				}
			}
		})
	}
}

func TestStatementsAreCountedInAndOutsideOfTransactions(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *store.Store) {
		before := s.Statements()
		_, missing := s.User(t.Context(), "usr_nobody")
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			_, missing = s.User(ctx, "usr_nobody")
			return s.ClearAttempts(ctx, "key")
		})
		if got := s.Statements() - before; err != nil || !fault.Is(missing, fault.NotFound) || got != 3 {
			t.Errorf("%d statements were counted, %v, %v; want 3", got, missing, err)
		}
	})
}

package store_test

import (
	"context"
	"path/filepath"
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

package testconfig_test

import (
	"context"
	"database/sql"
	"slices"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/testconfig"
	"gatehouse/store"
)

// What tests begin with is what migrating makes, and nobody has to migrate it.
func TestTheSchemaThatTestsBeginWithIsThatOfMigrating(t *testing.T) {
	ready, fresh := testconfig.New(t), testconfig.New(t)
	testconfig.Migrated(t, ready)
	migrate(t, fresh)
	got, want := contents(t, ready), contents(t, fresh)
	if len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("the file has\n%v\nwant\n%v", got, want)
	}
	before := contents(t, ready)
	migrate(t, ready)
	if after := contents(t, ready); !slices.Equal(after, before) {
		t.Errorf("migrating made\n%v\nof\n%v", after, before)
	}
}

// A file that is there stays what it is.
func TestAFileThatIsThereIsNotReplaced(t *testing.T) {
	cfg := testconfig.New(t)
	testconfig.Exec(t, cfg, "CREATE TABLE mine (n INT)")
	testconfig.Migrated(t, cfg)
	if got := contents(t, cfg); len(got) != 2 {
		t.Errorf("the file has %v, want one table, empty", got)
	}
}

func migrate(t *testing.T, cfg config.Config) {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, cfg.Store, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
}

// contents are the tables, indexes and triggers of the file, and how many rows each table has.
func contents(t *testing.T, cfg config.Config) (all []string) {
	t.Helper()
	file, _ := cfg.Store.SQLite()
	db, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	listed := func(query string) (found []string) {
		t.Helper()
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var one string
			if err := rows.Scan(&one); err != nil {
				t.Fatal(err)
			}
			found = append(found, one)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return found
	}
	all = listed("SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master ORDER BY 1")
	for _, table := range listed("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") {
		all = append(all, listed("SELECT '"+table+" ' || count(*) FROM \""+table+"\"")...)
	}
	return all
}

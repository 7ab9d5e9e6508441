package migrations_test

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/migrations"
)

func TestBothDatabasesHaveTheSameSteps(t *testing.T) {
	lite, err := migrations.Steps(migrations.SQLite())
	if err != nil {
		t.Fatal(err)
	}
	pg, err := migrations.Steps(migrations.Postgres())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("sqlite and postgres differ (-sqlite +postgres):\n%s", diff)
	}
	for i, step := range lite {
		if step.Version != int64(i+1) {
			t.Errorf("step %d has the number %d; numbers have no gaps", i+1, step.Version)
		}
	}
}

// What a table is called and which columns it has must not drift between the
// databases: every statement runs unchanged on both.
func TestBothDatabasesHaveTheSameTablesAndIndexes(t *testing.T) {
	lite, pg := objects(t, migrations.SQLite(), "BLOB"), objects(t, migrations.Postgres(), "BYTEA")
	if diff := cmp.Diff(lite, pg); diff != "" {
		t.Errorf("sqlite and postgres differ (-sqlite +postgres):\n%s", diff)
	}
	if len(lite) < 20 {
		t.Errorf("found only %d tables and indexes: %v", len(lite), lite)
	}
}

var create = regexp.MustCompile(`(?m)^CREATE (?:TABLE|UNIQUE INDEX|INDEX) .*$|^    [a-z_]+ +(?:TEXT|BIGINT|BOOLEAN|BLOB|BYTEA)`)

func objects(t *testing.T, files fs.FS, bytesType string) []string {
	t.Helper()
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range create.FindAllString(string(text), -1) {
			line = strings.ReplaceAll(line, bytesType, "bytes")
			found = append(found, strings.Join(strings.Fields(line), " "))
		}
	}
	return found
}

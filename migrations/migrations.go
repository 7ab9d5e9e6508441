// Package migrations embeds the schema's history, step by step, for each
// database. The two folders hold the same numbers and the same names; a step
// that was released is never edited, a new one is added behind it.
package migrations

import (
	"cmp"
	"embed"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

//go:embed sqlite/*.sql
var sqliteFiles embed.FS

//go:embed postgres/*.sql
var postgresFiles embed.FS

// Step is one migration file: NNNNN_name.sql.
type Step struct {
	Version int64
	Name    string
}

// SQLite returns the files for SQLite, at the root of the file system.
func SQLite() fs.FS { return sub(sqliteFiles, "sqlite") }

// Postgres returns the files for Postgres, at the root of the file system.
func Postgres() fs.FS { return sub(postgresFiles, "postgres") }

func sub(files embed.FS, folder string) fs.FS {
	f, err := fs.Sub(files, folder)
	if err != nil {
		panic("migrations: " + err.Error()) // only for a path that is not valid
	}
	return f
}

// Steps returns the migrations in files, in the order of their numbers.
func Steps(files fs.FS) ([]Step, error) {
	names, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	steps := make([]Step, 0, len(names))
	for _, name := range names {
		number, rest, ok := strings.Cut(strings.TrimSuffix(name, ".sql"), "_")
		version, err := strconv.ParseInt(number, 10, 64)
		if !ok || err != nil || version < 1 {
			return nil, fmt.Errorf("migration %s: the name must be NNNNN_name.sql", name)
		}
		steps = append(steps, Step{Version: version, Name: rest})
	}
	slices.SortFunc(steps, func(a, b Step) int { return cmp.Compare(a.Version, b.Version) })
	return steps, nil
}

var createTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+) `)

// Tables returns the tables that the migrations in files make, in their order:
// none refers to a later one.
func Tables(files fs.FS) ([]string, error) {
	steps, err := fs.Glob(files, "*.sql")
	if err != nil {
		return nil, fmt.Errorf("list migrations: %w", err)
	}
	var all []string
	for _, name := range steps { // sorted, and so are the numbers
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read a migration: %w", err)
		}
		for _, m := range createTable.FindAllSubmatch(text, -1) {
			all = append(all, string(m[1]))
		}
	}
	return all, nil
}

// Latest returns the number of the newest migration in files.
func Latest(files fs.FS) (int64, error) {
	steps, err := Steps(files)
	if err != nil {
		return 0, err
	}
	if len(steps) == 0 {
		return 0, fmt.Errorf("there are no migrations")
	}
	return steps[len(steps)-1].Version, nil
}

package testconfig

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"gatehouse/config"
	"gatehouse/store"
)

// Migrated puts a database with the schema and nothing in it where the SQLite file of cfg is to be:
// to migrate takes a good part of a short test. Where there is a file, or another database, it does
// nothing. Whoever opens the house looks at the schema as ever.
func Migrated(t testing.TB, cfg config.Config) {
	t.Helper()
	file, is := cfg.Store.SQLite()
	if !is {
		return
	}
	content, err := migrated()
	if err != nil {
		t.Fatalf("make the schema: %v", err)
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Write(content)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}

// migrated is such a file. It is made once in a process, by migrating.
var migrated = sync.OnceValues(func() (content []byte, err error) {
	dir, err := os.MkdirTemp("", "gatehouse-schema")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file, ctx := filepath.Join(dir, "gatehouse.db"), context.Background()
	s, err := store.Open(ctx, store.Config{URL: "sqlite:" + file}, nil)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(s.Migrate(ctx), s.Close()); err != nil { // what is written stands in the file once it is closed
		return nil, err
	}
	if left, err := os.Stat(file + "-wal"); err == nil && left.Size() > 0 {
		return nil, fmt.Errorf("%d bytes of the schema are beside its file", left.Size())
	}
	return os.ReadFile(file)
})

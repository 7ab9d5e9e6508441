package store_test

import (
	"log/slog"
	"path/filepath"
	"sync"
	"testing"

	"gatehouse/store"
)

// Many processes open and migrate one new file at once. Turning a file to WAL
// needs it alone, and SQLite does not wait for that by itself.
func TestNewFileIsOpenedByManyAtOnce(t *testing.T) {
	t.Parallel()
	for range 4 {
		url := "sqlite:" + filepath.Join(t.TempDir(), "new.db")
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				s, err := store.Open(t.Context(), store.Config{URL: url, MaxConns: 4}, slog.New(slog.DiscardHandler))
				if err != nil {
					t.Errorf("open: %v", err)
					return
				}
				if err := s.Migrate(t.Context()); err != nil {
					t.Errorf("migrate: %v", err)
				}
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
		}
		wait.Wait()
	}
}

package store_test

import (
	"context"
	"database/sql"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

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

// A command writes beside a server, which may hold the file for a while: neither
// one statement nor a transaction fails by that.
func TestWhatIsWrittenWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "busy.db")
	s, err := store.Open(t.Context(), store.Config{URL: "sqlite:" + file, MaxConns: 4}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	other, err := sql.Open("sqlite", "file:"+file+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	served := func(ctx context.Context) error { return s.PutServed(ctx, "https://id.example.test", time.Now()) }
	for name, write := range map[string]func(ctx context.Context) error{
		"one statement": served,
		"a transaction": func(ctx context.Context) error { return s.InTx(ctx, served) },
	} {
		held, err := other.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		released := make(chan error, 1)
		time.AfterFunc(700*time.Millisecond, func() { released <- held.Rollback() })
		if err := write(t.Context()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if waited := time.Since(begun); waited < 600*time.Millisecond {
			t.Errorf("%s: written after %s, while another process held the file", name, waited)
		}
		if err := <-released; err != nil {
			t.Fatal(err)
		}
	}
}

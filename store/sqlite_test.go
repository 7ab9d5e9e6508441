package store_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/store"
)

func openFile(t *testing.T) (*store.Store, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "odd name?#%.db")
	return migrated(t, "sqlite:"+file), file
}

func TestSQLiteFilesAreForTheirOwnerAlone(t *testing.T) {
	t.Parallel()
	_, file := openFile(t)
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(file + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != 0o600 {
			t.Errorf("%s has mode %v, want 0600", filepath.Base(file)+suffix, got)
		}
	}
}

func TestSQLiteIsOpenedWithTheSettingsThatDurabilityNeeds(t *testing.T) {
	t.Parallel()
	s, _ := openFile(t)
	for name, want := range map[string]string{
		"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1",
		"busy_timeout": "250", "wal_autocheckpoint": "4000", "trusted_schema": "0",
	} {
		if got, err := store.Pragma(t.Context(), s, name); err != nil || got != want {
			t.Errorf("%s is %q (%v), want %q", name, got, err, want)
		}
	}
}

// The command line tools write to the same file while the server runs.
func TestSQLiteWaitsForAnotherProcess(t *testing.T) {
	t.Parallel()
	s, file := openFile(t)
	other := migrated(t, "sqlite:"+file)
	holding, release := make(chan struct{}), make(chan struct{})
	finished := make(chan error, 1)
	go func() {
		finished <- other.InTx(t.Context(), func(ctx context.Context) error {
			_, err := other.UseOnce(ctx, "other", "process", time.Now())
			close(holding)
			<-release
			return err
		})
	}()
	<-holding
	time.AfterFunc(200*time.Millisecond, func() { close(release) })
	if err := s.InTx(t.Context(), func(ctx context.Context) error {
		did, err := s.UseOnce(ctx, "other", "process", time.Now())
		if did {
			t.Error("the transaction did not see what the other process committed before")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
	if err := <-finished; err != nil {
		t.Error(err)
	}
}

// A full disk makes SQLite undo the whole transaction. Nobody of the group may
// be told that their write was kept; reads go on; and when there is space again,
// writes do too.
func TestSQLiteSurvivesAFullDisk(t *testing.T) {
	t.Parallel()
	s, _ := openFile(t)
	// The limit holds for the connection, which is given up when it is hit.
	if _, err := store.Pragma(t.Context(), s, "max_page_count = 1"); err != nil {
		t.Fatal(err) // SQLite raises 1 to the present size
	}
	const n = 64
	kept, refused := make([]bool, n), make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				_, err := s.UseOnce(ctx, strings.Repeat("long", 1000), fmt.Sprint(i), time.Now())
				return err
			})
			kept[i], refused[i] = err == nil, err
		})
	}
	wg.Wait()
	full := 0
	for i, err := range refused {
		if err == nil {
			continue
		}
		full++
		if !fault.Is(err, fault.Unavailable) {
			t.Errorf("writer %d got %v, want Unavailable", i, err)
		}
	}
	if full == 0 {
		t.Fatal("the disk was never full")
	}
	if _, err := s.Versions(t.Context()); err != nil {
		t.Errorf("reading from a full disk: %v", err)
	}
	for i := range n {
		fresh, err := s.UseOnce(t.Context(), strings.Repeat("long", 1000), fmt.Sprint(i), time.Now())
		if err != nil {
			t.Fatalf("writing when there is space again: %v", err)
		}
		if fresh == kept[i] {
			t.Errorf("write %d: acknowledged is %v, but kept is %v", i, kept[i], !fresh)
		}
	}
	if result, err := store.Pragma(t.Context(), s, "integrity_check"); err != nil || result != "ok" {
		t.Errorf("integrity_check: %s %v", result, err)
	}
}

func TestAClosedStoreRefuses(t *testing.T) {
	t.Parallel()
	s, _ := openFile(t)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			_, err := s.UseOnce(t.Context(), "closing", fmt.Sprint(i), time.Now())
			if err != nil && fault.CodeOf(err) != "store.closed" {
				t.Errorf("got %v, want it done or refused", err)
			}
		})
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	if _, err := s.UseOnce(t.Context(), "closed", "", time.Now()); fault.CodeOf(err) != "store.closed" {
		t.Errorf("writing to a closed store: %v", err)
	}
	if _, err := s.Versions(t.Context()); err == nil {
		t.Error("a closed store could be read")
	}
}

func TestStoreRefusesWhatItCannotOpen(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]string{
		"":                                                    "must be",
		"mysql://host/db":                                     "must be",
		"sqlite:":                                             "names no file",
		"sqlite::memory:":                                     "plain file",
		"sqlite:/no/such/folder/house.db":                     "does not exist",
		"sqlite:x.db?mode=rwc":                                "takes none here",
		"sqlite://x.db":                                       "has a host",
		"postgres://u:swordfish@host:port/db":                 "cannot be read as a URL",
		"postgres://u:sword@fish@host/db":                     "write @ as %40",
		"postgres://u:sword#fish@host/db":                     "# as %23",
		"postgres://u:sword/fish@host/db":                     "/ as %2F",
		"postgres://u:5/fish@host/db":                         "/ as %2F",
		"postgres://u:5?fish@host/db":                         "? as %3F",
		"postgres://u:p@swordfish/x#1@db/gh":                  "not escaped",
		"postgres://u:swordfish%40@db:x/gh":                   "cannot be read as a URL",
		"postgres://u:swordfish@host/db?sslmode=sometimes":    "does not understand",
		"postgres://u:swordfish@/db?host=/nowhere/to/be/seen": "cannot answer now",
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := store.Open(ctx, store.Config{URL: url}, nil)
		cancel()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want %q in it", url, err, want)
		}
		if err != nil && strings.Contains(err.Error(), "fish") {
			t.Errorf("%q: the error repeats the password", url)
		}
	}
}

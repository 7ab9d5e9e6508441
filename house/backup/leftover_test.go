package backup

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// Who kills a back-up or a restore leaves a copy of the whole database, under a
// name that nobody looks for. The next one takes it away, and nothing else.
func TestWhatKilledBackupsLeftGoes(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	stays := []string{".gatehouse-backup-2", ".gatehouse-dump", "gatehouse.db", "x.gatehouse-dump-1"}
	for _, name := range append([]string{".gatehouse-backup-1", ".gatehouse-dump-1", ".gatehouse-dump-1-journal"}, stays...) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("people"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	restore := filepath.Join(dir, ".gatehouse-restore-1")
	if err := os.MkdirAll(filepath.Join(restore, "within"), 0o700); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() == stays[0] {
			continue // of a back-up that is under way
		}
		if err := os.Chtimes(filepath.Join(dir, e.Name()), now, now.Add(-2*leftoverAge)); err != nil {
			t.Fatal(err)
		}
	}
	if err := removeLeftovers(dir, now); err != nil {
		t.Fatal(err)
	}
	var left []string
	if entries, err = os.ReadDir(dir); err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if !slices.Equal(left, stays) {
		t.Errorf("left are %q, want %q", left, stays)
	}
}

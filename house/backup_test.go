package house

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"gatehouse/fault"
)

// A full disk is noticed while the file has no name yet.
func TestABackupThatCannotBeWrittenLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "backup")
	_, err := writeFile(file, false, func(w io.Writer) error {
		if _, err := io.WriteString(w, "half of it"); err != nil {
			t.Fatal(err)
		}
		return &fs.PathError{Op: "write", Path: file, Err: syscall.ENOSPC}
	})
	if fault.CodeOf(err) != "backup.write" {
		t.Errorf("%v, want backup.write", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// Who takes the name while the back-up is written keeps it.
func TestABackupDoesNotReplaceWhatCameMeanwhile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "backup")
	_, err := writeFile(file, false, func(io.Writer) error { return os.WriteFile(file, []byte("theirs"), 0o600) })
	if fault.CodeOf(err) != "backup.exists" {
		t.Errorf("%v, want backup.exists", err)
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "theirs" {
		t.Errorf("the file holds %q, %v", content, err)
	}
}

package backup

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

// What --force may replace is an older back-up, whole or not.
func TestABackupReplacesNothingButBackups(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		content string
		code    string
	}{
		"accounts":        {"root:x:0:0:root:/root:/bin/bash\n", "backup.exists"},
		"a database":      {"SQLite format 3\x00", "backup.exists"},
		"nearly a backup": {"gatehouse backu", "backup.exists"},
		"nothing yet":     {"", ""},
		"half a back-up":  {"gatehouse backup\n\x00", ""},
	} {
		file := filepath.Join(t.TempDir(), "backup")
		if err := os.WriteFile(file, []byte(c.content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := writeFile(file, true, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err })
		if fault.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", name, err, c.code)
		}
		want := c.content
		if c.code == "" {
			want = "new"
		} else if err := mayWrite(file, true); fault.CodeOf(err) != c.code {
			t.Errorf("%s, before any work: %v, want %q", name, err, c.code)
		}
		if content, err := os.ReadFile(file); err != nil || string(content) != want {
			t.Errorf("%s: the file holds %q, %v", name, content, err)
		}
	}
}

package manifest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/apply"
)

// A folder has so many files and no more, and a set so many objects.
func TestOneTooManyIsNotRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for i := range maxFiles {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.yaml", i)), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if files, err := Load(dir, nil); err != nil || len(files) != maxFiles {
		t.Errorf("as many files as there may be: %d, %v", len(files), err)
	}
	if err := os.WriteFile(filepath.Join(dir, "more.yml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(dir, nil); err == nil || !strings.Contains(err.Error(), "more than 1000") {
		t.Errorf("one file more: %v", err)
	}
	f := &file{"a.yaml", []string{"apiVersion: gatehouse/v1"}}
	r := reader{m: &Manifest{places: make([]places, apply.MaxObjects)}, words: house, bad: &Error{}, places: places{file: f, at: place{1, 1}, of: map[string]place{}}}
	r.read(0, 1)
	if len(r.bad.Problems) != 1 || !strings.Contains(r.bad.Problems[0].Text, "more than 50000 objects") {
		t.Errorf("one object more: %v", r.bad)
	}
}

// What a terminal would obey is shown as none of it.
func TestAnExcerptHasNothingThatATerminalObeys(t *testing.T) {
	t.Parallel()
	_, err := reading(head + "spec:\n  wrong: \"a\x1b[31m\x7fb\"\n")
	if err == nil || strings.ContainsAny(err.Error(), "\x1b\x7f") || !strings.Contains(err.Error(), "?[31m?b") {
		t.Errorf("it is shown as %q", err)
	}
}

// A file of routes that says nothing is one that is being written.
func TestAFileOfRoutesSaysSomething(t *testing.T) {
	t.Parallel()
	if _, err := ReadRoutes([]File{{"a.yaml", []byte("# soon\n")}}); err == nil || !strings.Contains(err.Error(), "says nothing") {
		t.Errorf("an empty file: %v", err)
	}
}

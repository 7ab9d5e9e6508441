package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/config"

	"github.com/google/go-cmp/cmp"
)

func TestGeneratedFilesAreFresh(t *testing.T) {
	t.Parallel()
	files, err := generate("../..")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Errorf("%v: run go run ./config/gen", err)
			continue
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s is stale: run go run ./config/gen\n%s", name, diff)
		}
	}
}

// The example must be a file that Gatehouse takes once everything in it counts,
// and it must say nothing but the defaults.
func TestExampleHoldsTheDefaults(t *testing.T) {
	t.Parallel()
	example, err := os.ReadFile("../gatehouse.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, body, _ := strings.Cut(string(example), "\n\n")
	var b bytes.Buffer
	for line := range strings.Lines(body) {
		b.WriteString(strings.TrimPrefix(line, "#"))
	}
	file := filepath.Join(t.TempDir(), "gatehouse.yaml")
	if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got, sources, err := config.Load(config.Options{File: file})
	if err != nil {
		t.Fatal(err)
	}
	want, _, err := config.Load(config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	got.Web.TrustedProxies = nil // an empty list in the file
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the example differs from the defaults (-want +got):\n%s", diff)
	}
	for _, k := range config.Keys() {
		if sources[k.Path].Kind != config.File {
			t.Errorf("%s is not in the example", k.Path)
		}
	}
}

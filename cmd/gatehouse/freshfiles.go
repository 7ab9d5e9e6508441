package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// freshFiles are files that take the place of older ones only once all of them are
// written: who applies what an export broke off in would remove the rest. Each is for its
// owner alone to read. What was written is dropped unless it is kept.
type freshFiles struct {
	temporary []*os.File // beside those whose place they take, hidden
	names     []string   // "": it is written where it stands
}

// add begins a file, and returns what writes it. What is no file, a pipe maybe, is
// written at once.
func (f *freshFiles) add(name string) (io.Writer, error) {
	if to, err := filepath.EvalSymlinks(name); err == nil {
		name = to
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		out, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err != nil {
			return nil, exporting(err)
		}
		f.temporary, f.names = append(f.temporary, out), append(f.names, "")
		return out, nil
	}
	out, err := os.CreateTemp(filepath.Dir(name), ".gatehouse-export-*") // mode 0600, O_EXCL
	if err != nil {
		return nil, exporting(err)
	}
	f.temporary, f.names = append(f.temporary, out), append(f.names, name)
	return out, nil
}

// keep puts all of them where they belong.
func (f *freshFiles) keep() error {
	for _, one := range f.temporary {
		if err := one.Close(); err != nil {
			return exporting(err)
		}
	}
	for i, one := range f.temporary {
		if f.names[i] == "" {
			continue
		}
		if err := os.Rename(one.Name(), f.names[i]); err != nil {
			return exporting(err)
		}
	}
	f.temporary = nil
	return nil
}

// drop forgets those that were not kept.
func (f *freshFiles) drop() {
	for i, one := range f.temporary {
		_ = one.Close() // twice, maybe
		if f.names[i] != "" {
			_ = os.Remove(one.Name()) // it may have its place already
		}
	}
}

func exporting(err error) error { return fmt.Errorf("export: %w", err) }

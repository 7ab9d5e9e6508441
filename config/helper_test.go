package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write puts text into a file of its own and returns its name.
func write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// refusal loads o, which must fail, and returns the message with the directory
// of file cut off.
func refusal(t *testing.T, o Options) string {
	t.Helper()
	_, _, err := Load(o)
	if err == nil {
		t.Fatal("the configuration was taken")
	}
	if o.File == "" {
		return err.Error()
	}
	return strings.ReplaceAll(err.Error(), filepath.Dir(o.File)+string(filepath.Separator), "")
}

func load(t *testing.T, o Options) (Config, Sources) {
	t.Helper()
	c, s, err := Load(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, s
}

package docstest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	madeTable = regexp.MustCompile(`(?m)^CREATE TABLE (\w+)`)
	growthRow = regexp.MustCompile("(?m)^\\| `(\\w+)` \\| [^|]+ \\| [^|]+ \\| `(Test\\w+)` \\|$")
	testFunc  = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
)

// Whoever adds a table says who can make it grow and how far, and which test
// holds that.
func TestThreatsSayHowFarEachTableGrows(t *testing.T) {
	t.Parallel()
	var listed []string
	tests := testsOf(t)
	for _, row := range growthRow.FindAllStringSubmatch(read(t, "docs/threats.md"), -1) {
		listed = append(listed, row[1])
		if !tests[row[2]] {
			t.Errorf("%s: there is no %s", row[1], row[2])
		}
	}
	for _, database := range []string{"sqlite", "postgres"} {
		var made []string
		for _, m := range madeTable.FindAllStringSubmatch(read(t, "migrations/"+database+"/00001_house.sql"), -1) {
			made = append(made, m[1])
		}
		if slices.Sort(made); !slices.Equal(made, slices.Sorted(slices.Values(listed))) {
			t.Errorf("docs/threats.md lists\n%v, and %s has\n%v", slices.Sorted(slices.Values(listed)), database, made)
		}
	}
}

// testsOf are the names of all tests.
func testsOf(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range testFunc.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

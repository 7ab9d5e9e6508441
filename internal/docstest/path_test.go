package docstest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Each page calls the program as the shell finds it, and the README says once how it
// does.
func TestDocumentsCallTheProgramByItsName(t *testing.T) {
	t.Parallel()
	elsewhere := regexp.MustCompile("(?m)(^|`)(\\./|bin/|\\./bin/)gatehouse [a-z]")
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		pages, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil || len(pages) == 0 {
			t.Fatalf("%s: %v, %v", pattern, pages, err)
		}
		for _, page := range pages {
			content, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			if m := elsewhere.FindString(string(content)); m != "" {
				t.Errorf("%s calls it %q, not gatehouse", filepath.Base(page), strings.Trim(m, "`\n"))
			}
		}
	}
	if n := strings.Count(read(t, "README.md"), `export PATH="$PWD/bin:$PATH"`); n != 1 {
		t.Errorf("the README says %d times how the shell finds gatehouse, want once", n)
	}
}

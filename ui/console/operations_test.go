package console

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gatehouse/admin"
	"gatehouse/ui/words/wordstest"
)

// elsewhere are the operations that no page of the console asks for, and why.
var elsewhere = map[string]string{
	"verifyAudit": "it answers when it is done; the console begins a verification that is kept (beginAuditVerification)",
}

// Whatever the admin API does, the console does: a new operation gets a page, or a line that says why it has
// none.
func TestEveryOperationHasAPage(t *testing.T) {
	t.Parallel()
	asked := texts(t)
	for _, rt := range admin.Table() {
		switch why := elsewhere[rt.ID]; {
		case asked[rt.ID] && why != "":
			t.Errorf("%s has a page, and stands among those that have none", rt.ID)
		case !asked[rt.ID] && why == "":
			t.Errorf("%s has no page in the console: %s", rt.ID, rt.Summary)
		}
	}
	for name := range elsewhere {
		if !known(name) {
			t.Errorf("there is no operation %s", name)
		}
	}
}

// A sign-in that is asked for says what for.
func TestEverythingDangerousIsNamed(t *testing.T) {
	t.Parallel()
	acts := wordstest.English().Dangers.Acts
	for _, rt := range admin.Table() {
		if rt.Sudo && acts[rt.ID] == "" {
			t.Errorf("%s takes a fresh sign-in, and has no name for that (ui/words/dangers.go)", rt.ID)
		}
	}
	for name := range acts {
		if !known(name) {
			t.Errorf("there is no operation %s", name)
		}
	}
}

func known(operation string) bool {
	for _, rt := range admin.Table() {
		if rt.ID == operation {
			return true
		}
	}
	return false
}

// texts are the texts in the code of the areas.
func texts(t *testing.T) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.FromSlash(path), nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					all[text] = true
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// unsaid are the pages that ask for something of which no command does the same, and why.
var unsaid = map[string]string{
	"applications/trialBody": "it is a sign-in of this very browser",
	"filters/newBody":        "a filter is kept for the console alone",
	"users/familyBody":       "the admin API alone ends one token of several",
	"users/newTokenBody":     "a personal token is of the person's programs, and made over the admin API",
	"users/withdrawBody":     "the admin API alone takes a consent back",
}

// Each page that asks for something says which command does the same, or stands above with a reason.
func TestEachFormHasACommand(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*/*.templ")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are %d files of pages, %v", len(files), err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		area := filepath.Dir(file)
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, body := range strings.Split(string(text), "\ntempl ")[1:] {
			name, _, _ := strings.Cut(body, "(")
			asks := strings.Contains(body, "@part.Sure(") || strings.Contains(body, "@part.Fill(")
			if area == "part" || !asks {
				continue
			}
			page, says := area+"/"+name, strings.Contains(body, "@guard.Same(")
			seen[page] = true
			if says == (unsaid[page] != "") {
				t.Errorf("%s says which command does the same: %t, and stands among those that have none: %q", page, says, unsaid[page])
			}
		}
	}
	for page := range unsaid {
		if !seen[page] {
			t.Errorf("there is no page %s that asks for something", page)
		}
	}
}

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
)

// elsewhere are the operations that no page of the console asks for, and why.
var elsewhere = map[string]string{}

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

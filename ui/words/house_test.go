package words_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/ui/words/wordstest"
)

// own are the faults about which a page knows more than the house.
var own = []string{"flow.gone", "flow.expired", "flow.browser", "setup.link"}

// The house says no in English, for logs and programs; the catalogue says it
// again for people. A fault with several sentences has none in the catalogue,
// where one would hide the others.
func TestEnglishSaysWhatTheHouseSays(t *testing.T) {
	t.Parallel()
	house := sentences(t)
	for code, said := range wordstest.English().Faults {
		if slices.Contains(own, code) || said.Detail == "" {
			continue
		}
		if got := house[code]; !slices.Equal(got, []string{said.Detail}) {
			t.Errorf("%s: the catalogue says %q, the house %q; what has several sentences is left to the house", code, said.Detail, got)
		}
	}
}

// sentences returns what the packages of Gatehouse say for each code: in calls
// of fault.New and fault.Wrap, and in literals with Code and Detail.
func sentences(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	add := func(code, detail ast.Expr) {
		if c, d := text(code), text(detail); c != "" && !slices.Contains(all[c], d) {
			all[c] = append(all[c], d)
		}
	}
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "third_party" || d.Name() == "words") {
			return filepath.SkipDir
		}
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) >= 3 && (f.Sel.Name == "New" || f.Sel.Name == "Wrap") {
					add(n.Args[len(n.Args)-2], n.Args[len(n.Args)-1])
				}
			case *ast.CompositeLit:
				fields := keyed(n)
				if fields["Code"] != nil && fields["Detail"] != nil {
					add(fields["Code"], fields["Detail"])
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

func keyed(lit *ast.CompositeLit) map[string]ast.Expr {
	all := map[string]ast.Expr{}
	for _, e := range lit.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if name, ok := pair.Key.(*ast.Ident); ok {
				all[name.Name] = pair.Value
			}
		}
	}
	return all
}

// text returns the value of a string literal, "" for anything else.
func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, _ := strconv.Unquote(lit.Value) // the file was parsed
	return s
}

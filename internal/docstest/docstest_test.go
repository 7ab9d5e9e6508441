// Package docstest holds the documents to what the code says: every fault code
// has its section in docs/problems.md, every direct dependency its row in
// docs/dependencies.md, and every link between the documents leads somewhere.
package docstest

import (
	"encoding/json"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// sources parses every Go file of ours that is not a test.
func sources(t *testing.T) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch d.Name() {
		case "internal", "third_party", "tools", ".git", "gatehouse-data", "bin", "node_modules":
			if d.IsDir() { // .git is a file in a worktree
				return filepath.SkipDir
			}
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		files = append(files, f)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// text returns the string that e is written as, "" when it is no literal.
func text(e ast.Expr) string {
	if l, ok := e.(*ast.BasicLit); ok && l.Kind == token.STRING {
		s, _ := strconv.Unquote(l.Value) // the parser has accepted it
		return s
	}
	return ""
}

// calls reports whether e is a call of fault.name.
func calls(e *ast.CallExpr, name string) bool {
	s, ok := e.Fun.(*ast.SelectorExpr)
	if !ok || s.Sel.Name != name {
		return false
	}
	p, ok := s.X.(*ast.Ident)
	return ok && p.Name == "fault"
}

// codes returns the fault codes that stand in the code as such.
func codes(files []*ast.File) map[string]bool {
	found := map[string]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				switch {
				case calls(n, "New") && len(n.Args) == 3:
					found[text(n.Args[1])] = true
				case calls(n, "Wrap") && len(n.Args) == 4:
					found[text(n.Args[2])] = true
				case calls(n, "Missing") && len(n.Args) == 1 && text(n.Args[0]) != "":
					found[text(n.Args[0])+".not_found"] = true
				}
			case *ast.CompositeLit:
				if s, ok := n.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Error" {
					found[codeField(n)] = true
				}
			}
			return true
		})
	}
	delete(found, "") // decided elsewhere, where it is a literal
	return found
}

func codeField(lit *ast.CompositeLit) string {
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if k, ok := kv.Key.(*ast.Ident); ok && k.Name == "Code" {
				return text(kv.Value)
			}
		}
	}
	return ""
}

func TestProblemsExplainsEveryCode(t *testing.T) {
	t.Parallel()
	sections := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^### (\S+)$`).FindAllStringSubmatch(read(t, "docs/problems.md"), -1) {
		if sections[m[1]] {
			t.Errorf("docs/problems.md explains %s twice", m[1])
		}
		sections[m[1]] = true
	}
	files := sources(t)
	found := codes(files)
	if len(found) < 20 {
		t.Fatalf("only %d codes were found: this test looks for them in the wrong way", len(found))
	}
	for code := range found {
		if !sections[code] {
			t.Errorf("docs/problems.md has no section for %s", code)
		}
	}
	written := literals(files)
	for code := range sections {
		thing, missing := strings.CutSuffix(code, ".not_found")
		if !found[code] && !written[code] && !(missing && written[thing]) {
			t.Errorf("docs/problems.md explains %s, which no code says", code)
		}
	}
}

func literals(files []*ast.File) map[string]bool {
	all := map[string]bool{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if l, ok := n.(*ast.BasicLit); ok {
				all[text(l)] = true
			}
			return true
		})
	}
	return all
}

func TestDependenciesListsEveryDirectModule(t *testing.T) {
	t.Parallel()
	page := read(t, "docs/dependencies.md")
	out, err := exec.Command("go", "mod", "edit", "-json", filepath.Join(root, "go.mod")).Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path, Version string
			Indirect      bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, r := range mod.Require {
		if r.Indirect {
			continue
		}
		rows++
		if row := "| " + r.Path + " | " + r.Version + " |"; !strings.Contains(page, row) {
			t.Errorf("docs/dependencies.md lacks the row %q", row)
		}
	}
	table, _, _ := strings.Cut(page, "## Tools")
	if got := strings.Count(table, "\n| github.com/") + strings.Count(table, "\n| golang.org/") + strings.Count(table, "\n| modernc.org/") + strings.Count(table, "\n| pgregory.net/") + strings.Count(table, "\n| cel.dev/") + strings.Count(table, "\n| google.golang.org/") + strings.Count(table, "\n| gatehouse.example/"); got != rows {
		t.Errorf("docs/dependencies.md has %d rows for %d direct modules", got, rows)
	}
}

func TestLinksBetweenDocumentsLeadSomewhere(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob(filepath.Join(root, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, pattern := range []string{"docs/*.md", "docs/decisions/*.md"} {
		more, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, more...)
	}
	link := regexp.MustCompile(`\]\(([^)\s]+)\)`)
	for _, page := range pages {
		content, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(content), -1) {
			if !strings.Contains(m[1], "://") {
				checkLink(t, page, m[1])
			}
		}
	}
}

func checkLink(t *testing.T, page, target string) {
	t.Helper()
	file, anchor, _ := strings.Cut(target, "#")
	path := page
	if file != "" {
		path = filepath.Join(filepath.Dir(page), file)
	}
	content, err := os.ReadFile(path)
	if info, statErr := os.Stat(path); statErr == nil && info.IsDir() {
		return
	}
	if err != nil {
		t.Errorf("%s links to %s, which is not there", filepath.Base(page), target)
		return
	}
	if anchor == "" {
		return
	}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(content), -1) {
		if anchorOf(m[1]) == anchor {
			return
		}
	}
	t.Errorf("%s links to %s, but there is no such heading", filepath.Base(page), target)
}

// anchorOf is how a heading is linked to.
func anchorOf(heading string) string {
	kept := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(kept, " ", "-")
}

func TestTheExampleApplicationIsGo(t *testing.T) {
	t.Parallel()
	page := read(t, "docs/connect.md")
	_, rest, ok := strings.Cut(page, "```go\n")
	code, _, closed := strings.Cut(rest, "```")
	if !ok || !closed {
		t.Fatal("docs/connect.md has no example in Go")
	}
	formatted, err := format.Source([]byte(code))
	if err != nil {
		t.Fatalf("the example in docs/connect.md: %v", err)
	}
	if string(formatted) != code {
		t.Error("the example in docs/connect.md is not formatted")
	}
}

package docstest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/house"
)

var nounVerb = regexp.MustCompile(`^[a-z]+\.[a-z]+$`)

// The table of docs/audit.md is what the catalogues say, line by line.
func TestAuditDocumentListsEveryAction(t *testing.T) {
	t.Parallel()
	document := read(t, "docs/audit.md")
	rows := regexp.MustCompile("(?m)^\\| `[a-z]+\\.[a-z]+` \\|.*$").FindAllString(document, -1)
	want := map[string]bool{}
	for _, d := range house.Audited() {
		if !nounVerb.MatchString(string(d.Action)) {
			t.Errorf("%s is not noun.verb", d.Action)
		}
		if want[row(d)] {
			t.Errorf("%s is explained twice", d.Action)
		}
		want[row(d)] = true
	}
	for _, r := range rows {
		if !want[r] {
			t.Errorf("docs/audit.md says what no catalogue says:\n%s", r)
		}
		delete(want, r)
	}
	for r := range want {
		t.Errorf("docs/audit.md lacks\n%s", r)
	}
}

// The kinds that the page lists are those of which the catalogues tell.
func TestAuditDocumentListsEveryKind(t *testing.T) {
	t.Parallel()
	_, rest, _ := strings.Cut(read(t, "docs/audit.md"), "The kinds of targets are ")
	list, _, found := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatal("docs/audit.md does not list the kinds of targets")
	}
	for _, d := range house.Audited() {
		for _, kind := range d.Targets {
			if !strings.Contains(list, "`"+string(kind)+"`") {
				t.Errorf("docs/audit.md lacks the kind %s, of %s", kind, d.Action)
			}
		}
	}
}

func row(d audit.Described) string {
	kinds := make([]string, len(d.Targets))
	for i, k := range d.Targets {
		kinds[i] = string(k)
	}
	return fmt.Sprintf("| `%s` | %s | %s | %s | %s |", d.Action, d.When, strings.Join(kinds, " or "), d.Before, d.After)
}

// Actions and reasons are constants: none is written where it is used, and each
// action is explained by the catalogue of its package.
func TestActionsAndReasonsAreConstants(t *testing.T) {
	t.Parallel()
	files := sources(t)
	explained := map[string]bool{}
	for _, d := range house.Audited() {
		explained[string(d.Action)] = true
	}
	declared := 0
	takes := map[string]map[int]bool{} // functions by name: which parameters are an action or a reason
	for _, f := range files {
		for _, action := range constants(f, "Action") {
			declared++
			if !explained[action] {
				t.Errorf("%s is explained in no catalogue that house.Audited joins", action)
			}
		}
		parameters(f, takes)
	}
	if declared != len(explained) || len(takes) < 10 {
		t.Errorf("%d actions are declared and %d explained, %d functions take one: they are looked for in the wrong way", declared, len(explained), len(takes))
	}
	for _, f := range files {
		if f.Name.Name == "storetest" {
			continue // a suite of tests, which records what it likes
		}
		ast.Inspect(f, func(n ast.Node) bool {
			for _, words := range written(n, takes) {
				t.Errorf("%q is written where it is used; declare a constant", words)
			}
			return true
		})
	}
}

// isAudit reports whether e is the type audit.name, or name within package audit.
func isAudit(f *ast.File, e ast.Expr, name string) bool {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		p, ok := e.X.(*ast.Ident)
		return ok && p.Name == "audit" && e.Sel.Name == name
	case *ast.Ident:
		return f.Name.Name == "audit" && e.Name == name
	}
	return false
}

// constants returns the values of f's constants of the type audit.name.
func constants(f *ast.File, name string) (values []string) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, s := range g.Specs {
			if v := s.(*ast.ValueSpec); isAudit(f, v.Type, name) {
				values = append(values, text(v.Values[0]))
			}
		}
	}
	return values
}

// parameters notes which functions and methods of f take an action or a reason.
func parameters(f *ast.File, takes map[string]map[int]bool) {
	note := func(name string, t *ast.FuncType) {
		at := 0
		for _, p := range t.Params.List {
			for range max(1, len(p.Names)) {
				if isAudit(f, p.Type, "Action") || isAudit(f, p.Type, "Reason") {
					if takes[name] == nil {
						takes[name] = map[int]bool{}
					}
					takes[name][at] = true
				}
				at++
			}
		}
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			note(n.Name.Name, n.Type)
		case *ast.Field: // a method of an interface
			if t, ok := n.Type.(*ast.FuncType); ok && len(n.Names) == 1 {
				note(n.Names[0].Name, t)
			}
		}
		return true
	})
}

// written returns the actions and reasons that n holds as text.
func written(n ast.Node, takes map[string]map[int]bool) (found []string) {
	keep := func(e ast.Expr) {
		if words := text(e); words != "" {
			found = append(found, words)
		}
	}
	switch n := n.(type) {
	case *ast.CallExpr:
		name := ""
		switch f := n.Fun.(type) {
		case *ast.Ident:
			name = f.Name
		case *ast.SelectorExpr:
			name = f.Sel.Name
			if p, ok := f.X.(*ast.Ident); ok && p.Name == "audit" && (name == "Action" || name == "Reason") {
				keep(n.Args[0])
			}
		}
		for i, a := range n.Args {
			if takes[name][i] {
				keep(a)
			}
		}
	case *ast.CompositeLit:
		if s, ok := n.Type.(*ast.SelectorExpr); !ok || s.Sel.Name != "Event" {
			return nil
		}
		for _, e := range n.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if k, ok := kv.Key.(*ast.Ident); ok && (k.Name == "Action" || k.Name == "Reason") {
					keep(kv.Value)
				}
			}
		}
	}
	return found
}

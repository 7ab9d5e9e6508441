package ui

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"gatehouse/ui/words/wordstest"
)

// sources returns the Go files under ui whose name ends in suffix.
func sources(t *testing.T, suffix string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, suffix) || strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		all[path] = string(text)
		return err
	})
	if err != nil || len(all) == 0 {
		t.Fatalf("found %d files: %v", len(all), err)
	}
	return all
}

// markup returns what a generated file writes by itself, in order, with a "0"
// for every value.
func markup(t *testing.T, path, source string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || f.Sel.Name != "WriteString" {
			return true
		}
		literal, ok := call.Args[len(call.Args)-1].(*ast.BasicLit)
		if !ok {
			b.WriteString("0")
			return true
		}
		text, err := strconv.Unquote(literal.Value)
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(text)
		return true
	})
	return b.String()
}

var (
	letter = regexp.MustCompile(`\pL`)
	heard  = regexp.MustCompile(`^(alt|title|placeholder|aria-label|aria-description|data-done|data-failed)$`)
)

func TestTemplatesHaveNoWordsOfTheirOwn(t *testing.T) {
	t.Parallel()
	for path, source := range sources(t, "_templ.go") {
		written := strings.ReplaceAll(markup(t, path, source), "noscript>", "div>") // or its content is one text
		z := html.NewTokenizer(strings.NewReader(written))
		for z.Next() != html.ErrorToken {
			n := z.Token()
			if n.Type == html.TextToken && letter.MatchString(n.Data) {
				t.Errorf("%s says %q: words belong into the catalogue", path, strings.TrimSpace(n.Data))
			}
			for _, a := range n.Attr {
				if heard.MatchString(a.Key) && letter.MatchString(a.Val) {
					t.Errorf("%s has %s=%q: words belong into the catalogue", path, a.Key, a.Val)
				}
			}
		}
		if z.Err() != io.EOF {
			t.Errorf("%s: %v", path, z.Err())
		}
	}
}

// form is the end of a path within an entry: of a plural, or a month.
var form = regexp.MustCompile(`\.(None|One|Other|\d+)$`)

// found are the entries that are found by what was refused or decided.
var found = regexp.MustCompile(`^(Faults|Statuses|Sentences|ConsoleAccess\.(Verdicts|Reasons)|ConsoleSessions\.Proofs|ConsoleGrants\.(States|When|Sources|Kinds|Places|ACRs)|ConsoleAudit\.Kinds|ConsoleLocks\.(Kinds|Consequences))\.`)

// catalogue matches the files that a language is written in.
var catalogue = regexp.MustCompile(`^words/(english|german|console|part)[a-z_]*\.go$`)

// section matches where a section of the catalogue gets a shorter name: by a variable, or as
// a parameter.
var section = regexp.MustCompile(`(?m)\b(\w+) (?::= &?(?:say|words\.In\(ctx\))\.(\w+)$|\*words\.(\w+)\b)`)

// shortened are the entries that a source says by such a name, as Section.Field.
func shortened(source string) string {
	var said strings.Builder
	for _, m := range section.FindAllStringSubmatch(source, -1) {
		for _, field := range regexp.MustCompile(`\b`+m[1]+`\.(\w+(?:\.\w+)?)\b`).FindAllStringSubmatch(source, -1) {
			said.WriteString(m[2] + m[3] + "." + field[1] + "\n")
		}
	}
	return said.String()
}

// An entry that no page says would be translated for nobody.
func TestEveryEntryIsSaidSomewhere(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	for path, source := range sources(t, ".go") {
		if !catalogue.MatchString(path) {
			said.WriteString(source + shortened(source))
		}
	}
	for _, e := range wordstest.Entries(wordstest.English()) {
		field := form.ReplaceAllString(e.Path, "")
		if found.MatchString(field) {
			continue
		}
		if !regexp.MustCompile(`\b` + regexp.QuoteMeta(field) + `\b`).MatchString(said.String()) {
			t.Errorf("nobody says %s", field)
		}
	}
}

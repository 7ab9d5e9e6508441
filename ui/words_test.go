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
var form = regexp.MustCompile(`(\.\w+)\.(None|One|Other|\d+)$`)

// found are the entries that are found by what was refused or decided.
var found = regexp.MustCompile(`^(Faults|Statuses|Sentences|ConsoleAccess\.(Verdicts|Reasons)|ConsoleSessions\.Proofs|ConsoleGrants\.(States|When|Sources|Kinds|Places|ACRs)|ConsoleAudit\.(Kinds|VerifyStates)|ConsoleImports\.(States|Whys|Outcomes)|ConsoleLocks\.(Kinds|Consequences))\.`)

// catalogue matches the files that a language is written in.
var catalogue = regexp.MustCompile(`^words/(english|german|console|part)[a-z_]*\.go$`)

// keyed matches an entry of a map that a page looks up as it goes: the map is what is said.
var keyed = regexp.MustCompile(`^(Console\.Kinds|ConsoleOverview\.(?:MethodNames|ReasonNames)|ConsoleRoutes\.Outcomes|ConsoleFiles\.Actions|Dangers\.Acts|ConsoleApplications\.Shelves)\..*`)

// section matches where a section of the catalogue gets a shorter name: by a variable, or as
// a parameter.
var section = regexp.MustCompile(`(?m)\b(\w+)(?:, \w+)* (?::= &?(?:say|words\.In\(ctx\))\.(\w+)(?:$|[,;])|\*words\.(\w+)\b)`)

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

var (
	// chooser matches a function that hands out a part of the catalogue: its name, and its body.
	chooser = regexp.MustCompile(`(?s)\b(?:(\w+):\s+func|func (\w+))\(say \*words\.Catalogue[^)]*\) \*?words\.(?:ConsoleContainer|ApplicationAct|GateKind|Setting|UserBulk) \{(.*?)(?: \}|\n\})`)
	part    = regexp.MustCompile(`\bConsole\w+(?:\.\w+)?\b`)
)

// chosen are the entries that a package says of what its choosers hand out: by a call, or by
// the name that its result has.
func chosen(source string) string {
	var said strings.Builder
	for _, m := range chooser.FindAllStringSubmatch(source, -1) {
		call := `\b` + m[1] + m[2] + `\((?:say|words\.In\(ctx\))(?:, [\w.]+)?\)`
		fields := regexp.MustCompile(call+`\.(\w+)`).FindAllStringSubmatch(source, -1)
		for _, name := range regexp.MustCompile(`\b(\w+)(?:, \w+)* := [^\n]*?`+call+`(?:$|[\n,;])`).FindAllStringSubmatch(source, -1) {
			fields = append(fields, regexp.MustCompile(`\b`+name[1]+`\.(\w+)`).FindAllStringSubmatch(source, -1)...)
		}
		for _, p := range part.FindAllString(m[3]+"\n"+shortened(m[3]), -1) {
			for _, field := range fields {
				said.WriteString(p + "." + field[1] + "\n")
			}
		}
	}
	return said.String()
}

// paths matches what may be an entry, or end in one.
var paths = regexp.MustCompile(`\w+(?:\.\w+)+`)

// entriesIn are all paths in text, and whatever those consist of, but for a name that
// stands before a dot alone.
func entriesIn(text string) map[string]bool {
	all := map[string]bool{}
	for _, path := range paths.FindAllString(text, -1) {
		names := strings.Split(path, ".")
		for from := range names {
			for to := max(from+1, 2); to <= len(names); to++ {
				all[strings.Join(names[from:to], ".")] = true
			}
		}
	}
	return all
}

// An entry that no page says would be translated for nobody.
func TestEveryEntryIsSaidSomewhere(t *testing.T) {
	t.Parallel()
	packages := map[string]string{}
	var all strings.Builder
	for path, source := range sources(t, ".go") {
		if !catalogue.MatchString(path) {
			packages[filepath.Dir(path)] += source
			all.WriteString(source + shortened(source))
		}
	}
	for _, source := range packages {
		all.WriteString(chosen(source))
	}
	said := entriesIn(all.String())
	for _, e := range wordstest.Entries(wordstest.English()) {
		field := keyed.ReplaceAllString(form.ReplaceAllString(e.Path, "$1"), "$1")
		if !found.MatchString(field) && !said[field] {
			t.Errorf("nobody says %s", field)
		}
	}
}

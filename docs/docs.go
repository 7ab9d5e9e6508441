// Package docs carries the documents that the binary shows itself: what each
// code of a refusal means, and what to set in the clients of other people. The
// other files of this folder are for readers of the source.
package docs

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed problems.md
var problems string

// Problem is what problems.md says about one code. Paragraphs hold its words,
// with `code` between backquotes and nothing else of Markdown.
type Problem struct {
	Code       string
	Group      string // the heading that it stands under
	Paragraphs []string
}

// byCode is read once; the document does not change while the program runs.
var byCode = sync.OnceValue(func() map[string]Problem {
	all := map[string]Problem{}
	for _, p := range parse(problems) {
		all[p.Code] = p
	}
	return all
})

// ProblemOf returns what is said about code, and whether anything is.
func ProblemOf(code string) (Problem, bool) {
	p, ok := byCode()[code]
	return p, ok
}

// Problems returns all of them in the document's order.
func Problems() []Problem { return parse(problems) }

// parse reads "## group", "### code" and the paragraphs below, which blank
// lines part.
func parse(document string) []Problem {
	var all []Problem
	group, said := "", ""
	end := func() {
		if said != "" && len(all) > 0 {
			last := &all[len(all)-1]
			last.Paragraphs = append(last.Paragraphs, said)
		}
		said = ""
	}
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		if code, ok := strings.CutPrefix(line, "### "); ok {
			end()
			all = append(all, Problem{Code: code, Group: group})
			continue
		}
		if name, ok := strings.CutPrefix(line, "## "); ok {
			end()
			group = name
			continue
		}
		if line == "" {
			end()
			continue
		}
		if group != "" { // what stands before the first group is about the page
			said = strings.TrimSpace(said + " " + withoutLinks(line))
		}
	}
	end()
	return all
}

// withoutLinks leaves the words of a link that begins and ends on line: other
// documents are not served.
func withoutLinks(line string) string {
	for {
		before, rest, found := strings.Cut(line, "[")
		words, rest, closed := strings.Cut(rest, "](")
		_, after, ended := strings.Cut(rest, ")")
		if !found || !closed || !ended {
			return line
		}
		line = before + words + after
	}
}

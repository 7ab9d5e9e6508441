package problems

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// written is the language of docs/problems.md, whatever the page around it
// speaks (WCAG 2.2, 3.1.2).
const written = "en"

// problemPage explains one code.
type problemPage struct {
	Code, Group string
	paragraphs  [][]span
}

// span is a piece of a paragraph.
type span struct {
	text string
	code bool
}

// newProblem returns the page for a code; in paragraphs, code stands between
// backquotes.
func newProblem(code, group string, paragraphs []string) problemPage {
	p := problemPage{Code: code, Group: group}
	for _, text := range paragraphs {
		p.paragraphs = append(p.paragraphs, spans(text))
	}
	return p
}

// spans parts words from code, which backquotes surround.
func spans(text string) []span {
	var all []span
	for i, piece := range strings.Split(text, "`") {
		if piece != "" {
			all = append(all, span{piece, i%2 == 1})
		}
	}
	return all
}

func (p problemPage) Head(*words.Catalogue) view.Head { return view.Head{Title: words.Title(p.Code)} }
func (p problemPage) Body() templ.Component           { return problemBody(p) }

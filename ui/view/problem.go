package view

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/docs"
)

// Problem explains one code.
type Problem struct {
	Code, Group string
	paragraphs  [][]span
}

// span is a piece of a paragraph.
type span struct {
	text string
	code bool
}

// NewProblem returns the page for a code; in paragraphs, code stands between
// backquotes.
func NewProblem(code, group string, paragraphs []string) Problem {
	p := Problem{Code: code, Group: group}
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

func (p Problem) head() head            { return head{title: p.Code} }
func (p Problem) body() templ.Component { return problem(p) }

// explained reports whether there is a page about code.
func explained(code string) bool {
	_, ok := docs.ProblemOf(code)
	return ok
}

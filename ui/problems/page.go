package problems

import (
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
	Paragraphs  []string
}

func (p problemPage) Head(*words.Catalogue) view.Head { return view.Head{Title: words.Title(p.Code)} }
func (p problemPage) Body() templ.Component           { return problemBody(p) }

package view

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"gatehouse/ui/words"
)

// Part is an element that stands in a gap of a phrase.
type Part struct {
	Gap   words.Gap
	Shown templ.Component
}

// Put has shown stand in gap.
func Put(gap words.Gap, shown templ.Component) Part { return Part{gap, shown} }

// Sentence shows a phrase with elements in its gaps, in the order of the
// language: @Sentence(say.Towards, Put(words.App, Strong("app", p.App))).
func Sentence(p words.Phrase, parts ...Part) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for text, gap := range p.Parts {
			if _, err := io.WriteString(w, templ.EscapeString(text)); err != nil {
				return err
			}
			if err := show(ctx, w, parts, gap); err != nil {
				return err
			}
		}
		return nil
	})
}

func show(ctx context.Context, w io.Writer, parts []Part, gap words.Gap) error {
	for _, part := range parts {
		if part.Gap == gap {
			return part.Shown.Render(ctx, w)
		}
	}
	return nil
}

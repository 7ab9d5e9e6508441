package search

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

type labelled = func(say *words.Catalogue) string

// searchPage shows what was found.
type searchPage struct {
	guard.Frame
	Text  string
	Kinds []kind
}

func (p searchPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleSearch.Title) }
func (p searchPage) Body() templ.Component               { return searchBody(p) }

// frame has the text in its search field.
func (p searchPage) frame(say *words.Catalogue) part.Frame {
	f := p.Frame.Part(say, part.Heading{Title: string(say.ConsoleSearch.Title), Lead: say.ConsoleSearch.Lead}, "")
	f.Search = p.Text
	return f
}

func (p searchPage) groups(say *words.Catalogue) []part.Group {
	all := []part.Group{{Label: say.ConsoleSearch.Pages, Hits: p.pages(say)}}
	for _, k := range p.Kinds {
		all = append(all, part.Group{Label: k.label(say), Hits: k.hits, Kind: k.name})
	}
	return all
}

// pages are those of the navigation whose name has the text, in whatever case.
func (p searchPage) pages(say *words.Catalogue) (all []part.Hit) {
	text := strings.ToLower(p.Text)
	for _, one := range p.Sections(say) {
		if text != "" && strings.Contains(strings.ToLower(one.Label), text) && len(all) < guard.MaxFound {
			all = append(all, part.Hit{Label: one.Label, Href: one.Href})
		}
	}
	return all
}

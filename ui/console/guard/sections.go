package guard

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// Sections are the pages that the navigation leads the visitor to.
func (f *Frame) Sections(say *words.Catalogue) (all []part.Link) {
	for _, g := range f.nav {
		for _, s := range g.Sections {
			all = append(all, part.Link{Label: s.Label(say), Href: s.Path})
		}
	}
	return all
}

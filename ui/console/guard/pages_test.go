package guard

import (
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
)

func TestPagesOfTheGuardAreWellMade(t *testing.T) {
	t.Parallel()
	section := Section{Path: "/console/users", Label: func(say *words.Catalogue) string { return say.Console.People }}
	f := Frame{Form: viewtest.Form(), nav: []Group{{Sections: []Section{section}}, {Label: section.Label, Sections: []Section{section}}}}
	viewtest.Crawl(t, map[string]view.Page{
		"onwards":           onwardsPage{To: "/console"},
		"again":             againPage{To: "/console/signin", Known: true},
		"again, signed out": againPage{To: "/console/signin"},
		"lacking":           lackingPage{Frame: f, Permission: "gatehouse/users:read"},
	})
}

package search

import (
	"testing"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words"
)

func TestTheSearchIsWellMade(t *testing.T) {
	t.Parallel()
	f := guard.Frame{Form: viewtest.Form()}
	kinds := func(hits ...part.Hit) []kind {
		label := func(say *words.Catalogue) string { return say.ConsoleSearch.Pages }
		return []kind{{label: label, hits: hits}, {label: label, hits: hits}}
	}
	viewtest.Crawl(t, map[string]view.Page{
		"search":          searchPage{Frame: f},
		"search, nothing": searchPage{Frame: f, Text: "x", Kinds: kinds()},
		"search, found":   searchPage{Frame: f, Text: "x", Kinds: kinds(part.Hit{Label: "42", Under: "43", Href: "/console/users/usr_a"}, part.Hit{Label: "44"})},
	})
}

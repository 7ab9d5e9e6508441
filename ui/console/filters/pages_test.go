package filters

import (
	"testing"

	"gatehouse/saved"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/ui/words/wordstest"
	"gatehouse/wire"
)

func TestPagesOfFiltersAreWellMade(t *testing.T) {
	t.Parallel()
	f, wrong := guard.Frame{Form: viewtest.Form()}, guard.Frame{Form: viewtest.Wrong()}
	all := []wire.SavedFilter{{ID: "fil_a", List: "users", Name: "42", Query: map[string]string{"state": "disabled", "search": "7"}}, {ID: "fil_b", List: "8", Name: "43"}}
	viewtest.Crawl(t, map[string]view.Page{
		"list":            listPage{Frame: f, Filters: all, CanDelete: true},
		"list, only seen": listPage{Frame: f, Filters: all},
		"list, none":      listPage{Frame: f},
		"new":             newPage{Frame: f, List: "users", Query: map[string]string{"search": "7"}},
		"new, wrong":      newPage{Frame: wrong, List: "users", Name: "8", Query: map[string]string{"search": "7"}},
		"new, of no list": newPage{Frame: f, List: "9"},
	})
}

// Every list of which filters are kept has a name.
func TestEveryListWithFiltersHasAName(t *testing.T) {
	t.Parallel()
	say := wordstest.English()
	for list := range saved.Lists {
		if listed(&say, list) == list {
			t.Errorf("%s has no name", list)
		}
	}
}

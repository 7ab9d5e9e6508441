// Package search is the console's search by name over things of all kinds: a page, of which
// script shows what was found below the search field.
package search

import (
	"net/http"
	"strings"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/web"
)

const pathSearch = guard.Root + "/search"

// maxText is how long a text may be that is searched for, in bytes. No name is longer.
const maxText = 128

// Door serves the page.
type Door struct {
	Guard *guard.Guard
	// Finders are the kinds of things that are searched, in the order in which they are shown.
	Finders []guard.Finder
}

// Mount registers the page.
func (d *Door) Mount(m *web.Mux) { d.Guard.Route(m, "GET "+pathSearch, d.show) }

// show asks each finder whose operation is for the visitor.
func (d *Door) show(v *guard.Visit) error {
	page := searchPage{Frame: v.Frame(), Text: strings.TrimSpace(v.Query("q"))}
	for _, f := range d.Finders {
		found := kind{label: f.Label, name: f.Kind}
		if page.Text != "" && len(page.Text) <= maxText && v.Can(f.Operation, nil) {
			var err error
			if found.hits, err = f.Find(v, page.Text); err != nil {
				return err
			}
		}
		page.Kinds = append(page.Kinds, found)
	}
	return v.Show(http.StatusOK, page)
}

// kind is what was found of one.
type kind struct {
	label labelled
	name  string // as a form calls it
	hits  []part.Hit
}

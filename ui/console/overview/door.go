// Package overview is the first page of the console: how the house is, in figures that are
// counted in the background, each of which leads to the list behind it.
package overview

import (
	"net/http"
	"net/url"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation. It is everybody's: who may do nothing here
// is told so on it.
var Section = guard.Section{Path: guard.Root, Label: func(say *words.Catalogue) string { return say.Console.Overview }}

// Door serves the page.
type Door struct{ Guard *guard.Guard }

// Mount registers the page.
func (d *Door) Mount(m *web.Mux) { d.Guard.Route(m, "GET "+guard.Root, d.show) }

// show shows the figures to whoever may see them, and the way to everything else to the
// others.
func (d *Door) show(v *guard.Visit) error {
	page := overviewPage{Frame: v.Frame()}
	if !v.Can("getStatistics", nil) && !page.Empty() {
		return v.Show(http.StatusOK, page)
	}
	found, err := guard.Ask[admin.One[wire.Statistics]](v, "getStatistics", admin.Input{Query: url.Values{"days": {"14"}}})
	if err != nil {
		return err
	}
	page.Days, page.Figures = found.Body.Days, true
	page.People = v.Can("listUsers", nil)
	return v.Show(http.StatusOK, page)
}

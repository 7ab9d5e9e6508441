// Package grants is the console's area of what was granted: lists by what became of it, one
// grant with its trail, what makes, extends and ends them, and a calendar of their ends.
package grants

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

const (
	path         = "/console/grants"
	pathNew      = path + "/new"
	pathSelected = path + "/selected"
	pathCalendar = path + "/calendar"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listGrants", Label: func(say *words.Catalogue) string { return string(say.ConsoleGrants.Title) }}

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	page("GET", pathCalendar, d.calendar)
	page("GET", pathSelected, d.askNone)
	page("POST", pathSelected, d.selected)
	const one = path + "/{grant}"
	page("GET", one, d.grant)
	for _, c := range changes {
		page("GET", one+"/"+c.name, d.askChange(c))
		page("POST", one+"/"+c.name, d.change(c))
	}
}

// pathOf is the page of a grant.
func pathOf(grant string) string { return path + "/" + grant }

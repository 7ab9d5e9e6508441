// Package apis is the console's area of APIs: the list, one API with its catalogue of
// permissions and what rests on each, the scopes that are bound to it, the applications that may
// have tokens for it, and what is done with it.
package apis

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: pathAll, Operation: "listAPIs", Label: func(say *words.Catalogue) string { return string(say.ConsoleAPIs.Title) }}

// Below pathAll stand the ids of APIs, of which none is called "-".
const (
	pathAll = "/console/apis"
	pathNew = pathAll + "/-/new"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", pathAll, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	const one = pathAll + "/{api}"
	page("GET", one, d.api)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/scopes", d.scopes)
	page("GET", one+"/scopes/new", d.askScope)
	page("POST", one+"/scopes/new", d.makeScope)
	page("GET", one+"/scopes/{scope}", d.askChangeScope)
	page("POST", one+"/scopes/{scope}", d.changeScope)
	page("GET", one+"/scopes/{scope}/delete", d.askUnbind)
	page("POST", one+"/scopes/{scope}/delete", d.unbind)
	page("GET", one+"/applications", d.applications)
	page("GET", one+"/delete", d.askDelete)
	page("POST", one+"/delete", d.delete)
}

// pathOf is the page of an API.
func pathOf(api string) string { return pathAll + "/" + api }

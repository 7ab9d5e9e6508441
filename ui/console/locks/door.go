// Package locks is the console's area of what is suspended: the locks that are not over, what
// one of them keeps from counting, and how it is put and lifted.
package locks

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

const (
	path    = "/console/locks"
	pathNew = path + "/new"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listLocks", Label: func(say *words.Catalogue) string { return string(say.ConsoleLocks.Title) }}

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.put)
	page("GET", path+"/{kind}/{locked}", d.lock)
	page("POST", path+"/{kind}/{locked}", d.lift)
}

// pathOf is the page of the lock on something.
func pathOf(kind, locked string) string {
	return path + "/" + url.PathEscape(kind) + "/" + url.PathEscape(locked)
}

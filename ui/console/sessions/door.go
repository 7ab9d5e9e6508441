// Package sessions is the console's area of browsers that are signed in: those of everybody,
// those of one person, and what it comes to when one is signed out.
package sessions

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/words"
	"gatehouse/web"
)

const (
	path         = "/console/sessions"
	pathSelected = path + "/selected"
	pathAll      = path + "/everybody"
	tab          = "/sessions" // below a person's first page
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listSessions", Label: func(say *words.Catalogue) string { return string(say.ConsoleSessions.Title) }}

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathSelected, d.askNone)
	page("POST", pathSelected, d.endSelected)
	page("GET", pathAll, d.askAll)
	page("POST", pathAll, d.endAll)
	const one = person.List + "/{user}" + tab
	page("GET", one, d.ofPerson)
	page("GET", one+"/{session}", d.session)
	page("POST", one+"/{session}", d.end)
}

// pathOf is the page of a session.
func pathOf(user, session string) string { return person.Path(user) + tab + "/" + session }

// Package users is the console's area of people: the list, one person with their sessions,
// credentials and activity, and what is done with them. It is the area to copy from: door.go
// has the routes, each page a file of its handler, pages.go what the pages are given, and the
// templ files beside them how they look.
package users

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: pathUsers, Operation: "listUsers", Label: func(say *words.Catalogue) string { return string(say.ConsoleUsers.Title) }}

const (
	pathUsers    = "/console/users"
	pathNew      = pathUsers + "/new"
	pathSelected = pathUsers + "/selected"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", pathUsers, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	page("GET", pathSelected, d.askNone)
	page("POST", pathSelected, d.disableSelected)
	const one = pathUsers + "/{user}"
	page("GET", one, d.user)
	page("GET", one+"/sessions", d.sessions)
	page("GET", one+"/credentials", d.credentials)
	page("GET", one+"/activity", d.activity)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/password", d.askPassword)
	page("POST", one+"/password", d.setPassword)
	for _, a := range acts {
		page("GET", one+"/"+a.name, d.askAct(a))
		page("POST", one+"/"+a.name, d.act(a))
	}
}

// pathOf is the page of a person.
func pathOf(user string) string { return pathUsers + "/" + user }

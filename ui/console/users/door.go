// Package users is the console's area of people: the list, one person with their
// credentials, applications and activity, and what is done with them. It is the area to copy from: door.go
// has the routes, each page a file of its handler, pages.go what the pages are given, and the
// templ files beside them how they look.
package users

import (
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: pathUsers, Operation: "listUsers", Label: func(say *words.Catalogue) string { return string(say.ConsoleUsers.Title) }}

const (
	pathUsers    = person.List
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
	page("POST", pathSelected, d.selected)
	const one = pathUsers + "/{user}"
	page("GET", one, d.user)
	page("GET", one+"/groups", d.groups)
	page("GET", one+"/credentials", d.credentials)
	page("GET", one+"/tokens/new", d.askToken)
	page("POST", one+"/tokens/new", d.makeToken)
	page("GET", one+"/tokens/{token}", d.askRevoke)
	page("POST", one+"/tokens/{token}", d.revoke)
	page("GET", one+"/applications", d.applications)
	page("GET", one+"/applications/{client}", d.askWithdraw)
	page("POST", one+"/applications/{client}", d.withdraw)
	page("GET", one+"/families/{family}", d.askEndFamily)
	page("POST", one+"/families/{family}", d.endFamily)
	page("GET", one+"/activity", d.activity)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/password", d.askPassword)
	page("POST", one+"/password", d.setPassword)
	page("GET", one+pathLink, d.askLink)
	page("POST", one+pathLink, d.makeLink)
	for _, a := range acts {
		page("GET", one+"/"+a.name, d.askAct(a))
		page("POST", one+"/"+a.name, d.act(a))
	}
}

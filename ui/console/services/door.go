// Package services is the console's area of service accounts: the list, one account with its
// keys and grants, and what is done with it. A key is shown once, in the answer to the form
// that made it.
package services

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: pathServices, Operation: "listServiceAccounts", Label: func(say *words.Catalogue) string { return string(say.ConsoleServices.Title) }}

// Below pathServices stand the ids of service accounts, of which none is called "-".
const (
	pathServices = guard.PathServiceAccounts
	pathNew      = pathServices + "/-/new"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", pathServices, d.list)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	const one = pathServices + "/{service}"
	page("GET", one, d.one)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/key", d.askKey)
	page("POST", one+"/key", d.makeKey)
	for _, a := range acts {
		page("GET", one+a.path, d.askAct(a))
		page("POST", one+a.path, d.act(a))
	}
}

func pathOf(id string) string { return pathServices + "/" + url.PathEscape(id) }

// roleOf is the page of a role.
func roleOf(role string) string { return "/console/roles/" + url.PathEscape(role) }

// grantTo is the page that asks what to grant to an account, and grantsOf that of all that was.
func grantTo(id string) string {
	return "/console/grants/new?" + url.Values{"kind": {"service"}, "subject": {id}}.Encode()
}

func grantsOf(id string) string {
	return "/console/grants?" + url.Values{"subject": {"service:" + id}}.Encode()
}

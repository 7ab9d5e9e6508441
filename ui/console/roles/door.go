// Package roles is the console's area of roles and permissions: the list and the tree of
// roles, one role with what it gives and who has it, what is done with it, the permissions of
// all APIs, and the matrix of both. Whoever changes a role is shown first who gains and who
// loses by that.
package roles

import (
	"net/url"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/words"
	"gatehouse/web"
)

// Section and Permissions are the area's entries of the navigation.
var (
	Section     = guard.Section{Path: pathRoles, Operation: "listRoles", Label: func(say *words.Catalogue) string { return string(say.ConsoleRoles.Title) }}
	Permissions = guard.Section{Path: pathPermissions, Operation: "listPermissions", Label: func(say *words.Catalogue) string { return string(say.ConsoleRoles.All) }}
)

// Below pathRoles stand the ids of roles, of which none is called "-".
const (
	pathRoles       = "/console/roles"
	pathNew         = pathRoles + "/-/new"
	pathTree        = pathRoles + "/-/tree"
	pathMatrix      = pathRoles + "/-/matrix"
	pathPermissions = "/console/permissions"
	pathReach       = "/console/reach"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", pathRoles, d.list)
	page("GET", pathTree, d.tree)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	page("GET", pathMatrix, d.matrix)
	page("POST", pathMatrix, d.review)
	page("GET", pathPermissions, d.permissions)
	const one = pathRoles + "/{role}"
	page("GET", one, d.role)
	page("GET", one+"/granted", d.granted)
	page("GET", one+"/holders", d.holders)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/delete", d.askDelete)
	page("POST", one+"/delete", d.delete)
}

// pathOf is the page of a role; the id of one of Gatehouse itself has a slash.
func pathOf(role string) string { return pathRoles + "/" + url.PathEscape(role) }

// reachOf is the page of everybody who may do something.
func reachOf(permission string) string {
	return pathReach + "?" + url.Values{"permission": {permission}}.Encode()
}

// grantOf is the page that asks to whom to grant a role, and grantsOf that of all its grants.
func grantOf(role string) string {
	return "/console/grants/new?" + url.Values{"role": {role}}.Encode()
}

func grantsOf(role string) string {
	return "/console/grants?" + url.Values{"role": {role}}.Encode()
}

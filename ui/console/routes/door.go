// Package routes is the console's area of the gate: the routes that it serves with what was
// decided by them, one with its history, what would become of a request, and a change, which is
// tried against all others and against what was decided before it counts. Routes of a folder are
// shown, and change there.
package routes

import (
	"net/url"
	"strconv"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "getGate", Label: func(say *words.Catalogue) string { return string(say.ConsoleRoutes.Title) }}

const (
	path         = "/console/routes"
	pathNew      = path + "/new"
	pathSimulate = path + "/simulator"
	pathShadow   = path + "/shadow"
	pathRefused  = path + "/refused"
	pathOne      = path + "/route/"

	// Other areas, which a page leads to.
	pathUpstreams = "/console/upstreams"
	pathGrant     = "/console/grants/new"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathSimulate, d.simulate)
	page("GET", pathShadow, d.shadow)
	page("GET", pathRefused, d.refused)
	page("GET", pathNew, d.askNew)
	page("POST", pathNew, d.create)
	const one = pathOne + "{part}"
	page("GET", one, d.route)
	page("GET", one+"/edit", d.askEdit)
	page("POST", one+"/edit", d.edit)
	page("GET", one+"/history", d.history)
	page("GET", one+"/history/{version}", d.version)
	page("GET", one+"/delete", d.askDelete)
	page("POST", one+"/delete", d.remove)
}

// pathOf is the page of a route.
func pathOf(route string) string { return pathOne + url.PathEscape(route) }

// Finder finds routes by how their ids begin.
var Finder = guard.Finder{Label: Section.Label, Operation: "listServedRoutes", Find: func(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.ServedRoute]](v, "listServedRoutes", admin.Input{Query: url.Values{"search": {text}, "limit": {itoa(guard.MaxFound)}}})
	if err != nil {
		return nil, err
	}
	for _, r := range found.Body.Items {
		all = append(all, part.Hit{Label: r.ID, Under: address(&r.Route), Href: pathOf(r.ID)})
	}
	return all, nil
}}

// gateNow is where the routes come from.
func gateNow(v *guard.Visit) (wire.Gate, error) {
	found, err := guard.Ask[admin.One[wire.Gate]](v, "getGate", admin.Input{})
	if err != nil {
		return wire.Gate{}, err
	}
	return found.Body, nil
}

// on names the route of the address.
func on(v *guard.Visit) map[string]string { return guard.On("part", v.R.PathValue("part")) }

func itoa(n int) string { return strconv.Itoa(n) }

// Package routes is the console's area of the gate: the routes that it serves with what was
// decided by them, one with its history, what would become of a request, and a change, which is
// tried against all others and against what was decided before it counts. Routes of a folder are
// shown, and change there.
package routes

import (
	"net/http"
	"net/url"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
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
	pathOne      = path + "/route/"
)

// Door serves the pages.
type Door struct{ Guard *guard.Guard }

// Mount registers the pages. A form is sent to the path of its page.
func (d *Door) Mount(m *web.Mux) {
	page := func(method, path string, h guard.Handler) { d.Guard.Route(m, method+" "+path, h) }
	page("GET", path, d.list)
	page("GET", pathSimulate, d.simulate)
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

// list shows a page of the routes that are served, and which of those that are kept here are not.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "cursor")
	found, err := guard.Ask[admin.Page[wire.ServedRoute]](v, "listServedRoutes", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" { // somebody else's, or of other filters: from the beginning
		asked.Del("cursor")
		return view.SeeOther(v.W, v.R, path+"?"+asked.Encode())
	}
	if err != nil {
		return err
	}
	p := listPage{Frame: v.Frame(), Asked: asked, Served: found.Body.Items, Next: found.Body.Next, CanSimulate: v.Can("explainGateRequest", nil)}
	if p.Gate, err = gateNow(v); err != nil {
		return err
	}
	p.CanCreate = !p.Gate.Files && v.Can("createGateRoute", nil)
	if p.Kept, err = kept(v, &p); err != nil {
		return err
	}
	p.Command = guard.Command("route", "list")
	return v.Show(http.StatusOK, p)
}

// kept are the routes of the database that are not served, where there is no gate here that could.
func kept(v *guard.Visit, p *listPage) (all []admin.GateRoute, err error) {
	if p.Gate.Files || p.Gate.Listens && p.Gate.Problem == "" {
		return nil, nil
	}
	asked := url.Values{"limit": {"200"}}
	if text := p.Asked.Get("search"); text != "" {
		asked.Set("search", text)
	}
	found, err := guard.Ask[admin.Page[admin.GateRoute]](v, "listGateRoutes", admin.Input{Query: asked})
	if err != nil {
		return nil, err
	}
	return found.Body.Items, nil
}

// on names the route of the address.
func on(v *guard.Visit) map[string]string { return guard.On("part", v.R.PathValue("part")) }

// read returns the route of the address: as it is kept, where it is, and as it is served.
func read(v *guard.Visit) (f routeFrame, err error) {
	f = routeFrame{Frame: v.Frame(), ID: v.R.PathValue("part"), Now: time.Now()}
	if f.Gate, err = gateNow(v); err != nil {
		return f, err
	}
	if !f.Gate.Files {
		found, err := guard.Ask[admin.One[admin.GateRoute]](v, "getGateRoute", admin.Input{Path: on(v)})
		if err != nil {
			return f, err
		}
		f.Kept, f.ETag = &found.Body, found.ETag
	}
	served, err := guard.Ask[admin.Page[wire.ServedRoute]](v, "listServedRoutes", admin.Input{Query: url.Values{"search": {f.ID}, "limit": {"1"}}})
	if err != nil {
		return f, err
	}
	if all := served.Body.Items; len(all) > 0 && all[0].ID == f.ID { // what begins so and is longer comes behind it
		f.Served = &all[0]
	}
	if f.Kept == nil && f.Served == nil {
		return f, fault.New(fault.NotFound, "gate.not_found", "There is no such route of the gate.")
	}
	f.CanEdit = f.Kept != nil && v.Can("replaceGateRoute", on(v))
	f.CanDelete = f.Kept != nil && v.Can("deleteGateRoute", on(v))
	f.History, f.CanSimulate = f.Kept != nil && v.Can("listAuditEvents", nil), v.Can("explainGateRequest", nil)
	return f, nil
}

func (d *Door) route(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("route", "list")
	return v.Show(http.StatusOK, routePage{f})
}

func (d *Door) askDelete(v *guard.Visit) error {
	if err := v.Ready("deleteGateRoute", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, deletePage{routeFrame: f})
}

func (d *Door) remove(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	p := deletePage{routeFrame: f}
	if p.Mistyped = v.Value("confirm") != f.ID; p.Mistyped {
		if err := v.Ready("deleteGateRoute", on(v)); err != nil {
			return err
		}
		return v.Show(http.StatusUnprocessableEntity, p)
	}
	_, err = guard.Ask[admin.Nothing](v, "deleteGateRoute", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(path, "deleted")
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

package routes

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// list shows a page of the routes that are served, and which of those that are kept here are not.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "cursor")
	found, err := guard.Ask[admin.Page[wire.ServedRoute]](v, "listServedRoutes", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" { // somebody else's, or of other filters: from the beginning
		return view.SeeOther(v.W, v.R, guard.With(path, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	p := listPage{Frame: v.Frame(), Asked: asked, Served: found.Body.Items, Next: found.Body.Next, CanSimulate: v.Can("explainGateRequest", nil), Shadow: v.Can("getShadowDecisions", nil)}
	if p.Gate, err = gateNow(v); err != nil {
		return err
	}
	p.CanCreate = !p.Gate.Files && v.Can("createGateRoute", nil)
	if p.Kept, err = kept(v, &p); err != nil {
		return err
	}
	if err := v.Keeps(&p.Frame, "routes"); err != nil {
		return err
	}
	p.Command = guard.Whole(asked, "route", "list")
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

// listPage lists the routes.
type listPage struct {
	guard.Frame
	Asked                  url.Values
	Gate                   wire.Gate
	Served                 []wire.ServedRoute
	Kept                   []admin.GateRoute // that this process does not serve
	Next                   string
	CanCreate, CanSimulate bool
	Shadow                 bool // what routes in the shadow let through may be seen
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleRoutes.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "deleted" {
		return say.ConsoleRoutes.DidDelete
	}
	return ""
}

func (p listPage) filters(say *words.Catalogue) part.Filters {
	f := part.Filters{Action: path, Search: part.Field{ID: "search", Label: say.ConsoleRoutes.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: say.ConsoleRoutes.Find, Value: text, Href: guard.With(path, p.Asked, "search", "")}}
	}
	return f
}

func (p listPage) table(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "routes", Caption: string(w.Title), Columns: []part.Column{
		{Label: w.Route}, {Label: w.Mode}, {Label: w.Asks}, {Label: w.Upstream}, {Label: w.Decided, Number: true}, {Label: w.Refused, Number: true},
	}}
	for _, r := range p.Served {
		decided, refused := wire.Decided(r.Decisions)
		t.Rows = append(t.Rows, part.Row{Label: r.ID, Href: pathOf(r.ID), Soft: r.Mode == gate.Off.String(), Cells: []templ.Component{
			part.Cell(part.Lines{Main: r.ID, Code: address(&r.Route)}), part.Pill(modeOf(say, r.Mode)), asks(&r), code(r.Upstream), part.Number(decided), part.Number(refused),
		}})
	}
	for _, r := range p.Kept {
		t.Rows = append(t.Rows, part.Row{Label: r.ID, Href: pathOf(r.ID), Soft: true, Cells: []templ.Component{
			part.Cell(part.Lines{Main: r.ID, Code: strings.Join(r.Spec.Match.Hosts, " ")}), part.Pill(part.Badge{Label: w.NotServed, Tone: part.Warn}), part.Text(""), code(r.Spec.Upstream), part.Text(""), part.Text(""),
		}})
	}
	return t
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	w := say.ConsoleRoutes
	e := part.Empty{Title: w.None, Lead: w.NoneTodo}
	switch {
	case p.Asked.Get("search") != "":
		e.Lead, e.Do = w.NoneFound, []part.Link{{Label: w.All, Href: path}}
	case !p.Gate.Listens:
		e.Title, e.Lead = w.NoGate, w.NoGateTodo
	case p.CanCreate:
		e.Do = []part.Link{{Label: say.ConsoleUpstreams.Create, Href: pathUpstreams + "/new"}, {Label: w.Create, Href: pathNew}}
	}
	return e
}

func (p listPage) pager() part.Pager {
	return guard.Pager(path, p.Asked, p.Next).Showing(len(p.Served))
}

// address is the first that a route takes, and that there are more.
func address(r *wire.Route) string {
	if len(r.Hosts) == 0 || len(r.Paths) == 0 {
		return ""
	}
	text := r.Hosts[0] + r.Paths[0]
	if len(r.Hosts)*len(r.Paths) > 1 {
		text += " …"
	}
	return text
}

// permissionsOf are what a route asks for, each once.
func permissionsOf(r *wire.Route) []string {
	return slices.Compact(slices.Sorted(maps.Values(r.Permissions)))
}

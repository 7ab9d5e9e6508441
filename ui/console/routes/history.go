package routes

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"

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

// history lists what was done to the route, the latest first, as the audit log has it.
func (d *Door) history(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	asked, q, about := v.Only("cursor"), v.Only("cursor"), string(gate.AuditRoute)+":"+f.ID
	q.Set("resource", about)
	q.Set("limit", "50")
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, pathOf(f.ID)+"/history")
	}
	if err != nil {
		return err
	}
	p := historyPage{routeFrame: f, Asked: asked, Events: found.Body.Items, Next: found.Body.Next}
	p.Names = names(v, p.Events)
	p.Command = guard.Command("audit", "list", "--target", about)
	return v.Show(http.StatusOK, p)
}

// names are the addresses of the people who did it, as far as the visitor may know them.
func names(v *guard.Visit, events []wire.Event) map[string]string {
	all := map[string]string{}
	for _, e := range events {
		name := e.Actor.ID
		if _, known := all[name]; known || e.Actor.Kind != "person" || !v.Can("getUser", guard.On("user", name)) {
			continue
		}
		found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", name)})
		if err != nil { // gone meanwhile: the id is told
			continue
		}
		all[name] = found.Body.Email
	}
	return all
}

// version shows what an earlier version of the route would change, and lets it count again.
func (d *Door) version(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	if f.Kept == nil {
		return gate.ErrInFiles()
	}
	found, err := guard.Ask[admin.One[wire.Event]](v, "getAuditEvent", admin.Input{Path: guard.On("event", v.R.PathValue("version"))})
	if err != nil {
		return err
	}
	spec, ok := said(&found.Body, f.ID)
	if !ok {
		return fault.Missing("event")
	}
	review, err := reviewed(v, f.Frame, f.ID, f.Kept, spec)
	if err != nil {
		status, ok := v.Reject(&f.Frame, err)
		if !ok {
			return err
		}
		review = reviewPage{Frame: f.Frame, ID: f.ID, Spec: spec, Changes: changes(f.Kept.Spec, spec), Refused: true}
		review.ETag, review.Version, review.Now = f.ETag, &found.Body, f.Now
		return v.Show(status, review)
	}
	review.ETag, review.Version, review.Now = f.ETag, &found.Body, f.Now
	review.CanSave = f.CanEdit
	return v.Show(http.StatusOK, review)
}

// said is what the route said after an event; false where it is about something else, said
// nothing, or is of a version that this one cannot read.
func said(e *wire.Event, route string) (s gate.RouteSpec, ok bool) {
	if e.Target == nil || e.Target.Kind != gate.AuditRoute || e.Target.ID != route || len(e.After) == 0 {
		return s, false
	}
	in := json.NewDecoder(bytes.NewReader(e.After))
	in.DisallowUnknownFields()
	return s, in.Decode(&s) == nil
}

// historyPage lists what was done to a route.
type historyPage struct {
	routeFrame
	Asked  url.Values
	Events []wire.Event
	Names  map[string]string // addresses of people by their ids
	Next   string
}

func (p historyPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.HistoryTitle.With(words.Name, p.ID))
}
func (p historyPage) Body() templ.Component { return historyBody(p) }

func (p historyPage) table(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "history", Caption: w.History, Columns: []part.Column{{Label: w.When}, {Label: w.Done}, {Label: w.By}, {Label: w.Look, Unseen: true}}}
	for i, e := range p.Events {
		row := part.Row{Label: string(e.ID), Cells: []templ.Component{part.When(p.Now, e.At), part.Text(happened(say, &e)), p.by(&e), part.Text("")}}
		if _, ok := said(&e, p.ID); ok {
			row.Cells[3] = look(p.ID, &e, say.Moment(e.At), i == 0 && !p.Asked.Has("cursor"))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// happened is what an event did.
func happened(say *words.Catalogue, e *wire.Event) string {
	switch e.Action {
	case gate.ActionRouteCreate:
		return say.ConsoleRoutes.Created
	case gate.ActionRouteUpdate:
		return say.ConsoleRoutes.Updated
	case gate.ActionRouteDelete:
		return say.ConsoleRoutes.Deleted
	}
	return string(e.Action)
}

func (p historyPage) by(e *wire.Event) templ.Component {
	if email := p.Names[e.Actor.ID]; email != "" {
		return person(e.Actor.ID, email)
	}
	return actor(e.Actor)
}

func (p historyPage) pager() part.Pager {
	pages := guard.Pager(pathOf(p.ID)+"/history", p.Asked, p.Next)
	pages.Time = true
	return pages.Showing(len(p.Events))
}

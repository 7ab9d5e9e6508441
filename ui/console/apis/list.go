package apis

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// list shows a page of the APIs that the address asks for.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "cursor")
	found, err := guard.Ask[admin.Page[wire.API]](v, "listAPIs", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" { // of another search: from the beginning
		return view.SeeOther(v.W, v.R, guard.With(pathAll, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, "apis"); err != nil {
		return err
	}
	f.Command = guard.Whole(asked, "api", "list")
	return v.Show(http.StatusOK, listPage{Frame: f, Asked: asked, APIs: found.Body.Items, Next: found.Body.Next, CanCreate: v.Can("createAPI", nil)})
}

// listPage lists APIs.
type listPage struct {
	guard.Frame
	Asked     url.Values
	APIs      []wire.API
	Next      string
	CanCreate bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleAPIs.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleAPIs.Deleted
	}
	return ""
}

func (p listPage) filters(say *words.Catalogue) part.Filters {
	f := part.Filters{Action: pathAll, Search: part.Field{ID: "search", Label: say.ConsoleAPIs.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: say.ConsoleAPIs.Find, Value: text, Href: pathAll}}
	}
	return f
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	a := &say.ConsoleAPIs
	e := part.Empty{Title: a.None, Lead: a.NoneTodo}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: a.Create, Href: pathNew})
	}
	e.Do = append(e.Do, part.Link{Label: a.Back, Href: pathAll})
	return e
}

func (p listPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleAPIs, time.Now()
	t := part.Table{ID: "apis", Caption: string(a.Title), Columns: []part.Column{{Label: a.Which}, {Label: a.Permissions, Number: true}, {Label: a.Delegation}, {Label: a.Created}}}
	for _, one := range p.APIs {
		made := part.When(now, one.Created)
		if one.BuiltIn {
			made = part.Text(a.BuiltIn)
		}
		t.Rows = append(t.Rows, part.Row{Label: one.ID, Href: pathOf(one.ID), Cells: []templ.Component{
			part.Cell(part.Lines{Main: one.ID, Code: one.Audience}), part.Number(len(one.Permissions)), part.Text(delegated(say, one.Delegation)), made,
		}})
	}
	return t
}

func (p listPage) pager() part.Pager {
	return guard.Pager(pathAll, p.Asked, p.Next).Showing(len(p.APIs))
}

// Finder finds APIs by how a part of their id begins.
var Finder = guard.Finder{Label: Section.Label, Operation: Section.Operation, Find: func(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.API]](v, Section.Operation, admin.Input{Query: guard.Searching(text)})
	if err != nil {
		return nil, err
	}
	for _, a := range found.Body.Items {
		all = append(all, part.Hit{Label: a.ID, Under: a.Audience, Href: pathOf(a.ID)})
	}
	return all, nil
}}

package upstreams

import (
	"net/http"
	"net/url"
	"strings"
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

// gateNow is where the parts of the gate come from.
func gateNow(v *guard.Visit) (wire.Gate, error) {
	found, err := guard.Ask[admin.One[wire.Gate]](v, "getGate", admin.Input{})
	if err != nil {
		return wire.Gate{}, err
	}
	return found.Body, nil
}

// all shows a page of the list: of those in the database where these count, and else of those that
// are served.
func (d *Door) all(v *guard.Visit, k *kind) error {
	p := listPage{Frame: v.Frame(), kind: k, Asked: v.Only("search", "cursor"), Now: time.Now()}
	var err error
	if p.Gate, err = gateNow(v); err != nil {
		return err
	}
	find := k.kept
	if p.Gate.Files {
		find = k.serving
	}
	p.Things, p.Next, err = find(v, p.Asked)
	if fault.CodeOf(err) == "request.cursor" { // of another search: from the beginning
		return view.SeeOther(v.W, v.R, guard.With(p.kind.path, p.Asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	if err := v.Keeps(&p.Frame, strings.TrimPrefix(k.path, guard.Root+"/")); err != nil {
		return err
	}
	p.Command = guard.Whole(p.Asked, k.command, "list")
	p.CanCreate = !p.Gate.Files && v.Can(k.create, nil)
	return v.Show(http.StatusOK, p)
}

// listPage lists them.
type listPage struct {
	guard.Frame
	Asked     url.Values
	Gate      wire.Gate
	Things    []thing
	Next      string
	Now       time.Time
	CanCreate bool

	kind *kind
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(p.kind.say(say).Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "deleted" {
		return p.kind.say(say).DidDelete
	}
	return ""
}

func (p listPage) filters(say *words.Catalogue) part.Filters {
	w := &say.ConsoleGateParts
	f := part.Filters{Action: p.kind.path, Search: part.Field{ID: "search", Label: w.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: w.Find, Value: text, Href: guard.With(p.kind.path, p.Asked, "search", "")}}
	}
	return f
}

func (p listPage) table(say *words.Catalogue) part.Table {
	w := &say.ConsoleGateParts
	k := p.kind.say(say)
	t := part.Table{ID: "things", Caption: string(k.Title), Columns: []part.Column{{Label: w.Name}, {Label: k.At}, {Label: k.Speaks}}}
	if !p.Gate.Files {
		t.Columns = append(t.Columns, part.Column{Label: w.Changed})
	}
	for i := range p.Things {
		one := &p.Things[i]
		row := part.Row{Label: one.ID, Href: p.kind.pathOf(one.ID), Cells: []templ.Component{part.Cell(part.Lines{Main: one.ID}), codes(one.At), code(one.Speaks)}}
		if !p.Gate.Files {
			row.Cells = append(row.Cells, part.When(p.Now, one.Updated))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	w := &say.ConsoleGateParts
	k := p.kind.say(say)
	e := part.Empty{Title: k.None, Lead: k.NoneTodo}
	switch {
	case p.Asked.Get("search") != "":
		e.Lead, e.Do = w.NoneFound, []part.Link{{Label: k.All, Href: p.kind.path}}
	case p.CanCreate:
		e.Do = []part.Link{{Label: k.Create, Href: p.kind.pathNew()}}
	}
	return e
}

func (p listPage) pager() part.Pager {
	return guard.Pager(p.kind.path, p.Asked, p.Next).Showing(len(p.Things))
}

package applications

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// list shows a page of the applications that the address asks for.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "state", "kind", "sort", "cursor")
	found, err := guard.Ask[admin.Page[wire.ClientState]](v, "listClients", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" { // of other filters: from the beginning
		return view.SeeOther(v.W, v.R, guard.With(pathAll, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, "applications"); err != nil {
		return err
	}
	f.Command = guard.Whole(asked, "client", "list")
	return v.Show(http.StatusOK, listPage{Frame: f, Asked: asked, Clients: found.Body.Items, Next: found.Body.Next, CanCreate: v.Can("createClient", nil)})
}

// listPage lists applications.
type listPage struct {
	guard.Frame
	Asked     url.Values // the filters, by the names of listClients
	Clients   []wire.ClientState
	Next      string
	CanCreate bool
}

func (p listPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleApplications.Title)
}
func (p listPage) Body() templ.Component { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleApplications.Delete.Did
	}
	return ""
}

// kinds are those that an application may be of, in the order in which they are offered.
var kinds = []oauth.Kind{oauth.KindWeb, oauth.KindBrowser, oauth.KindNative, oauth.KindMachine}

// nameOf is how a kind is called, and whyOf the sentence about it.
func nameOf(say *words.Catalogue, kind oauth.Kind) string {
	a := &say.ConsoleApplications
	return map[oauth.Kind]string{oauth.KindWeb: a.Web, oauth.KindBrowser: a.Browser, oauth.KindNative: a.Native, oauth.KindMachine: a.Machine}[kind]
}

func whyOf(say *words.Catalogue, kind oauth.Kind) string {
	a := &say.ConsoleApplications
	return map[oauth.Kind]string{oauth.KindWeb: a.WebWhy, oauth.KindBrowser: a.BrowserWhy, oauth.KindNative: a.NativeWhy, oauth.KindMachine: a.MachineWhy}[kind]
}

// filters are the ways to narrow the list, and those that count.
func (p listPage) filters(say *words.Catalogue) part.Filters {
	a := &say.ConsoleApplications
	kindsOf := []part.Option{{Label: say.Console.All}}
	for _, k := range kinds {
		kindsOf = append(kindsOf, part.Option{Value: string(k), Label: nameOf(say, k)})
	}
	f := part.Filters{
		Action: pathAll, Search: part.Field{ID: "search", Label: a.Find, Value: p.Asked.Get("search")},
		Fields: []part.Field{
			{ID: "kind", Label: a.KindIs, Value: p.Asked.Get("kind"), Options: kindsOf},
			{ID: "state", Label: a.State, Value: p.Asked.Get("state"), Options: []part.Option{{Label: say.Console.All}, {Value: "active", Label: a.Active}, {Value: "disabled", Label: a.Disabled}}},
		},
	}
	if by := p.Asked.Get("sort"); by != "" {
		f.Keep = []part.Hidden{{Name: "sort", Value: by}}
	}
	for _, c := range []part.Chip{
		{Label: a.Find, Value: p.Asked.Get("search"), Href: guard.With(pathAll, p.Asked, "search", "")},
		{Label: a.KindIs, Value: nameOf(say, oauth.Kind(p.Asked.Get("kind"))), Href: guard.With(pathAll, p.Asked, "kind", "")},
		{Label: a.State, Value: map[string]string{"active": a.Active, "disabled": a.Disabled}[p.Asked.Get("state")], Href: guard.With(pathAll, p.Asked, "state", "")},
	} {
		if c.Value != "" {
			f.Chips = append(f.Chips, c)
		}
	}
	if len(f.Chips) > 1 {
		f.Clear = pathAll
	}
	return f
}

// empty says what to do where there is no application, or none fits the filters.
func (p listPage) empty(say *words.Catalogue) part.Empty {
	a := &say.ConsoleApplications
	e := part.Empty{Title: a.None, Lead: a.NoneTodo}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: a.Create, Href: pathNew})
	}
	e.Do = append(e.Do, part.Link{Label: a.Back, Href: pathAll})
	return e
}

// table is the list itself.
func (p listPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleApplications, time.Now()
	t := part.Table{ID: "applications", Caption: string(a.Title), Columns: []part.Column{
		p.sorted(a.Who, "id"), {Label: a.KindIs}, {Label: a.State}, {Label: a.LastUsed}, {Label: a.SignIns, Number: true}, p.sorted(a.Created, "created"),
	}}
	for _, c := range p.Clients {
		t.Rows = append(t.Rows, part.Row{Label: c.Name, Href: pathOf(string(c.ID)), Soft: c.Disabled, Cells: []templ.Component{
			part.Cell(part.Lines{Main: c.Name, Code: string(c.ID), Picture: logoOf(&c.Client)}), part.Text(nameOf(say, c.Kind)), part.Pill(stateOf(say, c.Disabled)),
			part.When(now, c.LastUsed), part.Number(int(c.SignIns)), part.When(now, c.Created),
		}})
	}
	return t
}

func stateOf(say *words.Catalogue, disabled bool) part.Badge {
	if disabled {
		return part.Badge{Label: say.ConsoleApplications.Disabled, Tone: part.Bad}
	}
	return part.Badge{Label: say.ConsoleApplications.Active, Tone: part.Good}
}

// sorted is a column that the list can be sorted by. The first click on moments shows the latest
// first.
func (p listPage) sorted(label, by string) part.Column {
	c, asked := part.Column{Label: label}, p.Asked.Get("sort")
	if asked == "" {
		asked = "id"
	}
	switch asked {
	case by:
		c.Order, c.Sort = part.Ascending, guard.With(pathAll, p.Asked, "sort", "-"+by)
	case "-" + by:
		c.Order, c.Sort = part.Descending, guard.With(pathAll, p.Asked, "sort", by)
	default:
		c.Sort = guard.With(pathAll, p.Asked, "sort", map[bool]string{true: by, false: "-" + by}[by == "id"])
	}
	return c
}

func (p listPage) pager() part.Pager {
	return guard.Pager(pathAll, p.Asked, p.Next).Showing(len(p.Clients))
}

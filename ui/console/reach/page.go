package reach

import (
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// reachPage lists who may do something.
type reachPage struct {
	guard.Frame
	Asked        url.Values // by the names of listHolders, without
	Permission   string
	Cursor, Next string
	Now          time.Time
	Holders      []wire.Holder
	Found        bool // they were looked for
	People       bool // the pages of people may be seen
	Grants       bool // those of grants may be

	Permissions, Organisations []part.Option // that are proposed
}

func (p reachPage) Head(say *words.Catalogue) view.Head {
	title := say.ConsoleAccess.Reach
	if p.Permission != "" {
		title += words.Title(" · " + p.Permission)
	}
	return part.Head(p.Form.Title(say, title))
}
func (p reachPage) Body() templ.Component { return reachBody(p) }

// filters ask what, on what, and from where it is looked at.
func (p reachPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleAccess
	field := func(id, label, hint string, kind part.Kind, max int) part.Field {
		return part.Field{ID: id, Label: label, Hint: hint, Kind: kind, Value: p.Asked.Get(id), Max: max, Optional: true, Literal: true}
	}
	asked := field("permission", is.Permission, say.Console.Example, part.Line, 192)
	asked.Value, asked.Optional, asked.Typed, asked.Options = p.Permission, false, true, p.Permissions
	org := field("org", is.Org, "", part.Line, 64)
	org.Typed, org.Options, org.Offer = true, p.Organisations, string(access.Organisation)
	filters := part.Filters{Action: path, Do: part.Button{ID: "look", Label: is.ReachDo, Main: true}, Fields: []part.Field{
		asked, field("thing", is.Thing, is.ThingHint, part.Line, 200), org, field("at", is.At, "", "datetime-local", 0),
	}}
	return filters.Faulty(say, p.Wrong)
}

func (p reachPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleAccess
	t := part.Table{ID: "holders", Caption: string(is.Reach), Columns: []part.Column{{Label: is.Who}, {Label: is.Because}, {Label: is.Where}, {Label: is.Until}}}
	for i := range p.Holders {
		h := &p.Holders[i]
		t.Rows = append(t.Rows, part.Row{Label: who(h), Href: p.steps(h), Cells: []templ.Component{
			part.Cell(part.Lines{Main: who(h), Under: say.Console.Kinds[string(h.Principal.Kind)]}), because(p, h), onWhat(say, h), part.Left(part.Countdown{Now: p.Now, Until: h.Until}),
		}})
	}
	return t
}

// steps are on the page where the same is asked about one person, with every grant; "" for others.
func (p *reachPage) steps(h *wire.Holder) string {
	if !p.People || h.Principal.Kind != access.User {
		return ""
	}
	return "/console/users/" + h.Principal.ID + "/access/check?" + p.all().Encode()
}

// gives is what the grant gives, and within which organisation.
func gives(say *words.ConsoleAccess, h *wire.Holder) string {
	text := say.ByPermission.With(words.Permission, h.Pattern)
	if h.Role != "" {
		text = say.ByRole.With(words.Name, h.Role)
	}
	if h.Org != "" {
		text += ", " + say.Within.With(words.Name, h.Org)
	}
	return text
}

func who(h *wire.Holder) string {
	if h.Principal.Email != "" {
		return h.Principal.Email
	}
	return h.Principal.ID
}

// way is how the grant reaches them.
func way(say *words.ConsoleAccess, path []wire.Subject) string {
	if len(path) == 0 {
		return say.Direct
	}
	var all []string
	for _, s := range path {
		named := say.Group
		if s.Kind == access.Organisation {
			named = say.Organisation
		}
		all = append(all, named.With(words.Name, s.ID))
	}
	return say.Via.With(words.Name, strings.Join(all, " → "))
}

// where is on which things they may.
func where(say *words.ConsoleAccess, h *wire.Holder) string {
	text := map[access.Place]string{access.Own: say.Own, access.Listed: say.Some, access.Condition: say.Conditional}[h.Where]
	if text == "" {
		text = say.Unknown
	}
	if h.Except != "" {
		text += ", " + say.But
	}
	return text
}

func (p reachPage) pager() part.Pager {
	asked := p.all()
	if p.Cursor != "" {
		asked.Set("cursor", p.Cursor)
	}
	return guard.Pager(path, asked, p.Next).Showing(len(p.Holders))
}

// all is what the address asks for.
func (p *reachPage) all() url.Values {
	asked := url.Values{"permission": {p.Permission}}
	maps.Copy(asked, p.Asked)
	return asked
}

// moment is that of the page, as it was typed where it cannot be read.
func (p *reachPage) moment(say *words.Catalogue) string {
	if at, err := time.Parse(time.RFC3339, p.query().Get("at")); err == nil {
		return say.Moment(at)
	}
	return p.Asked.Get("at")
}

package users

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// filters are the ways to narrow the list, and those that count.
func (p listPage) filters(say *words.Catalogue) part.Filters {
	f := part.Filters{
		Action: pathUsers, Search: part.Field{ID: "search", Label: say.ConsoleUsers.Find, Value: p.Asked.Get("search")},
		Fields: []part.Field{{ID: "state", Label: say.ConsoleUsers.State, Value: p.Asked.Get("state"), Options: []part.Option{
			{Label: say.Console.All}, {Value: "active", Label: say.ConsoleUsers.Active}, {Value: "disabled", Label: say.ConsoleUsers.Disabled},
		}}, {ID: "second_factor", Label: say.ConsoleUsers.Factor, Value: p.Asked.Get("second_factor"), Options: []part.Option{
			{Label: say.Console.All}, {Value: "true", Label: say.ConsoleUsers.FactorOn}, {Value: "false", Label: say.ConsoleUsers.FactorOff},
		}}, {ID: "has_password", Label: say.ConsoleUsers.Password, Value: p.Asked.Get("has_password"), Options: []part.Option{
			{Label: say.Console.All}, {Value: "true", Label: say.ConsoleUsers.PasswordOn}, {Value: "false", Label: say.ConsoleUsers.PasswordOff},
		}}, {ID: "seen", Label: say.ConsoleUsers.Seen, Value: p.Asked.Get("seen"), Options: seenOptions(say)}},
	}
	for _, name := range []string{"sort", "import"} {
		if value := p.Asked.Get(name); value != "" {
			f.Keep = append(f.Keep, part.Hidden{Name: name, Value: value})
		}
	}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = append(f.Chips, part.Chip{Label: say.ConsoleUsers.Find, Value: text, Href: p.with("search", "")})
	}
	if state := p.Asked.Get("state"); state != "" {
		f.Chips = append(f.Chips, part.Chip{Label: say.ConsoleUsers.State, Value: person.State(say, state == "disabled").Label, Href: p.with("state", "")})
	}
	if p.Import != "" {
		f.Chips = append(f.Chips, part.Chip{Label: say.ConsoleUsers.Imported, Value: p.Import, Href: p.with("import", "")})
	}
	for _, field := range f.Fields[1:] {
		for _, o := range field.Options {
			if o.Value != "" && o.Value == field.Value {
				f.Chips = append(f.Chips, part.Chip{Label: field.Label, Value: o.Label, Href: p.with(field.ID, "")})
			}
		}
	}
	if len(f.Chips) > 1 {
		f.Clear = pathUsers
	}
	return f
}

func seenOptions(say *words.Catalogue) []part.Option {
	all := []part.Option{{Label: say.Console.All}, {Value: never, Label: say.ConsoleUsers.Never}}
	for _, days := range unseen {
		all = append(all, part.Option{Value: strconv.Itoa(days), Label: say.Count(say.ConsoleUsers.SeenNot, days)})
	}
	return all
}

// empty says what to do where nobody fits the filters.
func (p listPage) empty(say *words.Catalogue) part.Empty {
	e := part.Empty{Title: say.ConsoleUsers.None, Lead: say.ConsoleUsers.NoneTodo, Do: []part.Link{{Label: say.ConsoleUsers.Back, Href: pathUsers}}}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: say.ConsoleUsers.Create, Href: pathNew})
	}
	return e
}

// table is the list itself. A search has an order of its own.
func (p listPage) table(say *words.Catalogue) part.Table {
	t := part.Table{ID: "people", Caption: string(say.ConsoleUsers.Title), Columns: []part.Column{
		p.sorted(say.ConsoleUsers.Who, "email"), {Label: say.ConsoleUsers.State}, {Label: say.ConsoleUsers.Factor}, p.sorted(say.ConsoleUsers.LastSeen, "last_sign_in"), p.sorted(say.ConsoleUsers.Created, "created"),
	}}
	if len(p.Bulks) > 0 {
		t.Bulk = &part.Bulk{Action: pathSelected, Token: p.Token, Fields: p.Carried()}
	}
	for _, b := range p.Bulks {
		t.Bulk.Do = append(t.Bulk.Do, part.Button{ID: b.name + "-selected", Name: "do", Value: b.name, Label: b.link(say), Danger: b.danger})
	}
	now := time.Now()
	for _, one := range p.People {
		t.Rows = append(t.Rows, row(say, now, &one))
	}
	return t
}

func row(say *words.Catalogue, now time.Time, u *wire.ListedUser) part.Row {
	name := part.Lines{Main: person.Named(&u.User)}
	if u.Name != "" {
		name.Under = u.Email
	}
	return part.Row{Value: string(u.ID), Label: u.Email, Href: person.Path(string(u.ID)), Soft: u.Disabled, Cells: []templ.Component{
		part.Cell(name), standing(u), factor(u.SecondFactor), part.When(now, u.LastSignIn), part.When(now, u.Created),
	}}
}

// sorted is a column that the list can be sorted by. The first click on moments shows the
// latest first.
func (p listPage) sorted(label, by string) part.Column {
	c := part.Column{Label: label}
	if p.Asked.Get("search") != "" {
		return c
	}
	asked := p.Asked.Get("sort")
	if asked == "" {
		asked = "email"
		if p.Asked.Get("seen") != "" {
			asked = "last_sign_in"
		}
	}
	switch asked {
	case by:
		c.Order, c.Sort = part.Ascending, p.with("sort", "-"+by)
	case "-" + by:
		c.Order, c.Sort = part.Descending, p.with("sort", by)
	default:
		c.Sort = p.with("sort", map[bool]string{true: by, false: "-" + by}[by == "email"])
	}
	return c
}

func (p listPage) pager() part.Pager {
	pages := guard.Pager(pathUsers, p.Asked, p.Next)
	pages.Of = p.Counted
	return pages.Showing(len(p.People))
}

// sure asks whether to do it to those who were chosen.
func (p selectedPage) sure(say *words.Catalogue) part.Confirm {
	says := p.Do.say(say)
	form := part.Form{ID: "selected", Action: pathSelected, Cancel: pathUsers, Hidden: []part.Hidden{{Name: "confirmed", Value: "yes"}, {Name: "do", Value: p.Do.name}}, Do: []part.Button{{ID: "submit", Label: p.Do.link(say), Main: !p.Do.danger, Danger: p.Do.danger}}}
	if p.Do.group {
		form.Fields = []part.Field{{ID: "group", Label: say.ConsoleUsers.Group, Hint: say.ConsoleUsers.GroupHint, Value: p.Group, Max: 64, Literal: true, Complete: "off"}}
	}
	for _, user := range p.Chosen {
		form.Hidden = append(form.Hidden, part.Hidden{Name: "row", Value: user})
	}
	return part.Confirm{Title: says.Ask, Consequence: say.Count(says.Why, len(p.Chosen)), Details: p.names(), Form: p.Draw(say, form), Bad: p.Do.danger}
}

// once are the links, which nobody sees again: a line each, with whose it is.
func (p selectedPage) once(say *words.Catalogue) part.Secret {
	lines := make([]string, len(p.Links))
	for i, l := range p.Links {
		lines[i] = l.Email + " " + string(l.Link)
	}
	text := strings.Join(lines, "\n")
	return part.Secret{ID: "links", Label: say.ConsoleUsers.Links, Value: text, File: "password-links.txt", Env: text + "\n", Stored: pathUsers, Links: len(p.Links)}
}

// notice says to how many it was done.
func (p selectedPage) notice(say *words.Catalogue) string {
	if !p.Finished {
		return ""
	}
	return say.Count(p.Do.say(say).Did, len(p.Chosen)-len(p.Not))
}

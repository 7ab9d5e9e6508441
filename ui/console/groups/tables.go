package groups

import (
	"slices"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func (p listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleMembers
	f := part.Filters{Action: p.kind.path, Search: part.Field{ID: "search", Label: is.Find, Value: p.Asked.Get("search")}}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: is.Find, Value: text, Href: guard.With(p.kind.path, p.Asked, "search", "")}}
	}
	return f
}

// empty says what to do where there is none, or none is found.
func (p listPage) empty(say *words.Catalogue) part.Empty {
	is := p.kind.say(say)
	e := part.Empty{Title: is.None, Lead: is.NoneTodo}
	if p.Asked.Get("search") != "" {
		e.Lead = say.ConsoleMembers.NotFound
		e.Do = []part.Link{{Label: is.All, Href: p.kind.path}}
	}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: is.Create, Href: p.kind.path + below + "/new"})
	}
	return e
}

func (p listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleMembers
	t := part.Table{ID: "things", Caption: string(p.kind.say(say).Title), Columns: []part.Column{{Label: is.Name}, {Label: is.Description}, {Label: is.Created}}}
	for _, one := range p.Things {
		t.Rows = append(t.Rows, part.Row{Label: one.ID, Href: p.kind.pathOf(one.ID), Cells: []templ.Component{part.Text(one.ID), part.Text(one.Description), part.When(p.Now, one.Created)}})
	}
	return t
}

func (p listPage) pager() part.Pager {
	return guard.Pager(p.kind.path, p.Asked, p.Next).Showing(len(p.Things))
}

// given are grants: what whoever is in it has by it.
func given(say *words.Catalogue, all []wire.Grant, more bool, f *oneFrame) part.Table {
	is := &say.ConsoleMembers
	t := part.Table{ID: "gives", Caption: is.Gives, Columns: []part.Column{{Label: is.What}, {Label: is.Ends}, {Label: is.Reason}}}
	for i := range all {
		g := &all[i]
		t.Rows = append(t.Rows, part.Row{Label: what(say, g), Cells: []templ.Component{
			givesCell(say, g), part.Left(part.Countdown{Now: f.Now, From: g.Created, Until: g.ExpiresAt}), part.Text(g.Reason),
		}})
	}
	if more {
		t.Foot = part.Text(is.MoreGrants)
	}
	return t
}

// what is what a grant gives, and where.
func what(say *words.Catalogue, g *wire.Grant) string {
	is := &say.ConsoleAccess
	text := is.ByPermission.With(words.Permission, g.Permission)
	if g.Role != "" {
		text = is.ByRole.With(words.Name, g.Role)
	}
	if g.Effect == access.Deny {
		text = is.Denies + " " + text
	}
	for _, more := range []string{map[access.Place]string{access.Own: is.Own, access.Listed: is.Some, access.Condition: is.Conditional}[g.Where], inside(say, g.Org)} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func inside(say *words.Catalogue, org string) string {
	if org == "" {
		return ""
	}
	return say.ConsoleAccess.Within.With(words.Name, org)
}

// names are what grants give, in short, for a sentence of consequences.
func names(say *words.Catalogue, all []wire.Grant) (texts []string) {
	for i := range all {
		texts = append(texts, what(say, &all[i]))
	}
	return texts
}

func (p onePage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleMembers
	all := []part.Fact{{Name: is.Created, Value: part.When(p.Now, p.Thing.Created)}}
	if p.Grants {
		all = append(all, part.Fact{Name: is.Managers, Value: linked(p.to, p.Managers, p.MoreManagers)})
	}
	return all
}

// tree is the groups within it.
func (p onePage) tree() []part.Node { return nodes(p.to, p.Within) }

func nodes(to func(wire.Subject) string, all []branch) (found []part.Node) {
	for _, b := range all {
		found = append(found, part.Node{Label: b.id, Href: guard.PageOf(to, wire.Subject{Kind: access.Group, ID: b.id}), Below: nodes(to, b.below)})
	}
	return found
}

func (p membersPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleMembers
	kinds := part.Field{ID: "kind", Label: is.Kind, Value: p.Asked.Get("kind"), Options: []part.Option{{Label: say.Console.All}}}
	for _, one := range memberKinds {
		kinds.Options = append(kinds.Options, part.Option{Value: string(one), Label: say.Console.Kinds[string(one)]})
	}
	return part.Filters{Action: p.path() + "/members", Fields: []part.Field{kinds}}
}

// memberKinds are the kinds of members.
var memberKinds = []access.Kind{access.User, access.Group, access.ServiceAccount, access.Client}

func (p membersPage) empty(say *words.Catalogue) part.Empty {
	is := &say.ConsoleMembers
	e := part.Empty{Title: is.Nobody, Lead: is.NobodyTodo}
	if p.CanAdd {
		e.Do = []part.Link{{Label: is.Add, Href: p.path() + "/members/" + adding}}
	}
	return e
}

func (p membersPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleMembers
	t := part.Table{ID: "members", Caption: string(is.Title), Columns: []part.Column{{Label: is.Who}, {Label: is.Since}, {Label: is.Ends}, {Label: is.Reason}}}
	if p.CanAdd {
		t.Columns = append(t.Columns, part.Column{Label: is.Remove, Unseen: true})
	}
	for _, m := range p.List {
		begun := m.Created
		if m.NotBefore.After(begun) {
			begun = m.NotBefore
		}
		row := part.Row{Label: called(m.Member), Href: guard.PageOf(p.to, m.Member), Soft: !m.ExpiresAt.IsZero() && !p.Now.Before(m.ExpiresAt), Cells: []templ.Component{
			part.Cell(subject(say, m.Member)), part.When(p.Now, begun), part.Left(part.Countdown{Now: p.Now, From: begun, Until: m.ExpiresAt}), part.Text(m.Reason),
		}}
		if p.CanAdd {
			row.Cells = append(row.Cells, toRemove(p.memberPath(m.Member), called(m.Member)))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func subject(say *words.Catalogue, s wire.Subject) part.Lines {
	l := part.Lines{Main: called(s), Under: say.Console.Kinds[string(s.Kind)]}
	if s.Email != "" {
		l.Code = s.ID
	}
	return l
}

func (p membersPage) pager() part.Pager {
	return guard.Pager(p.path()+"/members", p.Asked, p.Next).Showing(len(p.List))
}

func (p editPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleMembers
	form := part.Form{ID: "thing", Action: p.kind.path + below + "/new", Cancel: p.kind.path, Do: []part.Button{{ID: "submit", Label: p.kind.say(say).Create, Main: true}}}
	if p.Of {
		form.Action, form.Cancel, form.Do[0].Label = p.kind.pathOf(p.ID)+"/edit", p.kind.pathOf(p.ID), is.Save
		form.Hidden = []part.Hidden{{Name: "etag", Value: p.ETag}}
	} else {
		form.Fields = append(form.Fields, part.Field{ID: "id", Label: say.ConsoleRoles.ID, Hint: say.ConsoleRoles.IDHint, Value: p.ID, Literal: true, Complete: "off", Max: 64, Focus: p.Wrong == nil})
	}
	form.Fields = append(form.Fields, part.Field{ID: "description", Label: is.Description, Value: p.Description, Optional: true, Complete: "off", Max: 200})
	return p.Draw(say, form)
}

func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(p.kind.say(say).Title), Href: p.kind.path}}
	if p.Of {
		all = append(all, part.Link{Label: p.ID, Href: p.kind.pathOf(p.ID)})
	}
	return all
}

// sure asks whether to delete it, and says for how many that ends.
func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleMembers
	c := part.Confirm{Title: string(p.title(say)), Consequence: say.Count(is.DeleteWhy, p.Inside), Name: p.Thing.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "delete", Action: p.path() + "/delete", Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: is.Delete, Danger: true}},
	})}
	if p.MoreInside {
		c.Consequence = say.Count(is.DeleteMany, p.Inside)
	}
	if p.Mistyped {
		c.Problem = say.ConsoleRoles.Mistyped
	}
	return c
}

func (p addPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleMembers
	kinds := part.Field{ID: "kind", Label: is.Kind, Kind: part.Choose, Value: p.Kind}
	for _, one := range memberKinds {
		kinds.Options = append(kinds.Options, part.Option{Value: string(one), Label: say.Console.Kinds[string(one)]})
	}
	last := guard.Lasting(say, p.Last)
	last.Label = is.For
	form := part.Form{
		ID: "add", Action: p.path() + "/members/" + adding, Cancel: p.path() + "/members", Do: []part.Button{{ID: "submit", Label: is.Add, Main: true}},
		Fields: []part.Field{
			kinds,
			{ID: "member", Label: is.Who, Hint: is.WhoHint, Value: p.Member, Literal: true, Complete: "off", Max: 320, Focus: p.Wrong == nil},
			last,
			{ID: "reason", Label: is.Reason, Value: p.Reason, Optional: true, Max: 500},
		},
	}
	if p.Already {
		form.Fields = slices.Insert(form.Fields, 2, part.Field{ID: "change", Label: is.Change, Kind: part.Tick, On: p.Change})
	}
	return p.Draw(say, form)
}

// sure asks whether to take somebody out, and says what they lose by it.
func (p removePage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleMembers
	c := part.Confirm{Title: string(p.title(say)), Consequence: is.RemoveWhy, Details: names(say, p.Gives), Form: p.Draw(say, part.Form{
		ID: "remove", Action: p.memberPath(p.Member), Cancel: p.path() + "/members",
		Do: []part.Button{{ID: "submit", Label: is.Remove, Danger: true}},
	})}
	if len(p.Gives) == 0 {
		c.Consequence = is.RemoveNothing
	}
	if p.More {
		c.Details = append(c.Details, is.MoreGrants)
	}
	return c
}

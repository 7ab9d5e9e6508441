package roles

import (
	"strings"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func (p listPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleRoles
	f := part.Filters{Action: pathRoles, Search: part.Field{ID: "search", Label: is.Find, Value: p.Asked.Get("search")}}
	if by := p.Asked.Get("sort"); by != "" {
		f.Keep = []part.Hidden{{Name: "sort", Value: by}}
	}
	if text := p.Asked.Get("search"); text != "" {
		f.Chips = []part.Chip{{Label: is.Find, Value: text, Href: p.with("search", "")}}
	}
	return f
}

func (p listPage) empty(say *words.Catalogue) part.Empty {
	is := &say.ConsoleRoles
	e := part.Empty{Title: is.None, Lead: is.NoneTodo, Do: []part.Link{{Label: is.AllRoles, Href: pathRoles}}}
	if p.CanCreate {
		e.Do = append(e.Do, part.Link{Label: is.Create, Href: pathNew})
	}
	return e
}

func (p listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "roles", Caption: string(is.Title), Columns: []part.Column{
		p.sorted(is.Role, "id"), {Label: is.Own, Number: true}, {Label: is.Parents}, {Label: is.Longest}, p.sorted(is.Created, "created"),
	}}
	for _, r := range p.Roles {
		t.Rows = append(t.Rows, part.Row{Label: r.ID, Href: pathOf(r.ID), Cells: []templ.Component{
			named(r), part.Number(len(r.Permissions)), part.Text(strings.Join(r.Parents, ", ")), longest(is, r.MaxGrant), created(p, r),
		}})
	}
	return t
}

func longest(is *words.ConsoleRoles, most string) templ.Component {
	if most == "" {
		return part.Text(is.Endless)
	}
	return lasting(most)
}

// sorted is a column that the list can be sorted by.
func (p listPage) sorted(label, by string) part.Column {
	asked, c := p.Asked.Get("sort"), part.Column{Label: label}
	if asked == "" {
		asked = "id"
	}
	switch asked {
	case by:
		c.Order, c.Sort = part.Ascending, p.with("sort", "-"+by)
	case "-" + by:
		c.Order, c.Sort = part.Descending, p.with("sort", by)
	default:
		c.Sort = p.with("sort", map[bool]string{true: by, false: "-" + by}[by == "id"])
	}
	return c
}

func (p listPage) pager() part.Pager {
	return guard.Pager(pathRoles, p.Asked, p.Next).Showing(len(p.Roles))
}

func (p treePage) nodes(say *words.Catalogue) (all []part.Node) {
	is := &say.ConsoleRoles
	for _, one := range p.Roles {
		all = append(all, drawn(one, func(r *wire.Role) part.Node {
			n := part.Node{Label: r.ID, Href: pathOf(r.ID), Note: say.Count(is.Permissions, len(r.Permissions))}
			if r.BuiltIn {
				n.Badges = []part.Badge{{Label: is.BuiltIn}}
			}
			return n
		}))
	}
	return all
}

// facts are what is known of the role.
func (p rolePage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleRoles
	all := []part.Fact{
		{Name: is.Parents, Value: linked(p.Role.Parents)},
		{Name: is.Children, Value: linked(p.Children)},
		{Name: is.Longest, Value: longest(is, p.Role.MaxGrant)},
	}
	if !p.Role.BuiltIn {
		all = append(all, part.Fact{Name: is.Created, Value: part.When(p.Now, p.Role.Created)}, part.Fact{Name: is.Updated, Value: part.When(p.Now, p.Role.Updated)})
	}
	return all
}

// table is what the role gives, and whence it has it.
func (p rolePage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "gives", Caption: is.Gives, Columns: []part.Column{{Label: is.Permission}, {Label: is.Whence}}}
	if p.Reach {
		t.Columns = append(t.Columns, part.Column{Label: is.Reach, Unseen: true})
	}
	for _, one := range p.Gives {
		row := part.Row{Label: one.Pattern, Cells: []templ.Component{code(one.Pattern), whence(p.Role.ID, one.By)}}
		if p.Reach {
			row.Cells = append(row.Cells, reached(one.Pattern))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p grantedPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "granted", Caption: is.Granted, Columns: []part.Column{{Label: is.Who}, {Label: is.How}, {Label: is.Since}, {Label: is.Ends}, {Label: is.Reason}}}
	for _, g := range p.Grants {
		t.Rows = append(t.Rows, part.Row{Label: who(g.Subject), Href: guard.PageOf(p.to, g.Subject), Cells: []templ.Component{
			part.Cell(subject(say, g.Subject)), part.Text(how(say, &g)), part.When(p.Now, g.Created),
			part.Left(part.Countdown{Now: p.Now, From: g.Created, Until: g.ExpiresAt}), part.Text(g.Reason),
		}})
	}
	return t
}

// how is what a grant of the role does, and where.
func how(say *words.Catalogue, g *wire.Grant) string {
	is := &say.ConsoleRoles
	text := is.Allows
	if g.Effect != access.Allow {
		text = is.Denies
	}
	for _, more := range []string{place(say, g.Where), within(say, g.Org)} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func place(say *words.Catalogue, at access.Place) string {
	is := &say.ConsoleAccess
	return map[access.Place]string{access.Own: is.Own, access.Listed: is.Some, access.Condition: is.Conditional}[at]
}

func within(say *words.Catalogue, org string) string {
	if org == "" {
		return ""
	}
	return say.ConsoleAccess.Within.With(words.Name, org)
}

func (p holdersPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "holders", Caption: is.Holders, Columns: []part.Column{{Label: is.Who}, {Label: is.Way}, {Label: is.Ends}}}
	for _, h := range p.Holders {
		t.Rows = append(t.Rows, part.Row{Label: who(h.Principal), Href: guard.PageOf(p.to, h.Principal), Cells: []templ.Component{
			part.Cell(subject(say, h.Principal)), part.Cell(part.Lines{Main: way(say, p.Role.ID, &h), Under: others(say, h.Others)}), part.Left(part.Countdown{Now: p.Now, Until: h.Until}),
		}})
	}
	return t
}

// way is how somebody comes to the role.
func way(say *words.Catalogue, role string, h *wire.RoleHolder) string {
	is := &say.ConsoleAccess
	text := is.Direct
	if len(h.Path) > 0 {
		var all []string
		for _, s := range h.Path {
			all = append(all, called(say, s))
		}
		text = is.Via.With(words.Name, strings.Join(all, " → "))
	}
	if h.Role != role {
		text += ", " + is.ByRole.With(words.Name, h.Role)
	}
	for _, more := range []string{place(say, h.Where), within(say, h.Org)} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func others(say *words.Catalogue, n int) string {
	if n == 0 {
		return ""
	}
	return say.Count(say.ConsoleRoles.Others, n)
}

func called(say *words.Catalogue, s wire.Subject) string {
	if s.Kind == access.Organisation {
		return say.ConsoleAccess.Organisation.With(words.Name, s.ID)
	}
	return say.ConsoleAccess.Group.With(words.Name, s.ID)
}

// who is the name of somebody, and subject that with what they are.
func who(s wire.Subject) string {
	if s.Email != "" {
		return s.Email
	}
	return s.ID
}

func subject(say *words.Catalogue, s wire.Subject) part.Lines {
	return part.Lines{Main: who(s), Under: say.Console.Kinds[string(s.Kind)]}
}

// moved is one side of what a change comes to.
func moved(say *words.Catalogue, id string, to func(wire.Subject) string, m *wire.Moved) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: id, Caption: is.Who, Columns: []part.Column{{Label: is.Who}, {Label: is.Permission}}}
	for _, one := range m.First {
		t.Rows = append(t.Rows, part.Row{Label: who(one.Principal), Href: guard.PageOf(to, one.Principal), Cells: []templ.Component{
			part.Cell(subject(say, one.Principal)), codes(one.Permissions, one.More),
		}})
	}
	if rest := m.Count - len(m.First); rest > 0 {
		t.Foot = part.Text(say.Count(is.More, rest))
	}
	return t
}

// changes are what is different of each role.
func (p reviewPage) changes(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "changes", Caption: string(is.Review), Columns: []part.Column{{Label: is.Role}, {Label: is.Added}, {Label: is.Removed}}}
	for _, one := range p.Changes {
		t.Rows = append(t.Rows, part.Row{Label: one.ID, Href: pathOf(one.ID), Cells: []templ.Component{part.Text(one.ID), codes(one.Add, 0), codes(one.Remove, 0)}})
	}
	return t
}

func (p permissionsPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleRoles
	t := part.Table{ID: "permissions", Caption: string(is.All), Columns: []part.Column{{Label: is.Permission}, {Label: say.ConsoleAPIs.Asks}}}
	if p.Roles {
		t.Columns = append(t.Columns, part.Column{Label: is.CarriedBy})
	}
	if p.Reach {
		t.Columns = append(t.Columns, part.Column{Label: is.Reach, Unseen: true})
	}
	by := p.family.carriers(p.List)
	for i := range p.List {
		one := &p.List[i]
		row := part.Row{Label: one.Permission, Cells: []templ.Component{described(one), asks(say, one)}}
		if p.Roles {
			row.Cells = append(row.Cells, carriers(by[one.Permission]))
		}
		if p.Reach {
			row.Cells = append(row.Cells, reached(one.Permission))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p permissionsPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleRoles
	field := part.Field{ID: "api", Label: is.API, Value: p.Asked.Get("api"), Options: []part.Option{{Label: say.Console.All}}}
	for _, name := range p.APIs {
		field.Options = append(field.Options, part.Option{Value: name, Label: name})
	}
	f := part.Filters{Action: pathPermissions, Search: part.Field{ID: "search", Label: is.FindPermission, Value: p.Asked.Get("search"), Max: 192}, Fields: []part.Field{field}}
	for _, one := range []part.Field{f.Search, field} {
		if text := p.Asked.Get(one.ID); text != "" {
			f.Chips = append(f.Chips, part.Chip{Label: one.Label, Value: text, Href: guard.With(pathPermissions, p.Asked, one.ID, "")})
		}
	}
	return f
}

func (p permissionsPage) pager() part.Pager {
	return guard.Pager(pathPermissions, p.Asked, p.Next).Showing(len(p.List))
}

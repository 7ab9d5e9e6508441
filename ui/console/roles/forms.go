package roles

import (
	"strconv"
	"strings"

	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// form is that of a new role, or of one that is changed.
func (p editPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleRoles
	form := part.Form{ID: "role", Action: pathNew, Cancel: pathRoles, Do: []part.Button{{ID: "submit", Label: is.Create, Main: true}}}
	if p.Of == nil {
		form.Fields = append(form.Fields, part.Field{ID: "id", Label: is.ID, Hint: is.IDHint, Value: p.ID, Literal: true, Complete: "off", Max: 64, Focus: p.Wrong == nil})
	} else {
		form.Action, form.Cancel, form.Do[0].Label = pathOf(p.ID)+"/edit", pathOf(p.ID), is.ReviewDo
		form.Hidden = []part.Hidden{{Name: "etag", Value: p.ETag}}
	}
	form.Fields = append(form.Fields,
		part.Field{ID: "permissions", Label: is.Gives, Hint: is.PermissionsHint, Kind: part.Area, Value: p.Permissions, Rows: 8, Optional: true, Literal: true},
		part.Field{ID: "add_permissions", Label: is.AddPermission, Hint: is.AddHint, Optional: true, Literal: true, Complete: "off", Max: 192, Options: p.Offers.Permissions},
		part.Field{ID: "parents", Label: is.Parents, Hint: is.ParentsHint, Kind: part.Area, Value: p.Parents, Rows: 3, Optional: true, Literal: true},
		part.Field{ID: "add_parents", Label: is.AddParent, Hint: is.AddHint, Optional: true, Literal: true, Complete: "off", Max: 64, Options: p.Offers.Roles, Offer: "role"},
		part.Field{ID: "max_grant", Label: is.Longest, Hint: is.LongestHint, Value: p.MaxGrant, Optional: true, Literal: true, Complete: "off", Max: 32},
	)
	return p.Draw(say, form)
}

// agree makes the change that was shown.
func (p editPage) agree(say *words.Catalogue) part.Form {
	is := &say.ConsoleRoles
	return p.Draw(say, part.Form{
		ID: "agree", Action: pathOf(p.ID) + "/edit", Cancel: pathOf(p.ID),
		Do: []part.Button{{ID: "submit", Label: is.Save, Main: true}, {ID: "back", Name: "back", Value: "yes", Label: is.Back}},
		Hidden: []part.Hidden{
			{Name: "confirmed", Value: "yes"},
			{Name: "etag", Value: p.ETag},
			{Name: "permissions", Value: p.Permissions},
			{Name: "parents", Value: p.Parents},
			{Name: "max_grant", Value: p.MaxGrant},
		},
	})
}

// differs are the members of the role that are to be different.
func (p editPage) differs(say *words.Catalogue) (all []part.Change) {
	is := &say.ConsoleRoles
	add := func(name, before, after string) {
		if before != after {
			all = append(all, part.Change{Name: name, Before: before, After: after})
		}
	}
	add(is.Gives, strings.Join(p.Of.Permissions, ", "), strings.Join(lines(p.Permissions), ", "))
	add(is.Parents, strings.Join(p.Of.Parents, ", "), strings.Join(lines(p.Parents), ", "))
	add(is.Longest, p.Of.MaxGrant, p.MaxGrant)
	return all
}

// crumbs lead to the form from above.
func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoles.Title), Href: pathRoles}}
	if p.Of != nil {
		all = append(all, part.Link{Label: p.ID, Href: pathOf(p.ID)})
	}
	return all
}

// kept reports whether something keeps the role from being deleted.
func (p deletePage) kept() bool { return p.Grants > 0 || len(p.Children) > 0 }

// sure asks whether to delete the role, whose id is typed first.
func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleRoles
	c := part.Confirm{Title: string(p.title(say)), Consequence: is.DeleteWhy, Name: p.Role.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "delete", Action: p.path() + "/delete", Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: is.Delete, Danger: true}},
	})}
	if p.Mistyped {
		c.Problem = is.Mistyped
	}
	return c
}

// keeps says what keeps the role.
func (p deletePage) keeps(say *words.Catalogue) (all []string) {
	is := &say.ConsoleRoles
	if p.Grants > 0 {
		n := p.Grants
		text := say.Count(is.KeptByGrants, n)
		if p.More {
			text = say.Count(is.KeptByMore, n)
		}
		all = append(all, text)
	}
	for _, child := range p.Children {
		all = append(all, is.KeptByRole.With(words.Name, child))
	}
	return all
}

func (p matrixPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleRoles
	api := part.Field{ID: "api", Label: is.API, Value: p.API}
	for _, name := range p.APIs {
		api.Options = append(api.Options, part.Option{Value: name, Label: name})
	}
	resource := part.Field{ID: "resource", Label: is.Resource, Value: p.Asked.Get("resource"), Options: []part.Option{{Label: say.Console.All}}}
	for _, name := range p.Resources {
		resource.Options = append(resource.Options, part.Option{Value: name, Label: name})
	}
	f := part.Filters{Action: pathMatrix, Search: part.Field{ID: "role", Label: is.Holds, Value: p.Asked.Get("role")}, Fields: []part.Field{api, resource}}
	for _, one := range []struct{ name, label string }{{"role", is.Holds}, {"resource", is.Resource}} {
		if value := p.Asked.Get(one.name); value != "" {
			f.Chips = append(f.Chips, part.Chip{Label: one.label, Value: value, Href: p.side(one.name, 0)})
		}
	}
	return f
}

// none reports whether there is no cell to show.
func (p matrixPage) none() bool { return len(p.Roles) == 0 || len(p.Permissions) == 0 }

// empty leads back to all of it, unless that would lose what is staged.
func (p matrixPage) empty(say *words.Catalogue) part.Empty {
	is := &say.ConsoleRoles
	e := part.Empty{Title: is.NoCells, Lead: is.NoCellsTodo}
	if p.Staged.count() == 0 {
		e.Do = []part.Link{{Label: string(is.Matrix), Href: pathMatrix}}
	}
	return e
}

// show asks which part of the matrix is shown, within the form of its cells: what is staged goes along.
func (p matrixPage) show(say *words.Catalogue) []part.Field {
	f := p.filters(say)
	api, resource, role := f.Fields[0], f.Fields[1], f.Search
	api.ID, resource.ID, role.ID, role.Optional = "show_api", "show_resource", "show_role", true
	return []part.Field{api, resource, role}
}

// grid is the matrix itself. What a role has by another one, or by a wildcard, is changed
// there.
func (p matrixPage) grid(say *words.Catalogue) part.Matrix {
	is := &say.ConsoleRoles
	m := part.Matrix{ID: "matrix", Caption: string(is.Matrix), Corner: is.Permission}
	if p.CanEdit {
		m.Action, m.Token, m.Top = pathMatrix, p.Token, p.show(say)
		m.Do = append([]part.Button{{ID: "review", Label: is.ReviewDo, Main: true}}, p.turns(say)...)
		m.Fields = append(p.Carried(), part.Hidden{Name: "back", Value: p.Asked.Encode()})
		m.Fields = append(m.Fields, p.Staged.hidden()...)
		if n := p.Staged.count(); n > 0 {
			m.Note = say.Count(is.StagedCells, n)
			m.Do = append(m.Do, part.Button{ID: "drop", Label: is.Drop, Name: "go", Value: toDrop})
		}
	}
	for _, name := range p.Roles {
		m.Columns = append(m.Columns, part.Link{Label: name, Href: pathOf(name)})
		m.Fields = append(m.Fields, part.Hidden{Name: "role", Value: name})
	}
	var was []string
	last := ""
	for r := range p.Permissions {
		one := &p.Permissions[r]
		resource, action, _ := strings.Cut(one.Permission, ":")
		if resource != last {
			m.Groups, last = append(m.Groups, part.MatrixGroup{Label: resource}), resource
		}
		row := part.MatrixRow{Label: action, Code: one.Permission, Under: guard.After(say, &one.Requirement), Href: reachOf(one.Permission)}
		for c, name := range p.Roles {
			own, from := p.cell(name, one)
			cell := part.MatrixCell{Value: strconv.Itoa(c) + "." + strconv.Itoa(r)}
			has, changed := p.Staged.held(name, one, own)
			builtIn := p.family[name] != nil && p.family[name].BuiltIn
			if own && !builtIn { // the form has no box of what cannot be changed
				was = append(was, cell.Value)
			}
			switch {
			case has:
				cell.Held, cell.Staged = part.Direct, changed
			case changed:
				cell.Staged = true
			case from != "":
				cell = part.MatrixCell{Held: part.Inherited, From: from}
			}
			if builtIn {
				cell.Value = ""
			}
			row.Cells = append(row.Cells, cell)
		}
		m.Groups[len(m.Groups)-1].Rows = append(m.Groups[len(m.Groups)-1].Rows, row)
		m.Fields = append(m.Fields, part.Hidden{Name: "permission", Value: one.Permission})
	}
	m.Fields = append(m.Fields, part.Hidden{Name: "was", Value: strings.Join(was, " ")})
	return m
}

// agree makes the changes that were shown.
func (p reviewPage) agree(say *words.Catalogue) part.Form {
	form := part.Form{ID: "agree", Action: pathMatrix, Hidden: []part.Hidden{{Name: "confirmed", Value: "yes"}}}
	if _, query, asks := strings.Cut(p.Back, "?"); asks {
		form.Hidden = append(form.Hidden, part.Hidden{Name: "back", Value: query})
	}
	if !p.Refused {
		form.Do = []part.Button{{ID: "submit", Label: say.ConsoleRoles.Save, Main: true}}
	}
	_, query, _ := strings.Cut(p.Back, "?")
	form.Do = append(form.Do, part.Button{ID: "back", Label: say.ConsoleRoles.ChangeMore, Name: "go", Value: "?" + query})
	for i := range p.Changes {
		bare := p.Changes[i]
		bare.ETag = ""
		form.Hidden = append(form.Hidden, part.Hidden{Name: "change", Value: carried(&p.Changes[i])}, part.Hidden{Name: "staged", Value: carried(&bare)})
	}
	return p.Draw(say, form)
}

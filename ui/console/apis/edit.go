package apis

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// editPage makes an API, or changes one.
type editPage struct {
	apiFrame
	New                     bool
	ID, Audience, Catalogue string // as typed
	Servers, Delegation     string
}

func (p editPage) name(say *words.Catalogue) words.Title {
	if p.New {
		return say.ConsoleAPIs.New
	}
	return say.ConsoleAPIs.EditTitle.With(words.Name, p.API.ID)
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

func (p editPage) form(say *words.Catalogue) part.Form {
	a := &say.ConsoleAPIs
	form := part.Form{ID: "api", Action: pathNew, Cancel: pathAll, Do: []part.Button{{ID: "submit", Label: a.Create, Main: true}}}
	if p.New {
		form.Fields = append(form.Fields, part.Field{ID: "id", Label: a.ID, Hint: a.IDHint, Value: p.ID, Literal: true, Max: 64, Complete: "off", Focus: p.Wrong == nil})
	} else {
		form.Action, form.Cancel, form.Hidden = p.path()+"/edit", p.path(), []part.Hidden{{Name: "etag", Value: p.ETag}}
		form.Do[0].Label = a.Save
	}
	form.Fields = append(form.Fields,
		part.Field{ID: "audience", Label: a.Audience, Hint: a.AudienceHint, Value: p.Audience, Literal: true, Max: 255, Complete: "off"},
		part.Field{ID: "permissions", Label: a.Permissions, Hint: a.PermissionsHint, Kind: part.Area, Rows: 8, Value: p.Catalogue, Literal: true},
		part.Field{ID: "servers", Label: a.Servers, Hint: a.ServersHint, Kind: part.Area, Rows: 2, Value: p.Servers, Literal: true, Optional: true},
	)
	if !p.New {
		form.Fields = append(form.Fields, part.Field{ID: "delegation", Label: a.Delegation, Kind: part.Choose, Value: p.Delegation, Options: []part.Option{{Value: "audience", Label: a.ByAudience}, {Value: "scope", Label: a.ByScope}}})
	}
	return p.lined(say, p.Draw(say, form))
}

// lined tells what is wrong with an entry of the catalogue by its line.
func (p editPage) lined(say *words.Catalogue, form part.Form) part.Form {
	if p.Wrong == nil {
		return form
	}
	for i := range form.Fields {
		in := &form.Fields[i]
		for _, bad := range p.Wrong.Fields {
			rest, ok := strings.CutPrefix(bad.Name, in.ID+"[")
			number, _, closed := strings.Cut(rest, "]")
			line, err := strconv.Atoi(number)
			if !ok || !closed || err != nil {
				continue
			}
			in.Problem = strings.TrimSpace(in.Problem + " " + say.WrongAt(in.Label, line+1, bad.Problem))
			elsewhere := say.Wrong(bad.Name, bad.Problem)
			form.Wrong = slices.DeleteFunc(form.Wrong, func(text string) bool { return text == elsewhere })
		}
	}
	return form
}

// catalogue reads "orders:read! Read orders": a permission on each line, with "!" for a sensitive
// one, and what it is for. What an entry asks besides stays with the permission of its name.
func catalogue(text string, was []wire.Permission) []admin.APIPermission {
	all := []admin.APIPermission{}
	for line := range strings.Lines(text) {
		name, description, _ := strings.Cut(strings.TrimSpace(line), " ")
		if name == "" {
			continue
		}
		name, sensitive := strings.CutSuffix(name, "!")
		one := admin.APIPermission{Permission: name, Sensitive: sensitive, Description: strings.TrimSpace(description)}
		for _, p := range was {
			if p.Permission == name {
				one.ACR, one.MaxAge = p.ACR, p.MaxAge
			}
		}
		all = append(all, one)
	}
	return all
}

// typed writes a catalogue as it is read.
func typed(all []wire.Permission) string {
	lines := make([]string, len(all))
	for i, p := range all {
		lines[i] = p.Permission
		if p.Sensitive {
			lines[i] += "!"
		}
		lines[i] = strings.TrimSpace(lines[i] + " " + p.Description)
	}
	return strings.Join(lines, "\n")
}

func (p *editPage) take(v *guard.Visit) {
	p.ID, p.Audience, p.Catalogue = v.Value("id"), v.Value("audience"), v.Value("permissions")
	p.Servers, p.Delegation = v.Value("servers"), v.Value("delegation")
	*p = p.commanded()
}

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createAPI", nil); err != nil {
		return err
	}
	return v.Show(http.StatusOK, newPage(v.Frame()))
}

func newPage(f guard.Frame) editPage {
	return editPage{apiFrame: apiFrame{Frame: f}, New: true}.commanded()
}

func (d *Door) create(v *guard.Visit) error {
	page := newPage(v.Frame())
	page.take(v)
	made, err := guard.Ask[admin.Made[wire.API]](v, "createAPI", admin.Input{Body: admin.APICreate{
		ID: page.ID, Audience: page.Audience, Permissions: catalogue(page.Catalogue, nil), Servers: strings.Fields(page.Servers),
	}})
	if err == nil {
		return v.Done(pathOf(made.Body.ID), "new")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

func (d *Door) askEdit(v *guard.Visit) error {
	page, err := editing(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func editing(v *guard.Visit) (editPage, error) {
	if err := v.Ready("updateAPI", on(v)); err != nil {
		return editPage{}, err
	}
	f, err := read(v)
	if err != nil {
		return editPage{}, err
	}
	return editPage{
		apiFrame: f, Audience: f.API.Audience, Catalogue: typed(f.API.Permissions), Servers: strings.Join(f.API.Servers, "\n"), Delegation: string(f.API.Delegation),
	}.commanded(), nil
}

func (d *Door) edit(v *guard.Visit) error {
	page, err := editing(v)
	if err != nil {
		return err
	}
	page.Fresh = page.form
	page.take(v)
	permissions, servers := catalogue(page.Catalogue, page.API.Permissions), strings.Fields(page.Servers)
	_, err = guard.Ask[admin.One[wire.API]](v, "updateAPI", admin.Input{Path: on(v), IfMatch: v.Value("etag"), Body: admin.APISettings{
		Audience: &page.Audience, Permissions: &permissions, Servers: &servers, Delegation: &page.Delegation,
	}})
	if err == nil {
		return v.Done(page.path(), "edit")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// deletePage asks whether to delete an API.
type deletePage struct {
	apiFrame
	Uses     []wire.PermissionUse
	Mistyped bool
}

func (p deletePage) name(say *words.Catalogue) words.Title {
	return say.ConsoleAPIs.DeleteTitle.With(words.Name, p.API.ID)
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

// sure names what rests on the API: as long as something does, it is not deleted.
func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	a := &say.ConsoleAPIs
	form := part.Form{ID: "delete", Action: p.path() + "/delete", Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: a.Delete, Danger: true}}}
	c := part.Confirm{Title: string(p.name(say)), Consequence: a.DeleteWhy, Form: p.Draw(say, form), Bad: true, Name: p.API.ID}
	roles, scopes, routes := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, u := range p.Uses {
		for to, all := range map[*map[string]bool][]string{&roles: u.Roles, &scopes: u.Scopes, &routes: u.Routes} {
			for _, one := range all {
				(*to)[one] = true
			}
		}
	}
	for _, of := range []struct {
		n    int
		says words.Plural
	}{{len(p.API.Permissions), a.HasPermissions}, {len(roles), a.HasRoles}, {len(scopes), a.HasScopes}, {len(routes), a.HasRoutes}} {
		if of.n > 0 {
			c.Details = append(c.Details, say.Count(of.says, of.n))
		}
	}
	if p.Mistyped {
		c.Problem = a.Mistyped
	}
	return c
}

func deleting(v *guard.Visit) (deletePage, error) {
	if err := v.Ready("deleteAPI", on(v)); err != nil {
		return deletePage{}, err
	}
	f, err := read(v)
	if err != nil {
		return deletePage{}, err
	}
	uses, err := guard.Ask[admin.Page[wire.PermissionUse]](v, "listAPIUses", admin.Input{Path: on(v)})
	if err != nil {
		return deletePage{}, err
	}
	f.Command = guard.Command("api", "delete", f.API.ID)
	return deletePage{apiFrame: f, Uses: uses.Body.Items}, nil
}

func (d *Door) askDelete(v *guard.Visit) error {
	page, err := deleting(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (d *Door) delete(v *guard.Visit) error {
	page, err := deleting(v)
	if err != nil {
		return err
	}
	if strings.TrimSpace(v.Value("confirm")) != page.API.ID {
		page.Mistyped = true
		return v.Show(http.StatusUnprocessableEntity, page)
	}
	_, err = guard.Ask[admin.Nothing](v, "deleteAPI", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(pathAll, "delete")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

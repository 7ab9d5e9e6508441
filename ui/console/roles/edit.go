package roles

import (
	"net/http"
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createRole", nil); err != nil {
		return err
	}
	page := newPage(v.Frame())
	page.Permissions, page.Parents = v.Query("permission"), v.Query("parent")
	page.Command = page.same()
	if err := page.offers(v); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func newPage(f guard.Frame) editPage {
	page := editPage{Frame: f}
	page.Command = page.same()
	return page
}

// create makes a role. Nobody has it yet, so nobody gains or loses anything.
func (d *Door) create(v *guard.Visit) error {
	page := newPage(v.Frame())
	if err := page.offers(v); err != nil {
		return err
	}
	page.take(v)
	page.ID = v.Value("id")
	page.Command = page.same()
	if err := page.names(v); err != nil {
		return page.again(v, err)
	}
	made, err := guard.Ask[admin.Made[wire.Role]](v, "createRole", admin.Input{Body: admin.RoleCreate{
		ID: page.ID, Permissions: lines(page.Permissions), Parents: lines(page.Parents), MaxGrant: page.MaxGrant,
	}})
	if err != nil {
		return page.again(v, err)
	}
	return v.Done(pathOf(made.Body.ID), "new")
}

func (d *Door) askEdit(v *guard.Visit) error {
	if err := v.Ready("updateRole", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.editPage()
	if err := page.offers(v); err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (f *roleFrame) editPage() editPage {
	page := editPage{
		Frame: f.Frame, Of: &f.Role, ETag: f.ETag, ID: f.Role.ID, MaxGrant: f.Role.MaxGrant, to: f.to,
		Permissions: strings.Join(f.Role.Permissions, "\n"), Parents: strings.Join(f.Role.Parents, "\n"),
	}
	page.Command = page.same()
	return page
}

// edit shows first what the change comes to, to whoever may see that, and makes it once they
// have agreed.
func (d *Door) edit(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := f.editPage()
	if err := page.offers(v); err != nil {
		return err
	}
	page.take(v)
	page.ETag = v.Value("etag")
	if v.Value("back") != "" {
		return v.Show(http.StatusOK, page)
	}
	if err := page.names(v); err != nil {
		return page.again(v, err)
	}
	change := admin.RolesChange{Roles: []admin.RoleDelta{page.delta()}}
	if v.Value("confirmed") == "" && previews(v) {
		found, err := guard.Ask[admin.PreviewOut](v, "previewRoles", admin.Input{Body: change})
		if err != nil {
			return page.again(v, err)
		}
		page.Comes = &found.Body
		return v.Show(http.StatusOK, page)
	}
	if _, err := guard.Ask[admin.RolesOut](v, "updateRoles", admin.Input{Body: change}); err != nil {
		return page.again(v, err)
	}
	return v.Done(f.path(), "edit")
}

// delta is the change that the form asks for.
func (p *editPage) delta() admin.RoleDelta {
	permissions, parents := lines(p.Permissions), lines(p.Parents)
	return admin.RoleDelta{ID: p.ID, ETag: p.ETag, Permissions: &permissions, Parents: &parents, MaxGrant: &p.MaxGrant}
}

// take puts into the page what was typed, with what was named by itself to be added.
func (p *editPage) take(v *guard.Visit) {
	p.Permissions, p.Parents, p.MaxGrant = added(v, "permissions"), added(v, "parents"), strings.TrimSpace(v.Value("max_grant"))
	p.Command = p.same()
}

// added is a list as it was typed, and one more where its second input has one.
func added(v *guard.Visit, name string) string {
	text, more := v.Value(name), strings.TrimSpace(v.Value("add_"+name))
	if more == "" {
		return text
	}
	return strings.TrimSpace(text + "\n" + more)
}

// offers is what is proposed to be added.
func (p *editPage) offers(v *guard.Visit) (err error) {
	if p.Offers.Roles, err = v.Roles(); err != nil {
		return err
	}
	p.Offers.Permissions, err = v.Permissions()
	return err
}

// names refuses the first of each list that names nothing, with those that are near it. What there
// was already is left to the operation.
func (p *editPage) names(v *guard.Visit) error {
	var was wire.Role
	if p.Of != nil {
		was = *p.Of
	}
	for _, one := range fresh(p.Permissions, was.Permissions) {
		if err := v.NamesPermission("permissions", one, p.Offers.Permissions); err != nil {
			return err
		}
	}
	for _, one := range fresh(p.Parents, was.Parents) {
		if err := v.NamesRole("parents", one, p.Offers.Roles); err != nil {
			return err
		}
	}
	return nil
}

// maxNamed is how many new names of a list are looked at before the operation looks at all of them.
const maxNamed = 20

func fresh(text string, was []string) (all []string) {
	for _, one := range lines(text) {
		if !slices.Contains(was, one) && len(all) < maxNamed {
			all = append(all, one)
		}
	}
	return all
}

// again shows the page with what was wrong. Who saw another revision sees theirs beside the
// present one, and the form is meant for that then.
func (p *editPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, guard.Taken(err, "id"))
	if !ok {
		return err
	}
	atForm(&p.Frame)
	if fault.CodeOf(err) == "access.changed" {
		if now, err := guard.Ask[admin.One[wire.Role]](v, "getRole", admin.Input{Path: on(v)}); err == nil {
			p.ETag, p.Present = now.ETag, &now.Body
		}
	}
	return v.Show(status, *p)
}

// atForm names the inputs of the form where the API names members of one of several roles.
func atForm(f *guard.Frame) {
	if f.Wrong == nil {
		return
	}
	told := *f.Wrong
	told.Fields = nil
	for _, one := range f.Wrong.Fields {
		name := one.Name
		if rest, of := strings.CutPrefix(name, "roles[0]"); of {
			name = strings.TrimPrefix(rest, ".")
		}
		if name, _, _ = strings.Cut(name, "["); name != "" {
			told.Fields = append(told.Fields, fault.Field{Name: name, Problem: one.Problem})
		}
	}
	f.Wrong, f.Fields, f.Whole = &told, told.Fields, len(told.Fields) == 0
}

// lines are the words of a text, one a line or with spaces between them.
func lines(text string) []string {
	all := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' || r == ' ' || r == '\t' || r == ',' })
	if all == nil {
		return []string{}
	}
	return all
}

func (d *Door) askDelete(v *guard.Visit) error {
	page, err := d.deleting(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, *page)
}

// deleting is the page that asks whether to delete a role. What keeps it is said there.
func (d *Door) deleting(v *guard.Visit) (*deletePage, error) {
	if err := v.Ready("deleteRole", on(v)); err != nil {
		return nil, err
	}
	f, err := read(v)
	if err != nil {
		return nil, err
	}
	all, err := families(v)
	if err != nil {
		return nil, err
	}
	page := &deletePage{roleFrame: f, Children: all.children(f.Role.ID)}
	if f.Granted {
		found, err := guard.Ask[admin.Page[wire.Grant]](v, "listRoleHolders", admin.Input{Path: on(v), Query: paged(v)})
		if err != nil {
			return nil, err
		}
		page.Grants, page.More = len(found.Body.Items), found.Body.Next != ""
	}
	page.Command = guard.Command("role", "delete", f.Role.ID)
	return page, nil
}

func (d *Door) delete(v *guard.Visit) error {
	page, err := d.deleting(v)
	if err != nil {
		return err
	}
	if strings.TrimSpace(v.Value("confirm")) != page.Role.ID {
		page.Mistyped = true
		return v.Show(http.StatusUnprocessableEntity, *page)
	}
	_, err = guard.Ask[admin.Nothing](v, "deleteRole", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(pathRoles, "delete")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, *page)
}

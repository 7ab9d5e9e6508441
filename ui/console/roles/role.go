package roles

import (
	"net/http"
	"net/url"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// on names the role of the address.
func on(v *guard.Visit) map[string]string { return guard.On("role", v.R.PathValue("role")) }

// read returns the role of the address, with the ETag that it was seen with.
func read(v *guard.Visit) (roleFrame, error) {
	found, err := guard.Ask[admin.One[wire.Role]](v, "getRole", admin.Input{Path: on(v)})
	if err != nil {
		return roleFrame{}, err
	}
	f := roleFrame{Frame: v.Frame(), Role: found.Body, ETag: found.ETag, Now: time.Now(), to: v.PathOf}
	f.Granted, f.Held = v.Can("listRoleHolders", on(v)), v.Can("listRoleReach", on(v))
	f.Reach, f.CanGrant = v.Can("listHolders", nil), v.Can("createGrant", nil)
	if !found.Body.BuiltIn {
		f.CanEdit, f.CanDelete = v.Can("updateRole", on(v)) && v.Can("updateRoles", nil), v.Can("deleteRole", on(v))
	}
	return f, nil
}

// role shows what a role gives, and whence it has that.
func (d *Door) role(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	all, err := families(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("role", "show", f.Role.ID)
	return v.Show(http.StatusOK, rolePage{roleFrame: f, Gives: all.gives(f.Role.ID), Children: all.children(f.Role.ID)})
}

// granted shows the grants of the role itself.
func (d *Door) granted(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	found, err := guard.Ask[admin.Page[wire.Grant]](v, "listRoleHolders", admin.Input{Path: on(v), Query: paged(v)})
	if done, err := d.begun(v, f.path()+"/granted", err); done {
		return err
	}
	f.Command = guard.Command("grant", "list", "--role", f.Role.ID)
	return v.Show(http.StatusOK, grantedPage{roleFrame: f, Grants: found.Body.Items, pages: pages{v.Only("cursor"), found.Body.Next}})
}

// holders shows everybody who has the role, by whatever way.
func (d *Door) holders(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	found, err := guard.Ask[admin.Page[wire.RoleHolder]](v, "listRoleReach", admin.Input{Path: on(v), Query: paged(v)})
	if done, err := d.begun(v, f.path()+"/holders", err); done {
		return err
	}
	f.Command = guard.Run("role", "holders").On(f.Role.ID).String()
	return v.Show(http.StatusOK, holdersPage{roleFrame: f, Holders: found.Body.Items, pages: pages{v.Only("cursor"), found.Body.Next}})
}

// paged is what a list is asked with, a page at a time.
func paged(v *guard.Visit) url.Values {
	asked := v.Only("cursor")
	asked.Set("limit", "50")
	return asked
}

// begun answers an error of a list: a cursor that is none of it leads to its beginning.
func (d *Door) begun(v *guard.Visit, path string, err error) (bool, error) {
	if fault.CodeOf(err) == "request.cursor" {
		return true, view.SeeOther(v.W, v.R, path)
	}
	return err != nil, err
}

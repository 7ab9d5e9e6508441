package roles

import (
	"net/http"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// permissions shows a page of the permissions of all APIs, with the roles that give each.
func (d *Door) permissions(v *guard.Visit) error {
	asked := v.Only("api", "cursor")
	q := v.Only("api", "cursor")
	q.Set("limit", "50")
	found, err := guard.Ask[admin.Page[wire.Permission]](v, "listPermissions", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		asked.Del("cursor")
		return view.SeeOther(v.W, v.R, pathPermissions+"?"+asked.Encode())
	}
	if err != nil {
		return err
	}
	page := permissionsPage{Frame: v.Frame(), Asked: asked, List: found.Body.Items, Next: found.Body.Next, Reach: v.Can("listHolders", nil), Roles: v.Can("listRoles", nil)}
	if page.Roles {
		if page.family, err = families(v); err != nil {
			return err
		}
	}
	apis, err := whole[wire.API](v, "listAPIs", map[string][]string{"fields": {"id"}})
	if err != nil {
		return err
	}
	for _, one := range apis {
		page.APIs = append(page.APIs, one.ID)
	}
	if err := v.Keeps(&page.Frame, "permissions"); err != nil {
		return err
	}
	page.Command = guard.Command("permission", "list")
	return v.Show(http.StatusOK, page)
}

// carriers are the roles that give a permission by themselves, in order.
func (f family) carriers(p *wire.Permission) (all []string) {
	for _, name := range f.ids() {
		for _, pattern := range f[name].Permissions {
			if covers(pattern, p) {
				all = append(all, name)
				break
			}
		}
	}
	return all
}

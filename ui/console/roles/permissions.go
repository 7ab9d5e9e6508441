package roles

import (
	"net/http"
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// permissions shows a page of the permissions of all APIs, with the roles that give each.
func (d *Door) permissions(v *guard.Visit) error {
	asked := v.Only("search", "api", "cursor")
	q := v.Only("search", "api", "cursor")
	q.Set("limit", "50")
	found, err := guard.Ask[admin.Page[wire.Permission]](v, "listPermissions", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(pathPermissions, asked, "cursor", ""))
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
	if asked.Get("search") == "" { // the command searches nothing
		page.Command = guard.Run("permission", "list").If("api", asked.Get("api")).String()
	}
	return v.Show(http.StatusOK, page)
}

// carriers are the roles that give each of some permissions by themselves, in order.
func (f family) carriers(list []wire.Permission) map[string][]string {
	at := map[string][]*wire.Permission{} // by the id of the API
	for i := range list {
		api, _, _ := strings.Cut(list[i].Permission, "/")
		at[api] = append(at[api], &list[i])
	}
	all := map[string][]string{}
	for _, name := range f.ids() {
		for _, pattern := range f[name].Permissions {
			api, _, _ := strings.Cut(pattern, "/")
			for _, p := range at[api] {
				if was := all[p.Permission]; guard.Covers(pattern, p) && (len(was) == 0 || was[len(was)-1] != name) {
					all[p.Permission] = append(was, name)
				}
			}
		}
	}
	return all
}

// PermissionFinder finds permissions by how a part of their name or description begins.
var PermissionFinder = guard.Finder{Kind: "permission", Label: Permissions.Label, Operation: Permissions.Operation, Find: func(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.Permission]](v, Permissions.Operation, admin.Input{Query: guard.Searching(text)})
	if err != nil {
		return nil, err
	}
	for _, p := range found.Body.Items {
		hit := part.Hit{Label: p.Permission, Under: p.Description, Href: guard.With(pathPermissions, nil, "search", p.Permission), Value: p.Permission}
		if v.Can("listHolders", nil) {
			hit.Href = reachOf(p.Permission)
		}
		all = append(all, hit)
	}
	return all, nil
}}

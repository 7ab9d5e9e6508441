package roles

import (
	"net/http"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// list shows a page of the roles that the address asks for.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "sort", "cursor")
	found, err := guard.Ask[admin.Page[wire.Role]](v, "listRoles", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(pathRoles, asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	if err := v.Keeps(&f, "roles"); err != nil {
		return err
	}
	f.Command = guard.Whole(asked, "role", "list")
	return v.Show(http.StatusOK, listPage{Frame: f, Asked: asked, Roles: found.Body.Items, Next: found.Body.Next, Now: time.Now(), CanCreate: v.Can("createRole", nil), Matrix: v.Can("listPermissions", nil)})
}

// maxNodes is how many nodes of the tree are drawn: a role stands below each of those that
// have its permissions.
const maxNodes = 3000

// tree shows which roles have the permissions of which.
func (d *Door) tree(v *guard.Visit) error {
	f, err := families(v)
	if err != nil {
		return err
	}
	page := treePage{Frame: v.Frame(), CanCreate: v.Can("createRole", nil), Matrix: v.Can("listPermissions", nil)}
	page.Command = guard.Command("role", "list")
	left, isParent := maxNodes, f.parents()
	for _, name := range f.ids() {
		if !isParent[name] {
			page.Roles = append(page.Roles, f.branch(name, &left))
		}
	}
	page.Cut = left < 0
	return v.Show(http.StatusOK, page)
}

// node is a role with those whose permissions it has too.
type node struct {
	role  *wire.Role
	below []node
}

// branch is a role of the tree with what is below it. The API lets no circle be.
func (f family) branch(name string, left *int) node {
	n := node{role: f[name]}
	if *left--; *left < 0 {
		return n
	}
	for _, parent := range n.role.Parents {
		if f[parent] != nil && *left >= 0 {
			n.below = append(n.below, f.branch(parent, left))
		}
	}
	return n
}

func drawn(n node, says func(r *wire.Role) part.Node) part.Node {
	is := says(n.role)
	for _, one := range n.below {
		is.Below = append(is.Below, drawn(one, says))
	}
	return is
}

// Finder finds roles by how their id begins.
var Finder = guard.Finder{Kind: "role", Label: Section.Label, Operation: Section.Operation, Find: find}

func find(v *guard.Visit, text string) (all []part.Hit, err error) {
	found, err := guard.Ask[admin.Page[wire.Role]](v, "listRoles", admin.Input{Query: guard.Searching(text)})
	if err != nil {
		return nil, err
	}
	for _, r := range found.Body.Items {
		all = append(all, part.Hit{Label: r.ID, Href: pathOf(r.ID), Value: r.ID})
	}
	return all, nil
}

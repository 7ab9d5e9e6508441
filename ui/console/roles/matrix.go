package roles

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// How much of the matrix is shown at a time: what a form of it sends must fit into what the door
// takes, and a person must find their way.
const (
	matrixRows    = 40
	matrixColumns = 10
)

// matrix shows roles by permissions: those of one API that the address asks for.
func (d *Door) matrix(v *guard.Visit) error {
	page, err := readMatrix(v, v.Only(matrixAsks...))
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, *page)
}

// matrixAsks are the parameters of the address of the matrix.
var matrixAsks = []string{"api", "resource", "role", "rows", "columns"}

// readMatrix returns the part of the matrix that is asked for.
func readMatrix(v *guard.Visit, asked url.Values) (*matrixPage, error) {
	if err := v.Ready("listRoles", nil); err != nil {
		return nil, err
	}
	page := &matrixPage{Frame: v.Frame(), Asked: asked, CanEdit: v.Can("updateRoles", nil)}
	page.Command = guard.Command("role", "list")
	apis, err := whole[wire.API](v, "listAPIs", url.Values{"fields": {"id"}})
	if err != nil {
		return nil, err
	}
	for _, one := range apis {
		page.APIs = append(page.APIs, one.ID)
	}
	if page.API = page.Asked.Get("api"); page.API == "" {
		page.API = first(page.APIs)
	}
	if !slices.Contains(page.APIs, page.API) {
		return nil, fault.Missing("api")
	}
	permissions, err := whole[wire.Permission](v, "listPermissions", url.Values{"api": {page.API}})
	if err != nil {
		return nil, err
	}
	if page.family, err = families(v); err != nil {
		return nil, err
	}
	for _, one := range permissions {
		if name := resourceOf(one.Permission); !slices.Contains(page.Resources, name) {
			page.Resources = append(page.Resources, name)
		}
	}
	page.Permissions, page.MoreRows = window(permissions, page.from("rows"), matrixRows, func(p wire.Permission) bool {
		return page.Asked.Get("resource") == "" || resourceOf(p.Permission) == page.Asked.Get("resource")
	})
	page.Roles, page.MoreColumns = window(page.family.ids(), page.from("columns"), matrixColumns, func(name string) bool {
		return strings.Contains(name, page.Asked.Get("role")) && (!page.family[name].BuiltIn || page.API == ownAPI)
	})
	return page, nil
}

// ownAPI is that of Gatehouse itself, whose own roles have nothing of others.
const ownAPI = access.Gatehouse

// first is the API that the matrix begins with: another than that of Gatehouse, if there is any.
func first(apis []string) string {
	for _, name := range apis {
		if name != ownAPI {
			return name
		}
	}
	return ownAPI
}

// resourceOf is that of a permission: orders of shop/orders:read.
func resourceOf(permission string) string {
	_, side, _ := strings.Cut(permission, "/")
	resource, _, _ := strings.Cut(side, ":")
	return resource
}

// window are some of a list, from a place on, and whether there are more behind them.
func window[T any](all []T, from, most int, fits func(T) bool) (shown []T, more bool) {
	for _, one := range all {
		if !fits(one) {
			continue
		}
		if from--; from >= 0 {
			continue
		}
		if len(shown) == most {
			return shown, true
		}
		shown = append(shown, one)
	}
	return shown, false
}

// from is the place where a side of the matrix begins.
func (p *matrixPage) from(side string) int {
	n, err := strconv.Atoi(p.Asked.Get(side))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// cell is how a role has a permission: by its own name, or by what.
func (p *matrixPage) cell(role string, permission *wire.Permission) (own bool, from string) {
	for _, one := range p.family.gives(role) {
		switch {
		case one.By == role && one.Pattern == permission.Permission:
			return true, ""
		case from == "" && guard.Covers(one.Pattern, permission):
			if from = one.By; one.By == role {
				from = one.Pattern
			}
		}
	}
	return false, from
}

// edits are the cells of a form that are not as they were shown: whoever changes other cells
// meanwhile is not undone.
func edits(v *guard.Visit) ([]admin.RoleDelta, error) {
	roles, permissions := v.R.PostForm["role"], v.R.PostForm["permission"]
	was, is := strings.Fields(v.Value("was")), v.R.PostForm["cell"]
	if len(roles) > matrixColumns || len(permissions) > matrixRows || len(was)+len(is) > 2*matrixRows*matrixColumns {
		return nil, malformed()
	}
	changed := map[string]*admin.RoleDelta{}
	note := func(cells, others []string, add bool) error {
		for _, cell := range cells {
			if slices.Contains(others, cell) {
				continue
			}
			column, row, _ := strings.Cut(cell, ".")
			c, err := strconv.Atoi(column)
			r, err2 := strconv.Atoi(row)
			if err != nil || err2 != nil || c < 0 || r < 0 || c >= len(roles) || r >= len(permissions) {
				return malformed()
			}
			one := changed[roles[c]]
			if one == nil {
				one = &admin.RoleDelta{ID: roles[c]}
				changed[roles[c]] = one
			}
			to := &one.Remove
			if add {
				to = &one.Add
			}
			if !slices.Contains(*to, permissions[r]) {
				*to = append(*to, permissions[r])
			}
		}
		return nil
	}
	if err := note(is, was, true); err != nil {
		return nil, err
	}
	if err := note(was, is, false); err != nil {
		return nil, err
	}
	return inOrder(changed), nil
}

func inOrder(changed map[string]*admin.RoleDelta) (all []admin.RoleDelta) {
	for _, one := range changed {
		all = append(all, *one)
	}
	slices.SortFunc(all, func(a, b admin.RoleDelta) int { return strings.Compare(a.ID, b.ID) })
	return all
}

func malformed() error {
	return fault.New(fault.Malformed, "form.malformed", "The form could not be read.")
}

// turning leads along a side of the matrix by a step; where it leads nowhere, it is not shown. Who may
// change cells turns by the buttons of their form (turns), which carries what is staged.
func turning(p matrixPage, side string, step int, more bool, says string) (pages part.Pager) {
	if p.CanEdit {
		return pages
	}
	if p.from(side) > 0 {
		pages.Back, pages.Says = p.side(side, p.from(side)-step), says
	}
	if more {
		pages.Next, pages.Says = p.side(side, p.from(side)+step), says
	}
	return pages
}

// turns are the buttons that lead along the sides of the matrix.
func (p matrixPage) turns(say *words.Catalogue) (all []part.Button) {
	is := &say.ConsoleRoles
	add := func(shown bool, id, label, to string) {
		if shown {
			_, query, _ := strings.Cut(to, "?")
			all = append(all, part.Button{ID: id, Label: label, Name: "go", Value: "?" + query})
		}
	}
	add(p.from("columns") > 0, "roles-before", is.RolesBefore, p.side("columns", p.from("columns")-matrixColumns))
	add(p.MoreColumns, "roles-behind", is.RolesBehind, p.side("columns", p.from("columns")+matrixColumns))
	add(p.from("rows") > 0, "permissions-before", is.PermissionsBefore, p.side("rows", p.from("rows")-matrixRows))
	add(p.MoreRows, "permissions-behind", is.PermissionsBehind, p.side("rows", p.from("rows")+matrixRows))
	return all
}

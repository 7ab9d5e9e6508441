package roles

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists roles.
type listPage struct {
	guard.Frame
	Asked             url.Values // by the names of listRoles
	Roles             []wire.Role
	Next              string
	Now               time.Time
	CanCreate, Matrix bool
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleRoles.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) with(name, value string) string { return guard.With(pathRoles, p.Asked, name, value) }

func (p listPage) notice(say *words.Catalogue) string {
	if p.Done == "delete" {
		return say.ConsoleRoles.Deleted
	}
	return ""
}

// treePage shows roles by which of them has the permissions of which.
type treePage struct {
	guard.Frame
	Roles             []node
	Cut               bool // there are more than are drawn
	CanCreate, Matrix bool
}

func (p treePage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleRoles.Tree) }
func (p treePage) Body() templ.Component               { return treeBody(p) }

// heading is that of the list and of the tree.
func heading(say *words.Catalogue, path string, create, matrix bool) part.Heading {
	is := &say.ConsoleRoles
	h := part.Heading{Title: string(is.Title), Lead: is.Lead, Actions: actions(create)}
	tab := func(label, href string) {
		h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: href, Current: href == path})
	}
	tab(is.List, pathRoles)
	tab(string(is.Tree), pathTree)
	if matrix {
		tab(string(is.Matrix), pathMatrix)
	}
	return h
}

// pages are where a list is, and where it goes on.
type pages struct {
	Asked url.Values
	Next  string
}

func (p pages) pager(path string) part.Pager { return guard.Pager(path, p.Asked, p.Next) }

// roleFrame is what the pages of one role share.
type roleFrame struct {
	guard.Frame
	Role                 wire.Role
	ETag                 string
	Now                  time.Time
	Granted, Held, Reach bool // these may be seen
	CanGrant             bool
	CanEdit, CanDelete   bool

	to func(wire.Subject) string // the page of somebody
}

func (f *roleFrame) path() string { return pathOf(f.Role.ID) }

// heading is the head of a role's page with the tabs, of which the one at path is shown.
func (f *roleFrame) heading(say *words.Catalogue, path string) part.Heading {
	is := &say.ConsoleRoles
	h := part.Heading{Title: f.Role.ID, Code: f.Role.ID, Actions: roleActions(*f)}
	if f.Role.BuiltIn {
		h.Badges, h.Lead = append(h.Badges, part.Badge{Label: is.BuiltIn}), is.BuiltInWhy
	}
	tab := func(shown bool, label, below string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: f.path() + below, Current: below == path})
		}
	}
	tab(true, is.Gives, "")
	tab(f.Granted, is.Granted, "/granted")
	tab(f.Held, is.Holders, "/holders")
	return h
}

func (f *roleFrame) notice(say *words.Catalogue) string {
	switch f.Done {
	case "new":
		return say.ConsoleRoles.Made
	case "edit":
		return say.ConsoleRoles.Changed
	}
	return ""
}

// crumbs lead to a role's page from above, and to what is below it.
func (f *roleFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoles.Title), Href: pathRoles}}
	if below {
		all = append(all, part.Link{Label: f.Role.ID, Href: f.path()})
	}
	return all
}

// rolePage shows what a role gives.
type rolePage struct {
	roleFrame
	Gives    []given
	Children []string
}

func (p rolePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.Role.ID)) }
func (p rolePage) Body() templ.Component           { return roleBody(p) }

// grantedPage shows the grants of a role.
type grantedPage struct {
	roleFrame
	pages
	Grants []wire.Grant
}

func (p grantedPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleRoles.Granted + " · " + p.Role.ID))
}
func (p grantedPage) Body() templ.Component { return grantedBody(p) }

// holdersPage shows who has a role.
type holdersPage struct {
	roleFrame
	pages
	Holders []wire.RoleHolder
}

func (p holdersPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleRoles.Holders + " · " + p.Role.ID))
}
func (p holdersPage) Body() templ.Component { return holdersBody(p) }

// editPage makes a role, or changes one.
type editPage struct {
	guard.Frame
	Of                                 *wire.Role // nil: a new one
	Present                            *wire.Role // as somebody else left it meanwhile; nil: nobody did
	ETag                               string
	ID, Permissions, Parents, MaxGrant string
	Comes                              *admin.RolesPreview // what the change comes to; nil: it was not asked yet
	Offers                             guard.Offers        // roles and permissions that are proposed

	to func(wire.Subject) string
}

func (p editPage) title(say *words.Catalogue) words.Title {
	switch {
	case p.Of == nil:
		return say.ConsoleRoles.New
	case p.Comes != nil:
		return say.ConsoleRoles.ReviewTitle.With(words.Name, p.ID)
	}
	return say.ConsoleRoles.EditTitle.With(words.Name, p.ID)
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

// deletePage asks whether to delete a role.
type deletePage struct {
	roleFrame
	Children []string
	Grants   int  // of it, on the first page
	More     bool // there are more
	Mistyped bool
}

func (p deletePage) title(say *words.Catalogue) words.Title {
	return say.ConsoleRoles.DeleteTitle.With(words.Name, p.Role.ID)
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

// matrixPage shows roles by permissions.
type matrixPage struct {
	guard.Frame
	Asked                 url.Values
	APIs, Resources       []string
	API                   string
	Permissions           []wire.Permission
	Roles                 []string
	MoreRows, MoreColumns bool
	CanEdit               bool
	Staged                staged // what was changed, and is not saved
	Enough                bool   // more than may be staged

	family family
}

func (p matrixPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleRoles.Matrix) }
func (p matrixPage) Body() templ.Component               { return matrixBody(p) }

func (p matrixPage) notice(say *words.Catalogue) string {
	return map[string]string{"save": say.ConsoleRoles.Saved, "nothing": say.ConsoleRoles.NoChange, "dropped": say.ConsoleRoles.Dropped}[p.Done]
}

// side is the address of the matrix with another part of a side.
func (p matrixPage) side(name string, from int) string {
	if from <= 0 {
		return guard.With(pathMatrix, p.Asked, name, "")
	}
	return guard.With(pathMatrix, p.Asked, name, strconv.Itoa(from))
}

// reviewPage shows what the changed cells of the matrix come to.
type reviewPage struct {
	guard.Frame
	Changes []admin.RoleDelta
	Comes   *admin.RolesPreview // nil: who asks may not see it
	Back    string
	Refused bool

	to func(wire.Subject) string
}

func (p reviewPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleRoles.Review))
}
func (p reviewPage) Body() templ.Component { return reviewBody(p) }

// permissionsPage lists the permissions of all APIs.
type permissionsPage struct {
	guard.Frame
	Asked        url.Values
	APIs         []string
	List         []wire.Permission
	Next         string
	Reach, Roles bool // these pages may be seen

	family family
}

func (p permissionsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoles.All)
}
func (p permissionsPage) Body() templ.Component { return permissionsBody(p) }

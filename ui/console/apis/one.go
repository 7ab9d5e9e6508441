package apis

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// apiFrame is what the pages of one API share.
type apiFrame struct {
	guard.Frame
	API                          wire.API
	ETag                         string
	Scopes, Clients              bool // these tabs may be seen
	CanEdit, CanDelete, CanScope bool
}

func on(v *guard.Visit) map[string]string { return guard.On("api", v.R.PathValue("api")) }

// read returns the API of the address, with the ETag that it was seen with. Nobody changes what is
// built in.
func read(v *guard.Visit) (apiFrame, error) {
	found, err := guard.Ask[admin.One[wire.API]](v, "getAPI", admin.Input{Path: on(v)})
	if err != nil {
		return apiFrame{}, err
	}
	own := !found.Body.BuiltIn
	return apiFrame{
		Frame: v.Frame(), API: found.Body, ETag: found.ETag, Scopes: v.Can("listScopes", nil), Clients: v.Can("listClients", nil),
		CanEdit: own && v.Can("updateAPI", on(v)), CanDelete: own && v.Can("deleteAPI", on(v)), CanScope: own && v.Can("createScope", nil),
	}, nil
}

func (f *apiFrame) path() string { return pathOf(f.API.ID) }

func (f *apiFrame) heading(say *words.Catalogue, path string) part.Heading {
	a := &say.ConsoleAPIs
	h := part.Heading{Title: f.API.ID, Code: f.API.Audience, Face: true, Actions: actions(*f)}
	if f.API.BuiltIn {
		h.Badges = []part.Badge{{Label: a.BuiltIn}}
	}
	tab := func(shown bool, label, href string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: f.path() + href, Current: href == path})
		}
	}
	tab(true, a.Permissions, "")
	tab(f.Scopes, a.Scopes, "/scopes")
	tab(f.Clients, a.Applications, "/applications")
	return h
}

func (f *apiFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleAPIs.Title), Href: pathAll}}
	if below {
		all = append(all, part.Link{Label: f.API.ID, Href: f.path()})
	}
	return all
}

func (f *apiFrame) notice(say *words.Catalogue) string {
	a := &say.ConsoleAPIs
	return map[string]string{"new": a.Made, "edit": a.Changed, "scope": a.ScopeMade, "scope-edit": a.ScopeChanged, "scope-delete": a.ScopeDeleted}[f.Done]
}

// delegated says whether tokens for an API need scopes.
func delegated(say *words.Catalogue, d access.Delegation) string {
	if d == access.ByScope {
		return say.ConsoleAPIs.ByScope
	}
	return say.ConsoleAPIs.ByAudience
}

// api shows one API, with what rests on each of its permissions.
func (d *Door) api(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	uses, err := guard.Ask[admin.Page[wire.PermissionUse]](v, "listAPIUses", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	f.Command = guard.Command("api", "show", f.API.ID)
	return v.Show(http.StatusOK, apiPage{apiFrame: f, Uses: uses.Body.Items})
}

// apiPage shows one API.
type apiPage struct {
	apiFrame
	Uses []wire.PermissionUse
}

func (p apiPage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.API.ID)) }
func (p apiPage) Body() templ.Component           { return apiBody(p) }

func (p apiPage) facts(say *words.Catalogue) []part.Fact {
	a, now := &say.ConsoleAPIs, time.Now()
	all := []part.Fact{{Name: a.Audience, Value: code(p.API.Audience)}, {Name: a.Delegation, Value: part.Text(delegated(say, p.API.Delegation))}}
	if len(p.API.Servers) > 0 {
		all = append(all, part.Fact{Name: a.Servers, Value: code(strings.Join(p.API.Servers, " "))})
	}
	if !p.API.BuiltIn {
		all = append(all, part.Fact{Name: a.Created, Value: part.When(now, p.API.Created)}, part.Fact{Name: a.Updated, Value: part.When(now, p.API.Updated)})
	}
	return all
}

// table is the catalogue. Who can reach a permission is another page's answer.
func (p apiPage) table(say *words.Catalogue) part.Table {
	a := &say.ConsoleAPIs
	t := part.Table{ID: "permissions", Caption: a.Permissions, Columns: []part.Column{{Label: a.Permission}, {Label: a.Roles}, {Label: a.Scopes}, {Label: a.Routes}, {Label: a.Asks}}}
	for _, one := range p.API.Permissions {
		i := slices.IndexFunc(p.Uses, func(u wire.PermissionUse) bool { return u.Permission == one.Permission })
		use := wire.PermissionUse{}
		if i >= 0 {
			use = p.Uses[i]
		}
		is := one.Description
		if p.API.BuiltIn {
			is = say.Say(is)
		}
		t.Rows = append(t.Rows, part.Row{Label: one.Permission, Href: "/console/reach?permission=" + url.QueryEscape(p.API.ID+"/"+one.Permission), Cells: []templ.Component{
			part.Cell(part.Lines{Main: one.Permission, Under: is}), names(use.Roles, a.NoneOf), names(use.Scopes, a.NoneOf), names(use.Routes, a.NoneOf), asks(one),
		}})
	}
	return t
}

// scopes shows what is bound to the API.
func (d *Door) scopes(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	found, err := guard.Ask[admin.Page[wire.Scope]](v, "listScopes", admin.Input{Query: url.Values{"limit": {"200"}}})
	if err != nil {
		return err
	}
	f.Command = guard.Command("scope", "list")
	page := scopesPage{apiFrame: f, CanChange: !f.API.BuiltIn && v.Can("updateScope", nil), CanDelete: !f.API.BuiltIn && v.Can("deleteScope", nil)}
	for _, s := range found.Body.Items {
		if s.API == f.API.ID {
			page.List = append(page.List, s)
		}
	}
	return v.Show(http.StatusOK, page)
}

// scopesPage lists the scopes of an API.
type scopesPage struct {
	apiFrame
	List                 []wire.Scope
	CanChange, CanDelete bool
}

func (p scopesPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleAPIs.Scopes + " · " + p.API.ID))
}
func (p scopesPage) Body() templ.Component { return scopesBody(p) }

func (p scopesPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleAPIs, time.Now()
	t := part.Table{ID: "scopes", Caption: a.Scopes, Columns: []part.Column{{Label: a.Scope}, {Label: a.Permissions}, {Label: a.Updated}}}
	if p.CanDelete {
		t.Columns = append(t.Columns, part.Column{Label: a.Delete, Unseen: true})
	}
	for i, s := range p.List {
		row := part.Row{Label: s.Name, Cells: []templ.Component{part.Cell(part.Lines{Main: s.Name, Under: s.Description}), names(s.Permissions, ""), part.When(now, s.Updated)}}
		if p.CanChange {
			row.Href = p.scopePath(s.Name)
		}
		if p.CanDelete {
			row.Cells = append(row.Cells, toUnbind(p.apiFrame, i, s))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// applications shows which applications may have tokens for the API. There are as many as a page of
// the operation has, and the ones behind it follow.
func (d *Door) applications(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	asked, q := v.Only("cursor"), v.Only("cursor")
	q.Set("limit", "50")
	q.Set("audience", f.API.Audience)
	found, err := guard.Ask[admin.Page[wire.ClientState]](v, "listClients", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, f.path()+"/applications")
	}
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, clientsPage{apiFrame: f, Asked: asked, List: found.Body.Items, Next: found.Body.Next})
}

// clientsPage lists the applications of an API.
type clientsPage struct {
	apiFrame
	Asked url.Values
	List  []wire.ClientState
	Next  string
}

func (p clientsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleAPIs.Applications + " · " + p.API.ID))
}
func (p clientsPage) Body() templ.Component { return clientsBody(p) }

func (p clientsPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleAPIs, time.Now()
	t := part.Table{ID: "applications", Caption: a.Applications, Columns: []part.Column{{Label: a.Application}, {Label: a.Scopes}, {Label: a.LastUsed}}}
	for _, c := range p.List {
		t.Rows = append(t.Rows, part.Row{Label: c.Name, Href: "/console/applications/" + string(c.ID), Soft: c.Disabled, Cells: []templ.Component{
			part.Cell(part.Lines{Main: c.Name, Code: string(c.ID)}), names(strings.Fields(c.Scope), a.NoneOf), part.When(now, c.LastUsed),
		}})
	}
	return t
}

func (p clientsPage) pager() part.Pager {
	return guard.Pager(p.path()+"/applications", p.Asked, p.Next).Showing(len(p.List))
}

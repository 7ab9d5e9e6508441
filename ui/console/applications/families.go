package applications

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// familiesPage lists the refresh tokens that an application holds.
type familiesPage struct {
	clientFrame
	List  []holds
	Next  string
	Later bool // it is not the first page
}

// holds is a refresh token, with how its person is called.
type holds struct {
	wire.RefreshFamily
	Email  string
	CanEnd bool
}

func (p familiesPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.title(say.ConsoleApplications.Families))
}
func (p familiesPage) Body() templ.Component { return familiesBody(p) }

// table is each of them, and leads to the page that ends it.
func (p familiesPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleApplications, time.Now()
	t := part.Table{ID: "families", Caption: a.Families, Columns: []part.Column{{Label: a.Person}, {Label: a.Scopes}, {Label: a.Since}, {Label: a.LastUsed}, {Label: a.Expires}}}
	for _, one := range p.List {
		name := part.Lines{Main: one.Email, Code: string(one.ID)}
		if one.Email == "" {
			name.Main = string(one.User)
		}
		ends := one.Expires
		if !one.IdleExpires.IsZero() && one.IdleExpires.Before(ends) {
			ends = one.IdleExpires
		}
		row := part.Row{Label: name.Main, Cells: []templ.Component{
			part.Cell(name), codes(strings.Fields(one.Scope), a.NoneOf), part.When(now, one.Created), part.When(now, one.Used), part.When(now, ends),
		}}
		if one.CanEnd {
			row.Href = "/console/users/" + string(one.User) + "/families/" + string(one.ID) + "?from=" + url.QueryEscape(string(p.Client.ID))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p familiesPage) pager() (pages part.Pager) {
	if p.Later {
		pages.First = p.path() + "/families"
	}
	if p.Next != "" {
		pages.Next = p.path() + "/families?cursor=" + url.QueryEscape(p.Next)
	}
	return pages
}

// families shows a page of them. People are named where the visitor may see people, and only then
// does a row lead to the page that ends it, which is one of theirs.
func (d *Door) families(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	asked := v.Only("cursor")
	asked.Set("limit", "20")
	found, err := guard.Ask[admin.Page[wire.RefreshFamily]](v, "listClientRefreshFamilies", admin.Input{Path: on(v), Query: asked})
	if err != nil {
		return err
	}
	page := familiesPage{clientFrame: f, Next: found.Body.Next, Later: asked.Has("cursor")}
	people := make([]string, len(found.Body.Items))
	for i, one := range found.Body.Items {
		people[i] = string(one.User)
	}
	names, err := v.Names(people)
	if err != nil {
		return err
	}
	for _, one := range found.Body.Items {
		user := guard.On("user", string(one.User))
		page.List = append(page.List, holds{one, names[string(one.User)], v.Can("endRefreshFamily", user) && v.Can("getUser", user)})
	}
	return v.Show(http.StatusOK, page)
}

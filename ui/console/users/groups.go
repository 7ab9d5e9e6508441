package users

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// groups shows in which groups and organisations the person is, and by which way.
func (d *Door) groups(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	asked := v.Only("cursor")
	found, err := guard.Ask[admin.Page[wire.Belonging]](v, "listUserGroups", admin.Input{Path: on(v), Query: asked})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, f.Path()+"/groups")
	}
	if err != nil {
		return err
	}
	f.Command = guard.Run("user", "groups").On(f.User.Email).String()
	return v.Show(http.StatusOK, groupsPage{userFrame: f, Asked: asked, In: found.Body.Items, Next: found.Body.Next, to: v.PathOf})
}

// groupsPage lists what a person is in.
type groupsPage struct {
	userFrame
	Asked url.Values
	In    []wire.Belonging
	Next  string

	to func(wire.Subject) string // the page of a group or an organisation
}

func (p groupsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(p.Name() + " · " + say.ConsoleUsers.Groups))
}
func (p groupsPage) Body() templ.Component { return groupsBody(p) }

func (p groupsPage) table(say *words.Catalogue) part.Table {
	w := &say.ConsoleUsers
	t := part.Table{ID: "groups", Caption: w.Groups, Columns: []part.Column{{Label: w.InWhich}, {Label: w.Kind}, {Label: w.ByWay}, {Label: w.SinceThen}, {Label: w.Ends}}}
	for i := range p.In {
		b := &p.In[i]
		t.Rows = append(t.Rows, part.Row{Label: b.In.ID, Href: guard.PageOf(p.to, b.In), Soft: b.Since.After(p.Now) || !b.ExpiresAt.IsZero() && !b.ExpiresAt.After(p.Now), Cells: []templ.Component{
			part.Text(b.In.ID), part.Text(say.Console.Kinds[string(b.In.Kind)]), part.Text(p.way(say, b)), part.When(p.Now, b.Since), part.Left(part.Countdown{Now: p.Now, Until: b.ExpiresAt}),
		}})
	}
	return t
}

// way is how the person comes to be in it.
func (p groupsPage) way(say *words.Catalogue, b *wire.Belonging) string {
	if b.Direct {
		return say.ConsoleUsers.Itself
	}
	var all []string
	for _, s := range b.Path {
		all = append(all, s.ID)
	}
	if len(all) == 0 { // all of the way is for others to see
		return say.ConsoleUsers.ByOthers
	}
	return say.ConsoleAccess.Via.With(words.Name, strings.Join(all, " → "))
}

func (p groupsPage) empty(say *words.Catalogue) part.Empty {
	e := part.Empty{Title: say.ConsoleUsers.NoGroups, Lead: say.ConsoleUsers.NoGroupsTodo}
	if to := p.To(guard.PathGroups, guard.PathGroups); to != "" {
		e.Do = []part.Link{{Label: string(say.ConsoleGroups.Title), Href: to}}
	}
	return e
}

func (p groupsPage) pager() part.Pager {
	return guard.Pager(p.Path()+"/groups", p.Asked, p.Next).Showing(len(p.In))
}

// Package parttest is a gallery of the console's parts, with data that is invented.
package parttest

import (
	"context"
	"io"

	"github.com/a-h/templ"

	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// gallery is a page with parts on it.
type gallery struct {
	Title words.Title
	Frame part.Frame
	Data  any      // what the parts show
	Made  []string // what they make of it
	Once  bool     // it shows what nobody can show again
	body  templ.Component
}

func (g gallery) Head(*words.Catalogue) view.Head {
	if g.Once {
		return part.HeadOnce(g.Title)
	}
	return part.Head(g.Title)
}

func (g gallery) Body() templ.Component { return within(part.Page(g.Frame), g.body) }

// within draws inner as the children of outer.
func within(outer templ.Component, inner ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return outer.Render(templ.WithChildren(ctx, templ.Join(inner...)), w)
	})
}

var nav = []part.NavGroup{
	{Items: []part.NavItem{{Label: "Overview", Href: "/console"}}},
	{Label: "People", Items: []part.NavItem{{Label: "People", Href: "/console/users", Current: true}, {Label: "Groups", Href: "/console/groups"}, {Label: "Sessions", Href: "/console/sessions"}}},
	{Label: "Access", Items: []part.NavItem{{Label: "Grants", Href: "/console/grants", Note: "4 end soon"}, {Label: "Roles", Href: "/console/roles"}, {Label: "Permissions", Href: "/console/permissions"}}},
	{Label: "Applications", Items: []part.NavItem{{Label: "Applications", Href: "/console/clients"}, {Label: "APIs", Href: "/console/apis"}, {Label: "Gate routes", Href: "/console/routes"}}},
	{Label: "House", Items: []part.NavItem{{Label: "Audit", Href: "/console/audit"}, {Label: "Keys", Href: "/console/keys"}, {Label: "Settings", Href: "/console/settings"}, {Label: "Health", Href: "/console/health"}}},
}

func frame(title string) part.Frame {
	return part.Frame{
		Heading: part.Heading{Title: title}, Nav: nav, Crumbs: []part.Link{{Label: "People", Href: "/console/users"}},
		Person: part.Person{Name: "Ada Example", Email: "ada@example.test"}, Token: FormToken, SignOut: "/console/signout",
		Here: "/console/users?q=grace", House: "production", Version: "0.9.1",
	}
}

// FormToken is the token of the gallery's forms.
const FormToken = "form-token"

// Pages are all parts, in the states that draw differently.
func Pages() map[string]view.Page {
	full := frame("Grace Liu")
	full.Search = "grace"
	full.Heading = part.Heading{
		Title: "Grace Liu", Lead: "grace.liu@example.test", Code: "usr_7x2kq0", Face: true,
		Badges: []part.Badge{{Label: "Active", Tone: part.Good}, {Label: "Second factor", Tone: part.Good}, {Label: "Account ends 31 December", Tone: part.Warn}, {Label: "Locked", Tone: part.Bad}, {Label: "Imported", Tone: part.Plain}},
		Tabs:   []part.Tab{{Label: "Overview", Href: "/console/users/1"}, {Label: "Access", Href: "/console/users/1/access", Current: true}, {Label: "Sessions", Href: "/console/users/1/sessions", Count: "2"}},
	}
	full.Flash = part.Flash{Text: "Grace Liu is disabled.", Next: part.Link{Label: "Lock her tokens", Href: "/console/locks"}, Undo: "/console/users/1/enable", Fields: []part.Hidden{{Name: "user", Value: "usr_7x2kq0"}}}
	bare := frame("Groups")
	bare.Person.Name, bare.Crumbs, bare.House = "", nil, ""
	bare.Flash = part.Flash{Text: "Nothing was changed.", Bad: true}
	return map[string]view.Page{
		"lists": lists(), "lists, none": none(), "details": details(), "forms": forms(false), "forms, wrong": forms(true), "charts": charts(),
		"frame":       gallery{Title: "Grace Liu", Frame: full, Made: []string{"GL", "AE", "People"}, body: templ.NopComponent},
		"frame, bare": gallery{Title: "Grace Liu", Frame: bare, Made: []string{"A"}, body: templ.NopComponent},
	}
}

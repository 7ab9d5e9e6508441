package applications

import (
	"net/http"
	"net/url"
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

// consentsPage lists what people allowed an application.
type consentsPage struct {
	clientFrame
	Asked url.Values
	List  []allowed
	Next  string
}

// allowed is a consent, with how the person is called.
type allowed struct {
	wire.Consent
	Name, Email, Page string // Page is that of the person
}

func (p consentsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.title(say.ConsoleApplications.Consents))
}
func (p consentsPage) Body() templ.Component { return consentsBody(p) }

func (p consentsPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleApplications, time.Now()
	t := part.Table{ID: "consents", Caption: a.Consents, Columns: []part.Column{{Label: a.Person}, {Label: a.Scopes}, {Label: a.Since}, {Label: a.Updated}}}
	for _, one := range p.List {
		name := part.Lines{Main: one.Name, Under: one.Email}
		if one.Name == "" {
			name = part.Lines{Main: one.Email}
		}
		if name.Main == "" {
			name = part.Lines{Code: string(one.User)}
		}
		t.Rows = append(t.Rows, part.Row{Label: one.Email, Href: one.Page, Cells: []templ.Component{
			part.Cell(name), code(one.Scope), part.When(now, one.Created), part.When(now, one.Updated),
		}})
	}
	return t
}

func (p consentsPage) pager() part.Pager {
	return guard.Pager(p.path()+"/consents", p.Asked, p.Next).Showing(len(p.List))
}

// consents shows a page of them. People are named where the visitor may see people.
func (d *Door) consents(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	asked, q := v.Only("cursor"), v.Only("cursor")
	q.Set("limit", "20")
	found, err := guard.Ask[admin.Page[wire.Consent]](v, "listClientConsents", admin.Input{Path: on(v), Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, f.path()+"/consents")
	}
	if err != nil {
		return err
	}
	page := consentsPage{clientFrame: f, Asked: asked, Next: found.Body.Next}
	for _, one := range found.Body.Items {
		shown := allowed{Consent: one, Page: v.PathOf(wire.Subject{Kind: access.User, ID: string(one.User)})}
		if v.Can("getUser", guard.On("user", string(one.User))) {
			u, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", string(one.User))})
			if fault.Is(err, fault.NotFound) { // deleted a moment ago
				continue
			}
			if err != nil {
				return err
			}
			shown.Name, shown.Email = u.Body.Name, u.Body.Email
		}
		page.List = append(page.List, shown)
	}
	return v.Show(http.StatusOK, page)
}

// Package reach is the console's page Who can reach: everybody who may do something, by which
// grant, and until when.
package reach

import (
	"net/http"
	"net/url"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/web"
	"gatehouse/wire"
)

const path = "/console/reach"

// Section is the area's entry of the navigation.
var Section = guard.Section{Path: path, Operation: "listHolders", Label: func(say *words.Catalogue) string { return string(say.ConsoleAccess.Reach) }}

// Door serves the page.
type Door struct{ Guard *guard.Guard }

// Mount registers the page.
func (d *Door) Mount(m *web.Mux) { d.Guard.Route(m, "GET "+path, d.show) }

// show lists those whom the address asks for; without a permission it asks for one.
func (d *Door) show(v *guard.Visit) error {
	page := reachPage{Frame: v.Frame(), Permission: v.Query("permission"), Asked: v.Only("thing", "org", "at"), Cursor: v.Query("cursor"), Now: time.Now(), People: v.Can("getUser", nil), Grants: v.Can("getGrant", nil)}
	if err := page.offers(v); err != nil {
		return err
	}
	if err := v.Ready("listHolders", nil); err != nil || page.Permission == "" {
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, page)
	}
	found, err := d.holders(v, &page)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, path+"?"+page.all().Encode())
	}
	if err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, page)
	}
	page.Command = page.same()
	page.Holders, page.Next, page.Found = found.Body.Items, found.Body.Next, true
	return v.Show(http.StatusOK, page)
}

// offers is what is proposed while a permission or an organisation is typed.
func (p *reachPage) offers(v *guard.Visit) (err error) {
	if p.Permissions, err = v.Permissions(); err != nil {
		return err
	}
	p.Organisations, err = v.Organisations()
	return err
}

func (d *Door) holders(v *guard.Visit, page *reachPage) (*admin.Page[wire.Holder], error) {
	if err := v.NamesPermission("permission", page.Permission, page.Permissions); err != nil {
		return nil, err
	}
	q := page.query()
	if page.Cursor != "" {
		q.Set("cursor", page.Cursor)
	}
	return guard.Ask[admin.Page[wire.Holder]](v, "listHolders", admin.Input{Query: q})
}

// typed is how browsers send a moment that was typed; we take it for one of UTC.
const typed = "2006-01-02T15:04"

// query is what the API is asked with. What cannot be read is for the API to refuse.
func (p *reachPage) query() url.Values {
	q := p.all()
	q.Set("limit", "50")
	if at, err := time.Parse(typed, p.Asked.Get("at")); err == nil {
		q.Set("at", at.Format(time.RFC3339))
	}
	return q
}

// same is the command that answers the same; about one thing none does.
func (p *reachPage) same() string {
	if p.Asked.Get("thing") != "" {
		return ""
	}
	line := []string{"who-can", p.Permission}
	if org := p.Asked.Get("org"); org != "" {
		line = append(line, "--org", org)
	}
	if at := p.query().Get("at"); at != "" {
		line = append(line, "--at", at)
	}
	return guard.Command(line...)
}

package applications

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// addressPage asks whether to add a redirect URI.
type addressPage struct {
	clientFrame
	URI string
}

func (p addressPage) name(say *words.Catalogue) words.Title {
	return say.ConsoleApplications.AddTitle.With(words.Name, p.Client.Name)
}

func (p addressPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p addressPage) Body() templ.Component { return addressBody(p) }

// sure asks whether to add it, and warns of a host that is none of the registered ones: whoever
// knows the client_id can have an address stand here.
func (p addressPage) sure(say *words.Catalogue) part.Confirm {
	a := &say.ConsoleApplications
	form := part.Form{
		ID: "address", Action: p.path() + "/address", Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Fields: []part.Field{{ID: "redirect_uris", Label: a.Redirects, Value: p.URI, Literal: true, Max: 2000}},
		Do:     []part.Button{{ID: "submit", Label: a.AddIt, Main: true}},
	}
	c := part.Confirm{Title: string(p.name(say)), Consequence: a.AddWhy, Form: lined(say, &p.Frame, p.Draw(say, form))}
	if !p.ours() {
		c.Details, c.Bad = []string{a.AddStranger}, true
	}
	return c
}

// ours reports whether a registered address has the host of the one that is to be added.
func (p addressPage) ours() bool {
	return slices.ContainsFunc(p.Client.RedirectURIs, func(uri string) bool { return hostOf(uri) == hostOf(p.URI) })
}

func hostOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

func (d *Door) askAddress(v *guard.Visit) error {
	if err := v.Ready("updateClient", on(v)); err != nil {
		return err
	}
	f, err := d.read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, f.addressPage(v.Query("uri")))
}

func (f clientFrame) addressPage(uri string) addressPage {
	f.Command = guard.Command("client", "update", string(f.Client.ID), "--add-redirect-uri", uri)
	return addressPage{clientFrame: f, URI: uri}
}

func (d *Door) addAddress(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	page := f.addressPage(v.Value("redirect_uris"))
	all := append(slices.Clone(f.Client.RedirectURIs), page.URI)
	_, err = guard.Ask[admin.One[wire.Client]](v, "updateClient", admin.Input{
		Path: on(v), IfMatch: v.Value("etag"), Body: map[string]any{"redirect_uris": all},
	})
	if err == nil {
		return v.Done(f.path(), "address")
	}
	status, ok := v.Reject(&page.Frame, ofOne(err, len(all)-1))
	if !ok {
		return err
	}
	return v.Show(status, page)
}

package applications

import (
	"net/http"
	"net/url"
	"slices"
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

// clientFrame is what the pages of one application share.
type clientFrame struct {
	guard.Frame
	Client                          wire.ClientState
	ETag                            string
	Issuer                          string
	CanEdit, CanSecrets, CanPreview bool
	Consents, Families, Activity    bool  // these tabs may be seen
	Acts                            []act // which may be done with it
}

func on(v *guard.Visit) map[string]string { return guard.On("client", v.R.PathValue("client")) }

// read returns the application of the address, with the ETag that it was seen with.
func (d *Door) read(v *guard.Visit) (clientFrame, error) {
	found, err := guard.Ask[admin.One[wire.ClientState]](v, "getClient", admin.Input{Path: on(v)})
	if err != nil {
		return clientFrame{}, err
	}
	f := clientFrame{
		Frame: v.Frame(), Client: found.Body, ETag: found.ETag, Issuer: d.Issuer,
		CanEdit: v.Can("updateClient", on(v)), CanSecrets: v.Can("rotateClientSecret", on(v)), CanPreview: v.Can("previewTokens", on(v)),
		Consents: v.Can("listClientConsents", on(v)), Families: v.Can("listClientRefreshFamilies", on(v)), Activity: v.Can("listAuditEvents", nil),
	}
	for _, a := range acts {
		if v.Can(a.operation, on(v)) && (a.offered == nil || a.offered(&found.Body)) {
			f.Acts = append(f.Acts, a)
		}
	}
	f.TakesBack(f.path(), f.ETag, func(name string) bool {
		return slices.ContainsFunc(f.Acts, func(a act) bool { return a.name == name })
	})
	return f, nil
}

func (f *clientFrame) path() string { return pathOf(string(f.Client.ID)) }

// signsIn reports whether people sign in to it.
func (f *clientFrame) signsIn() bool {
	for _, g := range f.Client.GrantTypes {
		if g == "authorization_code" {
			return true
		}
	}
	return false
}

// hasSecret reports whether it proves itself by a secret.
func (f *clientFrame) hasSecret() bool {
	return strings.HasPrefix(f.Client.AuthMethod, "client_secret")
}

// heading is the head of an application's page with the tabs, of which the one at path is shown.
func (f *clientFrame) heading(say *words.Catalogue, path string) part.Heading {
	a, base := &say.ConsoleApplications, f.path()
	h := part.Heading{
		Title: f.Client.Name, Lead: nameOf(say, f.Client.Kind), Code: string(f.Client.ID), Face: true, Picture: logoOf(&f.Client.Client),
		Badges: []part.Badge{stateOf(say, f.Client.Disabled)}, Actions: actions(*f),
	}
	tab := func(shown bool, label, href string) {
		if shown {
			h.Tabs = append(h.Tabs, part.Tab{Label: label, Href: base + href, Current: href == path})
		}
	}
	tab(true, a.Overview, "")
	tab(f.CanEdit, a.Settings, "/settings")
	tab(true, a.Secrets, "/secrets")
	tab(f.Consents, a.Consents, "/consents")
	tab(f.Families, a.Families, "/families")
	tab(f.CanPreview, a.Preview, "/preview")
	tab(true, a.Connect, "/connect")
	return h
}

// about is the head of a page that asks something about the application.
func (f *clientFrame) about(say *words.Catalogue) part.Heading {
	return part.Heading{Title: f.Client.Name, Lead: nameOf(say, f.Client.Kind), Face: true, Picture: logoOf(&f.Client.Client), Badges: []part.Badge{stateOf(say, f.Client.Disabled)}}
}

// crumbs lead to an application's page from above, and to what is below it.
func (f *clientFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleApplications.Title), Href: pathAll}}
	if below {
		all = append(all, part.Link{Label: f.Client.Name, Href: f.path()})
	}
	return all
}

// title is that of a page of the application.
func (f *clientFrame) title(what string) words.Title {
	return words.Title(what + " · " + f.Client.Name)
}

// notice says what was just done with the application.
func (f *clientFrame) notice(say *words.Catalogue) string {
	a := &say.ConsoleApplications
	switch f.Done {
	case "settings":
		return a.Changed
	case "address":
		return a.Added
	case "end-family":
		return a.FamilyEnded
	case "logo":
		return a.LogoSet
	case "no-logo":
		return a.LogoGone
	case "end-secret":
		return a.SecretEnded
	}
	for _, one := range acts {
		if one.name == f.Done {
			return one.say(say).Did
		}
	}
	return ""
}

// application shows one application, with what it was refused of late.
func (d *Door) application(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	refused, err := guard.Ask[admin.Page[wire.ClientRefusal]](v, "listClientRefusals", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	f.Command = guard.Command("client", "show", string(f.Client.ID))
	return v.Show(http.StatusOK, clientPage{clientFrame: f, Refusals: refused.Body.Items})
}

// clientPage shows one application.
type clientPage struct {
	clientFrame
	Refusals []wire.ClientRefusal
}

func (p clientPage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.Client.Name)) }
func (p clientPage) Body() templ.Component           { return clientBody(p) }

// facts are what is known of it.
func (p clientPage) facts(say *words.Catalogue) []part.Fact {
	a, now, c := &say.ConsoleApplications, time.Now(), &p.Client
	all := []part.Fact{
		{Name: a.LastUsed, Value: part.When(now, c.LastUsed)},
		{Name: a.SignIns, Value: part.Number(int(c.SignIns))},
		{Name: a.Auth, Value: part.Text(methodName(say, c.AuthMethod))},
		{Name: a.Redirects, Value: copies("redirect", c.RedirectURIs, a.NoneOf)},
		{Name: a.Scopes, Value: codes(strings.Fields(c.Scope), a.NoneOf)},
	}
	if len(c.PostLogoutRedirectURIs) > 0 {
		all = append(all, part.Fact{Name: a.PostLogouts, Value: copies("post-logout", c.PostLogoutRedirectURIs, "")})
	}
	if len(c.Audiences) > 0 {
		all = append(all, part.Fact{Name: a.Audiences, Value: codes(c.Audiences, "")})
	}
	if who := append(append([]string{}, c.RequireRoles...), c.RequireGroups...); len(who) > 0 {
		all = append(all, part.Fact{Name: a.Required, Value: codes(who, "")})
	}
	if p.signsIn() {
		all = append(all, part.Fact{Name: a.Consent, Value: part.Text(map[bool]string{true: a.Asked, false: a.NotAsked}[c.Consent])})
	}
	if c.HomeURL != "" {
		all = append(all, part.Fact{Name: a.Home, Value: outside(c.HomeURL)})
	}
	return append(all, part.Fact{Name: a.Created, Value: part.When(now, c.Created)}, part.Fact{Name: a.Updated, Value: part.When(now, c.Updated)})
}

// table is what it was refused.
func (p clientPage) table(say *words.Catalogue) part.Table {
	a, now := &say.ConsoleApplications, time.Now()
	t := part.Table{ID: "refusals", Caption: a.Refusals, Columns: []part.Column{{Label: a.What}, {Label: a.Received}, {Label: a.Times, Number: true}, {Label: a.Last}, {Label: a.AddIt, Unseen: true}}}
	for i, r := range p.Refusals {
		address := templ.Component(part.Text("–"))
		if r.Received != "" {
			address = received(r, p.differences(say, r.Received))
		}
		t.Rows = append(t.Rows, part.Row{Label: r.Code, Cells: []templ.Component{
			part.Cell(part.Lines{Main: say.Detail(r.Code, r.Says), Code: r.Code}), address, part.Number(int(r.Times)), part.When(now, r.Last), addIt(p.clientFrame, i, r),
		}})
	}
	return t
}

// differences says how a redirect URI that came differs from the registered one that is most like
// it.
func (f *clientFrame) differences(say *words.Catalogue, received string) []string {
	var least []string
	nearest := ""
	for _, registered := range f.Client.RedirectURIs {
		if all := differ(say, received, registered); nearest == "" || len(all) < len(least) {
			least, nearest = all, registered
		}
	}
	if nearest == "" {
		return nil
	}
	return append(least, say.ConsoleApplications.Registered+": "+nearest)
}

// differ says how two addresses differ.
func differ(say *words.Catalogue, received, registered string) (all []string) {
	a := &say.ConsoleApplications
	x, errX := url.Parse(received)
	y, errY := url.Parse(registered)
	if errX != nil || errY != nil {
		return nil
	}
	add := func(differs bool, what string) {
		if differs {
			all = append(all, what)
		}
	}
	add(x.Scheme != y.Scheme, a.DiffScheme)
	add(x.Hostname() != y.Hostname(), a.DiffHost)
	add(x.Port() != y.Port(), a.DiffPort)
	switch {
	case x.Path == y.Path:
	case strings.TrimSuffix(x.Path, "/") == strings.TrimSuffix(y.Path, "/"):
		all = append(all, a.DiffSlash)
	case strings.EqualFold(x.Path, y.Path):
		all = append(all, a.DiffCase)
	default:
		all = append(all, a.DiffPath)
	}
	add(y.RawQuery != "", a.DiffQuery)
	return all
}

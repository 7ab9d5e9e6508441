package applications

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// previewPage shows what tokens of an application would say.
type previewPage struct {
	clientFrame
	Asked   url.Values // user, scope and acr, as the address has them
	Person  string     // how the person is called
	Nobody  bool       // nobody is called so
	Preview *wire.TokenPreview
	Levels  []string // that a sign-in may reach
}

func (p previewPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.title(say.ConsoleApplications.Preview))
}
func (p previewPage) Body() templ.Component { return previewBody(p) }

// filters choose whose tokens are looked at: the address holds all of it.
func (p previewPage) filters(say *words.Catalogue) part.Filters {
	a := &say.ConsoleApplications
	f := part.Filters{Action: p.path() + "/preview"}
	if p.signsIn() {
		f.Fields = append(f.Fields, part.Field{ID: "user", Label: a.WhoIs, Value: p.Asked.Get("user"), Typed: true, Offer: string(access.User), Optional: true, Literal: true, Complete: "off", Max: 320})
	}
	scopes := part.Field{ID: "scope", Label: a.Scopes, Hint: a.PreviewScopes, Kind: part.Ticks}
	for _, one := range strings.Fields(p.Client.Scope) {
		scopes.Options = append(scopes.Options, part.Option{Value: one, Label: one})
	}
	scopes.Options = among(scopes.Options, p.scopes())
	f.Fields = append(f.Fields, scopes)
	if p.signsIn() {
		levels := part.Field{ID: "acr", Label: a.ACR, Value: p.Asked.Get("acr")}
		for _, one := range p.Levels {
			levels.Options = append(levels.Options, part.Option{Value: one, Label: one})
		}
		f.Fields = append(f.Fields, levels)
	}
	return f
}

// scopes are those that are asked about, none for all that the application has. An address may have
// each by itself, or several with spaces between them.
func (p previewPage) scopes() (all []string) {
	for _, text := range p.Asked["scope"] {
		all = append(all, strings.Fields(text)...)
	}
	return all
}

// preview shows it for whom the address asks. Without a person it is that of the application
// itself, where it may have tokens for itself.
func (d *Door) preview(v *guard.Visit) error {
	if err := v.Ready("previewTokens", on(v)); err != nil {
		return err
	}
	f, err := d.read(v)
	if err != nil {
		return err
	}
	page := previewPage{clientFrame: f, Asked: v.Only("user", "acr"), Levels: []string{"aal1", "aal2"}}
	if scopes := v.R.URL.Query()["scope"]; len(scopes) > 0 {
		page.Asked["scope"] = scopes
	}
	user, err := page.find(v)
	if err != nil {
		return err
	}
	if page.Nobody || user == "" && f.signsIn() && !page.itself() {
		return v.Show(http.StatusOK, page)
	}
	asked := admin.PreviewAsk{User: string(user), Scope: strings.Join(page.scopes(), " "), ACR: v.Query("acr")}
	found, err := guard.Ask[admin.One[wire.TokenPreview]](v, "previewTokens", admin.Input{Path: on(v), Body: asked})
	if fault.Is(err, fault.Invalid) {
		return v.Show(http.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	page.Preview = &found.Body
	return v.Show(http.StatusOK, page)
}

// itself reports whether the application may have tokens for itself.
func (f *clientFrame) itself() bool {
	for _, g := range f.Client.GrantTypes {
		if g == oauth.GrantClient {
			return true
		}
	}
	return false
}

// find returns the person that the address names, by an id or by an email address.
func (p *previewPage) find(v *guard.Visit) (id.User, error) {
	text := strings.TrimSpace(p.Asked.Get("user"))
	if text == "" {
		return "", nil
	}
	if user := id.UserOf(text); user != "" {
		u, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: guard.On("user", text)})
		if fault.Is(err, fault.NotFound) {
			p.Nobody = true
			return "", nil
		}
		if err != nil {
			return "", err
		}
		p.Person = called(u.Body.User)
		return user, nil
	}
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: url.Values{"search": {text}, "limit": {"2"}}})
	if err != nil {
		return "", err
	}
	for _, u := range found.Body.Items {
		if len(found.Body.Items) == 1 || strings.EqualFold(u.Email, text) {
			p.Person = called(u.User)
			return u.ID, nil
		}
	}
	p.Nobody = true
	return "", nil
}

func called(u wire.User) string {
	if u.Name != "" {
		return u.Name
	}
	return u.Email
}

// shown are the claims of a preview, each with its text.
type shown struct {
	ID, Name, Text string // Text is "" where there is none
}

func payloads(say *words.Catalogue, p *wire.TokenPreview) []shown {
	a := &say.ConsoleApplications
	all := []shown{{"access-token", a.AccessToken, indented(p.AccessClaims)}}
	if p.User != "" {
		all = append([]shown{{"id-token", a.IDToken, indented(p.IDClaims)}}, append(all, shown{"userinfo", a.Userinfo, indented(p.Userinfo)})...)
	}
	return all
}

func indented(text json.RawMessage) string {
	var b bytes.Buffer
	if len(text) == 0 || json.Indent(&b, text, "", "  ") != nil {
		return ""
	}
	return b.String()
}

// missing is what somebody might look for, and why it is not there.
func missing(say *words.Catalogue, p *wire.TokenPreview) part.Table {
	a := &say.ConsoleApplications
	why := map[oauth.Why]string{
		oauth.WhyNotRegistered: a.WhyNotRegistered, oauth.WhyNotHeld: a.WhyNotHeld, oauth.WhyNoOpenID: a.WhyNoOpenID,
		oauth.WhyUserinfo: a.WhyUserinfo, oauth.WhyUnknown: a.WhyUnknown, oauth.WhySource: a.WhySource, oauth.WhyTooLarge: a.WhyTooLarge,
	}
	t := part.Table{ID: "missing", Caption: a.Missing, Columns: []part.Column{{Label: a.Name}, {Label: a.What}}}
	for _, one := range p.Missing {
		t.Rows = append(t.Rows, part.Row{Label: one.Name, Cells: []templ.Component{code(one.Name), part.Text(why[one.Why])}})
	}
	return t
}

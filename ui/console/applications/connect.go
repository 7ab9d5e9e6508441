package applications

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/docs"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// connectPage shows what to set on the other side.
type connectPage struct {
	clientFrame
	Guide docs.Client
	At    addresses
}

func (p connectPage) Head(say *words.Catalogue) view.Head {
	if p.Guide.Name == "" {
		return part.Head(p.title(say.ConsoleApplications.Connect))
	}
	return part.Head(p.title(say.ConsoleApplications.Connect + " · " + p.Guide.Title))
}
func (p connectPage) Body() templ.Component { return connectBody(p) }

// groups are the headings of docs/clients.md that are for a kind of application, the most usual
// first.
var groups = map[oauth.Kind][]string{
	oauth.KindWeb:     {"Libraries of servers", "Products", "In front of applications"},
	oauth.KindBrowser: {"Libraries in the browser"},
	oauth.KindNative:  {"At the terminal"},
	oauth.KindMachine: {"Programs without people"},
}

// guides are the sections of docs/clients.md for a kind of application.
func guides(kind oauth.Kind) (all []docs.Client) {
	for _, group := range groups[kind] {
		all = append(all, guidesOf(group)...)
	}
	return all
}

// guidesOf are the sections below a heading.
func guidesOf(group string) (all []docs.Client) {
	for _, c := range docs.Clients() {
		if c.Group == group {
			all = append(all, c)
		}
	}
	return all
}

// guideOf is the section that is asked for, and otherwise the one for the kind where there is no choice.
func guideOf(kind oauth.Kind, name string) docs.Client {
	if c, ok := docs.ClientOf(name); ok {
		return c
	}
	if all := guides(kind); len(all) == 1 {
		return all[0]
	}
	return docs.Client{}
}

func (d *Door) connect(v *guard.Visit) error {
	f, err := d.read(v)
	if err != nil {
		return err
	}
	page := connectPage{clientFrame: f, Guide: guideOf(f.Client.Kind, v.Query("for")), At: addressesOf(d.Issuer)}
	page.Command = guard.Command("client", "show", string(f.Client.ID))
	if page.Guide.Name != "" {
		page.Command = guard.Command("client", "create", "--for", page.Guide.Name, "--home-url", "ADDRESS")
	}
	return v.Show(http.StatusOK, page)
}

// settings are what the section says, with the values of the application.
func settings(issuer string, c *wire.Client, guide docs.Client) []docs.Part {
	y := docs.Yours{Issuer: issuer, Base: strings.TrimRight(c.HomeURL, "/"), ID: string(c.ID), RedirectURIs: c.RedirectURIs, PostLogoutRedirectURIs: c.PostLogoutRedirectURIs}
	if y.Base == "" && len(c.RedirectURIs) > 0 {
		if u, err := url.Parse(c.RedirectURIs[0]); err == nil && u.Host != "" {
			y.Base = u.Scheme + "://" + u.Host
		}
	}
	if len(c.Audiences) > 0 {
		y.API = c.Audiences[0]
	}
	return guide.For(y)
}

// ran says whether a test runs the section.
func ran(say *words.Catalogue, guide docs.Client) part.Badge {
	if guide.Run != "" {
		return part.Badge{Label: say.ConsoleApplications.RanWith.With(words.Version, guide.Run), Tone: part.Good}
	}
	return part.Badge{Label: say.ConsoleApplications.NotRan}
}

// addresses are those that an application without discovery needs.
type addresses struct{ Issuer, Discovery, Authorize, Token, Userinfo, Keys, Logout string }

func addressesOf(issuer string) addresses {
	return addresses{
		issuer, issuer + "/.well-known/openid-configuration", issuer + "/oauth2/authorize", issuer + "/oauth2/token", issuer + "/oauth2/userinfo",
		issuer + "/.well-known/jwks.json", issuer + "/oauth2/logout",
	}
}

func (at addresses) facts(say *words.Catalogue) []part.Fact {
	a := &say.ConsoleApplications
	return []part.Fact{
		{Name: a.Issuer, Value: part.Copy("at-issuer", at.Issuer)},
		{Name: a.Discovery, Value: part.Copy("at-discovery", at.Discovery)},
		{Name: a.AuthorizeAt, Value: part.Copy("at-authorize", at.Authorize)},
		{Name: a.TokenAt, Value: part.Copy("at-token", at.Token)},
		{Name: a.UserinfoAt, Value: part.Copy("at-userinfo", at.Userinfo)},
		{Name: a.JWKSAt, Value: part.Copy("at-keys", at.Keys)},
		{Name: a.LogoutAt, Value: part.Copy("at-logout", at.Logout)},
	}
}

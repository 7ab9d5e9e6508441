package housetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Each kind of application is connected to its end by forms alone: a page of a browser and a program
// on a device have no secret and prove themselves by PKCE, a machine has one and no address.
func TestTheConsoleConnectsEachKindOfApplication(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for kind, one := range map[oauth.Kind]struct {
		typed  []string
		secret bool
		method string
		grants []string
		says   string
	}{
		oauth.KindBrowser: {[]string{"redirect_uris", "https://spa.test/cb"}, false, oauth.AuthNone, []string{oauth.GrantCode}, "It has no secret, and proves itself by PKCE."},
		oauth.KindNative:  {[]string{"redirect_uris", "http://127.0.0.1/callback\ncom.example.app:/callback"}, false, oauth.AuthNone, []string{oauth.GrantCode}, "It has no secret, and proves itself by PKCE."},
		oauth.KindMachine: {nil, true, oauth.AuthSecret, []string{oauth.GrantClient}, "OIDC_CLIENT_SECRET"},
	} {
		name := "Own " + string(kind)
		form := b.Get(applications + "/-/new?kind=" + string(kind)).Is(http.StatusOK)
		form.Submit(append([]string{"client_name", ""}, one.typed...)...).Is(http.StatusUnprocessableEntity).Says("client_name-problem")
		made := form.Submit(append([]string{"client_name", name}, one.typed...)...).Is(http.StatusCreated).Says(name + " is connected").Says(one.says)
		if shown := shownSecret.FindString(made.Body) != ""; shown != one.secret {
			t.Errorf("%s: a secret is shown: %t", kind, shown)
		}
		all, err := g.House.OAuth.AllClients(t.Context())
		must(t, err)
		i := slices.IndexFunc(all, func(c oauth.Client) bool { return c.Name == name })
		if i < 0 {
			t.Fatalf("%s: none is there", kind)
		}
		if is := all[i]; is.Kind() != kind || is.AuthMethod != one.method || !slices.Equal(is.GrantTypes, one.grants) {
			t.Errorf("%s: it is %s, %s, %v", kind, is.Kind(), is.AuthMethod, is.GrantTypes)
		}
		page := applications + "/" + string(all[i].ID)
		b.Get(page).Is(http.StatusOK).Says(name)
		b.Get(page + "/connect").Is(http.StatusOK).Says(string(all[i].ID))
		if kind == oauth.KindMachine {
			isWithout(t, b.Get(page), "Test sign-in")
			continue
		}
		g.Settle()
		tried := b.Get(page+"/trial").Press("", "submit")
		for range 3 {
			if strings.HasPrefix(tried.URL.Path, "/consent") {
				tried = tried.Press("", "allow")
			}
		}
		tried.Is(http.StatusOK).Says("The sign-in at " + name + " works")
	}
}

// Who may use an application is asked while it is connected.
func TestAnApplicationIsConnectedForSomeAlone(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	_, err := g.House.Access.CreateRole(t.Context(), gatetest.Console, access.Role{ID: "staff", Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "users", Action: "read"}}})
	must(t, err)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	b.Get(applications+"/-/new?kind=web").Submit("client_name", "For staff", "redirect_uris", "https://staff.test/cb", "require_roles", "staff").Is(http.StatusCreated)
	all, err := g.House.OAuth.AllClients(t.Context())
	must(t, err)
	for _, c := range all {
		if c.Name == "For staff" && !slices.Equal(c.RequireRoles, []string{"staff"}) {
			t.Errorf("it lets in whoever has %v", c.RequireRoles)
		}
	}
}

// The preview asks for whichever scopes of the application somebody takes, and for all where they take
// none.
func TestTheConsolePreviewsAnyScopes(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
	app := g.App("shop", func(c *oauth.Client) { c.Scopes = []string{"openid", "profile", "email"} })
	b := atConsole(t, g, ada)
	page := applications + "/" + string(app.ID) + "/preview?user=" + url.QueryEscape(ada.Email)
	has := func(query, email string, want bool) {
		t.Helper()
		shown := b.Get(page + query).Is(http.StatusOK)
		if strings.Contains(shown.Body, "&#34;"+email+"&#34;:") != want {
			t.Errorf("%s: the claim %s is there: %t", query, email, !want)
		}
	}
	has("", "email", true)
	has("&scope=openid&scope=email", "email", true)
	has("&scope=openid&scope=profile", "email", false)
	has("&scope=openid+email", "email", true)
}

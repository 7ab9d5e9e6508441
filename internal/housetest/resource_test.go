package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

const (
	orders = "https://orders.example.test/api"
	stock  = "https://stock.example.test"
	mail   = "mail" // an audience that is no URI
)

// resources are resource parameters in a form.
func resources(names ...string) url.Values { return url.Values{"resource": names} }

// with asks the token endpoint, as the client is registered to authenticate.
func with(g *gatetest.Gate, app *gatetest.Application, grant url.Values, names ...string) gatetest.Answer {
	way := basicAuth(string(app.ID), app.Secret)
	switch app.AuthMethod {
	case oauth.AuthPost:
		way = postAuth(string(app.ID), app.Secret)
	case oauth.AuthNone:
		way = postAuth(string(app.ID), "")
	}
	form := resources(names...)
	for name, values := range grant {
		form[name] = values
	}
	return way.post(g, "/oauth2/token", form)
}

func codeGrant(code string) url.Values {
	return url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {gatetest.RedirectURI}, "code_verifier": {gatetest.Verifier}}
}

func refreshGrant(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}}
}

// meantFor wants tokens for exactly these audiences.
func meantFor(t *testing.T, what string, a gatetest.Answer, want ...string) gatetest.Answer {
	t.Helper()
	expectTokens(t, what, a)
	var got []string
	switch aud := gatetest.Claims(a.Text("access_token"))["aud"].(type) {
	case string:
		got = []string{aud}
	case []any:
		for _, one := range aud {
			got = append(got, fmt.Sprint(one))
		}
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("%s: the token is meant for %v, want %v", what, got, want)
	}
	return a
}

// A resource that is named at authorize limits all that follows; one that is
// named with a grant limits that access token (RFC 8707 section 2).
func TestTokensAreMeantForTheResourcesThatWereNamed(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada := g.Person("ada")
	for _, method := range []string{oauth.AuthBasic, oauth.AuthPost, oauth.AuthNone} {
		app := g.App("by-"+method, func(c *oauth.Client) {
			c.AuthMethod, c.Audiences = method, []string{orders, stock, mail}
			if method == oauth.AuthNone {
				c.GrantTypes = []string{oauth.GrantCode, oauth.GrantRefresh}
			}
		})
		for _, c := range []struct{ asked, granted []string }{
			{nil, []string{orders, stock, mail}},
			{[]string{""}, []string{orders, stock, mail}},
			{[]string{orders}, []string{orders}},
			{[]string{mail}, []string{mail}},
			{[]string{stock, orders, stock, ""}, []string{orders, stock}},
		} {
			what := fmt.Sprintf("%s, %q at authorize", method, c.asked)
			b := g.Browser() // with pages on the way, which must not lose it
			page := b.Get(app.AuthorizeURL("scope", "openid offline_access") + "&" + resources(c.asked...).Encode()).SignIn(ada).Allow()
			code := page.Answered(gatetest.RedirectURI).Get("code")
			expectRefused(t, what+", more with the code", with(g, app, codeGrant(code), gatetest.Issuer), "invalid_target")
			if len(c.granted) < 3 {
				expectRefused(t, what+", another with the code", with(g, app, codeGrant(code), c.granted[0], "https://orders.example.test"), "invalid_target")
			}
			// The refusals have not spent it.
			tokens := meantFor(t, what+", one with the code", with(g, app, codeGrant(code), c.granted[0]), c.granted[0])
			tokens = meantFor(t, what+", refreshed", with(g, app, refreshGrant(tokens.Text("refresh_token"))), c.granted...)
			expectRefused(t, what+", more with a refresh", with(g, app, refreshGrant(tokens.Text("refresh_token")), gatetest.Issuer), "invalid_target")
			tokens = meantFor(t, what+", refreshed for one", with(g, app, refreshGrant(tokens.Text("refresh_token")), c.granted[len(c.granted)-1], ""), c.granted[len(c.granted)-1])
			meantFor(t, what+", refreshed for all", with(g, app, refreshGrant(tokens.Text("refresh_token")), c.granted...), c.granted...)
			meantFor(t, what+", with the code alone", app.Exchange(silentCode(t, b, app, c.asked...)), c.granted...)
		}
		if method != oauth.AuthNone {
			own := url.Values{"grant_type": {"client_credentials"}}
			meantFor(t, method+", its own", with(g, app, own), orders, stock, mail)
			meantFor(t, method+", its own for two", with(g, app, own, mail, stock), stock, mail)
			expectRefused(t, method+", its own for others", with(g, app, own, orders, "https://evil.example.test"), "invalid_target")
		}
	}
}

func silentCode(t *testing.T, b *gatetest.Browser, app *gatetest.Application, names ...string) string {
	t.Helper()
	return b.Get(app.AuthorizeURL("scope", "openid") + "&" + resources(names...).Encode()).Answered(gatetest.RedirectURI).Get("code")
}

// A resource that the client has no tokens for is never ignored.
func TestUnknownResourceIsRefused(t *testing.T) {
	t.Parallel()
	g := watched(t)
	g.App("other", func(c *oauth.Client) { c.Audiences = []string{"https://other.example.test"} })
	some, none := g.App("some", func(c *oauth.Client) { c.Audiences = []string{orders} }), g.App("none")
	for _, c := range []struct {
		app  *gatetest.Application
		name string
		good bool
	}{
		{some, orders, true},
		{none, gatetest.Issuer, true},
		{some, orders + "/", false},
		{some, orders + "#f", false},
		{some, "HTTPS://orders.example.test/api", false},
		{some, "https://other.example.test", false},
		{some, gatetest.Issuer, false},
		{some, "some", false},
		{some, "orders", false},
		{some, "*", false},
		{none, gatetest.Issuer + "/", false},
		{none, orders, false},
	} {
		for _, more := range [][]string{nil, {orders}, {gatetest.Issuer}} {
			names := append([]string{c.name}, more...)
			good := c.good && (more == nil || more[0] == c.name)
			q := g.Browser().Get(c.app.AuthorizeURL("prompt", "none") + "&" + resources(names...).Encode()).Answered(gatetest.RedirectURI)
			if want := map[bool]string{true: "login_required", false: "invalid_target"}[good]; q.Get("error") != want {
				t.Errorf("%s asks for %q: %v, want %s", c.app.ID, names, q, want)
			}
			if a := with(g, c.app, url.Values{"grant_type": {"client_credentials"}}, names...); (a.Status == http.StatusOK) != good {
				t.Errorf("%s asks for itself for %q: %d %s", c.app.ID, names, a.Status, a.Body)
			}
		}
	}
}

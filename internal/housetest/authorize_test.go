package housetest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// refusedRequests are authorization requests that the application is told the
// error of, by name of what is wrong.
var refusedRequests = []struct {
	name   string
	fields []string
	code   string
}{
	{"no response type", []string{"response_type", ""}, "invalid_request"},
	{"implicit", []string{"response_type", "token"}, "unsupported_response_type"},
	{"implicit ID token", []string{"response_type", "id_token"}, "unsupported_response_type"},
	{"implicit, both", []string{"response_type", "id_token token"}, "unsupported_response_type"},
	{"hybrid token", []string{"response_type", "code token"}, "unsupported_response_type"},
	{"hybrid ID token", []string{"response_type", "code id_token"}, "unsupported_response_type"},
	{"hybrid, all", []string{"response_type", "code id_token token"}, "unsupported_response_type"},
	{"none", []string{"response_type", "none"}, "unsupported_response_type"},
	{"code twice", []string{"response_type", "code code"}, "unsupported_response_type"},
	{"device", []string{"response_type", "device_code"}, "unsupported_response_type"},
	{"CODE", []string{"response_type", "CODE"}, "unsupported_response_type"},
	{"JARM fragment", []string{"response_mode", "fragment.jwt"}, "invalid_request"},
	{"JARM", []string{"response_mode", "jwt"}, "invalid_request"},
	{"JARM query", []string{"response_mode", "query.jwt"}, "invalid_request"},
	{"JARM form", []string{"response_mode", "form_post.jwt"}, "invalid_request"},
	{"postMessage", []string{"response_mode", "web_message"}, "invalid_request"},
	{"request object", []string{"request", "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"},
	{"request URI", []string{"request_uri", "https://app.example.test/request"}, "request_uri_not_supported"},
	{"pushed request URI", []string{"request_uri", "urn:ietf:params:oauth:request_uri:x"}, "request_uri_not_supported"},
	{"registration", []string{"registration", "{}"}, "registration_not_supported"},
	{"unknown scopes alone", []string{"scope", "nothing OPENID"}, "invalid_scope"},
	{"scope of another client", []string{"scope", "payments"}, "invalid_scope"},
	{"neither challenge nor nonce", []string{"code_challenge", "", "code_challenge_method", "", "nonce", ""}, "invalid_request"},
	{"no challenge without openid", []string{"code_challenge", "", "code_challenge_method", "", "scope", "orders"}, "invalid_request"},
	{"plain challenge", []string{"code_challenge", gatetest.Verifier, "code_challenge_method", "plain"}, "invalid_request"},
	{"challenge without method", []string{"code_challenge_method", ""}, "invalid_request"},
	{"method without challenge", []string{"code_challenge", ""}, "invalid_request"},
	{"s256 in small letters", []string{"code_challenge_method", "s256"}, "invalid_request"},
	{"a short challenge", []string{"code_challenge", "short"}, "invalid_request"},
	{"a padded challenge", []string{"code_challenge", gatetest.Challenge(gatetest.Verifier) + "="}, "invalid_request"},
	{"unknown prompt", []string{"prompt", "create"}, "invalid_request"},
	{"prompt none and login", []string{"prompt", "none login"}, "invalid_request"},
	{"negative max_age", []string{"max_age", "-1"}, "invalid_request"},
	{"max_age of letters", []string{"max_age", "soon"}, "invalid_request"},
	{"claims that are no JSON", []string{"claims", "{"}, "invalid_request"},
	{"claims that name a member twice", []string{"claims", `{"userinfo":{},"userinfo":{}}`}, "invalid_request"},
	{"a forged hint, and no pages", []string{"id_token_hint", "eyJhbGciOiJub25lIn0.e30.", "prompt", "none"}, "login_required"},
	{"a huge state", []string{"state", strings.Repeat("s", 5000)}, "invalid_request"},
	{"a huge nonce", []string{"nonce", strings.Repeat("n", 5000)}, "invalid_request"},
	{"nobody is signed in", []string{"prompt", "none"}, "login_required"},
}

// Every response tells who sends it, errors included (RFC 9207, security R06),
// carries the state as it was sent, and never a code beside an error. What is
// not supported is refused by name and not ignored (security R14, R15).
func TestARefusalIsToldToTheApplicationWithIssuerAndState(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	g.App("pay", func(c *oauth.Client) { c.Scopes = []string{"payments"} })
	for _, tt := range refusedRequests {
		for _, mode := range []string{"", "query", "form_post"} {
			fields := slices.Concat([]string{"response_mode", mode}, tt.fields)
			want := `a state: "ü" & more`
			if !slices.Contains(tt.fields, "state") {
				fields = append(fields, "state", want)
			} else {
				want = tt.fields[1]
			}
			q := g.Browser().Get(app.AuthorizeURL(fields...)).Answered(gatetest.RedirectURI)
			if q.Get("error") != tt.code || q.Get("iss") != gatetest.Issuer || q.Get("state") != want || q.Has("code") || q.Has("id_token") {
				t.Errorf("%s (%s): %v, want %s", tt.name, mode, q, tt.code)
			}
			for name := range q {
				if !slices.Contains([]string{"error", "error_description", "iss", "state"}, name) {
					t.Errorf("%s: the unregistered parameter %s", tt.name, name)
				}
			}
			if d := q.Get("error_description"); strings.ContainsFunc(d, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
				t.Errorf("%s: error_description %q", tt.name, d)
			}
		}
	}
}

func TestACodeComesWithIssuerAndState(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app, b := g.Person("ada"), g.App("web"), g.Browser()
	for _, mode := range []string{"", "query", "form_post"} {
		for _, state := range []string{"", "x", `{"a":"b&c=d"} +%20ü`, strings.Repeat("s", 1000)} {
			p := b.Get(app.AuthorizeURL("response_mode", mode, "state", state))
			if p.URL.Path == "/signin" && p.Out == nil {
				p = p.SignIn(ada)
			}
			p = p.Allow()
			q := p.Answered(gatetest.RedirectURI)
			if (p.Out == nil) != (mode == "form_post") || q.Get("code") == "" || q.Get("iss") != gatetest.Issuer || q.Get("state") != state || q.Has("state") != (state != "") {
				t.Errorf("%q, state %.20q: %v", mode, state, q)
			}
		}
	}
	deny := g.Browser().Get(app.AuthorizeURL("prompt", "consent")).SignIn(ada).Press("", "deny").Answered(gatetest.RedirectURI)
	if deny.Get("error") != "access_denied" || deny.Get("iss") != gatetest.Issuer || deny.Get("state") == "" || deny.Has("code") {
		t.Errorf("refused by the person: %v", deny)
	}
}

// A parameter may not come twice, an empty one counts as left out, and an
// unknown one is ignored (OAuth 2.1 section 3.1, security R11).
func TestAuthorizationParametersComeOnce(t *testing.T) {
	t.Parallel()
	g := watched(t)
	app := g.App("web")
	_, query, _ := strings.Cut(app.AuthorizeURL(), "?")
	form, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "response_mode", "prompt", "max_age", "claims", "display", "extra"}
	for _, name := range names {
		twice := url.Values{name: {form.Get(name), form.Get(name)}}.Encode()
		ways := map[string]gatetest.Answer{
			"query": g.Get("/oauth2/authorize?" + lacking(form, name).Encode() + "&" + twice),
			"body":  postRaw(g, "/oauth2/authorize", lacking(form, name).Encode()+"&"+twice),
			"both":  postRaw(g, "/oauth2/authorize?"+url.Values{name: {form.Get(name)}}.Encode(), having(form, name, form.Get(name)).Encode()),
		}
		for way, a := range ways {
			to, err := url.Parse(a.Header.Get("Location"))
			if err != nil || a.Status != http.StatusSeeOther || to.Host != "app.example.test" || to.Query().Get("error") != "invalid_request" {
				t.Errorf("%s twice in %s: %d %q", name, way, a.Status, a.Header.Get("Location"))
			}
		}
	}
	for _, empty := range []string{"prompt", "max_age", "claims", "id_token_hint", "acr_values", "ui_locales", "display", "response_mode", "request", "request_uri", "login_hint"} {
		g.Browser().Get(app.AuthorizeURL() + "&" + empty + "=").At("/signin")
	}
	g.Browser().Get(app.AuthorizeURL("extra", "foobar", "resource_owner", "x", "%00", "y")).At("/signin")
}

func TestTokenParametersComeOnce(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web", func(c *oauth.Client) { c.AuthMethod = oauth.AuthPost })
	code := app.Code(g.Browser(), ada)
	form := url.Values{
		"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {gatetest.RedirectURI}, "code_verifier": {gatetest.Verifier},
		"client_id": {"web"}, "client_secret": {app.Secret},
	}
	for name := range form {
		a := postRaw(g, "/oauth2/token", form.Encode()+"&"+url.Values{name: {form.Get(name)}}.Encode())
		if a.Status != http.StatusBadRequest || a.Error() != "invalid_request" {
			t.Errorf("%s twice: %d %s", name, a.Status, a.Body)
		}
		a = postRaw(g, "/oauth2/token?"+url.Values{name: {form.Get(name)}}.Encode(), lacking(form, name).Encode())
		if a.Status < 400 || a.Status > 499 {
			t.Errorf("%s in the query: %d %s", name, a.Status, a.Body)
		}
	}
	for _, path := range []string{"/oauth2/introspect", "/oauth2/revoke"} {
		if a := postRaw(g, path, form.Encode()+"&token=a&token=b"); a.Error() != "invalid_request" {
			t.Errorf("%s with two tokens: %d %s", path, a.Status, a.Body)
		}
	}
	form.Set("extra", "foobar")
	form.Set("scope", "")
	if a := g.PostForm("/oauth2/token", "", "", form); a.Status != http.StatusOK {
		t.Errorf("with an unknown parameter: %d %s", a.Status, a.Body)
	}
}

// having returns the form with another value for name.
func having(form url.Values, name, value string) url.Values {
	out := lacking(form, name)
	out.Set(name, value)
	return out
}

// lacking returns the form without name.
func lacking(form url.Values, name string) url.Values {
	out := url.Values{}
	for n, v := range form {
		if n != name {
			out[n] = v
		}
	}
	return out
}

// postRaw posts a body as it is.
func postRaw(g *gatetest.Gate, path, body string) gatetest.Answer {
	g.T.Helper()
	req, err := http.NewRequest(http.MethodPost, gatetest.Issuer+path, strings.NewReader(body))
	if err != nil {
		g.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return g.Do(req)
}

// Grants that OAuth 2.1 has dropped, or that Gatehouse does not have, are not
// there, and nothing in the configuration could bring them (security R14).
func TestOnlyThreeGrantsExist(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web")
	for _, grant := range []string{
		"password", "implicit", "urn:ietf:params:oauth:grant-type:device_code", "urn:ietf:params:oauth:grant-type:jwt-bearer",
		"urn:ietf:params:oauth:grant-type:saml2-bearer", "urn:ietf:params:oauth:grant-type:token-exchange", "urn:openid:params:grant-type:ciba",
		"Authorization_Code", "authorization_code refresh_token", "authorization_code ", "nothing",
	} {
		form := url.Values{
			"grant_type": {grant}, "username": {ada.Email}, "password": {ada.Password}, "assertion": {"x"}, "device_code": {"x"}, "scope": {"openid"},
			"subject_token": {"x"}, "subject_token_type": {"urn:ietf:params:oauth:token-type:access_token"}, "auth_req_id": {"x"},
		}
		a := g.PostForm("/oauth2/token", "web", app.Secret, form)
		if a.Status != http.StatusBadRequest || a.Error() != "unsupported_grant_type" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", grant, a.Status, a.Body)
		}
	}
	if a := g.PostForm("/oauth2/token", "web", app.Secret, url.Values{}); a.Error() != "invalid_request" {
		t.Errorf("no grant type: %d %s", a.Status, a.Body)
	}
	for _, key := range config.Keys() {
		for _, word := range []string{"implicit", "hybrid", "password_grant", "ropc", "plain", "response_type", "pkce"} {
			if strings.Contains(key.Path, word) {
				t.Errorf("the configuration has the key %s", key.Path)
			}
		}
	}
}

// Every client was registered by an administrator: there is no way for a
// stranger to become one, so there is no redirect that nobody vouched for
// (security R12).
func TestNobodyRegistersThemselves(t *testing.T) {
	t.Parallel()
	g := watched(t)
	for _, path := range []string{"/oauth2/register", "/register", "/connect/register", "/oauth2/clients"} {
		for _, method := range []string{"GET", "POST", "PUT"} {
			if a := g.Ask(method, path, "Content-Type", "application/json"); a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
				t.Errorf("%s %s: %d", method, path, a.Status)
			}
		}
	}
	for _, method := range []string{"GET", "POST"} { // the admin API knows nobody who does not say who they are
		if a := g.Ask(method, "/api/v1/clients", "Content-Type", "application/json"); a.Status != http.StatusUnauthorized {
			t.Errorf("%s /api/v1/clients: %d", method, a.Status)
		}
	}
	// A URL is no client, whatever lies there (client ID metadata documents).
	app := g.App("web")
	staysHere(t, "a URL as client", g.Get(strings.TrimPrefix(app.AuthorizeURL("client_id", "https://evil.example/client.json"), gatetest.Issuer)))
}

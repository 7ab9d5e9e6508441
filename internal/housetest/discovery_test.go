package housetest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// world is what the rows of advertised work with.
type world struct {
	*testing.T
	g       *gatetest.Gate
	ada     *gatetest.Person // no second factor, every claim
	grace   *gatetest.Person // with a second factor
	app     *gatetest.Application
	browser *gatetest.Browser
	serial  int
}

func (w *world) name(what string) string {
	w.serial++
	return fmt.Sprintf("%s-%d", what, w.serial)
}

// enter signs ada in at the application of the test and returns the tokens.
func (w *world) enter(fields ...string) gatetest.Answer {
	w.Helper()
	return w.app.Tokens(w.browser, w.ada, fields...)
}

func (w *world) ok(what string, a gatetest.Answer) gatetest.Answer {
	w.Helper()
	if a.Status != http.StatusOK {
		w.Errorf("%s: %d %s", what, a.Status, a.Body)
	}
	return a
}

// authenticate sends a form to an endpoint by an authentication method, with an
// access token as `token` that was given to the very client.
func (w *world) authenticate(path, method string, form url.Values) {
	w.Helper()
	if method == oauth.AuthPrivateKey {
		w.authenticateBy(path, "ES256", form)
		return
	}
	app := w.g.App(w.name("auth"), func(c *oauth.Client) {
		c.AuthMethod = method
		if method == oauth.AuthNone {
			c.GrantTypes = []string{oauth.GrantCode, oauth.GrantRefresh}
		}
	})
	if method == oauth.AuthNone && form.Get("grant_type") == oauth.GrantClient {
		app.Tokens(w.browser, w.ada) // a public client has nothing of its own: it redeems a code
		return
	}
	form = having(form, "token", "gone")
	user, password := "", ""
	switch method {
	case oauth.AuthBasic:
		user, password = string(app.ID), app.Secret
	case oauth.AuthPost:
		form.Set("client_secret", app.Secret)
		fallthrough
	default:
		form.Set("client_id", string(app.ID))
	}
	w.ok(path+" by "+method, w.g.PostForm(path, user, password, form))
}

func (w *world) authenticateBy(path, alg string, form url.Values) {
	w.Helper()
	app, key := keyApp(w.T, w.g, w.name("key"), alg)
	f := signed(w.T, app, alg, key, "token", "gone")
	maps.Copy(f, form)
	w.ok(path+" by "+alg, w.g.PostForm(path, "", "", f))
}

var clientGrant = url.Values{"grant_type": {oauth.GrantClient}}

// advertised exercises every value of every member of the discovery document
// (security R37): what is advertised and has no row here fails the test.
var advertised = map[string]func(w *world, value any){
	"issuer": func(w *world, v any) {
		if v != gatetest.Issuer || Claims(w.enter())["iss"] != v {
			w.Errorf("issuer is %v", v)
		}
	},
	"authorization_endpoint": func(w *world, v any) { w.browser.Get(v.(string)).Is(400).Says("application") },
	"token_endpoint":         func(w *world, v any) { w.endpoint(v, "/oauth2/token") },
	"introspection_endpoint": func(w *world, v any) { w.endpoint(v, "/oauth2/introspect") },
	"revocation_endpoint":    func(w *world, v any) { w.endpoint(v, "/oauth2/revoke") },
	"userinfo_endpoint":      func(w *world, v any) { w.endpoint(v, "/oauth2/userinfo") },
	"jwks_uri": func(w *world, v any) {
		a := w.ok("jwks_uri", w.g.Get(strings.TrimPrefix(v.(string), gatetest.Issuer)))
		var set jose.JSONWebKeySet
		if err := json.Unmarshal(a.Body, &set); err != nil || len(set.Keys) == 0 {
			w.Fatalf("jwks: %v %s", err, a.Body)
		}
		kids := map[string]bool{}
		for _, k := range set.Keys {
			if !k.Valid() || !k.IsPublic() || k.KeyID == "" || kids[k.KeyID] || k.Use != "sig" || k.Algorithm == "" {
				w.Errorf("the key %+v", k)
			}
			kids[k.KeyID] = true
		}
		if regexp.MustCompile(`"(d|p|q|dp|dq|qi|k)":`).Match(a.Body) {
			w.Error("a private member is published")
		}
	},
	"end_session_endpoint": func(w *world, v any) {
		b := w.g.Browser()
		hint := w.app.Tokens(b, w.ada).Text("id_token")
		b.Get(v.(string) + "?post_logout_redirect_uri=" + url.QueryEscape(bye) + "&id_token_hint=" + hint).SentTo(bye)
	},
	"response_types_supported": func(w *world, v any) { w.enter("response_type", v.(string)) },
	"response_modes_supported": func(w *world, v any) {
		w.enter()
		p := w.browser.Get(w.app.AuthorizeURL("response_mode", v.(string)))
		if v == "fragment" {
			if inFragment(w.T, p, gatetest.RedirectURI).Get("code") == "" {
				w.Errorf("response_mode %v: %d, out %v", v, p.Status, p.Out)
			}
			return
		}
		if p.Answered(gatetest.RedirectURI).Get("code") == "" || (p.Out == nil) != (v == "form_post") {
			w.Errorf("response_mode %v: %d, out %v", v, p.Status, p.Out)
		}
	},
	"grant_types_supported": func(w *world, v any) {
		tokens := w.enter()
		switch v {
		case oauth.GrantRefresh:
			w.ok("refresh", w.app.Refresh(tokens.Text("refresh_token")))
		case oauth.GrantClient:
			w.ok("client credentials", w.app.ClientCredentials("scope", "orders"))
		case oauth.GrantCode:
		default:
			w.Errorf("the grant %v is new", v)
		}
	},
	"subject_types_supported": func(w *world, v any) {
		here, there := Claims(w.enter())["sub"], Claims(w.g.App(w.name("subject")).Tokens(w.browser, w.ada))["sub"]
		if v != "public" || here != there || here != string(w.ada.ID) {
			w.Errorf("%v: one person is %v and %v", v, here, there)
		}
	},
	"code_challenge_methods_supported": func(w *world, v any) { w.enter("code_challenge_method", v.(string)) },
	"scopes_supported": func(w *world, v any) {
		scope := "openid " + v.(string)
		tokens := w.enter("scope", scope)
		if got := strings.Fields(fmt.Sprint(gatetest.Claims(tokens.Text("access_token"))["scope"])); !slices.Contains(got, v.(string)) {
			w.Errorf("scope %v: granted %v", v, got)
		}
	},
	"claims_supported": func(w *world, v any) {
		tokens := w.enter("scope", "openid profile email address phone")
		info := w.g.Userinfo(tokens.Text("access_token"))
		if Claims(tokens)[v.(string)] == nil && info.JSON[v.(string)] == nil {
			w.Errorf("the claim %v is nowhere: %v %s", v, Claims(tokens), info.Body)
		}
	},
	"claim_types_supported": func(w *world, v any) {
		info := w.g.Userinfo(w.enter("scope", "openid profile").Text("access_token"))
		if v != "normal" || info.JSON["_claim_names"] != nil {
			w.Errorf("claim type %v", v)
		}
	},
	"acr_values_supported": func(w *world, v any) {
		who := map[any]*gatetest.Person{"aal1": w.ada, "aal2": w.grace}[v]
		if who == nil {
			w.Fatalf("the level %v is new", v)
		}
		essential := fmt.Sprintf(`{"id_token":{"acr":{"essential":true,"value":%q}}}`, v)
		b := w.g.Browser()
		if v == "aal2" {
			// ada cannot reach it without setting up a second factor first.
			if p := b.Get(w.app.AuthorizeURL("claims", essential)).SignIn(w.ada); p.URL.Path != "/signin/enrol" {
				w.Errorf("aal2 of somebody without a second factor: %s", p.URL)
			}
			b = w.g.Browser()
		}
		if got := Claims(w.app.Tokens(b, who, "claims", essential, "acr_values", v.(string)))["acr"]; got != v {
			w.Errorf("asked for %v, got %v", v, got)
		}
	},
	"prompt_values_supported": func(w *world, v any) {
		w.enter()
		p := w.browser.Get(w.app.AuthorizeURL("prompt", v.(string)))
		at := map[any]string{"login": "/signin", "consent": "/consent", "select_account": "/signin/select"}[v]
		if at == "" && (v != "none" || p.Answered(gatetest.RedirectURI).Get("code") == "") {
			w.Errorf("prompt=%v: %s", v, p.URL)
		}
		if at != "" {
			p.At(at)
		}
	},
	"display_values_supported": func(w *world, v any) { w.enter("display", v.(string)) },
	"ui_locales_supported": func(w *world, v any) {
		w.g.Browser().Get(w.app.AuthorizeURL("ui_locales", v.(string))).At("/signin").Says(`<html lang="` + v.(string) + `"`)
	},
	"id_token_signing_alg_values_supported": func(w *world, v any) {
		app := w.g.App(w.name("idtoken"), func(c *oauth.Client) { c.IDTokenAlg = v.(string) })
		verifyIDToken(w.T, w.g, app.Tokens(w.browser, w.ada), app, v.(string), "a nonce")
	},
	"userinfo_signing_alg_values_supported": func(w *world, v any) {
		app := w.g.App(w.name("userinfo"), func(c *oauth.Client) { c.UserinfoAlg = v.(string) })
		a := w.g.Userinfo(app.Tokens(w.browser, w.ada).Text("access_token"))
		if a.Header.Get("Content-Type") != "application/jwt" {
			w.Fatalf("userinfo is %s: %s", a.Header.Get("Content-Type"), a.Body)
		}
		ctx, p := provider(w.T, w.g)
		// Signed userinfo has no exp, so that it cannot pass for an ID token.
		token, err := p.Verifier(&oidc.Config{ClientID: string(app.ID), SupportedSigningAlgs: []string{v.(string)}, SkipExpiryCheck: true}).Verify(ctx, string(a.Body))
		if err != nil || token.Subject != string(w.ada.ID) {
			w.Errorf("userinfo signed by %v: %v", v, err)
		}
	},
	"token_endpoint_auth_methods_supported": func(w *world, v any) { w.authenticate("/oauth2/token", v.(string), clientGrant) },
	"token_endpoint_auth_signing_alg_values_supported": func(w *world, v any) {
		w.authenticateBy("/oauth2/token", v.(string), clientGrant)
	},
	"introspection_endpoint_auth_methods_supported": func(w *world, v any) { w.authenticate("/oauth2/introspect", v.(string), nil) },
	"introspection_endpoint_auth_signing_alg_values_supported": func(w *world, v any) {
		w.authenticateBy("/oauth2/introspect", v.(string), nil)
	},
	"revocation_endpoint_auth_methods_supported":            func(w *world, v any) { w.authenticate("/oauth2/revoke", v.(string), nil) },
	"revocation_endpoint_auth_signing_alg_values_supported": func(w *world, v any) { w.authenticateBy("/oauth2/revoke", v.(string), nil) },
	"claims_parameter_supported": func(w *world, v any) {
		tokens := w.enter("scope", "openid", "claims", `{"userinfo":{"nickname":null,"nothing":null},"id_token":{"email":{"essential":true},"acr":{"value":"aal1"}}}`)
		info := w.g.Userinfo(tokens.Text("access_token"))
		if v != true || info.Text("nickname") != "Countess" || info.JSON["email"] != nil || Claims(tokens)["email"] != w.ada.Email || Claims(tokens)["nickname"] != nil {
			w.Errorf("claims: %v %s", Claims(tokens), info.Body)
		}
	},
	"request_parameter_supported": func(w *world, v any) {
		if q := w.browser.Get(w.app.AuthorizeURL("request", unsignedRequest)).Answered(gatetest.RedirectURI); v != false || q.Get("error") != "request_not_supported" {
			w.Errorf("request: %v, %v", v, q)
		}
	},
	"request_uri_parameter_supported": func(w *world, v any) {
		if q := w.browser.Get(w.app.AuthorizeURL("request_uri", "https://app.example.test/r")).Answered(gatetest.RedirectURI); v != false || q.Get("error") != "request_uri_not_supported" {
			w.Errorf("request_uri: %v, %v", v, q)
		}
	},
	"authorization_response_iss_parameter_supported": func(w *world, v any) {
		w.enter()
		if q := w.browser.Get(w.app.AuthorizeURL()).Answered(gatetest.RedirectURI); v != true || q.Get("iss") != gatetest.Issuer {
			w.Errorf("iss: %v, %v", v, q)
		}
	},
}

// Claims returns the claims of the ID token in a token response.
func Claims(a gatetest.Answer) map[string]any { return gatetest.Claims(a.Text("id_token")) }

// endpoint fails the test unless the member is the URL of path, and something
// answers there in JSON.
func (w *world) endpoint(v any, path string) {
	w.Helper()
	a := w.g.PostForm(path, "", "", url.Values{})
	if v != gatetest.Issuer+path || a.Status < 400 || a.Status == 404 || a.Error() == "" {
		w.Errorf("%v: %d %s", v, a.Status, a.Body)
	}
}

func TestEverythingAdvertisedWorks(t *testing.T) {
	t.Parallel()
	g := watched(t)
	w := &world{g: g, ada: g.Person("ada", gatetest.WithClaims(everyClaim)), grace: g.Person("grace", gatetest.TOTP), app: g.App("web")}
	document := g.Get("/.well-known/openid-configuration")
	if other := g.Get("/.well-known/oauth-authorization-server"); string(other.Body) != string(document.Body) {
		t.Errorf("the two documents differ:\n%s\n%s", document.Body, other.Body)
	}
	for member, value := range document.JSON {
		exercise := advertised[member]
		if exercise == nil {
			t.Errorf("%s is advertised, but no test exercises it", member)
			continue
		}
		values, many := value.([]any)
		if !many {
			values = []any{value}
		}
		if len(values) == 0 {
			t.Errorf("%s is an empty list", member)
		}
		for _, v := range values {
			t.Run(fmt.Sprintf("%s/%v", member, v), func(t *testing.T) {
				c := *w
				c.T, c.g = t, g.For(t)
				c.app, c.browser = w.app.At(c.g), c.g.Browser()
				exercise(&c, v)
				w.serial = c.serial
			})
		}
	}
	for member := range advertised {
		if _, is := document.JSON[member]; !is {
			t.Errorf("%s is not advertised any more", member)
		}
	}
}

// The Config profile of the certification suite: the form of the document.
func TestConfigProfile(t *testing.T) {
	t.Parallel()
	t.Run("oidcc-discovery-endpoint-verification", func(t *testing.T) {
		g := watched(t)
		a := g.Get("/.well-known/openid-configuration")
		if a.Status != 200 || a.Header.Get("Content-Type") != "application/json" || a.Text("issuer") != gatetest.Issuer || strings.Contains(a.Text("issuer"), "?") {
			t.Fatalf("%d %s %s", a.Status, a.Header.Get("Content-Type"), a.Body)
		}
		for member, value := range a.JSON {
			if strings.HasSuffix(member, "_endpoint") || strings.HasSuffix(member, "_uri") || member == "issuer" {
				if u, err := url.Parse(fmt.Sprint(value)); err != nil || u.Scheme != "https" || u.Fragment != "" {
					t.Errorf("%s is %v", member, value)
				}
			}
		}
		for member, least := range map[string][]string{
			"response_types_supported": {"code"}, "subject_types_supported": {"public"}, "id_token_signing_alg_values_supported": {"RS256"},
			"scopes_supported": {"openid"}, "claims_supported": {"sub"}, "code_challenge_methods_supported": {"S256"}, "grant_types_supported": {"authorization_code"},
		} {
			var list []string
			raw, _ := json.Marshal(a.JSON[member])
			if err := json.Unmarshal(raw, &list); err != nil {
				t.Errorf("%s: %v", member, err)
			}
			for _, v := range least {
				if !slices.Contains(list, v) {
					t.Errorf("%s lacks %s: %v", member, v, list)
				}
			}
		}
		for _, scope := range a.JSON["scopes_supported"].([]any) {
			if !regexp.MustCompile(`^[\x21\x23-\x5B\x5D-\x7E]+$`).MatchString(scope.(string)) {
				t.Errorf("the scope %q", scope)
			}
		}
		for _, tag := range a.JSON["ui_locales_supported"].([]any) {
			if !regexp.MustCompile(`^[a-z]{2,3}(-[A-Z]{2})?$`).MatchString(tag.(string)) {
				t.Errorf("the locale %q", tag)
			}
		}
	})
}

package housetest

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// rsaKey is shared: RSA keys take time to make.
var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// signingKey makes a client's key for an algorithm.
func signingKey(t *testing.T, alg string) crypto.Signer {
	t.Helper()
	var key crypto.Signer
	var err error
	switch alg {
	case "ES256":
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case "EdDSA":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	default:
		key = rsaKey()
	}
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// keyApp registers a private_key_jwt client with a key for the algorithm.
func keyApp(t *testing.T, g *gatetest.Gate, name, alg string) (*gatetest.Application, crypto.Signer) {
	t.Helper()
	key := signingKey(t, alg)
	set, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: alg, Use: "sig"}}})
	if err != nil {
		t.Fatal(err)
	}
	return g.App(name, func(c *oauth.Client) { c.AuthMethod, c.JWKS = oauth.AuthPrivateKey, string(set) }), key
}

// assertion signs a client assertion (RFC 7523 section 3).
func assertion(t *testing.T, client, alg string, key any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.SignatureAlgorithm(alg), Key: key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	payload, err := json.Marshal(map[string]any{
		"iss": client, "sub": client, "aud": gatetest.Issuer, "jti": rand.Text(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(),
	})
	if err != nil {
		t.Fatal(err)
	}
	jws, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	compact, err := jws.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return compact
}

// signed returns a form with a fresh client assertion.
func signed(t *testing.T, app *gatetest.Application, alg string, key any, fields ...string) url.Values {
	t.Helper()
	form := url.Values{"client_assertion_type": {assertionType}, "client_assertion": {assertion(t, string(app.ID), alg, key)}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	return form
}

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

// What is not advertised is not there either (security R37). The parameters,
// response types and modes are in refusedRequests, the grants in
// TestOnlyThreeGrantsExist.
func TestNothingUnadvertisedIsAccepted(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app := g.Person("ada"), g.App("web")
	t.Run("endpoints", func(t *testing.T) {
		for _, path := range []string{
			"/oauth2/par", "/oauth2/pushed", "/par", "/as/par", "/oauth2/register", "/oauth2/registration", "/oauth2/device", "/oauth2/device_authorization", "/device", "/oauth2/bc-authorize",
			"/oauth2/auth", "/oauth2/authorise", "/oauth2/check_session", "/oauth2/sessions/logout", "/oauth2/keys", "/oauth2/certs", "/oauth2/tokeninfo", "/.well-known/webfinger", "/.well-known/openid-federation", "/oauth2/", "/oauth2",
		} {
			for _, a := range []gatetest.Answer{g.Get(path), g.For(t).PostForm(path, "web", app.Secret, clientGrant)} {
				if a.Status != http.StatusNotFound && a.Status != http.StatusForbidden {
					t.Errorf("%s: %d", path, a.Status)
				}
			}
		}
	})
	t.Run("methods", func(t *testing.T) {
		for path, methods := range map[string][]string{
			"/oauth2/token": {"GET", "PUT", "HEAD"}, "/oauth2/introspect": {"GET", "PUT", "HEAD"}, "/oauth2/revoke": {"GET", "DELETE"}, "/oauth2/userinfo": {"PUT"},
			"/oauth2/authorize": {"PUT", "DELETE", "PATCH"}, "/.well-known/jwks.json": {"POST"},
		} {
			for _, method := range methods {
				if a := g.Ask(method, path); a.Status != http.StatusMethodNotAllowed || a.Header.Get("Allow") == "" {
					t.Errorf("%s %s: %d", method, path, a.Status)
				}
			}
		}
	})
	t.Run("client authentication", func(t *testing.T) {
		keyed, key := keyApp(t, g, "keyed", "ES256")
		stranger := signingKey(t, "ES256")
		for name, a := range map[string]gatetest.Answer{
			"client_secret_jwt":         g.PostForm("/oauth2/token", "", "", signed(t, app, "HS256", []byte(strings.Repeat(app.Secret, 2)), "grant_type", oauth.GrantClient)),
			"HS256 with the public key": g.PostForm("/oauth2/token", "", "", signed(t, keyed, "HS256", []byte(keyed.JWKS), "grant_type", oauth.GrantClient)),
			"a stranger's key":          g.PostForm("/oauth2/token", "", "", signed(t, keyed, "ES256", stranger, "grant_type", oauth.GrantClient)),
			"another registered method": g.PostForm("/oauth2/token", "", "", signed(t, app, "ES256", key, "grant_type", oauth.GrantClient)),
			"an unsigned assertion": g.PostForm("/oauth2/token", "", "", url.Values{
				"grant_type": {oauth.GrantClient}, "client_assertion_type": {assertionType}, "client_assertion": {unsignedRequest},
			}),
			"a secret in the query": postRaw(g, "/oauth2/token?client_id=web&client_secret="+app.Secret, clientGrant.Encode()),
			"by post, not basic":    g.PostForm("/oauth2/token", "", "", url.Values{"grant_type": {oauth.GrantClient}, "client_id": {"web"}, "client_secret": {app.Secret}}),
			"nothing":               g.PostForm("/oauth2/token", "", "", url.Values{"grant_type": {oauth.GrantClient}, "client_id": {"web"}}),
		} {
			if a.Status != 400 && a.Status != 401 || a.Error() != "invalid_client" && a.Error() != "invalid_request" || a.Text("access_token") != "" {
				t.Errorf("%s: %d %s", name, a.Status, a.Body)
			}
		}
	})
	t.Run("algorithms", func(t *testing.T) {
		for _, alg := range []string{"none", "HS256", "PS256", "RS512", "ES384", "ES512", "rs256"} {
			for what, change := range map[string]func(c *oauth.Client){
				"ID tokens": func(c *oauth.Client) { c.IDTokenAlg = alg }, "userinfo": func(c *oauth.Client) { c.UserinfoAlg = alg }, "access tokens": func(c *oauth.Client) { c.AccessTokenAlg = alg },
			} {
				c := app.Client
				change(&c)
				if _, err := g.House.OAuth.UpdateClient(context.Background(), gatetest.Console, c); err == nil {
					t.Errorf("%s of %s can be registered", alg, what)
				}
			}
		}
	})
	t.Run("access tokens", func(t *testing.T) {
		token := app.Tokens(g.Browser(), ada).Text("access_token")
		for name, a := range map[string]gatetest.Answer{
			"in the query":   g.Get("/oauth2/userinfo?access_token=" + token),
			"as DPoP":        g.Get("/oauth2/userinfo", "Authorization", "DPoP "+token),
			"as Basic":       g.Get("/oauth2/userinfo", "Authorization", "Basic "+token),
			"in two ways":    g.Ask("POST", "/oauth2/userinfo?access_token="+token, "Authorization", "Bearer "+token),
			"twice":          g.Get("/oauth2/userinfo", "Authorization", "Bearer "+token, "Authorization", "Bearer "+token),
			"in a cookie":    g.Get("/oauth2/userinfo", "Cookie", "access_token="+token),
			"the ID token":   g.Userinfo(app.Tokens(g.Browser(), ada).Text("id_token")),
			"of the machine": g.Userinfo(app.ClientCredentials("scope", "orders").Text("access_token")),
		} {
			if a.Status < 400 || a.Status > 403 || a.Header.Get("WWW-Authenticate") == "" {
				t.Errorf("%s: %d %q %s", name, a.Status, a.Header.Get("WWW-Authenticate"), a.Body)
			}
		}
		if a := g.Get("/oauth2/userinfo", "Authorization", "bEaReR "+token); a.Status != 200 {
			t.Errorf("the scheme in other letters: %d", a.Status)
		}
	})
}

// max_age is a number of seconds of any size (OpenID Connect Core 3.1.2.1).
func TestAHugeMaxAgeAsksForNothing(t *testing.T) {
	t.Parallel()
	g := watched(t)
	ada, app, b := g.Person("ada"), g.App("web"), g.Browser()
	app.Tokens(b, ada)
	for _, age := range []string{"9223372036", "9223372037", "10000000000", "9223372036854775807", "99999999999999999999999"} {
		if q := b.Get(app.AuthorizeURL("max_age", age)).Answered(gatetest.RedirectURI); q.Get("code") == "" {
			t.Errorf("max_age=%s: %v", age, q)
		}
	}
}

package housetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// clientKey is the key of a private_key_jwt client.
type clientKey struct{ *ecdsa.PrivateKey }

func newClientKey(t *testing.T) clientKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	return clientKey{k}
}

// jwks returns the public half as the client registers it.
func (k clientKey) jwks(t *testing.T) string {
	t.Helper()
	b, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: k.Public(), KeyID: "k1", Algorithm: "ES256", Use: "sig"}}})
	must(t, err)
	return string(b)
}

// sign returns the claims as an assertion; extra members join the header.
func (k clientKey) sign(t *testing.T, claims map[string]any, extra map[jose.HeaderKey]any) string {
	t.Helper()
	options := &jose.SignerOptions{ExtraHeaders: map[jose.HeaderKey]any{"kid": "k1"}}
	maps.Copy(options.ExtraHeaders, extra)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.PrivateKey}, options)
	must(t, err)
	payload, err := json.Marshal(claims)
	must(t, err)
	jws, err := signer.Sign(payload)
	must(t, err)
	compact, err := jws.CompactSerialize()
	must(t, err)
	return compact
}

var assertions atomic.Int64

// claimsFor are those of a good assertion, each with a jti of its own.
func claimsFor(client string) map[string]any {
	return map[string]any{
		"iss": client, "sub": client, "aud": gatetest.Issuer, "jti": fmt.Sprint("jti-", assertions.Add(1)),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
	}
}

// credentials are one way to authenticate: what to put into the form and the
// Authorization header.
type credentials struct {
	form  url.Values
	basic [2]string
}

func (c credentials) post(g *gatetest.Gate, path string, more url.Values) gatetest.Answer {
	form := url.Values{}
	maps.Copy(form, c.form)
	maps.Copy(form, more)
	return g.PostForm(path, c.basic[0], c.basic[1], form)
}

func basicAuth(client, secret string) credentials {
	return credentials{basic: [2]string{client, secret}}
}

func postAuth(client, secret string) credentials {
	return credentials{form: url.Values{"client_id": {client}, "client_secret": {secret}}}
}

func assertionAuth(assertion string) credentials {
	return credentials{form: url.Values{
		"client_assertion_type": {"urn:ietf:params:oauth:client-assertion-type:jwt-bearer"}, "client_assertion": {assertion},
	}}
}

// A client authenticates by the one method that it is registered for, or with
// its secret as it likes where none is pinned, at every endpoint that asks.
func TestClientsAuthenticateByTheirOwnMethodOnly(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	key := newClientKey(t)
	apps := map[string]*gatetest.Application{}
	for _, method := range []string{oauth.AuthSecret, oauth.AuthBasic, oauth.AuthPost, oauth.AuthPrivateKey, oauth.AuthNone} {
		apps[method] = g.App("by-"+strings.ReplaceAll(method, "_", "-"), func(c *oauth.Client) {
			c.AuthMethod, c.GrantTypes = method, []string{oauth.GrantCode, oauth.GrantRefresh}
			if method == oauth.AuthPrivateKey {
				c.JWKS = key.jwks(t)
			}
		})
	}
	secretOf := func(a *gatetest.Application) string {
		if a.Secret != "" {
			return a.Secret
		}
		return apps[oauth.AuthBasic].Secret
	}
	ways := map[string]func(a *gatetest.Application) credentials{
		oauth.AuthBasic: func(a *gatetest.Application) credentials { return basicAuth(string(a.ID), secretOf(a)) },
		oauth.AuthPost:  func(a *gatetest.Application) credentials { return postAuth(string(a.ID), secretOf(a)) },
		oauth.AuthPrivateKey: func(a *gatetest.Application) credentials {
			return assertionAuth(key.sign(t, claimsFor(string(a.ID)), nil))
		},
		oauth.AuthNone: func(a *gatetest.Application) credentials {
			return credentials{form: url.Values{"client_id": {string(a.ID)}}}
		},
	}
	for registered, app := range apps {
		for way, with := range ways {
			name := registered + " by " + way
			good := registered == way || registered == oauth.AuthSecret && (way == oauth.AuthBasic || way == oauth.AuthPost)
			// A refresh token that is none tells who was let in from who was not.
			a := with(app).post(g, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {"none"}})
			if want := map[bool]string{true: "invalid_grant", false: "invalid_client"}[good]; a.Error() != want {
				t.Errorf("%s at the token endpoint: %d %s, want %s", name, a.Status, a.Body, want)
			}
			if !good && (a.Status != http.StatusUnauthorized || !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), "Basic ")) {
				t.Errorf("%s: %d with the challenge %q", name, a.Status, a.Header.Get("WWW-Authenticate"))
			}
			a = with(app).post(g, "/oauth2/revoke", url.Values{"token": {"none"}})
			if (a.Status == http.StatusOK) != good {
				t.Errorf("%s at the revocation endpoint: %d %s", name, a.Status, a.Body)
			}
			a = with(app).post(g, "/oauth2/introspect", url.Values{"token": {"none"}})
			if (a.Status == http.StatusOK) != (good && registered != oauth.AuthNone) {
				t.Errorf("%s at the introspection endpoint: %d %s", name, a.Status, a.Body)
			}
		}
	}
}

// Libraries send an empty secret for a public client; it is none, wherever it
// stands (RFC 6749 section 2.3.1).
func TestEmptySecretOfAPublicClientIsNoSecret(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada, app := g.Person("ada"), g.App("r4", func(c *oauth.Client) {
		c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode, oauth.GrantRefresh}
	})
	locked := g.App("locked", func(c *oauth.Client) { c.AuthMethod = oauth.AuthSecret })
	for name, way := range map[string]func(client string) credentials{
		"by header": func(client string) credentials { return basicAuth(client, "") },
		"by form":   func(client string) credentials { return postAuth(client, "") },
	} {
		code := app.Code(g.Browser(), ada, "scope", "openid offline_access")
		tokens := way("r4").post(g, "/oauth2/token", url.Values{
			"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {gatetest.RedirectURI}, "code_verifier": {gatetest.Verifier},
		})
		expectTokens(t, name+", a code", tokens)
		tokens = way("r4").post(g, "/oauth2/token", url.Values{"grant_type": {"refresh_token"}, "refresh_token": {tokens.Text("refresh_token")}})
		expectTokens(t, name+", a refresh token", tokens)
		if a := way("r4").post(g, "/oauth2/revoke", url.Values{"token": {tokens.Text("refresh_token")}}); a.Status != http.StatusOK {
			t.Errorf("%s, revocation: %d %s", name, a.Status, a.Body)
		}
		if a := way("r4").post(g, "/oauth2/introspect", url.Values{"token": {tokens.Text("access_token")}}); a.Error() != "invalid_client" {
			t.Errorf("%s, introspection: %d %s", name, a.Status, a.Body)
		}
		for _, path := range []string{"/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"} {
			if a := way(string(locked.ID)).post(g, path, url.Values{"grant_type": {"client_credentials"}, "token": {"none"}}); a.Error() != "invalid_client" {
				t.Errorf("%s, a confidential client at %s: %d %s", name, path, a.Status, a.Body)
			}
		}
	}
}

// Whoever sets a client up learns where the reason stands; a stranger does not
// learn the reason.
func TestFailedClientAuthenticationIsExplainedInTheLogAlone(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	app := g.App("web", func(c *oauth.Client) { c.AuthMethod = oauth.AuthBasic })
	for name, c := range map[string]struct {
		credentials
		client, reason string
	}{
		"wrong secret":                 {basicAuth("web", app.Secret+"x"), "web", "the secret is wrong"},
		"another method":               {postAuth("web", app.Secret), "web", "it came by client_secret_post, and is registered for client_secret_basic"},
		"unknown":                      {basicAuth("wbe", app.Secret), "wbe", "there is no such client"},
		"the secret in the id's place": {basicAuth(app.Secret, "web"), "", "there is no such client"},
	} {
		for _, path := range []string{"/oauth2/token", "/oauth2/revoke", "/oauth2/introspect"} {
			a := c.post(g, path, url.Values{"grant_type": {"client_credentials"}, "token": {"none"}})
			_, request, ok := strings.Cut(a.Text("error_description"), "The server's log says why, at request ")
			if a.Error() != "invalid_client" || !ok || strings.Contains(string(a.Body), c.reason) {
				t.Errorf("%s at %s: %d %s", name, path, a.Status, a.Body)
				continue
			}
			line := logged(t, g, "oauth request refused", strings.TrimSuffix(request, "."))
			if why, _ := line["error"].(string); !strings.Contains(why, c.reason) {
				t.Errorf("%s at %s: the log says %q, want %q", name, path, why, c.reason)
			}
			if client, _ := line["client"].(string); client != c.client {
				t.Errorf("%s at %s: the log names the client %q, want %q", name, path, client, c.client)
			}
		}
	}
	if strings.Contains(g.Log.String(), app.Secret) {
		t.Error("the log holds the secret")
	}
}

// logged returns the line of the server's log with that message about a request.
func logged(t *testing.T, g *gatetest.Gate, message, request string) map[string]any {
	t.Helper()
	for line := range strings.Lines(g.Log.String()) {
		var fields map[string]any
		if json.Unmarshal([]byte(line), &fields) == nil && fields["msg"] == message && fields["request_id"] == request {
			return fields
		}
	}
	t.Fatalf("no line %q about request %q", message, request)
	return nil
}

// How the token endpoint may be asked, and how it answers.
func TestTokenEndpointTakesOneFormOfRequest(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	app := g.App("web")
	post := g.App("poster", func(c *oauth.Client) { c.AuthMethod = oauth.AuthPost })
	good := url.Values{"grant_type": {"client_credentials"}}
	request := func(method, query, contentType, body string, header ...string) gatetest.Answer {
		r, err := http.NewRequest(method, gatetest.Issuer+"/oauth2/token"+query, strings.NewReader(body))
		must(t, err)
		r.Header.Set("Content-Type", contentType)
		r.SetBasicAuth("web", app.Secret)
		for i := 0; i < len(header); i += 2 {
			r.Header.Add(header[i], header[i+1])
		}
		return g.Do(r)
	}
	const form = "application/x-www-form-urlencoded"
	basicOf := func(user, password string) string {
		return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	}
	for name, a := range map[string]gatetest.Answer{
		"GET":                           request("GET", "?grant_type=client_credentials", form, ""),
		"PUT":                           request("PUT", "", form, good.Encode()),
		"JSON":                          request("POST", "", "application/json", `{"grant_type":"client_credentials"}`),
		"no content type":               request("POST", "", "", good.Encode()),
		"multipart":                     request("POST", "", "multipart/form-data; boundary=x", good.Encode()),
		"parameters in the query":       request("POST", "?grant_type=client_credentials", form, ""),
		"a secret in the query":         request("POST", "?client_secret=x", form, good.Encode()),
		"a client_id in the query":      request("POST", "?client_id=web", form, good.Encode()),
		"a parameter twice":             request("POST", "", form, good.Encode()+"&"+good.Encode()),
		"two Authorization headers":     request("POST", "", form, good.Encode(), "Authorization", basicOf("web", app.Secret)),
		"Basic and a posted secret":     request("POST", "", form, good.Encode()+"&client_id=web&client_secret="+app.Secret),
		"Basic and another client_id":   request("POST", "", form, good.Encode()+"&client_id=poster"),
		"Basic and an assertion":        request("POST", "", form, good.Encode()+"&client_assertion=x&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
		"no grant type":                 request("POST", "", form, ""),
		"the password grant":            request("POST", "", form, "grant_type=password&username=ada%40example.test&password=x"),
		"the device grant":              request("POST", "", form, "grant_type=urn:ietf:params:oauth:grant-type:device_code"),
		"the JWT grant":                 request("POST", "", form, "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=x"),
		"a grant type in other letters": request("POST", "", form, "grant_type=Client_Credentials"),
	} {
		if a.Status < 400 || a.Status > 499 || a.Text("access_token") != "" {
			t.Errorf("%s: answered %d %s", name, a.Status, a.Body)
		}
		if a.Status != http.StatusMethodNotAllowed && a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", name, a.Header.Get("Cache-Control"))
		}
	}
	for name, a := range map[string]gatetest.Answer{
		"Basic":                           app.ClientCredentials(),
		"posted secret":                   post.ClientCredentials(),
		"the same client_id beside Basic": app.ClientCredentials("client_id", "web"),
	} {
		expectTokens(t, name, a)
		if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Pragma") != "no-cache" {
			t.Errorf("%s: Cache-Control %q, Pragma %q", name, a.Header.Get("Cache-Control"), a.Header.Get("Pragma"))
		}
	}
}

// A client has at most two live secrets, so that they can be rotated.
func TestSecretsAreRotatedWithoutAGap(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	app := g.App("web")
	secrets := []string{app.Secret}
	works := func(secret string) bool {
		app.Secret = secret
		return app.ClientCredentials().Status == http.StatusOK
	}
	for range 3 {
		_, secret, err := g.House.OAuth.RotateSecret(t.Context(), gatetest.Console, app.ID)
		must(t, err)
		g.Settle()
		secrets = append(secrets, secret)
		for i, s := range secrets {
			if got, want := works(s), i >= len(secrets)-2; got != want {
				t.Errorf("after %d rotations secret %d works: %v", len(secrets)-1, i, got)
			}
		}
	}
	for name, s := range map[string]string{
		"empty": "", "cut": secrets[3][:20], "longer": secrets[3] + "x", "in capitals": strings.ToUpper(secrets[3]), "of another": g.App("other").Secret,
	} {
		if works(s) {
			t.Errorf("a secret that is %s works", name)
		}
	}
}

// The rows of RFC 7523 section 3, and the tricks around them.
func TestClientAssertionIsHeldToItsRules(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	key, stranger := newClientKey(t), newClientKey(t)
	for _, name := range []string{"robot", "android"} {
		g.App(name, func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
	}
	with := func(changes map[string]any) map[string]any {
		c := claimsFor("robot")
		for name, v := range changes {
			c[name] = v
			if v == nil {
				delete(c, name)
			}
		}
		return c
	}
	signed := func(changes map[string]any) string { return key.sign(t, with(changes), nil) }
	now := time.Now()
	b64 := base64.RawURLEncoding.EncodeToString
	forged := func(header string, signature []byte) string {
		payload, err := json.Marshal(with(nil))
		must(t, err)
		return b64([]byte(header)) + "." + b64(payload) + "." + b64(signature)
	}
	for name, assertion := range map[string]string{
		"no iss":                  signed(map[string]any{"iss": nil}),
		"another iss":             signed(map[string]any{"iss": "android"}),
		"another sub":             signed(map[string]any{"sub": "android"}),
		"no sub":                  signed(map[string]any{"sub": nil}),
		"no aud":                  signed(map[string]any{"aud": nil}),
		"another aud":             signed(map[string]any{"aud": "https://other.example.test"}),
		"aud with a slash":        signed(map[string]any{"aud": gatetest.Issuer + "/"}),
		"aud of userinfo":         signed(map[string]any{"aud": gatetest.Issuer + "/oauth2/userinfo"}),
		"two audiences, one ours": signed(map[string]any{"aud": []string{gatetest.Issuer, "https://other.example.test"}}),
		"our audience twice":      signed(map[string]any{"aud": []string{gatetest.Issuer, gatetest.Issuer}}),
		"no audiences":            signed(map[string]any{"aud": []string{}}),
		"an object as aud":        signed(map[string]any{"aud": map[string]any{"x": gatetest.Issuer}}),
		"no jti":                  signed(map[string]any{"jti": nil}),
		"a long jti":              signed(map[string]any{"jti": strings.Repeat("j", 600)}),
		"a number as jti":         signed(map[string]any{"jti": 7}),
		"no exp":                  signed(map[string]any{"exp": nil}),
		"expired":                 signed(map[string]any{"exp": now.Add(-time.Second).Unix()}),
		"an hour to live":         signed(map[string]any{"exp": now.Add(time.Hour).Unix()}),
		"a text as exp":           signed(map[string]any{"exp": "tomorrow"}),
		"not valid yet":           signed(map[string]any{"nbf": now.Add(time.Minute).Unix()}),
		"from the future":         signed(map[string]any{"iat": now.Add(time.Minute).Unix()}),
		"a stranger's key":        stranger.sign(t, with(nil), nil),
		"a stranger's key, embedded": stranger.sign(t, with(nil), map[jose.HeaderKey]any{
			"jwk": jose.JSONWebKey{Key: stranger.Public()}, "jku": "https://evil.example.test/jwks",
		}),
		"alg none":             forged(`{"alg":"none"}`, nil),
		"alg None":             forged(`{"alg":"None"}`, []byte{0}),
		"HS256":                forged(`{"alg":"HS256","kid":"k1"}`, make([]byte, 32)),
		"zeros as signature":   forged(`{"alg":"ES256","kid":"k1"}`, make([]byte, 64)),
		"a critical extension": key.sign(t, with(nil), map[jose.HeaderKey]any{"crit": []string{"exp"}, "exp": 1}),
		"not a JWT":            "assertion",
		"too long":             signed(map[string]any{"pad": strings.Repeat("x", 20<<10)}),
	} {
		a := assertionAuth(assertion).post(g, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}})
		if a.Status != http.StatusUnauthorized || a.Error() != "invalid_client" {
			t.Errorf("%s: answered %d %s", name, a.Status, a.Body)
		}
	}
	grant := url.Values{"grant_type": {"client_credentials"}}
	for name, assertion := range map[string]string{
		"the issuer as audience":         signed(nil),
		"the token endpoint as audience": signed(map[string]any{"aud": gatetest.Issuer + "/oauth2/token"}),
		"an array of one":                signed(map[string]any{"aud": []string{gatetest.Issuer}}),
		"without iat":                    signed(map[string]any{"iat": nil}),
	} {
		expectTokens(t, name, assertionAuth(assertion).post(g, "/oauth2/token", grant))
	}
	wrongType := assertionAuth(signed(nil))
	wrongType.form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")
	expectRefused(t, "another type", wrongType.post(g, "/oauth2/token", grant), "invalid_request", "invalid_client")
	other := assertionAuth(signed(nil))
	other.form.Set("client_id", "android")
	expectRefused(t, "client_id of another", other.post(g, "/oauth2/token", grant), "invalid_request", "invalid_client")
}

// An assertion works once, whichever replica and endpoint it comes to.
func TestClientAssertionWorksOnceOnAllReplicas(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	key := newClientKey(t)
	for _, name := range []string{"robot", "android"} {
		g.App(name, func(c *oauth.Client) {
			c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
		})
	}
	replica := g.Replica()
	grant := url.Values{"grant_type": {"client_credentials"}}
	claims := claimsFor("robot")
	assertion := assertionAuth(key.sign(t, claims, nil))
	expectTokens(t, "the first time", assertion.post(g, "/oauth2/token", grant))
	for _, at := range []*gatetest.Gate{g, replica, g.Restart()} {
		expectRefused(t, "the second time", assertion.post(at, "/oauth2/token", grant), "invalid_client")
		for _, path := range []string{"/oauth2/revoke", "/oauth2/introspect"} {
			expectRefused(t, "the second time at "+path, assertion.post(at, path, url.Values{"token": {"x"}}), "invalid_client")
		}
	}
	again := assertionAuth(key.sign(t, claims, nil))
	expectRefused(t, "the jti under another signature", again.post(replica, "/oauth2/token", grant), "invalid_client")
	claims["iss"], claims["sub"] = "android", "android"
	expectTokens(t, "another client's assertion with that jti", assertionAuth(key.sign(t, claims, nil)).post(replica, "/oauth2/token", grant))
}

// What revocation ends, and for whom.
func TestRevocationEndsForItsOwnerOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	tokens := s.tokens()
	for _, token := range []string{tokens.Text("access_token"), tokens.Text("refresh_token"), tokens.Text("id_token"), "nonsense", strings.Repeat("x", 9000)} {
		if a := other.Revoke(token); a.Status != http.StatusOK || len(a.Body) != 0 {
			t.Errorf("another client: answered %d %s", a.Status, a.Body)
		}
	}
	s.Settle()
	expectActive(t, "after another client's revocation", s.app, tokens.Text("access_token"), true)
	expectActive(t, "after another client's revocation", s.app, tokens.Text("refresh_token"), true)
	if a := s.PostForm("/oauth2/revoke", "", "", url.Values{"token": {tokens.Text("refresh_token")}, "client_id": {"web"}}); a.Status != http.StatusUnauthorized {
		t.Errorf("without the secret: answered %d %s", a.Status, a.Body)
	}
	expectActive(t, "after a revocation without the secret", s.app, tokens.Text("refresh_token"), true)

	if a := s.app.Revoke(tokens.Text("access_token")); a.Status != http.StatusOK {
		t.Fatalf("revoke: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "a revoked access token", s.app, tokens.Text("access_token"), false)
	next := expectTokens(t, "the family of a revoked access token", s.app.Refresh(tokens.Text("refresh_token")))

	if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status != http.StatusOK {
		t.Fatalf("revoke an older token of the family: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "an access token of a revoked family", s.app, next.Text("access_token"), false)
	expectRefused(t, "a revoked family", s.app.Refresh(next.Text("refresh_token")), "invalid_grant")
	if a := s.app.Revoke(next.Text("refresh_token")); a.Status != http.StatusOK {
		t.Errorf("revoke again: %d %s", a.Status, a.Body)
	}
}

// CVE-2020-15223: while the store fails nothing is reported as revoked,
// inactive or unknown, and nothing is given.
func TestFailingStoreIsNeverAnAnswer(t *testing.T) {
	t.Parallel()
	tables := map[string][]string{ // by what they break
		"refresh_families": {"revoke", "introspect", "refresh", "exchange"},
		"revocations":      {"revoke"},
		"codes":            {"exchange", "authorize"},
		"sessions":         {"introspect", "refresh", "exchange", "authorize", "account"},
		"users":            {"introspect", "refresh", "userinfo", "exchange", "authorize", "account"},
		"consents":         {"introspect", "refresh", "authorize"},
		"once":             {"assertion"},
	}
	for table, broken := range tables {
		t.Run(table, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			key := newClientKey(t)
			s.App("robot", func(c *oauth.Client) {
				c.AuthMethod, c.JWKS, c.GrantTypes, c.RedirectURIs = oauth.AuthPrivateKey, key.jwks(t), []string{oauth.GrantClient}, nil
			})
			tokens := s.tokens()
			code := s.code()
			refresh, access := tokens.Text("refresh_token"), tokens.Text("access_token")
			assertion := key.sign(t, claimsFor("robot"), nil)
			db := underneath(t, s.Gate)
			mustExec(t, db, "ALTER TABLE "+table+" RENAME TO lost")
			asked := map[string]func() int{
				"revoke":     func() int { return s.app.Revoke(refresh).Status },
				"introspect": func() int { return s.app.Introspect(refresh).Status },
				"refresh":    func() int { return s.app.Refresh(refresh).Status },
				"exchange":   func() int { return s.app.Exchange(code).Status },
				"userinfo":   func() int { return s.Userinfo(access).Status },
				"authorize":  func() int { return statusOf(s.browser.Get(s.app.AuthorizeURL())) },
				"account":    func() int { return statusOf(s.browser.Get("/account")) },
				"assertion": func() int {
					return assertionAuth(assertion).post(s.Gate, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}).Status
				},
			}
			for _, what := range broken {
				if status := asked[what](); status < 500 || status > 599 {
					t.Errorf("without %s: %s answers %d", table, what, status)
				}
			}
			mustExec(t, db, "ALTER TABLE lost RENAME TO "+table)
			s.Settle()
			expectActive(t, "afterwards", s.app, access, true)
			expectActive(t, "afterwards", s.app, refresh, true)
			expectTokens(t, "the code afterwards", s.app.Exchange(code))
			expectTokens(t, "the family afterwards", s.app.Refresh(refresh))
			expectTokens(t, "the assertion afterwards", assertionAuth(assertion).post(s.Gate, "/oauth2/token", url.Values{"grant_type": {"client_credentials"}}))
		})
	}
}

// statusOf is where a browser ended: 5xx also when the application was told so.
func statusOf(p *gatetest.Page) int {
	if p.Out == nil {
		return p.Status
	}
	if e := p.Out.Query().Get("error"); e == "server_error" || e == "temporarily_unavailable" {
		return http.StatusInternalServerError
	}
	return http.StatusOK
}

// The writes of a revocation fail one by one; the token stays as it was.
func TestRevocationThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	tokens := s.tokens()
	db := underneath(t, s.Gate)
	for _, write := range []string{"UPDATE ON refresh_families", "INSERT ON revocations", "INSERT ON versions"} {
		mustExec(t, db, "CREATE TRIGGER broken BEFORE "+write+" BEGIN SELECT RAISE(ABORT, 'the disk is on fire'); END")
		if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status < 500 {
			t.Errorf("%s fails: answered %d %s", write, a.Status, a.Body)
		}
		if write != "UPDATE ON refresh_families" {
			if a := s.app.Revoke(tokens.Text("access_token")); a.Status < 500 {
				t.Errorf("%s fails: the access token's revocation is answered %d %s", write, a.Status, a.Body)
			}
		}
		s.Settle()
		expectActive(t, write+" failed", s.app, tokens.Text("access_token"), true)
		expectActive(t, write+" failed", s.app, tokens.Text("refresh_token"), true)
		mustExec(t, db, "DROP TRIGGER broken")
	}
	if strings.Contains(s.Log.String(), tokens.Text("refresh_token")) {
		t.Error("the log holds the token")
	}
	if a := s.app.Revoke(tokens.Text("refresh_token")); a.Status != http.StatusOK {
		t.Fatalf("afterwards: %d %s", a.Status, a.Body)
	}
	s.Settle()
	expectActive(t, "afterwards", s.app, tokens.Text("access_token"), false)
}

// Who may know what of a token.
func TestIntrospectionTellsOnlyThoseWhomItConcerns(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app = s.App("shop", func(c *oauth.Client) { c.Audiences = []string{"orders-api"} })
	resource, other, watcher := s.App("orders-api"), s.App("other"), s.watcher()
	public := s.App("phone", func(c *oauth.Client) {
		c.AuthMethod, c.GrantTypes = oauth.AuthNone, []string{oauth.GrantCode}
	})
	tokens := s.tokens()
	access, refresh := tokens.Text("access_token"), tokens.Text("refresh_token")
	for _, c := range []struct {
		name    string
		by      *gatetest.Application
		access  bool
		refresh bool
	}{
		{"the client itself", s.app, true, true},
		{"its audience", resource, true, false},
		{"one that may introspect all", watcher, true, false},
		{"another", other, false, false},
	} {
		expectActive(t, c.name+", access token", c.by, access, c.access)
		expectActive(t, c.name+", refresh token", c.by, refresh, c.refresh)
		expectActive(t, c.name+", ID token", c.by, tokens.Text("id_token"), false)
	}
	expectRefused(t, "a public client", public.Introspect(access), "invalid_client")
	expectRefused(t, "nobody", s.PostForm("/oauth2/introspect", "", "", url.Values{"token": {access}}), "invalid_client")
	bearer, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/oauth2/introspect", strings.NewReader("token="+access))
	must(t, err)
	bearer.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	bearer.Header.Set("Authorization", "Bearer "+access)
	expectRefused(t, "a token as authentication", s.Do(bearer), "invalid_client")
	wrong := *s.app
	wrong.Secret = other.Secret
	expectRefused(t, "another's secret", wrong.Introspect(access), "invalid_client")

	a := s.app.Introspect(access)
	for name, want := range map[string]any{
		"iss": gatetest.Issuer, "sub": string(s.ada.ID), "client_id": "shop", "token_type": "Bearer", "scope": "openid offline_access",
	} {
		if a.JSON[name] != want {
			t.Errorf("%s is %v, want %v", name, a.JSON[name], want)
		}
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("Cache-Control is %q", a.Header.Get("Cache-Control"))
	}
	if a := s.app.Introspect(refresh); a.JSON["token_type"] != nil {
		t.Errorf("a refresh token has the type %v", a.JSON["token_type"])
	}
}

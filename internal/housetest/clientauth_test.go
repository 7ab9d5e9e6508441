package housetest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

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

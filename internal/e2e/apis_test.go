package e2e

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// realAPI is an API of ours that looks at access tokens by a library of other people.
type realAPI struct {
	name    string // its section in docs/clients.md
	version func(t *testing.T) string
	run     func(t *testing.T, at place) *exec.Cmd
}

// realAPIs are run by make test/clients.
var realAPIs = []realAPI{
	{name: "express-oauth2-jwt-bearer", version: npm("express-oauth2-jwt-bearer"), run: node("express-oauth2-jwt-bearer.mjs")},
	{name: "pyjwt", version: pip("pyjwt"), run: python("pyjwt_api.py")},
	{name: "spring-resource-server", version: spring, run: springApp("api")},
}

// presented is a token that an API is shown, and what it answers: a column of the page.
type presented struct {
	title string
	token func(c *caller, t *testing.T) string
	want  int
}

var presentations = []presented{
	{"its own", func(c *caller, _ *testing.T) string { return c.own }, http.StatusOK},
	{"the same, signed again", func(c *caller, t *testing.T) string { return c.signed(t, func(map[string]any) {}) }, http.StatusOK},
	{"for another API", func(c *caller, _ *testing.T) string { return c.another }, http.StatusUnauthorized},
	{"an ID token", (*caller).idToken, http.StatusUnauthorized},
	{"one that is over", (*caller).over, http.StatusUnauthorized},
	{"of another issuer", (*caller).otherIssuer, http.StatusUnauthorized},
	{"with a changed claim", (*caller).changed, http.StatusUnauthorized},
	{"none", func(*caller, *testing.T) string { return "" }, http.StatusUnauthorized},
}

// caller is a program that calls the API, with the tokens that it could show there.
type caller struct {
	w            *watched
	id           string
	own, another string
}

// An API takes a token of the house that is for it, and no other.
func TestRealClientsAPIs(t *testing.T) {
	asked(t)
	t.Parallel()
	for _, api := range realAPIs {
		t.Run(api.name, func(t *testing.T) {
			t.Parallel()
			api.try(t)
		})
	}
}

func (api realAPI) try(t *testing.T) {
	t.Helper()
	w := startWatched(t)
	c := &caller{w: w, id: "caller-" + api.name}
	at := place{issuer: w.issuer, port: freePort(t)}
	at.url = "http://127.0.0.1:" + at.port
	var printed string
	printed, c.own = c.register(t, api.name, c.id, at.url)
	_, c.another = c.register(t, api.name, "other-"+c.id, "https://other.example.com")
	at.settings = settings(t, printed, api.name)
	cmd := api.run(t, at)
	cmd.Env = append(append(os.Environ(), at.env()...), cmd.Env...)
	runApp(t, at.port, cmd)
	for _, p := range presentations {
		if got := getWith(t, at.url+"/", p.token(c, t)); got != p.want {
			t.Errorf("a token %q was answered %d, want %d", p.title, got, p.want)
		}
	}
}

// register makes a client as the section says and returns what was printed, and an
// access token for the audience.
func (c *caller) register(t *testing.T, library, id, audience string) (printed, token string) {
	t.Helper()
	printed = c.w.operator(t, "client", "create", "--for", library, "--id", id, "--audience", audience)
	m := regexp.MustCompile(`OIDC_CLIENT_SECRET=(\S+)`).FindStringSubmatch(printed)
	if m == nil {
		t.Fatalf("no secret was printed:\n%s", printed)
	}
	return printed, c.w.programToken(t, id, m[1])
}

// programToken is an access token that a program gets for itself.
func (w *watched) programToken(t *testing.T, id, secret string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.issuer+"/oauth2/token",
		strings.NewReader(url.Values{"grant_type": {"client_credentials"}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(id, secret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		t.Fatalf("the token endpoint answered %d and no token: %v", resp.StatusCode, err)
	}
	return answer.Token
}

// idToken is one for the caller itself: it says who somebody is, and opens nothing.
func (c *caller) idToken(t *testing.T) string {
	t.Helper()
	token, err := c.w.resigned(c.own, "RS256", "JWT", func(claims map[string]any) {
		claims["aud"], claims["nonce"] = c.id, rand.Text()
		delete(claims, "client_id")
		delete(claims, "scope")
	})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func (c *caller) over(t *testing.T) string {
	return c.signed(t, func(claims map[string]any) {
		claims["exp"] = time.Now().Add(-10 * time.Minute).Unix() // libraries forgive a minute or five
		claims["iat"] = time.Now().Add(-15 * time.Minute).Unix()
	})
}

func (c *caller) otherIssuer(t *testing.T) string {
	return c.signed(t, func(claims map[string]any) { claims["iss"] = "https://id.example.com" })
}

// changed has the signature of the token that it was.
func (c *caller) changed(t *testing.T) string {
	forged := c.signed(t, func(claims map[string]any) { claims["scope"] = "api:write" })
	payload := strings.Split(forged, ".")[1]
	parts := strings.Split(c.own, ".")
	return parts[0] + "." + payload + "." + parts[2]
}

// signed returns the caller's own token with other claims, signed by the house's key
// with the same header: nothing but the claims can be what it is refused for.
func (c *caller) signed(t *testing.T, change func(claims map[string]any)) string {
	t.Helper()
	encoded, _, _ := strings.Cut(c.own, ".")
	header, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil {
		t.Fatal(err)
	}
	var of struct{ Alg, Typ string }
	if err := json.Unmarshal(header, &of); err != nil {
		t.Fatal(err)
	}
	token, err := c.w.resigned(c.own, of.Alg, of.Typ, change)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

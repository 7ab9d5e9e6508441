package housetest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/gate"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// face is a way in which the gate is asked about a request. It returns the status with which
// whoever sent that is answered, 200 where it goes on.
type face func(method, host, target string, header ...string) int

// faces are all of them: the gate itself, other proxies in their dialects, and Envoy.
func (e *envoy) faces(t *testing.T) map[string]face {
	t.Helper()
	all := map[string]face{
		"the gate": func(method, host, target string, header ...string) int {
			status, _, _ := e.g.send(t, method, host, target, header...)
			return status
		},
		"envoy": func(method, host, target string, header ...string) int {
			q := check(true, method, host, target, header...)
			a, err := e.Check(known(t.Context()), q)
			must(t, err)
			status, _ := does(t, q, a)
			return status
		},
	}
	for d := range dialects {
		all[string(d)] = func(method, host, target string, header ...string) int {
			status, _, _ := e.g.ask(t, d, method, host, target, header...)
			if status == http.StatusNoContent {
				return http.StatusOK
			}
			return status
		}
	}
	return all
}

// retold is a request as another proxy tells of it.
type retold struct {
	method, host, target string
	header               []string
}

// tells is what another proxy would tell of a request that it passes on as it came. What is
// about framing no proxy can tell.
func (m *misreading) tells(name string) (q retold, ok bool) {
	if strings.HasPrefix(name, "M8") || strings.HasPrefix(name, "too large") {
		return q, false
	}
	head, _, _ := strings.Cut(m.lines, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	line := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(lines[0], " HTTP/1.1"), " HTTP/1.0"), " HTTP/2.0")
	q.method, q.target, _ = strings.Cut(line, " ")
	var hosts []string
	for _, header := range lines[1:] {
		if host, is := strings.CutPrefix(header, "Host:"); is {
			hosts = append(hosts, strings.TrimSpace(host))
			continue
		}
		q.header = append(q.header, header)
	}
	q.host = strings.Join(hosts, ", ")
	return q, true
}

// On whichever way the gate is asked, what servers read differently is refused. A port is
// another proxy's own business.
func TestEveryFaceRefusesWhatServersReadDifferently(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	rows := misread(e.g.customer().Tokens(e.g.Browser(), e.g.ada).Text("access_token"))
	for name, ask := range e.faces(t) {
		if name == "the gate" {
			continue // as bytes, in a test of its own
		}
		for _, row := range slices.Sorted(maps.Keys(rows)) {
			c := rows[row]
			q, ok := c.tells(row)
			if !ok || row == "H3 another port" {
				continue
			}
			if got := ask(q.method, q.host, q.target, q.header...); !slices.Contains(c.want, got) && got != http.StatusBadRequest {
				t.Errorf("%s: %s: %d, want %v", name, row, got, c.want)
			}
		}
	}
}

// The host of a request is one, however it is written (H1, H2).
func TestEveryFaceReadsAHostInOneWay(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, host := range []string{"api.example.test", "API.EXAMPLE.TEST", "a" + "Pi.Example.test", "api.example.test.", "API.example.test.:443"} {
			if got := ask("GET", host, "/orders"); got != http.StatusUnauthorized {
				t.Errorf("%s: %s is another host: %d", name, host, got)
			}
		}
	}
}

// encodedPart is a part of a JWT.
func encodedPart(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

// Tokens that say themselves how to check them, or are for something else, are none (T3 to
// T5).
func TestEveryFaceRefusesForgedTokens(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	tokens := e.g.customer().Tokens(e.g.Browser(), e.g.ada)
	good := tokens.Text("access_token")
	parts := strings.Split(good, ".")
	jwks := e.g.Browser().Get(gatetest.Issuer + "/.well-known/jwks.json").Body
	signed := func(header string, key []byte) string {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(encodedPart(header) + "." + parts[1]))
		return encodedPart(header) + "." + parts[1] + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	}
	kept := func(header string) string { return encodedPart(header) + "." + parts[1] + "." + parts[2] }
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	must(t, err)
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	brought := func(options *jose.SignerOptions) string {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: own}, options.WithType("at+jwt"))
		must(t, err)
		made, err := s.Sign(payload)
		must(t, err)
		text, err := made.CompactSerialize()
		must(t, err)
		return text
	}
	forged := map[string]string{
		"no algorithm":               encodedPart(`{"alg":"none","typ":"at+jwt"}`) + "." + parts[1] + ".",
		"no algorithm, signed":       kept(`{"alg":"none","typ":"at+jwt"}`),
		"HS256 by what is public":    signed(`{"alg":"HS256","typ":"at+jwt"}`, []byte(jwks)),
		"HS256 by nothing":           signed(`{"alg":"HS256","typ":"at+jwt"}`, nil),
		"a key in a file":            kept(`{"alg":"ES256","kid":"../../../../dev/null","typ":"at+jwt"}`),
		"a key elsewhere":            kept(`{"alg":"ES256","jku":"https://evil.test/jwks","typ":"at+jwt"}`),
		"a key of their own":         brought((&jose.SignerOptions{}).WithHeader("kid", "x")),
		"a key of their own, inside": brought(&jose.SignerOptions{EmbedJWK: true}),
		"another payload":            parts[0] + "." + encodedPart(strings.Replace(string(payload), string(e.g.ada.ID), "usr_admin", 1)) + "." + parts[2],
		"cut short":                  good[:len(good)-4],
		"an ID token":                tokens.Text("id_token"),
		"a refresh token":            tokens.Text("refresh_token"),
		"for another API":            e.g.App("other").Tokens(e.g.Browser(), e.g.ada).Text("access_token"),
	}
	for name, ask := range e.faces(t) {
		if got := ask("GET", "api.example.test", "/orders", bearer(good)); got != http.StatusOK {
			t.Fatalf("%s: the good one: %d", name, got)
		}
		e.g.app.took()
		for what, token := range forged {
			if got := ask("GET", "api.example.test", "/orders", bearer(token)); got != http.StatusUnauthorized {
				t.Errorf("%s: %s: %d", name, what, got)
			}
		}
	}
	if seen := e.g.app.took(); len(seen) > 0 {
		t.Errorf("%+v", seen)
	}
}

// A token is of the type that its client has, and of no other one that the house signs too: the
// same claims under another type open nothing, nor do they without what an access token says (T5).
func TestEveryFaceTakesTheTypeOfItsClientAlone(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{oauth.TypeAccessToken, oauth.TypeJWT} {
		e := newEnvoy(t)
		app := e.g.customer(func(c *oauth.Client) { c.AccessTokenType = kind })
		parts := strings.Split(app.Tokens(e.g.Browser(), e.g.ada).Text("access_token"), ".")
		payload, err := base64.RawURLEncoding.DecodeString(parts[1])
		must(t, err)
		header, err := base64.RawURLEncoding.DecodeString(parts[0])
		must(t, err)
		var said struct{ Alg, Typ string }
		must(t, json.Unmarshal(header, &said))
		if said.Typ != kind {
			t.Fatalf("the token is %s, want %s", header, kind)
		}
		signed := func(typ string, without ...string) string {
			claims := map[string]any{}
			must(t, json.Unmarshal(payload, &claims))
			for _, name := range without {
				delete(claims, name)
			}
			text, err := json.Marshal(claims)
			must(t, err)
			token, err := e.g.House.Keys.Sign(t.Context(), said.Alg, typ, text)
			must(t, err)
			return token
		}
		others := map[string]string{}
		for _, typ := range []string{oauth.TypeAccessToken, oauth.TypeJWT, "", "jwt", "AT+JWT", "application/at+jwt", "logout-hint+jwt", "gatehouse-assertion+jwt"} {
			if typ != kind {
				others["of the type "+typ] = signed(typ)
			}
		}
		for _, name := range []string{"jti", "client_id", "sub", "aud", "iss", "iat", "exp"} {
			others["without "+name] = signed(kind, name)
		}
		for name, ask := range e.faces(t) {
			if got := ask("GET", "api.example.test", "/orders", bearer(signed(kind))); got != http.StatusOK {
				t.Errorf("%s, %s: the same, signed by the house: %d", kind, name, got)
			}
			e.g.app.took()
			for what, token := range others {
				if got := ask("GET", "api.example.test", "/orders", bearer(token)); got != http.StatusUnauthorized {
					t.Errorf("%s, %s: one %s: %d", kind, name, what, got)
				}
			}
			if seen := e.g.app.took(); len(seen) > 0 {
				t.Errorf("%s, %s: %+v", kind, name, seen)
			}
		}
	}
}

// What is the house's own is not behind the gate's hosts (X8).
func TestNothingOfTheHouseIsAtTheGate(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, path := range []string{"/metrics", "/healthz", "/readyz", "/api/v1/users", "/oauth2/token", "/oauth2/authorize", "/signin", "/account", "/jwks", "/.well-known/openid-configuration", "/debug/pprof/", "/access/v1/evaluation"} {
			for _, host := range []string{"api.example.test", "shop.example.test", "127.0.0.1", "localhost"} {
				if got := ask("GET", host, path); got != http.StatusNotFound {
					t.Errorf("%s: %s%s: %d", name, host, path, got)
				}
			}
		}
	}
}

// What is there twice is a guess, whatever the route asks for (I5).
func TestEveryFaceRefusesWhatIsThereTwice(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, header := range []string{"Authorization: Basic eDp5", "Origin: https://api.example.test", "Content-Type: text/plain", "X-Api-Key: x"} {
			if got := ask("POST", "api.example.test", "/public/x", header, header, "Content-Length: 0"); got != http.StatusBadRequest {
				t.Errorf("%s: %s twice: %d", name, header, got)
			}
		}
		if got := ask("POST", "api.example.test", "/public/x", "Origin: https://api.example.test", "Content-Type: text/plain", "Content-Length: 0"); got != http.StatusOK {
			t.Errorf("%s: each once: %d", name, got)
		}
	}
}

// Who a program says to be opens nothing (F8): health checks of clouds and of proxies among
// them.
func TestNoFaceGoesByWhoAProgramSaysToBe(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, line := range []string{
			"User-Agent: GoogleHC/1.0", "User-Agent: kube-probe/1.30", "User-Agent: ELB-HealthChecker/2.0", "User-Agent: Envoy/HC", "User-Agent: curl/8.0",
			"X-Envoy-Internal: true", "X-Health-Check: 1", "Purpose: prefetch", "Sec-Purpose: prefetch", "From: admin@example.test",
		} {
			for path, want := range map[string]int{"/orders": 401, "/nothing": 404, "/healthz": 404} {
				if got := ask("GET", "api.example.test", path, line); got != want && got != http.StatusBadRequest {
					t.Errorf("%s: %s with %s: %d, want %d", name, path, line, got, want)
				}
			}
		}
	}
	if seen := e.g.app.took(); len(seen) > 0 {
		t.Errorf("%+v", seen)
	}
}

// orgRoutes have what a path says for an organisation, of which an application is told in
// a plain header.
const orgRoutes = `---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: plain}
spec: {targets: ["APP"], identity: {headers: {X-Org: organisation, X-User: subject}}}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: of-org}
spec:
  match: {hosts: [org.example.test], paths: ["/o/{org}/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", organisation: "{org}"}
  upstream: plain
`

// What an application is told of who calls has no letter that means something else in a
// header (I8), also where it comes out of the path, by somebody who may everywhere.
func TestNoFaceTellsOfAnOrganisationThatIsNone(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	text := gateRoutes + orgRoutes
	for _, d := range gate.Dialects {
		text += strings.ReplaceAll(edgeRoutes, "DIALECT", string(d))
	}
	writeRoutes(t, e.g.folder, e.g.app, strings.ReplaceAll(text, "SECRET", e.g.secretFile))
	e.g.routed(t)
	token := bearer(e.g.customer().Tokens(e.g.Browser(), e.g.ada).Text("access_token"))
	for name, ask := range e.faces(t) {
		if got := ask("GET", "org.example.test", "/o/acme/orders", token); got != http.StatusOK {
			t.Errorf("%s: an organisation: %d; %s", name, got, e.g.House.Routes.Problem())
		}
		for _, org := range []string{"a,b", "a%20b", "%C3%A9", "ACME", "a'b", "a=b", "acme,", "1", "-a", strings.Repeat("a", 33), "a:b", "a@b", "a%22b"} {
			if got := ask("GET", "org.example.test", "/o/"+org+"/orders", token); got != http.StatusNotFound && got != http.StatusBadRequest {
				t.Errorf("%s: %s is an organisation: %d", name, org, got)
			}
		}
	}
	for _, r := range e.g.app.took() {
		if r.Header.Get("X-Org") != "acme" {
			t.Errorf("the application is told %q", r.Header.Get("X-Org"))
		}
	}
}

// What came as early data of TLS may have been sent before: it is answered once it comes
// again, unless it only looks (RFC 8470, M10).
func TestEveryFaceWaitsForTheConnection(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, c := range []struct {
			method string
			header []string
			want   int
		}{
			{"POST", []string{"Early-Data: 1"}, http.StatusTooEarly},
			{"POST", []string{"Early-Data: 0"}, http.StatusTooEarly}, // nobody is to say so
			{"POST", nil, http.StatusOK},
			{"GET", []string{"Early-Data: 1"}, http.StatusOK},
		} {
			if got := ask(c.method, "api.example.test", "/public/x", append(c.header, "Content-Length: 0")...); got != c.want {
				t.Errorf("%s: %s %v: %d, want %d", name, c.method, c.header, got, c.want)
			}
		}
	}
}

// Whatever a request says is within one line of the log, and says nothing beside it (X10).
func TestNoRequestWritesALineOfTheLog(t *testing.T) {
	t.Parallel()
	e := newEnvoy(t)
	for name, ask := range e.faces(t) {
		for _, path := range []string{`/public/"},{"forged":"x`, `/public/%0a{"forged":true}`, "/public/\x1b[2J", "/nothing/\"forged\":", "/public/x?token=secret-in-the-query"} {
			if got := ask("GET", "api.example.test", path, `User-Agent: "},{"forged":"x`, `Referer: https://api.example.test/?token=secret-in-the-query`, bearer("secret-in-the-header")); got == 0 {
				t.Errorf("%s: %s gets no answer", name, path)
			}
		}
	}
	for line := range strings.Lines(e.g.Log.String()) {
		var said map[string]any
		if err := json.Unmarshal([]byte(line), &said); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if _, forged := said["forged"]; forged || strings.Contains(line, "secret-in-the-") || strings.Contains(line, "\x1b") {
			t.Errorf("%s", line)
		}
	}
}

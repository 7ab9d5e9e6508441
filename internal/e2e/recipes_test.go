package e2e

import (
	"encoding/base64"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// recipe is an API of docs/resource-servers.md, in a language other than Go.
type recipe struct {
	name     string
	file     string // of tools/clients, which the page prints whole
	language string
	versions []func(*testing.T) string // that the page says were run
	run      func(t *testing.T, at place) *exec.Cmd
}

var recipes = []recipe{
	{
		"Express", "node/orders-express.mjs", "js",
		[]func(*testing.T) string{named("express", npm("express")), named("jose", npm("jose"))},
		node("orders-express.mjs"),
	},
	{
		"FastAPI", "python/orders_fastapi.py", "python",
		[]func(*testing.T) string{named("FastAPI", pip("fastapi")), named("PyJWT", pip("pyjwt"))},
		func(t *testing.T, at place) *exec.Cmd {
			return python("-m", "uvicorn", "orders_fastapi:app", "--host", "127.0.0.1", "--port", at.port)(t, at)
		},
	},
	{
		"Spring", "java/src/main/java/clients/Orders.java", "java",
		[]func(*testing.T) string{spring},
		java("orders"),
	},
}

func named(name string, version func(*testing.T) string) func(*testing.T) string {
	return func(t *testing.T) string { return name + " " + version(t) }
}

// The page prints what is run, with the versions that it is run with.
func TestResourceServersPagePrintsTheRecipesThatAreRun(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/resource-servers.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range recipes {
		content, err := os.ReadFile(absolute(t, r.file))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(page), "\n```"+r.language+"\n"+string(content)+"```\n") {
			t.Errorf("docs/resource-servers.md does not print tools/clients/%s as it is", r.file)
		}
		_, section, _ := strings.Cut(string(page), "\n### "+r.name+"\n\nRun with ")
		line, _, _ := strings.Cut(section, "\n")
		for _, version := range r.versions {
			if want := version(t); !strings.Contains(line, want) {
				t.Errorf("docs/resource-servers.md says that %s was run with %q, not with %s", r.name, line, want)
			}
		}
	}
}

// Each recipe lets pass whom it should, and says to others what they may know.
func TestRealClientsRecipes(t *testing.T) {
	asked(t)
	t.Parallel()
	for _, r := range recipes {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.try(t)
		})
	}
}

// Our own example answers as the others do.
func TestShopExampleAnswersAsTheRecipesDo(t *testing.T) {
	t.Parallel()
	recipe{name: "Go", run: func(t *testing.T, at place) *exec.Cmd {
		path := filepath.Join(t.TempDir(), "shop")
		if out, err := exec.Command("go", "build", "-o", path, "gatehouse.example/verify/examples/shop").CombinedOutput(); err != nil {
			t.Fatalf("build the example: %v\n%s", err, out)
		}
		return exec.Command(path, "-issuer", at.issuer, "-audience", ordersAudience, "-owner", owner, "-listen", "127.0.0.1:"+at.port)
	}}.try(t)
}

const (
	ordersAudience = "https://shop.example.test" // the demo has the API
	owner          = "own-orders"                // a program whose order 42 is
)

// granted makes a program that may read orders, and returns its access token.
func (w *watched) granted(t *testing.T, id string, where ...string) string {
	t.Helper()
	printed := w.operator(t, "client", "create", "--id", id, "--name", id, "--grant", "client_credentials", "--audience", ordersAudience, "--permissions", "inline")
	w.operator(t, append([]string{"grant", "create", "--client", id, "--permission", "shop/orders:read", "--reason", "It reads orders"}, where...)...)
	m := regexp.MustCompile(`OIDC_CLIENT_SECRET=(\S+)`).FindStringSubmatch(printed)
	if m == nil {
		t.Fatal("no secret was printed")
	}
	for deadline := time.Now().Add(hangs); ; time.Sleep(50 * time.Millisecond) { // the server sees the grant within a second
		token := w.programToken(t, id, m[1])
		if payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1]); err == nil && strings.Contains(string(payload), `"shop/orders:read"`) {
			return token
		}
		if time.Now().After(deadline) {
			t.Fatalf("the token of %s names no permission", id)
		}
	}
}

func (r recipe) try(t *testing.T) {
	t.Helper()
	w := startWatched(t)
	c := &caller{w: w, id: "caller"}
	_, c.own = c.register(t, "pyjwt", c.id, ordersAudience) // any that takes at+jwt
	_, c.another = c.register(t, "pyjwt", "other-"+c.id, "https://other.example.com")
	at := place{issuer: w.issuer, port: freePort(t)}
	at.url = "http://127.0.0.1:" + at.port
	cmd := r.run(t, at)
	cmd.Env = append(append(os.Environ(), "ISSUER="+w.issuer, "AUDIENCE="+ordersAudience, "OWNER="+owner, "PORT="+at.port, "SERVER_PORT="+at.port), cmd.Env...)
	runApp(t, at.port, cmd)

	const read = "shop/orders:read"
	with := func(changes ...any) string {
		return c.signed(t, func(claims map[string]any) {
			for i := 0; i < len(changes); i += 2 {
				claims[changes[i].(string)] = changes[i+1]
			}
		})
	}
	all, own := w.granted(t, "everybodys"), w.granted(t, owner, "--where", "own")
	bearer := func(tokens ...string) http.Header {
		h := http.Header{}
		for _, token := range tokens {
			h.Add("Authorization", "Bearer "+token)
		}
		return h
	}
	const expired = "expired"
	for _, ask := range []struct {
		what      string
		path      string
		header    http.Header
		status    int
		challenge []string // parts of it; with "!" before it, what it must not say
	}{
		{"everywhere, one's own", "/orders/42", bearer(all), 200, nil},
		{"everywhere, another's", "/orders/43", bearer(all), 200, nil},
		{"everywhere, what is not there", "/orders/44", bearer(all), 404, nil},
		{"own, one's own", "/orders/42", bearer(own), 200, nil},
		{"own, another's", "/orders/43", bearer(own), 403, []string{`error="insufficient_scope"`}},
		{"own, what is not there", "/orders/44", bearer(own), 403, []string{`error="insufficient_scope"`}},
		{"no permission", "/orders/42", bearer(c.own), 403, []string{`error="insufficient_scope"`}},
		{"of another API", "/orders/42", bearer(with("permissions", []string{"stock/orders:read"})), 403, nil},
		{"expired", "/orders/42", bearer(with("permissions", []string{read}, "iat", time.Now().Unix()-60, "exp", time.Now().Unix()-1)), 401, []string{`error="invalid_token"`, expired}},
		{"for another audience", "/orders/42", bearer(c.another), 401, []string{`error="invalid_token"`, "!" + expired}},
		{"of another issuer", "/orders/42", bearer(c.otherIssuer(t)), 401, []string{`error="invalid_token"`, "!" + expired}},
		{"with a changed claim", "/orders/42", bearer(c.changed(t)), 401, []string{`error="invalid_token"`, "!" + expired}},
		{"an ID token", "/orders/42", bearer(c.idToken(t)), 401, []string{`error="invalid_token"`}},
		{"no token at all", "/orders/42", bearer("garbage"), 401, []string{`error="invalid_token"`}},
		{"none", "/orders/42", nil, 401, []string{"Bearer", "!error"}},
		{"in the query", "/orders/42?access_token=" + all, nil, 0, nil},
		{"two", "/orders/42", bearer(all, all), 0, nil},
	} {
		status, challenge := getOrder(t, at.url+ask.path, ask.header)
		if status != ask.status && (ask.status != 0 || status != 400 && status != 401) {
			t.Errorf("%s: answered %d %q, want %d", ask.what, status, challenge, ask.status)
		}
		for _, part := range ask.challenge {
			not := strings.HasPrefix(part, "!")
			if strings.Contains(challenge, strings.TrimPrefix(part, "!")) == not {
				t.Errorf("%s: the challenge is %q, looked for %q", ask.what, challenge, part)
			}
		}
	}
}

func getOrder(t *testing.T, url string, header http.Header) (status int, challenge string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body) // only the status is asked for
	return resp.StatusCode, resp.Header.Get("WWW-Authenticate")
}

package housetest

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/gate"
	"gatehouse/proxy"
)

// edged is a Gatehouse whose gate is asked by other proxies, by one of each dialect; the
// id of each edge is its dialect.
type edged struct {
	*gated
	secretFile string
}

const edgeSecret = "a-secret-of-the-tests-0123456789-0123456789"

// edgeRoutes are what comes behind the routes of the tests; SECRET is the file.
const edgeRoutes = `---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: DIALECT}
spec: {dialect: DIALECT, peers: [127.0.0.1], secret_file: SECRET}
`

// strangers are edges that nobody in these tests is.
const strangers = `---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: elsewhere}
spec: {dialect: traefik, peers: [192.0.2.0/24], secret_file: SECRET}
---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: narrow}
spec: {dialect: traefik, peers: [127.0.0.0/8], secret_file: SECRET, routes: [behind]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: behind}
spec:
  match: {hosts: [behind.example.test], paths: ["/orders"], methods: [GET]}
  authorize: {api: shop, permission: orders:read}
`

func newEdged(t *testing.T) *edged {
	t.Helper()
	g := &edged{gated: newGated(t), secretFile: filepath.Join(t.TempDir(), "secret")}
	must(t, os.WriteFile(g.secretFile, []byte(edgeSecret+"\n"), 0o600))
	text := gateRoutes + sessionRoutes + strangers
	for _, d := range gate.Dialects {
		text += strings.ReplaceAll(edgeRoutes, "DIALECT", string(d))
	}
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(text, "SECRET", g.secretFile))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	return g
}

// dialects are those that ask by HTTP, with the headers in which each tells of a request:
// method, scheme, host and target.
var dialects = map[gate.Dialect][4]string{
	gate.Nginx:   {"X-Original-Method", "X-Original-Scheme", "X-Original-Host", "X-Original-Uri"},
	gate.HAProxy: {"X-Original-Method", "X-Original-Scheme", "X-Original-Host", "X-Original-Uri"},
	gate.Traefik: {"X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"},
	gate.Caddy:   {"X-Forwarded-Method", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Uri"},
}

// edgeAsks is what a proxy of a dialect sends about a request.
func edgeAsks(d gate.Dialect, method, host, target string, header ...string) []string {
	names := dialects[d]
	return append([]string{
		proxy.HeaderSecret + ": " + edgeSecret, "X-Forwarded-For: 203.0.113.7",
		names[0] + ": " + method, names[1] + ": https", names[2] + ": " + host, names[3] + ": " + target,
	}, header...)
}

// ask asks the gate about a request in the words of a dialect. What nginx is told in a
// header of its own is returned as the status.
func (g *edged) ask(t *testing.T, d gate.Dialect, method, host, target string, header ...string) (status int, answer http.Header, body string) {
	t.Helper()
	status, answer, body = g.send(t, "GET", "gate.internal", proxy.EdgePath+string(d), edgeAsks(d, method, host, target, header...)...)
	return saidTo(t, d, status, answer), answer, body
}

// saidTo is what the gate said, of what a proxy of a dialect was answered.
func saidTo(t *testing.T, d gate.Dialect, status int, answer http.Header) int {
	t.Helper()
	if d != gate.Nginx || answer.Get(proxy.HeaderStatus) == "" {
		return status
	}
	said := map[string]int{"204": 204, "400": 400, "401": 401, "403": 403, "404": 404, "405": 405, "425": 425, "429": 429, "502": 502, "503": 503}[answer.Get(proxy.HeaderStatus)]
	if want := map[int]int{204: 204, 401: 401}[said]; status != want && (want != 0 || status != 403) {
		t.Errorf("nginx is told %d as %d", said, status)
	}
	return said
}

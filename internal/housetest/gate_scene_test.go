package housetest

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// gated is a Gatehouse whose gate stands before an application that remembers what
// reached it.
type gated struct {
	*deciding
	app     *behind
	address string // of the gate
	folder  string

	gateServer *http.Server
}

// behind is an application behind the gate.
type behind struct {
	*httptest.Server
	mu   sync.Mutex
	seen []seenRequest
	// answer writes the answer, nil: 200.
	answer func(w http.ResponseWriter, r *http.Request)
}

// seenRequest is a request as it reached the application.
type seenRequest struct {
	Method, Target, Host, Body string
	Header, Trailer            http.Header
}

func newBehind(t *testing.T) *behind {
	a := &behind{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		a.mu.Lock()
		if err == nil { // what was cut off is none
			a.seen = append(a.seen, seenRequest{r.Method, r.RequestURI, r.Host, string(body), r.Header, r.Trailer})
		}
		answer := a.answer
		a.mu.Unlock()
		if answer != nil {
			answer(w, r)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

// took returns what reached the application since it was asked last.
func (a *behind) took() []seenRequest {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := a.seen
	a.seen = nil
	return seen
}

func (a *behind) answers(f func(w http.ResponseWriter, r *http.Request)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.answer = f
}

// gateRoutes are those of the tests; APP is the application's address.
const gateRoutes = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec:
  targets: ["APP"]
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: public}
spec:
  match: {hosts: [api.example.test], paths: ["/public/{rest...}"], methods: [GET, POST]}
  public: true
  upstream: app
  limits: {body: 1KiB}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [api.example.test], paths: ["/orders", "/orders/{rest...}"], methods: [GET, POST, DELETE]}
  authorize:
    api: shop
    permissions: {GET: "orders:read", POST: "orders:refund", DELETE: "orders:refund"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: own}
spec:
  match: {hosts: [own.example.test], paths: ["/orders/{id}"], methods: [GET]}
  authorize:
    api: shop
    permission: orders:read
    resource:
      id: "{id}"
      fetch: {upstream: app, path: "/internal/orders/{id}", fields: [owner_id]}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: list}
spec:
  match: {hosts: [own.example.test], paths: ["/orders"], methods: [GET, POST]}
  authorize: {api: shop, permissions: {GET: "orders:read", POST: "orders:refund"}, resource: {defer: true}}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: watched}
spec:
  match: {hosts: [shadow.example.test], paths: ["/orders"], methods: [GET, POST]}
  mode: shadow
  authorize: {api: shop, permissions: {GET: "orders:read", POST: "orders:refund"}}
  upstream: app
`

// withRoutes writes a folder of routes, and has the configuration want a gate.
func withRoutes(folder string) func(*config.Config) {
	return func(c *config.Config) { c.Gate.Listen, c.Gate.Routes = "127.0.0.1:0", folder }
}

func newGated(t *testing.T, change ...func(*config.Config)) *gated {
	t.Helper()
	app, folder := newBehind(t), t.TempDir()
	writeRoutes(t, folder, app, gateRoutes)
	g := &gated{deciding: newDeciding(t, gatetest.New(t, append(change, withRoutes(folder))...)), app: app, folder: folder}
	g.address, g.gateServer = servedGate(t, g.Gate)
	return g
}

func writeRoutes(t *testing.T, folder string, app *behind, text string) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(folder, "routes.yaml"), []byte(strings.ReplaceAll(text, "APP", app.URL)), 0o600))
}

// routed has the gate look at its files as often as it must to take them.
func (g *gated) routed(t *testing.T) {
	t.Helper()
	for range 2 {
		must(t, g.House.Routes.Step(t.Context(), time.Now()))
	}
}

// serveGate listens for the gate of a Gatehouse, and returns where.
func serveGate(t *testing.T, g *gatetest.Gate) string {
	t.Helper()
	address, _ := servedGate(t, g)
	return address
}

func servedGate(t *testing.T, g *gatetest.Gate) (address string, server *http.Server) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	s := g.Server.Gate()
	go func() { _ = s.Serve(l) }() // until it is closed
	t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String(), s
}

// customer is an application through which Ada gets tokens for the shop.
func (g *gated) customer(change ...func(*oauth.Client)) *gatetest.Application {
	return g.App("web", append(change, func(c *oauth.Client) { c.Audiences = []string{shop().Audience} })...)
}

// raw sends bytes to the gate, and returns the answer to them.
func (g *gated) raw(t *testing.T, lines string) (status int, header http.Header, body string) {
	t.Helper()
	return rawAt(t, g.address, lines)
}

func rawAt(t *testing.T, address, lines string) (status int, header http.Header, body string) {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = io.WriteString(conn, lines)
	must(t, err)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, nil, err.Error()
	}
	defer answer.Body.Close()
	content, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, string(content)
}

// get asks the gate for a path of the API.
func (g *gated) get(t *testing.T, host, path string, header ...string) (status int, answer http.Header, body string) {
	t.Helper()
	return g.send(t, "GET", host, path, header...)
}

func (g *gated) send(t *testing.T, method, host, path string, header ...string) (status int, answer http.Header, body string) {
	t.Helper()
	lines := method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\n"
	for _, h := range header {
		lines += h + "\r\n"
	}
	return g.raw(t, lines+"Connection: close\r\n\r\n")
}

func bearer(token string) string { return "Authorization: Bearer " + token }

// gives gives Ada a permission of the shop.
func (g *gated) gives(t *testing.T, permission string, where access.Where) access.GrantRecord {
	t.Helper()
	resource, action, _ := strings.Cut(permission, ":")
	given, err := g.House.Access.Give(context.Background(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(g.ada.ID)}, Effect: access.Allow, Where: where,
		Permission: access.Pattern{API: "shop", Resource: resource, Action: action}, Reason: "for the test",
	})
	must(t, err)
	g.Settle()
	return given
}

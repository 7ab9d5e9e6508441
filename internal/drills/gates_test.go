package drills

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
	"gatehouse/internal/testcert"
	"gatehouse/internal/testpg"
	"gatehouse/internal/testredis"
	"gatehouse/oauth"
	"gatehouse/proxy"
)

// gates are two replicas with a gate each before one application. What happens, happens at
// the near one; what comes of it is looked at through the gate of the one that is away.
type gates struct {
	t          *testing.T
	near, away *gatetest.Gate
	way        *link             // to the database, of the one that is away
	redis      *testredis.Server // of both
	cfg        config.Config     // of the near one
	at, nearAt string            // the gates, the one that is away first
	client     *http.Client
	streams    *streamtest.Gate // the one that is away, for what lasts
	nearby     *streamtest.Gate // the near one
	authority  *testcert.Authority

	app *gatetest.Application
	ada *gatetest.Person
}

// gateHost is the host of their routes.
const gateHost = "api.example.test"

// gateFiles are their routes; APP is the application's address, TALKER that of the one that
// answers what lasts.
const gateFiles = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec: {targets: ["APP"]}
---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: talker}
spec: {targets: ["TALKER"]}
---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: called}
spec: {targets: ["TALKER"], protocol: h2c}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: lasts}
spec:
  match: {hosts: [api.example.test], paths: ["/lasts/ws", "/lasts/sse"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  stream: {websocket: {}, sse: true}
  upstream: talker
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: calls}
spec:
  match: {hosts: [api.example.test], paths: ["/lasts/grpc"], methods: [POST]}
  authorize: {api: shop, permission: "orders:read"}
  stream: {grpc: true}
  upstream: called
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: public}
spec:
  match: {hosts: [api.example.test], paths: ["/public"], methods: [GET]}
  public: true
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [api.example.test], paths: ["/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: patient}
spec:
  match: {hosts: [api.example.test], paths: ["/patient"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  on_stale: serve:30s
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: brief}
spec:
  match: {hosts: [api.example.test], paths: ["/brief"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  on_stale: serve:1500ms
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: counted}
spec:
  match: {hosts: [api.example.test], paths: ["/counted/{who}"], methods: [GET]}
  public: true
  upstream: app
  limits: {rate: [{per: ip, limit: 1/h, burst: 50}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: roomy}
spec:
  match: {hosts: [api.example.test], paths: ["/roomy"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: sub, limit: 1000000/s}]}
---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: front}
spec: {dialect: nginx, peers: [127.0.0.1], secret_file: "SECRET", routes: [orders]}
`

// frontSecret is what another proxy before the gates shows.
const frontSecret = "drilled-drilled-drilled-drilled-drilled"

var ordersRead = access.Pattern{API: "shop", Resource: "orders", Action: "read"}

// newGates are on Postgres.
func newGates(t *testing.T) *gates {
	t.Helper()
	testpg.Server(t)
	address := testpg.URL(t)
	way := newLink(t, address)
	return openGates(t, way, func(change func(*config.Config)) (near, away *gatetest.Gate) {
		near = gatetest.New(t, gatetest.OnPostgres(address), change)
		return near, near.ReplicaWith(gatetest.OnPostgres(way.url))
	})
}

// newGatesOnSQLite are on one file.
func newGatesOnSQLite(t *testing.T) *gates {
	t.Helper()
	return openGates(t, nil, func(change func(*config.Config)) (near, away *gatetest.Gate) {
		near = gatetest.New(t, change)
		return near, near.Replica()
	})
}

func openGates(t *testing.T, way *link, open func(change func(*config.Config)) (near, away *gatetest.Gate)) *gates {
	t.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "it") }))
	t.Cleanup(app.Close)
	g := &gates{t: t, way: way, redis: testredis.Start(t), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}, authority: testcert.New(t)}
	t.Cleanup(g.client.CloseIdleConnections)
	talker, folder, secret := streamtest.NewTalker(t), t.TempDir(), filepath.Join(t.TempDir(), "front.secret")
	files := strings.NewReplacer("APP", app.URL, "TALKER", talker.URL, "SECRET", secret).Replace(gateFiles)
	g.must(os.WriteFile(secret, []byte(frontSecret+"\n"), 0o600))
	g.must(os.WriteFile(filepath.Join(folder, "routes.yaml"), []byte(files), 0o600))
	g.near, g.away = open(func(c *config.Config) {
		c.Gate.Listen, c.Gate.Routes, c.Redis.URL = "127.0.0.1:0", folder, g.redis.URL
		g.cfg = *c
	})
	g.at, g.nearAt = g.listen(g.away), g.listen(g.near)
	g.streams, g.nearby = g.listenSecurely(g.away, talker), g.listenSecurely(g.near, talker)
	g.people()
	waitFor(t, "Redis to be found", func() bool { return g.away.House.Limiters.Figures().Shared })
	return g
}

// on returns the same for a subtest.
func (g *gates) on(t *testing.T) *gates {
	c := *g
	c.t, c.near, c.away = t, g.near.For(t), g.away.For(t)
	c.app = g.app.At(c.near)
	return &c
}

// listen serves the gate of a replica.
func (g *gates) listen(replica *gatetest.Gate) string {
	g.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		g.t.Fatal(err)
	}
	s := replica.Server.Gate()
	go func() { _ = s.Serve(l) }() // until it is closed
	g.t.Cleanup(func() { _ = s.Close() })
	return l.Addr().String()
}

// listenSecurely serves it with and without TLS, for what lasts.
func (g *gates) listenSecurely(replica *gatetest.Gate, talker *streamtest.Talker) *streamtest.Gate {
	g.t.Helper()
	secure := httptest.NewUnstartedServer(nil)
	secure.Config, secure.EnableHTTP2 = replica.Server.Gate(), true
	secure.StartTLS()
	g.t.Cleanup(func() { secure.CloseClientConnections(); secure.Close() })
	return &streamtest.Gate{Plain: g.listen(replica), Secure: secure.URL, Client: secure.Client(), Host: gateHost, App: talker.URL}
}

func (g *gates) people() {
	g.t.Helper()
	_, err := g.near.House.Access.CreateAPI(context.Background(), gatetest.Console, access.API{
		ID: "shop", Audience: "https://shop.example.test", Permissions: []access.Permission{{Resource: "orders", Action: "read"}},
	})
	g.must(err)
	g.ada = g.near.Person("ada")
	g.app = g.near.App("web", func(c *oauth.Client) { c.Audiences = []string{"https://shop.example.test"} })
}

func (g *gates) must(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

// account is that of a program.
func account(name string) access.Subject {
	return access.Subject{Kind: access.ServiceAccount, ID: name}
}

// gives lets somebody read orders; change may alter the grant first.
func (g *gates) gives(who access.Subject, change ...func(*access.Grant)) access.GrantRecord {
	g.t.Helper()
	grant := access.Grant{Subject: who, Effect: access.Allow, Permission: ordersRead, Where: access.Where{Place: access.Everywhere}, Reason: "for the drill"}
	for _, c := range change {
		c(&grant)
	}
	given, err := g.near.House.Access.Give(context.Background(), gatetest.Console, grant)
	g.must(err)
	return given
}

// program makes a service account, and returns its key.
func (g *gates) program(name string) string {
	g.t.Helper()
	made, err := g.near.House.Access.CreateServiceAccount(context.Background(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}})
	g.must(err)
	return made.Text
}

// person is somebody of their own who may read orders.
func (g *gates) person(n int) *gatetest.Person {
	g.t.Helper()
	who := g.near.Person(fmt.Sprint("person-", n))
	g.gives(access.Subject{Kind: access.User, ID: string(who.ID)})
	return who
}

// token is one of a new session of Ada's.
func (g *gates) token() (token string) {
	g.t.Helper()
	return g.tokenOf(g.ada)
}

// tokenOf is one of a new session. Where the server is too busy they try again, as it says.
func (g *gates) tokenOf(who *gatetest.Person) (token string) {
	g.t.Helper()
	waitFor(g.t, "a sign-in", func() bool {
		done := make(chan struct{})
		go func() {
			defer close(done) // also where the attempt is given up
			near := g.near.For(attempt{g.t})
			token = g.app.At(near).Tokens(near.Browser(), who).Text("access_token")
		}()
		<-done
		return token != ""
	})
	return token
}

// attempt is a test that is given up, and not failed, when something goes wrong.
type attempt struct{ testing.TB }

func (attempt) Fatal(...any)          { runtime.Goexit() }
func (attempt) Fatalf(string, ...any) { runtime.Goexit() }
func (attempt) FailNow()              { runtime.Goexit() }
func (attempt) Error(...any)          {}
func (attempt) Errorf(string, ...any) {}

// asks asks the gate that is away, and returns the status of its answer; 0: there was none.
func (g *gates) asks(path, credential string) int { return g.asksAt(g.at, path, credential) }

func (g *gates) asksAt(at, path, credential string) int {
	return g.sends(at, path, gateHost, credential, nil)
}

// asksInFront asks a gate about a request as another proxy before it does, and returns what
// the visitor is answered there: 200 where the request goes on.
func (g *gates) asksInFront(at, path, credential string) int {
	status := g.sends(at, proxy.EdgePath+"front", at, credential, map[string]string{
		proxy.HeaderSecret: frontSecret, "X-Forwarded-For": "192.0.2.1", "X-Original-Method": http.MethodGet, "X-Original-Scheme": "http",
		"X-Original-Host": gateHost + ":80", "X-Original-Uri": path,
	})
	if status == http.StatusNoContent {
		return http.StatusOK
	}
	return status
}

// sends sends a request, and returns the status of its answer; 0: there was none. To another
// proxy the gate says in a header of its own what else than no it means.
func (g *gates) sends(at, path, host, credential string, more map[string]string) int {
	ctx, cancel := context.WithTimeout(context.Background(), hangs)
	defer cancel()
	if !strings.Contains(at, "://") {
		at = "http://" + at
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at+path, nil)
	if err != nil {
		return 0
	}
	r.Host = host
	for name, value := range more {
		r.Header.Set(name, value)
	}
	if credential != "" {
		r.Header.Set("Authorization", "Bearer "+credential)
	}
	answer, err := g.client.Do(r)
	if err != nil {
		return 0
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, answer.Body)
	if meant, err := strconv.Atoi(answer.Header.Get(proxy.HeaderStatus)); err == nil {
		return meant
	}
	return answer.StatusCode
}

// soonBound is within which everything that is taken back is refused everywhere.
const soonBound = time.Second

package proxy_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
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

// order is what the upstream answers.
var order = []byte(`{"id":"42","owner_id":"ada","lines":[` + strings.Repeat(`{"product":"tea-green-100g","quantity":2},`, 20) + `{}]}`)

const routesOfBenchmark = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec: {targets: ["UPSTREAM"]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: public}
spec:
  match: {hosts: [api.example.test], paths: ["/public/{id}"], methods: [GET]}
  public: true
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [api.example.test], paths: ["/orders/{id}"], methods: [GET, POST]}
  authorize: {api: shop, permission: "orders:read", resource: {id: "{id}"}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: nginx}
spec: {dialect: nginx, peers: [127.0.0.1], secret_file: "SECRET", routes: [orders]}
`

const edgeSecret = "measured-measured-measured-measured-measured"

// measured is a whole Gatehouse with a gate before an upstream on this machine, and the
// token of a person who may read its orders.
func measured(b *testing.B) (gate http.Handler, upstream, token string) {
	b.Helper()
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(order)
	}))
	b.Cleanup(app.Close)
	folder := b.TempDir()
	file, secret := filepath.Join(folder, "routes.yaml"), filepath.Join(b.TempDir(), "edge.secret")
	text := strings.NewReplacer("UPSTREAM", app.URL, "SECRET", secret).Replace(routesOfBenchmark)
	must(b, os.WriteFile(secret, []byte(edgeSecret+"\n"), 0o600))
	must(b, os.WriteFile(file, []byte(text), 0o600))
	g := gatetest.New(b, func(c *config.Config) { c.Gate.Listen, c.Gate.Routes = "127.0.0.1:0", folder })
	ada, ctx := g.Person("ada"), context.Background()
	_, err := g.House.Access.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "shop", Audience: "https://shop.example.test", Permissions: []access.Permission{{Resource: "orders", Action: "read", Description: "See orders"}},
	})
	must(b, err)
	_, err = g.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(ada.ID)}, Effect: access.Allow, Where: access.Where{Place: access.Everywhere},
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "sees orders",
	})
	must(b, err)
	app2 := g.App("web", func(c *oauth.Client) { c.Audiences = []string{"https://shop.example.test"} })
	g.Settle()
	token = app2.Tokens(g.Browser(), ada).Text("access_token")
	return g.Server.Gate().Handler, app.URL, token
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// bare is the library's proxy, as it is given the gate's transport and buffers.
func bare(b *testing.B, to string) http.Handler {
	b.Helper()
	target, err := url.Parse(to)
	must(b, err)
	return &httputil.ReverseProxy{
		Rewrite:    func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:  &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 256},
		BufferPool: &buffers{}, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug),
	}
}

type buffers struct{ pool sync.Pool }

func (b *buffers) Get() []byte {
	if one, ok := b.pool.Get().(*[]byte); ok {
		return *one
	}
	return make([]byte, 32<<10)
}

func (b *buffers) Put(one []byte) { b.pool.Put(&one) }

// sink is a visitor's connection that goes nowhere.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (s *sink) Header() http.Header              { return s.header }
func (s *sink) WriteHeader(status int)           { s.status = status }
func (s *sink) Write(p []byte) (int, error)      { s.bytes += len(p); return len(p), nil }
func (s *sink) SetReadDeadline(time.Time) error  { return nil }
func (s *sink) SetWriteDeadline(time.Time) error { return nil }

// visit is one request, as a server's connection has it: its context ends with it, and its
// header is its own.
func visit(ctx context.Context, h http.Handler, path string, header http.Header) *sink {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &http.Request{
		Method: http.MethodGet, RequestURI: path, URL: &url.URL{Path: path}, Host: "api.example.test", Header: maps.Clone(header), Body: http.NoBody,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: "127.0.0.1:40000",
	}
	w := &sink{header: http.Header{}}
	h.ServeHTTP(w, r.WithContext(ctx))
	return w
}

// BenchmarkGate has the whole gate beside the library's proxy, with an upstream behind
// loopback: the allocations are those of proxy and upstream together, and the upstream's
// are the same in all but the two that ask nobody.
func BenchmarkGate(b *testing.B) {
	gate, upstream, token := measured(b)
	visitor := func(more ...string) http.Header {
		h := http.Header{"User-Agent": {"loaddriver"}, "Accept": {"application/json"}, "Accept-Encoding": {"gzip"}}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = []string{more[i+1]}
		}
		return h
	}
	bearer := "Bearer " + token
	asked := visitor("Authorization", bearer, "X-Gatehouse-Edge-Secret", edgeSecret, "X-Original-Method", "GET", "X-Original-Scheme", "http",
		"X-Original-Host", "api.example.test:80", "X-Original-Uri", "/orders/42", "X-Forwarded-For", "192.0.2.1")
	for _, c := range []struct {
		name    string
		handler http.Handler
		path    string
		header  http.Header
		status  int
	}{
		{"bare", bare(b, upstream), "/orders/42", visitor("Authorization", bearer), http.StatusOK},
		{"public", gate, "/public/42", visitor("Authorization", bearer), http.StatusOK},
		{"bearer", gate, "/orders/42", visitor("Authorization", bearer), http.StatusOK},
		{"refused", gate, "/orders/42", visitor(), http.StatusUnauthorized},
		{"asked by nginx", gate, "/.gatehouse/auth/nginx", asked, http.StatusNoContent},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if w := visit(b.Context(), c.handler, c.path, c.header); w.status != c.status {
					b.Fatalf("%s: %d, want %d", c.path, w.status, c.status)
				}
			}
		})
	}
}

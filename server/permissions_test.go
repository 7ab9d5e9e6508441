package server

import (
	"bytes"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/house"
	"gatehouse/internal/testcert"
	"gatehouse/internal/testconfig"
)

// That a route asks for what nobody can have is said before somebody comes to it.
func TestReadyTellsOfRoutesThatNobodyGetsThrough(t *testing.T) {
	t.Parallel()
	for permissions, want := range map[string]string{
		`permission: "decisions:read"`:                              "",
		`permission: "roles:paint"`:                                 "at the gate, the route painted asks for gatehouse/roles:paint, which no API has: nobody gets through\"",
		`permissions: {GET: "roles:a", POST: "roles:b"}`:            "gatehouse/roles:a, which no API has: nobody gets through (and 1 more like it)",
		`permissions: {GET: "decisions:read", POST: "roles:paint"}`: "gatehouse/roles:paint, which no API has: nobody gets through",
	} {
		folder := t.TempDir()
		text := `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec: {targets: ["http://127.0.0.1:1"]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: painted}
spec:
  match: {hosts: [api.example.test], paths: ["/x"], methods: [GET, POST]}
  authorize: {api: gatehouse, ` + permissions + `}
  upstream: app
`
		if err := os.WriteFile(filepath.Join(folder, "routes.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := testconfig.New(t)
		cfg.Gate.Listen, cfg.Gate.Routes = "127.0.0.1:0", folder
		r := start(t, cfg, Options{})
		status, body := fetch(t, "http://"+r.internal+"/readyz")
		for deadline := time.Now().Add(2 * time.Minute); status != http.StatusOK && time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
			status, body = fetch(t, "http://"+r.internal+"/readyz")
		}
		if status != http.StatusOK || !strings.Contains(body, want) || strings.Contains(body, `"permissions"`) != (want != "") {
			t.Errorf("%s: %d %s", permissions, status, body)
		}
	}
}

// A route for client certificates at a gate without TLS is one that nobody can show one to: it
// is told of once in the log, and as long as it is so where somebody asks.
func TestReadyAndTheLogTellOfCertificatesThatNobodyCanShow(t *testing.T) {
	t.Parallel()
	ca, folder := testcert.New(t), t.TempDir()
	text := `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: app}
spec: {targets: ["http://127.0.0.1:1"]}
---
apiVersion: gatehouse/v1
kind: ClientCA
metadata: {id: devices}
spec: {ca_file: "` + ca.File + `", callers: [{uri: "spiffe://partner.test/jobs", service: jobs}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: certified}
spec:
  match: {hosts: [api.example.test], paths: ["/x"], methods: [GET]}
  authn: [mtls]
  client_ca: devices
  authorize: {api: gatehouse, permission: "decisions:read"}
  upstream: app
`
	if err := os.WriteFile(filepath.Join(folder, "routes.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, secure := range map[string]bool{"without TLS": false, "with TLS": true} {
		var log bytes.Buffer
		cfg := testconfig.New(t)
		cfg.Gate.Listen, cfg.Gate.Routes = "127.0.0.1:0", folder
		if secure {
			cfg.Web.TLS.CertFile, cfg.Web.TLS.KeyFile = ca.Issue("gate", "127.0.0.1")
		}
		h, err := house.Open(t.Context(), cfg, slog.New(slog.NewJSONHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = h.Close() })
		if err := h.Feed.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := h.Routes.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.Routes.Look(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		doubts := (&health{house: h}).doubts(t.Context())
		const says = "the route certified asks for client certificates of devices, and the gate has no TLS (tls.cert_file): nobody can show one"
		if got := doubts["certificates"] == "at the gate, "+says; got == secure || doubts["permissions"] != "" {
			t.Errorf("%s: %v", name, doubts)
		}
		if got := strings.Count(log.String(), says); got != map[bool]int{false: 1, true: 0}[secure] {
			t.Errorf("%s: the log says it %d times", name, got)
		}
	}
}

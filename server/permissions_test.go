package server

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/testconfig"
)

// That a route asks for what nobody can have is said before somebody comes to it.
func TestReadyTellsOfRoutesThatNobodyGetsThrough(t *testing.T) {
	t.Parallel()
	for permissions, want := range map[string]string{
		`permission: "decisions:read"`:                              "",
		`permission: "roles:paint"`:                                 "the route painted of the gate asks for gatehouse/roles:paint, which no API has, so that nobody gets through",
		`permissions: {GET: "roles:a", POST: "roles:b"}`:            "gatehouse/roles:a, which no API has, so that nobody gets through (and 1 more like it)",
		`permissions: {GET: "decisions:read", POST: "roles:paint"}`: "gatehouse/roles:paint, which no API has, so that nobody gets through",
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

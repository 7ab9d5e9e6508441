package e2e

import (
	"context"
	"net/http"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/gate"
	"gatehouse/house"
)

// startWithRoutes starts a demo whose gate has a route in the database, which took a request
// that is written down.
func startWithRoutes(t *testing.T) *running {
	t.Helper()
	listen := "127.0.0.1:" + freePort(t)
	r := startDemo(t, func(c *config.Config) {
		c.Gate.Listen, c.Gate.UpstreamNetworks = listen, []string{"127.0.0.0/8"}
		c.Gate.Decisions.File, c.Gate.Decisions.Sample = filepath.Join(t.TempDir(), "decisions.jsonl"), 100
	})
	h, err := house.OpenExisting(context.Background(), r.cfg, quiet())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = h.Close() })
	app, err := url.Parse(r.app)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range []gate.Object{
		{ID: "app", Upstream: &gate.UpstreamSpec{Targets: []string{"http://127.0.0.1:" + app.Port()}}},
		{ID: "open", Route: &gate.RouteSpec{Match: gate.MatchSpec{Hosts: []string{"open.example.test"}, Paths: []string{"/open"}, Methods: []string{"GET"}}, Public: true, Upstream: "app"}},
	} {
		if _, err := h.Gate.Create(t.Context(), audit.Actor{Kind: audit.Console}, o); err != nil {
			t.Fatal(err)
		}
	}
	for deadline := time.Now().Add(hangs); ; time.Sleep(30 * time.Millisecond) {
		asked, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+listen+"/open", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		asked.Host = "open.example.test"
		resp, err := http.DefaultClient.Do(asked)
		if err == nil {
			_ = resp.Body.Close()
			if resp.Header.Get("Content-Type") != "application/problem+json" { // of the gate itself: it has not heard of the route yet
				return r
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("the gate does not take the route: %v", err)
		}
	}
}

// An administrator brings in the next signing key, and lets it sign.
func TestAnAdministratorRotatesKeysInTheConsole(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/keys")
		b.says(".lives", "Signs now")
		b.follow("#rotate-ES256")
		b.says(".sure", "Nobody is signed out")
		b.says("[data-testid=command]", "gatehouse keys rotate --alg ES256")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The next key is announced.")
		b.says("#keys", "Signs next")
		b.says("#keys", "it signs nothing yet")
		b.follow("#rotate-ES256")
		b.says(".sure", "is announced already")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The next key signs.")
		b.says("#keys", "Verifies only")
	})
}

// An administrator changes a route: what is wrong is said while they type, or when they ask for it,
// what would turn before it counts, and the version before is a click away.
func TestAnAdministratorChangesARouteInTheConsole(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startWithRoutes(t)
		b.administers(r, "/console/routes")
		b.says("#routes", "open.example.test/open")
		b.follow("#routes tbody th a")
		b.says("h1", "open")
		b.follow("#edit")
		b.tries("paths", "/open/../x")
		b.says("#answer", "which no request is spelled like")
		b.tries("paths", "/other")
		b.says("#answer", "It can be used with all other routes")
		b.follow("#submit")
		b.says("h1", "What changes at open")
		b.says("[data-testid=replay]", "would turn from “public” to “no route”")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The route is changed.")
		b.follow(".tabs li:last-child a")
		b.says("#history", "As it is now")
		b.follow("#history tbody tr:nth-child(2) a.quiet")
		b.says("h1", "An earlier version of open")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The route is changed.")
		b.says("#spec", "/open")
	})
}

// tries types something else, and asks what that would come to where the page does not ask by itself.
func (b *tab) tries(id, value string) {
	b.t.Helper()
	b.fillAnew(id, value)
	if b.plain {
		b.follow("#check")
	}
}

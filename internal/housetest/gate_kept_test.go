package housetest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/apply"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
	"gatehouse/proxy"
)

// keptHouse is a Gatehouse whose gate has its routes in the database, behind it an
// application on this machine.
func keptHouse(t *testing.T, change ...func(*config.Config)) *gated {
	t.Helper()
	g := &gated{app: newBehind(t)}
	g.deciding = newDeciding(t, gatetest.New(t, append(change, func(c *config.Config) { c.Gate.Listen = "127.0.0.1:0" })...))
	g.address = serveGate(t, g.Gate)
	return g
}

// specOf reads a specification as programs send it.
func specOf(t *testing.T, kind, name, text string) gate.Object {
	t.Helper()
	spec := gate.NewSpec(kind)
	must(t, json.Unmarshal([]byte(text), spec))
	return gate.ObjectOf(name, spec)
}

const keptRoute = `{"match": {"hosts": ["api.example.test"], "paths": ["/orders/{id}"], "methods": ["GET"]},
	"authorize": {"api": "shop", "permission": "orders:read"}, "upstream": "app",
	"tests": [{"as": {"permissions": ["orders:read"]}, "do": "GET /orders/1", "expect": "allow"}, {"do": "GET /orders/1", "expect": "unauthenticated"}]}`

// followed has the gate read what the database has.
func (g *gated) followed(t *testing.T) {
	t.Helper()
	must(t, g.House.Feed.Step(t.Context()))
}

// Routes that are kept in the database are served once they are written, as those of
// files are; and what cannot be used, or does not pass its tests, is not written.
func TestRoutesOfTheDatabaseAreServedAsTheyAreWritten(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	create := func(kind, name, text string) error {
		_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, kind, name, text))
		return err
	}
	if status, _, _ := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusNotFound {
		t.Errorf("before there is a route: %d", status)
	}
	must(t, create("Upstream", "app", `{"targets": ["`+g.app.URL+`"]}`))
	must(t, create("Route", "orders", keptRoute))
	g.followed(t)
	if status, _, body := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusOK {
		t.Errorf("%d %s", status, body)
	}
	hash := g.House.Routes.Current().Hash()
	for name, c := range map[string]struct {
		kind, id, spec, code, field string
	}{
		"twice":                {"Route", "orders", keptRoute, "gate.exists", ""},
		"the same addresses":   {"Route", "other", keptRoute, gate.CodeRoutes, "spec.match.paths[0]"},
		"no upstream":          {"Route", "other", strings.Replace(keptRoute, `"app"`, `"nothing"`, 1), gate.CodeRoutes, "spec.upstream"},
		"a test that fails":    {"Route", "other", strings.NewReplacer("/orders", "/things", `"allow"`, `"deny"`).Replace(keptRoute), gate.CodeTests, "spec.tests[0]"},
		"another network":      {"Upstream", "far", `{"targets": ["http://10.0.0.1"]}`, gate.CodeRoutes, "spec.targets[0]"},
		"metadata of a cloud":  {"Upstream", "far", `{"targets": ["http://169.254.169.254"]}`, gate.CodeRoutes, "spec.targets[0]"},
		"another one in IPv6":  {"Upstream", "far", `{"targets": ["http://[::ffff:10.0.0.1]:80"]}`, gate.CodeRoutes, "spec.targets[0]"},
		"a name like a number": {"Upstream", "far", `{"targets": ["http://0x7f000001"]}`, "", ""},
		"too much":             {"Route", "other", strings.Replace(keptRoute, `"app"`, `"`+strings.Repeat("x", 70<<10)+`"`, 1), gate.CodeRoutes, "spec"},
	} {
		err := create(c.kind, c.id, c.spec)
		if c.code == "" {
			must(t, err)
			must(t, g.House.Gate.Delete(t.Context(), gatetest.Console, c.kind, c.id, 0))
			continue
		}
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != c.code || c.field != "" && (len(f.Fields) != 1 || f.Fields[0].Name != c.field) {
			t.Errorf("%s: %+v", name, err)
		}
	}
	g.followed(t)
	if g.House.Routes.Current().Hash() != hash {
		t.Error("what was refused is served")
	}
	if err := g.House.Gate.Delete(t.Context(), gatetest.Console, "Upstream", "app", 0); fault.CodeOf(err) != "gate.in_use" {
		t.Errorf("an upstream that is used: %v", err)
	}
	must(t, g.House.Gate.Delete(t.Context(), gatetest.Console, "Route", "orders", 0))
	g.followed(t)
	if status, _, _ := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusNotFound {
		t.Errorf("after it went: %d", status)
	}
}

// An upstream by a name leads nowhere outside of the networks either: what the name leads to
// counts when it is asked.
func TestAnUpstreamByNameIsHeldToItsNetworks(t *testing.T) {
	t.Parallel()
	g := keptHouse(t, func(c *config.Config) { c.Gate.UpstreamNetworks = []string{"10.0.0.0/8"} })
	_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Upstream", "app", `{"targets": ["`+strings.Replace(g.app.URL, "127.0.0.1", "localhost", 1)+`"]}`))
	must(t, err)
	_, err = g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Route", "all", `{"match": {"hosts": ["api.example.test"], "paths": ["/x"], "methods": ["GET"]}, "public": true, "upstream": "app"}`))
	must(t, err)
	g.followed(t)
	if status, _, body := g.get(t, "api.example.test", "/x"); status != http.StatusBadGateway || len(g.app.took()) != 0 {
		t.Errorf("%d %s", status, body)
	}
}

// What came into the database past the service, for instance by a restore, is held to the
// same rules: such rows take the place of nothing.
func TestRowsOfRoutesReachNoMoreThanWhatIsWritten(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	const public = `{"match": {"hosts": ["api.example.test"], "paths": ["/x"], "methods": ["GET"]}, "public": true, "upstream": "app"}`
	for _, o := range []gate.Object{specOf(t, "Upstream", "app", `{"targets": ["`+g.app.URL+`"]}`), specOf(t, "Route", "x", public)} {
		_, err := g.House.Gate.Create(t.Context(), gatetest.Console, o)
		must(t, err)
	}
	g.followed(t)
	hash := g.House.Routes.Current().Hash()
	for name, c := range map[string]struct{ spec, says string }{
		"files of the server": {`{"targets": ["https://localhost"], "tls": {"ca": "/etc/hostname"}}`, "spec.tls"},
		"another network":     {`{"targets": ["http://192.0.2.1"]}`, "spec.targets[0]"},
		"this machine":        {`{"targets": ["http://0.0.0.0:80"]}`, "spec.targets[0]"},
	} {
		row := gate.Record{Object: specOf(t, "Upstream", "restored", c.spec), Rev: 1, Created: time.Now(), Updated: time.Now()}
		write := func(change func(ctx context.Context) error) {
			t.Helper()
			must(t, g.House.Store.InTx(t.Context(), func(ctx context.Context) error {
				if _, err := g.House.Store.RaiseRoutes(ctx); err != nil {
					return err
				}
				return change(ctx)
			}))
			g.followed(t)
		}
		write(func(ctx context.Context) error { return g.House.Store.InsertRoute(ctx, row) })
		if got := g.House.Routes.Problem(); g.House.Routes.Current().Hash() != hash || !strings.Contains(got, c.says) {
			t.Errorf("%s: it is served, or the problem is %q", name, got)
		}
		write(func(ctx context.Context) error { return g.House.Store.DeleteRoute(ctx, "Upstream", "restored") })
		if got := g.House.Routes.Problem(); got != "" {
			t.Errorf("%s: it went, and the problem is %q", name, got)
		}
	}
}

// Routes change through the API as everything else does; where they are in files, nowhere
// else.
func TestRoutesChangeThroughTheAPI(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.Gate.UpstreamNetworks = []string{"127.0.0.0/8"} })
	var route, upstream map[string]any
	must(t, json.Unmarshal([]byte(`{"id": "orders", "spec": {"match": {"hosts": ["api.example.test"], "paths": ["/x/{id}"], "methods": ["GET"]}, "public": true, "upstream": "app"}}`), &route))
	must(t, json.Unmarshal([]byte(`{"id": "app", "spec": {"targets": ["http://127.0.0.1:9"]}}`), &upstream))
	if a := s.call(s.boss, http.MethodPost, "/api/v1/gate/routes", route); problem(a) != "gate.routes" || !strings.Contains(string(a.Body), `"#/spec/upstream"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/gate/upstreams", upstream); a.Status != http.StatusCreated || a.Header.Get("Location") != "/api/v1/gate/upstreams/app" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	made := s.call(s.boss, http.MethodPost, "/api/v1/gate/routes", route)
	if made.Status != http.StatusCreated || made.Header.Get("ETag") != `"1"` {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	spec := route["spec"].(map[string]any)
	spec["mode"] = "shadow"
	body := map[string]any{"spec": spec}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/gate/routes/orders", body); a.Status != http.StatusPreconditionRequired {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/gate/routes/orders", body, "If-Match", `"1"`); a.Status != http.StatusOK || a.Header.Get("ETag") != `"2"` {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodPut, "/api/v1/gate/routes/orders", body, "If-Match", `"1"`); a.Status != http.StatusPreconditionFailed {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodDelete, "/api/v1/gate/upstreams/app", nil, "If-Match", "*"); problem(a) != "gate.in_use" {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/gate/routes?fields=id", nil); !strings.Contains(string(a.Body), `"orders"`) {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodDelete, "/api/v1/gate/routes/orders", nil, "If-Match", `"2"`); a.Status != http.StatusNoContent {
		t.Errorf("%d %s", a.Status, a.Body)
	}
	files := newSteering(t, withRoutes(t.TempDir()))
	if a := files.call(files.boss, http.MethodPost, "/api/v1/gate/upstreams", upstream); a.Status != http.StatusConflict || problem(a) != gate.CodeInFiles {
		t.Errorf("beside files: %d %s", a.Status, a.Body)
	}
}

const keptEdge = `{"dialect": "traefik", "peers": ["127.0.0.1"], "secret_sha256": ["HASH"], "routes": ["orders"]}`

// behindKept is a route that only an edge asks about.
const behindKept = `{"match": {"hosts": ["api.example.test"], "paths": ["/orders"], "methods": ["GET"]}, "authorize": {"api": "shop", "permission": "orders:read"}}`

// Without a folder, other proxies are told of through the API: by the hash of a secret, and
// never by a file of the server.
func TestAnotherProxyIsToldOfThroughTheAPI(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	asks := func(secret string) int {
		t.Helper()
		header := edgeAsks(gate.Traefik, "GET", "api.example.test", "/orders", bearer(token))
		header[0] = proxy.HeaderSecret + ": " + secret
		status, _, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+"front", header...)
		return status
	}
	spec := func(secrets ...string) string {
		for i, secret := range secrets {
			secrets[i] = sha256Of(secret)
		}
		return strings.Replace(keptEdge, "HASH", strings.Join(secrets, `", "`), 1)
	}
	steps := []struct {
		what         string
		do           func() error
		known, other int // how the secret, and another one, are answered then
	}{
		{"a route that waits", func() error {
			_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Route", "orders", strings.Replace(behindKept, "{", `{"mode": "off", `, 1)))
			return err
		}, 401, 401},
		{"its edge", func() error {
			_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Edge", "front", spec(edgeSecret)))
			return err
		}, 404, 401},
		{"and the route itself", func() error {
			_, err := g.House.Gate.Update(t.Context(), gatetest.Console, specOf(t, "Route", "orders", behindKept), 1)
			return err
		}, 204, 401},
		{"another secret", func() error {
			_, err := g.House.Gate.Update(t.Context(), gatetest.Console, specOf(t, "Edge", "front", spec("another")), 1)
			return err
		}, 401, 204},
		{"both", func() error {
			_, err := g.House.Gate.Update(t.Context(), gatetest.Console, specOf(t, "Edge", "front", spec("another", edgeSecret)), 2)
			return err
		}, 204, 204},
	}
	for _, c := range steps {
		must(t, c.do())
		g.followed(t)
		if known, other := asks(edgeSecret), asks("another"); known != c.known || other != c.other {
			t.Errorf("%s: %d and %d, want %d and %d; %s", c.what, known, other, c.known, c.other, g.House.Routes.Problem())
		}
	}
	if err := g.House.Gate.Delete(t.Context(), gatetest.Console, gate.KindEdge, "front", 0); fault.CodeOf(err) != "gate.in_use" {
		t.Errorf("an edge that a route needs goes: %v", err)
	}
	if err := g.House.Gate.Delete(t.Context(), gatetest.Console, gate.KindRoute, "orders", 0); fault.CodeOf(err) != "gate.in_use" {
		t.Errorf("a route that an edge names goes: %v", err)
	}
	for name, text := range map[string]string{
		"a file of a secret":       `{"dialect": "nginx", "peers": ["127.0.0.1"], "secret_file": "/etc/passwd"}`,
		"a file that is not there": `{"dialect": "nginx", "peers": ["127.0.0.1"], "secret_file": "/nothing/there"}`,
		"one of certificates":      `{"dialect": "nginx", "peers": ["127.0.0.1"], "certificate_file": "/etc/passwd"}`,
	} {
		_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Edge", "other", text))
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != gate.CodeRoutes || len(f.Fields) == 0 || !strings.Contains(f.Fields[0].Problem, "which only files may (gate.routes)") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A row that came past the service, as by a restore, reads no file of the server either.
func TestARowOfAnEdgeReadsNoFile(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	file := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(file, []byte(edgeSecret+"\n"), 0o600))
	row := gate.Record{Object: specOf(t, "Edge", "front", `{"dialect": "traefik", "peers": ["127.0.0.1"], "secret_file": "`+file+`"}`), Rev: 1, Created: time.Now(), Updated: time.Now()}
	must(t, g.House.Store.InTx(t.Context(), func(ctx context.Context) error {
		if _, err := g.House.Store.RaiseRoutes(ctx); err != nil {
			return err
		}
		return g.House.Store.InsertRoute(ctx, row)
	}))
	g.followed(t)
	status, _, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+"front", edgeAsks(gate.Traefik, "GET", "api.example.test", "/orders")...)
	if problem := g.House.Routes.Problem(); status != http.StatusUnauthorized || !strings.Contains(problem, "spec.secret_file") {
		t.Errorf("%d, and the problem is %q", status, problem)
	}
}

// What files say of proxies is written by apply, exported as it is there, and pruned.
func TestOtherProxiesAreAppliedAndExported(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	route, edge := specOf(t, "Route", "behind", behindKept), specOf(t, "Edge", "front", strings.NewReplacer("HASH", sha256Of(edgeSecret), `"orders"`, `"behind"`).Replace(keptEdge))
	stays := apply.Object{Kind: apply.Organisation, ID: "acme", Spec: &apply.GroupSpec{}}
	both := []apply.Object{{Kind: apply.Edge, ID: "front", Spec: edge.Edge}, {Kind: apply.Route, ID: "behind", Spec: route.Route}, stays}
	applied(t, g.Gate, set(both...), apply.Options{})
	g.followed(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	ask := func() int {
		status, _, _ := g.send(t, "GET", "gate.internal", proxy.EdgePath+"front", edgeAsks(gate.Traefik, "GET", "api.example.test", "/orders", bearer(token))...)
		return status
	}
	if got := ask(); got != http.StatusNoContent {
		t.Errorf("%d %s", got, g.House.Routes.Problem())
	}
	if plan := applied(t, g.Gate, set(both...), apply.Options{}); len(plan.Changes) != 0 {
		t.Errorf("applied again it changes %+v", plan.Changes)
	}
	var exported []string
	must(t, g.House.Applies.Export(t.Context(), func(o apply.Object) error {
		if o.Kind == apply.Edge {
			exported = append(exported, o.ID)
		}
		return nil
	}))
	if len(exported) != 1 || exported[0] != "front" {
		t.Errorf("exported are %v", exported)
	}
	applied(t, g.Gate, set(stays), apply.Options{Prune: true})
	g.followed(t)
	if got := ask(); got != http.StatusUnauthorized || len(g.House.Routes.Current().Edges()) != 0 {
		t.Errorf("after it went: %d", got)
	}
}

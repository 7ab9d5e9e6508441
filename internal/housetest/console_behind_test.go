package housetest

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

const behindForm = applications + "/-/gate"

// An application goes behind the gate by a form alone: its upstream and its route are made once, the
// gate serves them, and the files of other proxies have its values.
func TestAnApplicationGoesBehindTheGateByAForm(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	b.Get(applications + "/-/new").Is(http.StatusOK).Says(behindForm)
	form := b.Get(behindForm).Is(http.StatusOK).Says(`value="shop"`).Says("orders:read")

	right := func(but ...string) []string {
		typed := []string{"host", "orders.example.test", "target", g.app.URL, "api", "shop", "permission", "orders:read"}
		for i := 0; i < len(but); i += 2 {
			for j := 0; j < len(typed); j += 2 {
				if typed[j] == but[i] {
					typed[j+1] = but[i+1]
				}
			}
		}
		return typed
	}
	for input, bad := range map[string]string{"host": "https://orders.example.test", "target": "orders:9000/path", "api": "shp", "permission": "orders:raed"} {
		form.Submit(right(input, bad)...).Is(http.StatusUnprocessableEntity).Says(input + "-problem")
	}
	form.Submit(right("api", "shp")...).Says("near it: shop")
	form.Submit(right("permission", "orders:raed")...).Says("near it: orders:read")
	form.Submit(right("target", "http://192.0.2.7:80")...).Is(http.StatusUnprocessableEntity).Says("“Where it is” lies outside of gate.upstream_networks.")
	form.Submit(append(right(), "id", "Not A Name")...).Is(http.StatusUnprocessableEntity).Says("id-problem")
	if all, err := g.House.Gate.List(t.Context(), ""); err != nil || len(all) > 0 {
		t.Fatalf("a form that was refused left %d things, %v", len(all), err)
	}

	made := form.Submit(right()...).Is(http.StatusOK).Says("The upstream and the route are made.").Says("/console/routes/route/orders")
	form.Submit(right()...).Is(http.StatusOK).At(made.URL.Path)
	all, err := g.House.Gate.List(t.Context(), "")
	must(t, err)
	if len(all) != 2 || all[0].Upstream == nil || all[0].Upstream.Targets[0] != g.app.URL || all[1].Route == nil || all[1].Route.Authorize.Permission != "orders:read" || all[1].Route.Upstream != "orders" {
		t.Fatalf("a form that was sent twice made %+v", all)
	}
	for _, own := range []string{"orders.example.test", strings.TrimPrefix(g.app.URL, "http://")} {
		if n := strings.Count(made.Body, own); n < 4 {
			t.Errorf("the files say %s %d times", own, n)
		}
	}
	for _, example := range []string{"api.example.com", "127.0.0.1:9000"} {
		if strings.Contains(made.Body, example) {
			t.Errorf("the files say %s still", example)
		}
	}
	g.followed(t)
	if status, _, _ := g.get(t, "orders.example.test", "/"); status != http.StatusUnauthorized && status != http.StatusSeeOther {
		t.Errorf("the gate answers %d to nobody", status)
	}
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	if status, _, _ := g.get(t, "orders.example.test", "/any/thing", bearer(token)); status != http.StatusOK {
		t.Errorf("the gate answers %d to who has the permission", status)
	}
}

// What cannot be made as a whole leaves nothing behind, and what was left by a form that ended in
// between is gone on with.
func TestAnApplicationIsPutBehindTheGateAsAWhole(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	typed := []string{"host", "orders.example.test", "target", g.app.URL, "api", "shop", "permission", "orders:read"}
	must(t, creates(t, g, "Upstream", "other", `{"targets": ["`+g.app.URL+`"]}`))
	must(t, creates(t, g, "Route", "taken", `{"match": {"hosts": ["orders.example.test"], "paths": ["/{all...}"], "methods": ["GET"]}, "public": true, "upstream": "other"}`))
	form := b.Get(behindForm)
	form.Submit(typed...).Is(http.StatusUnprocessableEntity).Says("host-problem")
	if _, err := g.House.Gate.Get(t.Context(), gate.KindUpstream, "orders"); err == nil {
		t.Error("the upstream of a route that could not be made is there")
	}
	must(t, g.House.Gate.Delete(t.Context(), gatetest.Console, gate.KindRoute, "taken", 0))
	must(t, creates(t, g, "Upstream", "orders", `{"targets": ["`+g.app.URL+`"]}`))
	form.Submit(typed...).Is(http.StatusOK).Says("The upstream and the route are made.")
	b.Get(behindForm).Submit(append(typed, "id", "other")...).Is(http.StatusUnprocessableEntity).Says("host-problem")
	b.Get(behindForm).Submit("host", "b.example.test", "target", "http://127.0.0.1:1", "api", "shop", "permission", "orders:read", "id", "orders").Is(http.StatusConflict).Says("id-problem")
	if u, err := g.House.Gate.Get(t.Context(), gate.KindUpstream, "orders"); err != nil || u.Upstream.Targets[0] != g.app.URL {
		t.Errorf("an upstream of before is %+v, %v", u.Upstream, err)
	}
}

// One form makes the API and the permission with the rest where they are missing, and says all that is
// wrong at once, before anything is made.
func TestTheFormOfAnApplicationBehindTheGateMakesItsAPI(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	form := b.Get(behindForm).Is(http.StatusOK).Says("127.0.0.0/8")
	wrong := form.Submit("host", "no host", "target", "http://192.0.2.7:80", "api", "wiki", "permission", "pages", "id", "Not A Name").Is(http.StatusUnprocessableEntity)
	for _, input := range []string{"host", "target", "api", "permission", "id"} {
		wrong.Says(input + "-problem")
	}
	typed := []string{"host", "wiki.example.test", "target", g.app.URL, "api", "wiki", "permission", "pages:read"}
	form.Submit(typed...).Is(http.StatusUnprocessableEntity).Says("api-problem").Says(`value="wiki"`)
	if _, err := g.House.Access.API(t.Context(), "wiki"); err == nil {
		t.Fatal("an API was made unasked")
	}

	makes := func(but url.Values) *gatetest.Page {
		t.Helper()
		all := url.Values{"host": {"wiki.example.test"}, "target": {g.app.URL}, "api": {"wiki"}, "permission": {"pages:read"}, "make": {"true"}}
		maps.Copy(all, but)
		return fills(t, b, b.Get(behindForm), behindForm, all)
	}
	makes(nil).Is(http.StatusOK).Says("The upstream and the route are made.").Says("/console/grants/new?permission=wiki%2Fpages%3Aread")
	makes(url.Values{"permission": {"pages:write"}, "host": {"edit.example.test"}}).Is(http.StatusOK)
	made, err := g.House.Access.API(t.Context(), "wiki")
	must(t, err)
	if made.Audience != "https://wiki.example.test" || len(made.Permissions) != 2 || made.Permissions[0].Action != "read" || made.Permissions[1].Action != "write" {
		t.Errorf("the API is %+v", made)
	}

	must(t, creates(t, g, "Upstream", "taken", `{"targets": ["http://127.0.0.1:1"]}`))
	late := url.Values{"host": {"taken.example.test"}, "api": {"late"}}
	makes(late).Is(http.StatusConflict).Says("id-problem").Says("is made, and stays")
	late.Set("id", "free")
	makes(late).Is(http.StatusOK).Says("The upstream and the route are made.")
}

// The form adds a permission to an API that is there, and takes nothing from the others; and it makes nothing
// while it is looked at.
func TestTheFormOfAnApplicationKeepsWhatItsAPIAsksFor(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	asked := access.Permission{Resource: "pages", Action: "delete", Description: "Delete pages", Sensitive: true, Requires: access.Requirement{Level: proof.AAL2, MaxAge: 5 * time.Minute}}
	_, err := g.House.Access.CreateAPI(t.Context(), gatetest.Console, access.API{ID: "wiki", Audience: "https://wiki.example.test", Permissions: []access.Permission{asked}})
	must(t, err)
	g.Settle()
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	typed := url.Values{"host": {"wiki.example.test"}, "target": {g.app.URL}, "api": {"wiki"}, "permission": {"pages:read"}, "make": {"true"}}
	sends := func(but url.Values) *gatetest.Page {
		t.Helper()
		all := maps.Clone(typed)
		maps.Copy(all, but)
		return fills(t, b, b.Get(behindForm), behindForm, all)
	}
	sends(url.Values{"check": {"true"}}).Is(http.StatusOK)
	for _, bad := range []string{":read", "pages:", "pages"} {
		sends(url.Values{"check": {"true"}, "permission": {bad}}).Is(http.StatusUnprocessableEntity).Says("permission-problem")
	}
	there, err := g.House.Access.API(t.Context(), "wiki")
	must(t, err)
	if len(there.Permissions) != 1 {
		t.Errorf("a form that was looked at made %+v", there.Permissions)
	}
	sends(nil).Is(http.StatusOK).Says("The upstream and the route are made.")
	there, err = g.House.Access.API(t.Context(), "wiki")
	must(t, err)
	if len(there.Permissions) != 2 || there.Permissions[0] != asked {
		t.Errorf("the permissions are %+v", there.Permissions)
	}
}

// Who may not make an API is not offered to, makes none by a form of their own, and is led to no grant that
// they could not give.
func TestOnlyWhoMayMakeAnAPIMakesItWithAnApplication(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	clerk := g.Person("clerk", gatetest.TOTP)
	(&steering{Gate: g.Gate, t: t}).role(clerk, "routes-alone", func(one string) bool {
		return strings.HasPrefix(one, "routes:") || one == "apis:read"
	})
	b := atConsole(t, g.Gate, clerk)
	form := b.Get(behindForm).Is(http.StatusOK)
	isWithout(t, form, `id="make"`)
	typed := url.Values{"host": {"wiki.example.test"}, "target": {g.app.URL}, "api": {"wiki"}, "permission": {"pages:read"}, "make": {"true"}}
	fills(t, b, form, behindForm, typed).Is(http.StatusUnprocessableEntity).Says("api-problem")
	typed.Set("api", "shop")
	typed.Set("permission", "orders:read")
	isWithout(t, fills(t, b, b.Get(behindForm), behindForm, typed).Is(http.StatusOK).Says("The upstream and the route are made."), "/console/grants/new")
}

// Where no network is set for servers behind the gate, the forms say so before anything is typed.
func TestFormsSayThatEveryAddressIsRefused(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t, func(c *config.Config) { c.Gate.Listen, c.Gate.UpstreamNetworks = "127.0.0.1:0", nil })
	b := atConsole(t, g, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	for _, page := range []string{behindForm, "/console/upstreams/new"} {
		b.Get(page).Is(http.StatusOK).Says("Every address is refused here still.").Says("gate.upstream_networks: [10.1.0.0/16]")
	}
}

func creates(t *testing.T, g *gated, kind, name, text string) error {
	t.Helper()
	_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, kind, name, text))
	return err
}

var shownFile = regexp.MustCompile(`(?s)id="gate-file".*?<code[^>]*>(.*?)</code>`)

// Where files are the source of routes the form shows the file, which the gate serves as it is.
func TestTheFormShowsTheFileOfAnApplicationBehindTheGate(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	form := b.Get(behindForm).Is(http.StatusOK).Says("Routes are in files").Says(g.folder)
	form.Submit("host", "wiki example", "target", g.app.URL, "api", "shop", "permission", "orders:read").Is(http.StatusUnprocessableEntity).Says("host-problem")
	shown := form.Submit("host", "wiki.example.test", "target", g.app.URL, "api", "shop", "permission", "orders:read").Is(http.StatusOK).Says("A route file for wiki")
	file := shownFile.FindStringSubmatch(shown.Body)
	if file == nil {
		t.Fatal("no file is shown")
	}
	must(t, os.WriteFile(filepath.Join(g.folder, "wiki.yaml"), []byte(html.UnescapeString(file[1])), 0o600))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	if status, _, _ := g.get(t, "wiki.example.test", "/", bearer(token)); status != http.StatusOK {
		t.Errorf("the gate answers %d", status)
	}
}

// Where there is no gate the pages say so, and what to set.
func TestPagesSayThatThereIsNoGate(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	for _, page := range []string{behindForm, "/console/upstreams/new"} {
		b.Get(page).Is(http.StatusOK).Says("There is no gate").Says("gate.listen").Says("gate.upstream_networks")
	}
}

// Who may not make routes is not asked for one, and who sends the form all the same makes none.
func TestOnlyWhoMayMakeRoutesPutsAnApplicationBehindTheGate(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "no-routes", func(one string) bool { return one != "routes:write" })
	b := atConsole(t, s.Gate, clerk)
	b.Get(behindForm).Is(http.StatusForbidden).Says("gatehouse/routes:write")
	typed := url.Values{"host": {"a.example.test"}, "target": {"http://127.0.0.1:1"}, "api": {"shop"}, "permission": {"orders:read"}}
	b.Post(behindForm, typed).Is(http.StatusForbidden)
	nobody := s.Person("nobody", gatetest.TOTP)
	s.role(nobody, "no-gate", func(one string) bool { return one != "routes:read" && one != "routes:write" })
	if page := atConsole(t, s.Gate, nobody).Get(applications + "/-/new").Is(http.StatusOK); strings.Contains(page.Body, behindForm) {
		t.Error("the gate is offered to who may not see it")
	}
}

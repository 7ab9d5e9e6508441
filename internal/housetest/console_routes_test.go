package housetest

import (
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
	"gatehouse/gate"
	"gatehouse/internal/gatetest"
)

// reviewing presses the button of a route's form that shows the change in full.
func reviewing(b *gatetest.Browser, page *gatetest.Page, do string, fields ...string) *gatetest.Page {
	for _, f := range page.Forms() {
		if !f.Values.Has("hosts") {
			continue
		}
		for i := 0; i < len(fields); i += 2 {
			f.Values.Set(fields[i], fields[i+1])
		}
		f.Values.Set("do", do)
		return b.Post(f.Action, f.Values)
	}
	return page
}

// A route is changed once it was tried against the others and against what was decided, and goes
// back to what it said before.
func TestARouteIsChangedReplayedAndRolledBackInTheConsole(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	g := keptHouse(t, func(c *config.Config) { c.Gate.Decisions.File, c.Gate.Decisions.Sample = file, 100 })
	must(t, func() error {
		_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Upstream", "app", `{"targets": ["`+g.app.URL+`"]}`))
		return err
	}())
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))

	// Made, after what is wrong with it was said at its inputs.
	b.Get("/console/routes").Is(http.StatusOK).Says("There are no routes").Says("/console/routes/new")
	form := b.Get("/console/routes/new").Is(http.StatusOK)
	whole := []string{"id", "orders", "hosts", "api.example.test", "paths", "/orders/{id}", "upstream", "app", "api", "shop", "permission", "orders:read"}
	reviewing(b, form, "check", append(whole, "paths", "/orders/../x")...).Is(http.StatusUnprocessableEntity).Says("paths-problem")
	reviewing(b, form, "check", append(whole, "rest", `{"limits": {"body": "much"}}`)...).Is(http.StatusUnprocessableEntity).Says("rest-problem").Says("limits.body")
	reviewing(b, form, "check", append(whole, "rest", `{"limtis": {}}`)...).Is(http.StatusUnprocessableEntity).Says("rest-problem")
	reviewing(b, form, "check", append(whole, "rest", `{"public": true}`)...).Is(http.StatusUnprocessableEntity).Says("has an input of its own")
	reviewing(b, form, "check", whole...).Is(http.StatusOK).Says("It can be used with all other routes")
	if _, err := g.House.Gate.Get(t.Context(), gate.KindRoute, "orders"); err == nil {
		t.Fatal("trying a route makes it")
	}
	reviewing(b, form, "review", append(whole, "permission", "orders:raed")...).Is(http.StatusOK).Says("The API shop has no orders:raed")
	reviewing(b, form, "review", append(whole, "api", "shpo")...).Is(http.StatusOK).Says("The API shpo has no orders:read")
	review := reviewing(b, form, "review", whole...).Is(http.StatusOK).Says("The new route orders").Says("api.example.test")
	isWithout(t, review, "The API shop has no")
	review.Press("do", "save").Is(http.StatusOK).At("/console/routes/route/orders").Says("The route is made.")
	review.Press("do", "save").Is(http.StatusOK) // sent twice, it is made once
	g.followed(t)

	// It decides, and its figures are told.
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	if status, _, body := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	if status, _, _ := g.get(t, "api.example.test", "/orders/1"); status != http.StatusUnauthorized {
		t.Fatalf("%d", status)
	}
	must(t, g.House.Decisions.Step(t.Context(), time.Now()))
	must(t, g.House.GateCounts.Step(t.Context(), time.Now()))
	b.Get("/console/routes").Is(http.StatusOK).Says(`href="/console/routes/route/orders"`)
	b.Get("/console/routes?search=ord").Says("api.example.test/orders/{id}")
	b.Get("/console/routes?search=none").Says("None is found.")
	b.Get("/console/search?q=ord").Says("/console/routes/route/orders")
	for _, part := range []string{"example", "api.example", "{id"} { // of the host and of the path
		b.Get("/console/search?q=" + url.QueryEscape(part)).Says("/console/routes/route/orders")
	}
	if page := b.Get("/console/routes/route/orders").Is(http.StatusOK).Says("shop/orders:read"); !regexp.MustCompile(`(?s)Decided, 7 days.{0,120}<strong>2</strong>`).MatchString(page.Body) {
		t.Errorf("the route does not tell what it decided:\n%s", page.Body)
	}

	// A change that would refuse who was let in says so before it counts.
	edit := b.Get("/console/routes/route/orders/edit").Is(http.StatusOK).Says("orders:read")
	review = reviewing(b, edit, "review", "permission", "orders:refund").Is(http.StatusOK).Says("1 would turn from").Says("orders:refund").Says("authorize.permission")
	if r, err := g.House.Gate.Get(t.Context(), gate.KindRoute, "orders"); err != nil || r.Route.Authorize.Permission != "orders:read" {
		t.Fatalf("a review changes the route: %v %v", r, err)
	}
	review.Press("do", "save").Is(http.StatusOK).At("/console/routes/route/orders").Says("The route is changed.")
	g.followed(t)
	if status, _, _ := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusForbidden {
		t.Errorf("after the change: %d", status)
	}
	review.Press("do", "save").Is(http.StatusPreconditionFailed)                                                       // what was seen is not there any more
	reviewing(b, edit, "review", "permission", "orders:read").Is(http.StatusPreconditionFailed).Says("permission-now") // and it is not read first

	// Back to the version before.
	history := b.Get("/console/routes/route/orders/history").Is(http.StatusOK).Says("boss").Says("As it is now")
	version := regexp.MustCompile(`/console/routes/route/orders/history/evt_\w+`).FindString(history.Body)
	if version == "" {
		t.Fatalf("the history leads to no version:\n%s", history.Body)
	}
	back := b.Get(version).Is(http.StatusOK).Says("An earlier version of orders").Says("orders:read")
	back.Press("do", "save").Is(http.StatusOK).At("/console/routes/route/orders").Says("The route is changed.")
	g.followed(t)
	if status, _, _ := g.get(t, "api.example.test", "/orders/1", bearer(token)); status != http.StatusOK {
		t.Errorf("after it went back: %d", status)
	}
	b.Get("/console/routes/route/orders/history/evt_none").Is(http.StatusNotFound)

	// What becomes of a request.
	try := func(fields ...string) *gatetest.Page {
		asked := url.Values{"method": {"GET"}, "url": {"https://api.example.test/orders/1"}}
		for i := 0; i < len(fields); i += 2 {
			asked.Set(fields[i], fields[i+1])
		}
		return b.Get("/console/routes/simulator?" + asked.Encode())
	}
	try("who", g.ada.Email).Is(http.StatusOK).Says("The route orders takes it").Says(">allowed<").Says("It goes on to app.").Says("gatehouse route explain GET")
	try().Is(http.StatusOK).Says("sign-in needed")
	try("url", "https://api.example.test/nothing").Is(http.StatusOK).Says("No route takes it.")
	try("url", "api.example.test").Is(http.StatusUnprocessableEntity).Says("url-problem")
	try("who", "nobody@example.test").Is(http.StatusUnprocessableEntity).Says("who-problem")
	try("who", "no-service").Is(http.StatusUnprocessableEntity).Says("who-problem")
	try("resource", "{").Is(http.StatusUnprocessableEntity).Says("resource-problem")
	try("url", "https://api.example.test/orders/%2e%2e").Is(http.StatusUnprocessableEntity)

	// What somebody changed since it was looked at is not deleted.
	seen := b.Get("/console/routes/route/orders/delete").Is(http.StatusOK)
	reviewing(b, b.Get("/console/routes/route/orders/edit").Is(http.StatusOK), "review", "permission", "orders:refund").Press("do", "save").Is(http.StatusOK)
	seen.Submit("confirm", "orders").Is(http.StatusPreconditionFailed)
	b.Get("/console/routes/route/orders").Is(http.StatusOK).Says("orders:refund")

	// Gone, once its name is typed.
	ask := b.Get("/console/routes/route/orders/delete").Is(http.StatusOK)
	ask.Submit("confirm", "other").Is(http.StatusUnprocessableEntity).Says("This is not its name.")
	ask.Submit("confirm", "orders").Is(http.StatusOK).At("/console/routes").Says("The route is deleted.")
	b.Get("/console/routes/route/orders").Is(http.StatusNotFound)
}

// Routes of a folder are shown, and nothing of them can be changed.
func TestRoutesOfAFolderAreShownAndChangeThere(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	page := b.Get("/console/routes").Is(http.StatusOK).Says("These routes are in files").Says(g.House.Config.Gate.Routes)
	if strings.Contains(page.Body, "/console/routes/new") {
		t.Error("a new route is offered")
	}
	route := regexp.MustCompile(`/console/routes/route/[\w-]+`).FindString(page.Body)
	if shown := b.Get(route).Is(http.StatusOK); strings.Contains(shown.Body, route+"/edit") || strings.Contains(shown.Body, route+"/delete") {
		t.Error("a change is offered")
	}
	for _, refused := range []string{"/console/routes/new", route + "/edit"} {
		b.Get(refused).Is(http.StatusConflict)
	}
	b.Get("/console/routes/simulator?url=" + url.QueryEscape("https://api.example.test/orders")).Is(http.StatusOK)
}

// What a route in the shadow let through and would not have is listed, with what would have come
// out; what it lets through anyhow is not.
func TestTheConsoleListsWhatTheShadowLetThrough(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "decisions.jsonl")
	g := keptHouse(t, func(c *config.Config) { c.Gate.Decisions.File, c.Gate.Decisions.Sample = file, 100 })
	for _, o := range []gate.Object{
		specOf(t, "Upstream", "app", `{"targets": ["`+g.app.URL+`"]}`),
		specOf(t, "Route", "orders", `{"match": {"hosts": ["api.example.test"], "paths": ["/orders/{id}"], "methods": ["GET"]}, "mode": "shadow", "authorize": {"api": "shop", "permission": "orders:read"}, "upstream": "app"}`),
		specOf(t, "Route", "refunds", `{"match": {"hosts": ["api.example.test"], "paths": ["/refunds"], "methods": ["GET"]}, "mode": "shadow", "authorize": {"api": "shop", "permission": "orders:refund"}, "upstream": "app"}`),
	} {
		_, err := g.House.Gate.Create(t.Context(), gatetest.Console, o)
		must(t, err)
	}
	g.followed(t)
	token := g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
	for _, path := range []string{"/orders/1", "/refunds"} {
		if status, _, body := g.get(t, "api.example.test", path, bearer(token)); status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, body)
		}
	}
	g.get(t, "api.example.test", "/orders/7")
	must(t, g.House.Decisions.Step(t.Context(), time.Now()))

	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	const shadow = "/console/routes/shadow"
	b.Get("/console/routes").Is(http.StatusOK).Says(`href="` + shadow + `"`)
	b.Get("/console/routes/route/orders").Is(http.StatusOK).Says(shadow + "?route=orders")
	page := b.Get(shadow).Is(http.StatusOK).Says("/orders/7").Says("/refunds").Says(g.ada.Email).Says("sign-in needed").Says("shop/orders:refund").Says("each server has a log of its own")
	if strings.Contains(page.Body, "/orders/1<") {
		t.Error("what would have got through is listed")
	}
	if page := b.Get(shadow + "?route=orders&hours=168").Is(http.StatusOK).Says("/orders/7"); strings.Contains(page.Body, "/refunds") {
		t.Error("another route is listed")
	}
	b.Get(shadow + "?route=none").Is(http.StatusUnprocessableEntity).Says("route-problem")
	b.Get(shadow + "?hours=x").Is(http.StatusUnprocessableEntity).Says("hours-problem")
}

// Where nothing is written down, nobody can tell, and the page says so.
func TestTheConsoleSaysThatNothingOfTheShadowIsWrittenDown(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	b.Get("/console/routes/shadow").Is(http.StatusOK).Says("gate.decisions.file")
}

package housetest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/gate"
	"gatehouse/internal/gatetest"
)

// An upstream is made, changed and deleted on its pages, and kept as long as a route leads to it.
func TestAnUpstreamIsMadeChangedAndDeletedInTheConsole(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	const all, app = "/console/upstreams", "/console/upstreams/one/app"

	b.Get("/console/routes").Is(http.StatusOK).Says(`href="` + all + `"`)
	b.Get(all).Is(http.StatusOK).Says("There are no upstreams").Says(all + "/new")
	form := b.Get(all + "/new").Is(http.StatusOK)
	form.Submit("id", "app", "targets", "ftp://x").Is(http.StatusUnprocessableEntity).Says("targets-problem")
	form.Submit("id", "App", "targets", g.app.URL).Is(http.StatusUnprocessableEntity).Says("id-problem")
	form.Submit("id", "app", "targets", g.app.URL, "health", "healthz").Is(http.StatusUnprocessableEntity).Says("health-problem")
	form.Submit("id", "app", "targets", g.app.URL, "rest", `{"retry": {"attempts": 9}}`).Is(http.StatusUnprocessableEntity).Says("rest-problem").Says("retry.attempts")
	form.Submit("id", "app", "targets", g.app.URL, "rest", `{"targets": []}`).Is(http.StatusUnprocessableEntity).Says("has an input of its own")
	made := form.Submit("id", "app", "targets", g.app.URL, "rest", `{"identity": {"headers": {"X-User": "subject"}}}`)
	made.Is(http.StatusOK).At(app).Says("The upstream is made.").Says("X-User")
	b.Get(all+"/new").Submit("id", "app", "targets", g.app.URL).Is(http.StatusConflict).Says("id-problem")
	b.Get(all).Says(`href="` + app + `"`)
	b.Get(all + "?search=ap").Says(`href="` + app + `"`)
	b.Get(all + "?search=none").Says("None is found.")

	// A change keeps what has no input of its own, and is not made twice.
	edit := b.Get(app + "/edit").Is(http.StatusOK)
	edit.Submit("audience", "https://app.example.test").Is(http.StatusOK).At(app).Says("The upstream is changed.")
	if u, err := g.House.Gate.Get(t.Context(), gate.KindUpstream, "app"); err != nil || u.Upstream.Identity.Audience != "https://app.example.test" || u.Upstream.Identity.Headers["X-User"] != "subject" {
		t.Fatalf("%+v %v", u.Upstream, err)
	}
	edit.Submit("audience", "https://other.example.test").Is(http.StatusPreconditionFailed)

	// A route leads to it, and says so on both sides.
	_, err := g.House.Gate.Create(t.Context(), gatetest.Console, specOf(t, "Route", "open", `{"match": {"hosts": ["api.example.test"], "paths": ["/open"], "methods": ["GET"]}, "public": true, "upstream": "app"}`))
	must(t, err)
	g.followed(t)
	b.Get(app).Is(http.StatusOK).Says(`href="/console/routes/route/open"`)
	b.Get("/console/routes/route/open").Is(http.StatusOK).Says(`href="` + app + `"`)
	b.Get("/console/search?q=ap").Says(app)
	ask := b.Get(app + "/delete").Is(http.StatusOK).Says("open")
	ask.Submit("confirm", "other").Is(http.StatusUnprocessableEntity).Says("This is not its name.")
	ask.Submit("confirm", "app").Is(http.StatusConflict).Says("A route leads to it still.")
	must(t, g.House.Gate.Delete(t.Context(), gatetest.Console, gate.KindRoute, "open", 0))
	b.Get(app+"/delete").Submit("confirm", "app").Is(http.StatusOK).At(all).Says("The upstream is deleted.")
	b.Get(app).Is(http.StatusNotFound)
}

// A proxy that asks is told by the hash of its secret, which is all that the page knows of it.
func TestAProxyThatAsksIsMadeAndChangedInTheConsole(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	const all = "/console/edges"
	sum := sha256.Sum256([]byte(strings.Repeat("s", 40)))
	form := b.Get(all + "/new").Is(http.StatusOK)
	form.Submit("id", "front", "dialect", "nginx", "peers", "127.0.0.1").Is(http.StatusUnprocessableEntity).Says("secrets-problem")
	form.Submit("id", "front", "dialect", "nginx", "peers", "here", "secrets", hex.EncodeToString(sum[:])).Is(http.StatusUnprocessableEntity).Says("peers-problem")
	form.Submit("id", "front", "dialect", "nginx", "peers", "127.0.0.1", "secrets", hex.EncodeToString(sum[:])).Is(http.StatusOK).At(all + "/one/front").Says("a secret")
	b.Get(all+"/one/front/edit").Submit("dialect", "caddy", "peers", "127.0.0.0/8").Is(http.StatusOK).Says("caddy")
	if e, err := g.House.Gate.Get(t.Context(), gate.KindEdge, "front"); err != nil || e.Edge.Dialect != "caddy" || len(e.Edge.SecretSHA256) != 1 {
		t.Fatalf("%+v %v", e.Edge, err)
	}
	b.Get(all).Says(`href="` + all + `/one/front"`)
	b.Get(all+"/one/front/delete").Submit("confirm", "front").Is(http.StatusOK).At(all).Says("The proxy may ask no more.")
}

// What is in files is shown, and nothing of it can be changed.
func TestUpstreamsOfAFolderAreShownAndChangeThere(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	const all = "/console/upstreams"
	page := b.Get(all).Is(http.StatusOK).Says("These are in files").Says(g.House.Config.Gate.Routes)
	if strings.Contains(page.Body, all+"/new") {
		t.Error("a new upstream is offered")
	}
	one := regexp.MustCompile(all + `/one/[\w.-]+`).FindString(page.Body)
	if shown := b.Get(one).Is(http.StatusOK).Says("/console/routes/route/"); strings.Contains(shown.Body, one+"/edit") || strings.Contains(shown.Body, one+"/delete") {
		t.Error("a change is offered")
	}
	for _, refused := range []string{all + "/new", one + "/edit", one + "/delete", "/console/edges/new"} {
		b.Get(refused).Is(http.StatusConflict)
	}
	b.Get(all + "/one/nothing").Is(http.StatusNotFound)
	b.Get("/console/edges").Is(http.StatusOK).Says("These are in files")
}

package housetest

import (
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/saved"
)

// hrefOf is where the link of an id leads.
func hrefOf(t *testing.T, p *gatetest.Page, id string) string {
	t.Helper()
	for _, tag := range regexp.MustCompile(`<a [^>]*>`).FindAllString(p.Body, -1) {
		if to := regexp.MustCompile(`href="([^"]*)"`).FindStringSubmatch(tag); to != nil && strings.Contains(tag, `id="`+id+`"`) {
			return html.UnescapeString(to[1])
		}
	}
	t.Fatalf("%s has no link %s:\n%s", p.URL, id, p.Body)
	return ""
}

// rowsIn are the rows of a page that can be chosen.
func rowsIn(p *gatetest.Page) (all []string) {
	for _, tag := range regexp.MustCompile(`<input [^>]*name="row"[^>]*>`).FindAllString(p.Body, -1) {
		if value := regexp.MustCompile(`value="([^"]*)"`).FindStringSubmatch(tag); value != nil {
			all = append(all, value[1])
		}
	}
	return all
}

// A filter gets a name, stands above its list for whoever keeps it alone, and is deleted.
func TestAFilterIsKeptUnderANameInTheConsole(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("boss", gatetest.TOTP, gatetest.Administrator))
	list := b.Get("/console/users?state=disabled&search=a&cursor=").Is(http.StatusOK).Says("save-filter")
	if strings.Contains(b.Get("/console/users").Body, "save-filter") {
		t.Error("a list that nothing narrows offers to be kept")
	}
	form := b.Get(hrefOf(t, list, "save-filter")).Is(http.StatusOK).Says("state=disabled").Says("search=a")
	form.Submit("name", "").Is(http.StatusUnprocessableEntity).Says("name-problem")
	form.Submit("name", strings.Repeat("x", 65)).Is(http.StatusUnprocessableEntity).Says("name-problem")
	kept := form.Submit("name", "kept <out>").Is(http.StatusOK).At("/console/users").Says("kept &lt;out&gt;").Says(`aria-current="true"`)
	if q := kept.URL.Query(); q.Get("state") != "disabled" || q.Get("search") != "a" || len(q) != 2 {
		t.Errorf("it leads to %s", kept.URL)
	}
	if strings.Contains(kept.Body, "save-filter") {
		t.Error("what is kept is offered to be kept again")
	}
	b.Get("/console/users").Is(http.StatusOK).Says("kept &lt;out&gt;").Says("search=a&amp;state=disabled")
	b.Get("/console/filters/new?list=users&query=state%3Dactive").Submit("name", "kept <out>").Is(http.StatusConflict).Says("name-problem")

	// Only what the list takes is kept, and of a list that there is.
	b.Get("/console/filters/new?"+url.Values{"list": {"users"}, "query": {"state=active&to=https://evil.test&cursor=x"}}.Encode()).Submit("name", "active").Is(http.StatusOK)
	b.Get("/console/filters/new?list=//evil.test&query=search%3Da").Submit("name", "evil").Is(http.StatusUnprocessableEntity)
	b.Get("/console/filters/new?list=users&query=other%3Da").Submit("name", "nothing").Is(http.StatusUnprocessableEntity)

	// Nobody else sees or deletes them.
	other := atConsole(t, s.Gate, s.Person("other", gatetest.TOTP, gatetest.Administrator))
	if page := other.Get("/console/users"); strings.Contains(page.Body, "kept &lt;out&gt;") {
		t.Error("somebody else sees the filter")
	}
	other.Get("/console/filters").Is(http.StatusOK).Says("You keep no filters")
	all := b.Get("/console/filters").Is(http.StatusOK).Says("kept &lt;out&gt;").Says("active")
	rows := rowsIn(all)
	if len(rows) != 2 {
		t.Fatalf("%d filters can be chosen: %q", len(rows), rows)
	}
	other.Post("/console/filters", url.Values{"form_token": {formToken(other.Get("/console/filters/new?list=users"))}, "row": rows}).Is(http.StatusOK)
	b.Get("/console/filters").Says("kept &lt;out&gt;").Says("active")
	b.Post("/console/filters", url.Values{"form_token": {formToken(all)}, "row": rows[:1]}).Is(http.StatusOK).Says("They are deleted.")
	if page := b.Get("/console/filters"); len(rowsIn(page)) != 1 {
		t.Error("the one that was chosen is there still, or both are gone")
	}
}

// Each list takes the parameters by which its filters narrow it, and offers to keep them.
func TestEachListOfTheConsoleTakesTheFiltersThatAreKeptForIt(t *testing.T) {
	t.Parallel()
	g := keptHouse(t)
	b := atConsole(t, g.Gate, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	values := map[string]string{"state": "active", "subject": "user:" + string(g.ada.ID), "permission": "shop/orders:read", "api": "shop", "outcome": "refused", "actor": "console", "last": "day", "kind": "user", "ip": "192.0.2.1", "action": "user.create", "begun": "day", "sort": "email", "day": "2026-03-01", "source": "manual", "since": "2026-01-02T15:04", "until": "2026-01-02T15:04", "role": "gatehouse/auditor", "resource": "house:gatehouse", "by": "console", "second_factor": "true", "has_password": "false", "seen": "30"}
	other := map[string]map[string]string{"applications": {"kind": "web", "sort": "-created"}, "roles": {"sort": "id"}, "sessions": {"sort": "-created"}}
	for _, list := range slices.Sorted(maps.Keys(saved.Lists)) {
		form := regexp.MustCompile(`(?s)<form method="get" action="/console/` + list + `".*?</form>`).FindString(b.Get("/console/" + list).Is(http.StatusOK).Body)
		for _, input := range regexp.MustCompile(`<(?:input|select) [^>]*name="([a-z_]+)"`).FindAllStringSubmatch(form, -1) {
			if input[1] != "person" && !slices.Contains(saved.Lists[list], input[1]) { // who names a person is led to theirs
				t.Errorf("the list of %s is narrowed by %s, which is not kept", list, input[1])
			}
		}
		if form == "" {
			t.Errorf("%s has no filters:\n%s", list, form)
		}
		for _, name := range saved.Lists[list] {
			if name == "import" { // of one that there is: TestAnImportEndsWithLinksByWhichItsPeopleSignIn
				continue
			}
			value := values[name]
			if own := other[list][name]; own != "" {
				value = own
			}
			if value == "" {
				value = "a"
			}
			page := b.Get("/console/" + list + "?" + url.Values{name: {value}}.Encode())
			if page.Status != http.StatusOK && page.Status != http.StatusUnprocessableEntity || !strings.Contains(page.Body, "save-filter") {
				t.Errorf("%s by %s=%s: %d, and it can be kept: %t", list, name, value, page.Status, strings.Contains(page.Body, "save-filter"))
			}
		}
	}
}

// Filters are somebody's own over the API too; a program has none, and of one person there are so
// many.
func TestFiltersAreOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	ada, bob := s.Person("ada"), s.Person("bob")
	ctx, filters := t.Context(), s.House.Saved
	first, err := filters.Save(ctx, gatetest.Console, saved.Filter{Owner: ada.ID, List: "users", Name: "one", Query: map[string]string{"search": "a"}})
	must(t, err)
	if err := filters.Delete(ctx, gatetest.Console, bob.ID, first.ID); err == nil {
		t.Error("somebody deletes a filter that is not theirs")
	}
	for i := 1; i < saved.MaxFilters; i++ {
		_, err := filters.Save(ctx, gatetest.Console, saved.Filter{Owner: ada.ID, List: "users", Name: strconv.Itoa(i), Query: map[string]string{"search": "a"}})
		must(t, err)
	}
	if _, err := filters.Save(ctx, gatetest.Console, saved.Filter{Owner: ada.ID, List: "users", Name: "more", Query: map[string]string{"search": "a"}}); err == nil {
		t.Error("there is no bound")
	}
	for name, f := range map[string]saved.Filter{
		"no list":        {List: "nothing", Name: "x", Query: map[string]string{"search": "a"}},
		"another's word": {List: "users", Name: "x", Query: map[string]string{"ip": "a"}},
		"nothing":        {List: "users", Name: "x"},
		"no name":        {List: "users", Name: " ", Query: map[string]string{"search": "a"}},
		"a long one":     {List: "users", Name: "x", Query: map[string]string{"search": strings.Repeat("a", 2001)}},
		"a broken value": {List: "users", Name: "x", Query: map[string]string{"search": "a\nb"}},
		"two lines":      {List: "users", Name: "x\ny", Query: map[string]string{"search": "a"}},
	} {
		f.Owner = bob.ID
		if _, err := filters.Save(ctx, gatetest.Console, f); err == nil {
			t.Errorf("%s is kept", name)
		}
	}
	if a := s.call(s.boss, http.MethodPost, "/api/v1/filters", map[string]any{"list": "users", "name": "x", "query": map[string]string{"search": "a"}}); a.Status != http.StatusUnprocessableEntity || problem(a) != "filter.person" {
		t.Errorf("a program keeps a filter: %d %s", a.Status, a.Body)
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/filters", nil); a.Status != http.StatusOK || strings.Contains(string(a.Body), "fil_") {
		t.Errorf("a program has filters: %d %s", a.Status, a.Body)
	}
	must(t, s.House.Identity.Delete(ctx, gatetest.Console, ada.ID))
	if all, err := filters.All(ctx, ada.ID); err != nil || len(all) != 0 {
		t.Errorf("who is deleted keeps %d filters: %v", len(all), err)
	}
}

// A filter stands above its own list, and above no other that takes the same parameters.
func TestAFilterStandsAboveItsOwnListAlone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("boss", gatetest.TOTP, gatetest.Administrator))
	b.Get("/console/filters/new?list=groups&query=search%3Da").Submit("name", "of groups").Is(http.StatusOK).At("/console/groups").Says("of groups")
	for _, list := range []string{"users", "roles", "organisations", "service-accounts"} {
		isWithout(t, b.Get("/console/"+list).Is(http.StatusOK), "of groups")
	}
}

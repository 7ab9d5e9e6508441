package problems

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"gatehouse/docs"
	"gatehouse/ui/view"
	"gatehouse/web"
)

func get(path string) *httptest.ResponseRecorder {
	pages := view.NewPages("https://id.example.test")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{Pages: pages}).Mount(m)
	w := httptest.NewRecorder()
	m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	blanks = regexp.MustCompile(`\s+`)
)

// plain is what a reader sees of a page.
func plain(page string) string {
	text := tags.ReplaceAllString(page, "")
	text = strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&amp;", "&").Replace(text)
	return blanks.ReplaceAllString(text, " ")
}

func TestEveryProblemHasItsPage(t *testing.T) {
	t.Parallel()
	for _, p := range docs.Problems() {
		w := get("/problems/" + p.Code)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "<h1><code>"+p.Code+"</code></h1>") {
			t.Errorf("%s answers %d", p.Code, w.Code)
		}
		page := plain(w.Body.String())
		for _, said := range append(p.Paragraphs, p.Group) {
			if !strings.Contains(page, strings.ReplaceAll(said, "`", "")) {
				t.Errorf("the page of %s does not say %q:\n%s", p.Code, said, page)
			}
		}
	}
}

func TestNobodyExplainsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/problems/no.such", "/problems/%2e%2e", "/problems/Internal"} {
		if w := get(path); w.Code == http.StatusOK {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
}

package part_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/ui/console/part/parttest"
	"gatehouse/ui/static"
	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/web"
)

func TestThePartsAreWellMade(t *testing.T) {
	t.Parallel()
	viewtest.Crawl(t, parttest.Pages())
}

// The pages of the gallery are kept where GATEHOUSE_TEST_GALLERY names a directory, to look at.
func TestTheGalleryHoldsEveryPart(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("GATEHOUSE_TEST_GALLERY")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, p := range parttest.Pages() {
		file := filepath.Join(dir, strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")+".html")
		if err := os.WriteFile(file, viewtest.Shown(t, p).Body.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// What the first page loads goes over the wire compressed: all of it at most 150 kB, script at
// most 60 kB.
func TestTheFirstPageIsLight(t *testing.T) {
	t.Parallel()
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(view.NewPages("https://id.example.com")))
	static.Mount(m, nil)
	sent := func(address string) int {
		r := httptest.NewRequest(http.MethodGet, address, nil)
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		m.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d", address, w.Code)
		}
		return w.Body.Len()
	}
	page := viewtest.Shown(t, parttest.Pages()["lists"]).Body.Bytes()
	all, script := len(page), 0 // pages are not compressed here: a proxy may do it
	for _, n := range viewtest.Nodes(t, page) {
		switch n.Data {
		case "link", "img":
			all += sent(viewtest.Attr(n, "href") + viewtest.Attr(n, "src"))
		case "script":
			script += sent(viewtest.Attr(n, "src"))
		}
	}
	all += script
	t.Logf("the first page is %d bytes, %d of them script", all, script)
	if all > 150_000 || script > 60_000 {
		t.Errorf("the first page is %d bytes, %d of them script", all, script)
	}
}

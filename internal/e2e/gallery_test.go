package e2e

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"gatehouse/ui/console/part/parttest"
	"gatehouse/ui/static"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// gallery serves the parts of the console, each page under its name.
func gallery(t *testing.T) string {
	t.Helper()
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	static.Mount(m, nil)
	for name, p := range parttest.Pages() {
		m.Route("GET /"+pathOf(name), func(w http.ResponseWriter, r *http.Request) error { return pages.Show(w, r, http.StatusOK, p) })
	}
	m.Route("GET /console/search", func(w http.ResponseWriter, r *http.Request) error {
		return pages.Show(w, r, http.StatusOK, parttest.Pages()["lists, none"])
	})
	s := httptest.NewServer(m.ServeMux)
	t.Cleanup(s.Close)
	return s.URL
}

func pathOf(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, ",", ""), " ", "-")
}

func TestThePartsOfTheConsoleFitEveryWindow(t *testing.T) {
	t.Parallel()
	at := gallery(t)
	b := newTab(t)
	for name := range parttest.Pages() {
		b.do("desk", chromedp.EmulateViewport(1000, 800))
		b.open(at + "/" + pathOf(name))
		b.accessible(name, "main h1")
		b.fits("console-" + pathOf(name))
		// At 400 % a window of 1280 by 1024 is one of 320 by 256 (WCAG 2.2, 1.4.10).
		b.do("zoom", chromedp.EmulateViewport(320, 256))
		b.accessible(name+" at 400 %", "main h1")
	}
}

func TestTheNavigationOfTheConsoleOpensOnAPhone(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.open(gallery(t) + "/frame")
	b.do("phone", chromedp.EmulateViewport(390, 800))
	b.until("the navigation is shut", "!document.getElementById('nav').checkVisibility()")
	b.press("[popovertarget=nav]")
	b.see("#nav [aria-current]")
	b.accessible("the navigation", "#nav [aria-current]")
	b.key(kb.Escape)
	b.until("Escape shuts it, and the focus is where it was", "!document.getElementById('nav').checkVisibility() && document.activeElement.getAttribute('popovertarget') === 'nav'")
}

// The entry of the navigation that a page is stays in sight, however low the window is.
func TestTheNavigationShowsThePageThatIsOpen(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.do("low window", chromedp.EmulateViewport(1280, 90))
	b.open(gallery(t) + "/frame")
	b.until("the entry is in sight", `(() => { const r = document.querySelector('#nav [aria-current]').getBoundingClientRect(); return r.top >= 0 && r.bottom <= innerHeight })()`)
}

func TestTheSearchFieldShowsWhatIsFound(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.open(gallery(t) + "/frame-bare")
	b.see("#find")
	b.once("press Ctrl K", "document.dispatchEvent(new KeyboardEvent('keydown', {key: 'k', ctrlKey: true, bubbles: true}))")
	b.focused("find")
	b.key("gra")
	b.see(".find .sheet a")
	b.accessible("what was found", ".find .sheet a")
	b.do("down", chromedp.KeyEvent(kb.ArrowDown))
	b.until("an arrow leads to what was found", "document.activeElement.matches('.find .sheet a')")
	b.key(kb.Escape)
	b.until("Escape shuts it", "document.querySelector('.find .sheet') === null && document.activeElement.id === 'find'")
}

func TestRowsAreTakenByOneBox(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.open(gallery(t) + "/lists")
	b.press("[data-all]")
	b.says("[data-selected]", "5 selected")
	b.press("#people-pick-0")
	b.says("[data-selected]", "4 selected")
	b.until("some are taken", "document.querySelector('[data-all]').indeterminate")
}

func TestACellOfAMatrixIsReachedByArrows(t *testing.T) {
	t.Parallel()
	b := newTab(t)
	b.open(gallery(t) + "/charts")
	b.once("focus a cell", "document.getElementById('edit-0-0-0').focus()")
	b.do("right", chromedp.KeyEvent(kb.ArrowRight))
	b.do("space", chromedp.KeyEvent(" "))
	b.until("what was changed is marked", "document.querySelectorAll('.changed').length === 1 && document.activeElement.closest('.changed') !== null")
}

package e2e

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// enters walks by the Tab key to the element of an id, and presses Enter there.
func (b *tab) enters(id string) {
	b.t.Helper()
	b.walks(id)
	b.do("enter at "+id, chromedp.KeyEvent(kb.Enter))
}

// walks walks by the Tab key to the element of an id.
func (b *tab) walks(id string) {
	b.t.Helper()
	b.until("the page of "+id+" is loaded", "document.readyState === 'complete' && document.getElementById("+quoted(id)+") !== null")
	for range 80 {
		if b.value("String(document.activeElement.id)") == id {
			return
		}
		b.do("press Tab", chromedp.KeyEvent("\t"))
	}
	b.t.Fatalf("Tab does not lead to %s", id)
}

func quoted(text string) string { return "'" + text + "'" }

// Somebody who is signed in connects an application of their own and tries its sign-in out, by the
// keyboard alone: six pages, and two inputs that they fill in.
func TestAnApplicationIsConnectedByTheKeyboard(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.administers(r, "/console/applications")
	pages := 0
	on := func(id string) {
		t.Helper()
		pages++
		b.enters(id)
	}
	on("create")
	on("kind-web")
	b.walks("client_name")
	b.do("type the name", chromedp.KeyEvent("My own shop"))
	b.walks("redirect_uris")
	b.do("type a wrong address", chromedp.KeyEvent("http://shop.example.test/cb"))
	b.says("#redirect_uris-problem", "must be https")
	b.do("take it back", chromedp.KeyEvent(strings.Repeat(kb.Backspace, 40)))
	b.do("type the address", chromedp.KeyEvent("https://shop.example.test/cb"))
	b.until("what was wrong is gone", "document.getElementById('redirect_uris-problem') === null")
	on("submit")
	b.says("h1", "My own shop is connected")
	b.see("[data-testid=secret]")
	b.accessible("an application that was connected", "[data-testid=secret]")
	b.fits("console-applications-made")
	on("trial")
	on("submit")
	on("allow")
	b.says("h1", "The sign-in at My own shop works")
	b.says("#id-token-claims", `"aud"`)
	b.accessible("a sign-in that was tried out", "#id-token-claims")
	b.fits("console-applications-tried")
	if pages != 6 {
		t.Errorf("it takes %d pages", pages)
	}
	if address := b.value("location.href"); strings.Contains(address, "token") {
		t.Errorf("the address is %s", address)
	}
}

package e2e

import (
	"fmt"
	"testing"

	"gatehouse/demo"
)

// What is typed into a form of an application is checked before it is sent, names are proposed while
// somebody types one, and an address is copied by its button.
func TestTheConsoleHelpsWhileSomebodyTypes(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.administers(r, "/console")

	b.proves(r, "/console/applications/-/new?kind=web")
	b.fill("redirect_uris", "http://shop.example.test/cb")
	b.says("#redirect_uris-problem", "https")
	b.until("the input is marked", "document.getElementById('redirect_uris').getAttribute('aria-invalid') !== null")
	b.fillAnew("redirect_uris", "https://shop.example.test/cb")
	b.until("nothing is wrong any more", "document.getElementById('redirect_uris-problem') === null && document.getElementById('redirect_uris').getAttribute('aria-invalid') === null")
	b.until("nothing was sent", "location.pathname === '/console/applications/-/new'")

	givenUp := func() { // a form that was changed asks whether it may be left
		b.once("what was typed is given up", "document.querySelector('form[data-dirty]')?.dispatchEvent(new Event('submit'))")
	}
	givenUp()
	b.open(r.issuer + "/console/applications/" + string(demo.ClientID) + "/preview")
	admin := r.person("admin").Email
	b.fill("user", admin[:4])
	b.until("the person is proposed", fmt.Sprintf("Array.from(document.getElementById('user').list.options).some((one) => one.value === %q)", admin))
	givenUp()
	b.open(r.issuer + "/console/grants/new")
	b.until("roles are proposed", "document.getElementById('role').list.options.length > 0")

	b.open(r.issuer + "/console/applications/" + string(demo.ClientID))
	// A browser without a window asks nobody whether a page may write into what is copied.
	b.once("note what is copied", "navigator.clipboard.writeText = async (text) => { document.documentElement.dataset.copied = text; }")
	b.press("#redirect-0 button")
	b.says("#redirect-0 button", "Copied")
	if got, want := b.value("document.documentElement.dataset.copied"), b.text("#redirect-0 code"); got != want || want == "" {
		t.Errorf("%q was copied, want %q", got, want)
	}
}

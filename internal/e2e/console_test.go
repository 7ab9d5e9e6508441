package e2e

import (
	"fmt"
	"net/url"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// scripts switches scripts on or off.
func (b *tab) scripts(on bool) {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on}); err != nil {
		b.t.Fatalf("switch scripts: %v", err)
	}
	b.plain = !on
}

// administers signs the demo's administrator in at a page of the console. They come from a
// page of another site, and show their second factor on the way.
func (b *tab) administers(r *running, path string) {
	b.t.Helper()
	b.open(r.app)
	b.once("follow a link of another site", fmt.Sprintf("location.href = %q", r.issuer+path))
	b.signIn(r.person("admin"))
	b.see("#code")
	b.fill("code", code(b.t, r.person("admin").TOTP))
	b.follow("#submit")
	b.arrives(path)
}

// proves opens a page of the console that asks for a proof of the last ten minutes, which are over on a
// slow machine.
func (b *tab) proves(r *running, path string) {
	b.t.Helper()
	r.proving.Lock()
	defer r.proving.Unlock()
	b.open(r.issuer + path)
	if b.value("String(document.getElementById('password') !== null)") == "true" {
		b.fill("password", r.person("admin").Password)
		b.follow("#submit")
	}
	if b.value("String(document.getElementById('code') !== null)") == "true" {
		b.fill("code", nextCode(b.t, r.person("admin").TOTP))
		b.follow("#submit")
	}
	b.see(".console main h1")
}

// arrives waits until the browser is at a path of the console, whatever leads on by itself.
func (b *tab) arrives(path string) {
	b.t.Helper()
	b.until("the browser is at "+path, fmt.Sprintf("location.pathname + location.search === %q && document.readyState === 'complete' && document.querySelector('.console') !== null", path))
}

// An administrator signs in at the console, finds somebody, keeps them out, lets them in again
// and signs out.
func TestAnAdministratorLooksAfterPeopleInTheConsole(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/users")
		b.says("#people", "bob@example.test")
		b.says("#people", "ada@example.test")

		b.fill("search", "bob")
		b.follow(".filters button[type=submit]")
		b.arrives("/console/users?search=bob&state=&second_factor=&has_password=&seen=")
		b.says("#people", "bob@example.test")
		b.until("others are not found", "!document.getElementById('people').textContent.includes('ada@example.test')")
		b.follow("#people tbody th a")
		b.says("h1", "Bob Example")
		b.says(".head", "Active")

		b.follow("#disable")
		b.says(".sure", "They are kept out at once")
		b.says("[data-testid=command]", "gatehouse user disable bob@example.test")
		b.follow("#submit")
		b.says("[data-testid=flash]", "They are disabled.")
		b.says(".head", "Disabled")

		b.open(r.issuer + "/console/users")
		b.choose("state", "active")
		b.follow(".filters button[type=submit]")
		b.see("#people")
		b.until("he is not among the active", "!document.getElementById('people').textContent.includes('bob@example.test')")
		b.choose("state", "disabled")
		b.follow(".filters button[type=submit]")
		b.says("#people", "bob@example.test")
		b.says(".chips", "Disabled")
		b.follow("#people tbody th a")
		b.follow("#enable")
		b.follow("#submit")
		b.says("[data-testid=flash]", "They are enabled.")

		b.press(".drop > summary")
		b.follow("#signout")
		b.says("h1", "You are signed out")
		b.open(r.issuer + "/console/users")
		b.until("the sign-in is asked for", "location.pathname === '/signin' && document.getElementById('password') !== null")
	})
}

// What was found shows below the field while somebody types, and on a page without scripts.
func TestTheConsoleFindsByName(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.administers(r, "/console")
	b.fill("find", "bo")
	b.says(".find .sheet", "bob@example.test")
	b.accessible("what was found", ".find .sheet a")
	b.do("down", chromedp.KeyEvent(kb.ArrowDown))
	b.do("enter", chromedp.KeyEvent(kb.Enter))
	b.says("h1", "Bob Example")
	b.scripts(false)
	for text, want := range map[string]string{"bo": "Bob Example", "demo": "Demo Shop", "refund": "refunder", "nobody at all": "Nothing found"} {
		b.open(r.issuer + "/console/search?q=" + url.QueryEscape(text))
		b.says("[data-results]", want)
	}
}

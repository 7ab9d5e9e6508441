package e2e

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
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
}

// administers signs the demo's administrator in at a page of the console. They come from a
// page of another site, and set up their second factor on the way.
func (b *tab) administers(r *running, path string) {
	b.t.Helper()
	b.open(r.app)
	b.once("follow a link of another site", fmt.Sprintf("location.href = %q", r.issuer+path))
	b.signIn(r.person("admin"))
	b.see("#code")
	b.do("unfold the key", chromedp.WaitReady(chromedp.CSS("details summary")), chromedp.Click(chromedp.CSS("details summary")))
	b.fill("code", code(b.t, strings.Join(strings.Fields(b.text("[data-testid=key]")), "")))
	b.follow("#submit")
	b.follow("#stored")
	b.arrives(path)
}

// arrives waits until the browser is at a path of the console, whatever leads on by itself.
func (b *tab) arrives(path string) {
	b.t.Helper()
	b.until("the browser is at "+path, fmt.Sprintf("location.pathname + location.search === %q && document.readyState === 'complete' && document.querySelector('.console') !== null", path))
}

// An administrator signs in at the console, finds somebody, keeps them out, lets them in again
// and signs out; without scripts, too.
func TestAnAdministratorLooksAfterPeopleInTheConsole(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]bool{"with scripts": true, "without scripts": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := startDemo(t)
			b := newTab(t)
			b.scripts(on)
			b.administers(r, "/console/users")
			b.says("#people", "bob@example.test")
			b.says("#people", "ada@example.test")

			b.fill("search", "bob")
			b.follow(".filters button[type=submit]")
			b.arrives("/console/users?search=bob&state=")
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

			b.open(r.issuer + "/console/users?state=disabled")
			b.says("#people", "bob@example.test")
			b.says(".chips", "Disabled")
			b.open(r.issuer + "/console/users?state=active")
			b.see("#people")
			b.until("he is not among the active", "!document.getElementById('people').textContent.includes('bob@example.test')")

			b.open(r.issuer + "/console/users?state=disabled")
			b.follow("#people tbody th a")
			b.follow("#enable")
			b.follow("#submit")
			b.says("[data-testid=flash]", "They are enabled.")

			b.press(".drop > summary")
			b.see("#signout")
			b.follow("#signout")
			b.says("h1", "You are signed out")
			b.open(r.issuer + "/console/users")
			b.until("the sign-in is asked for", "location.pathname === '/signin' && document.getElementById('password') !== null")
		})
	}
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

// Every page that the console links to stands in each theme and width, and axe finds nothing.
func TestEveryPageOfTheConsoleFitsEveryWindow(t *testing.T) {
	t.Parallel()
	r := startWithRoutes(t)
	b := newTab(t)
	b.administers(r, "/console")
	b.furnishes(r)
	bob, ada := r.person("bob"), r.person("ada")
	b.open(r.issuer + "/console/locks/new")
	b.fill("on", bob.Email)
	b.fill("reason", "Lost his phone")
	b.follow("#submit")
	b.accessible("what a lock comes to", ".sure")
	b.fits("console-locks-new-sure")
	b.follow("#submit")
	b.open(r.issuer + "/console/grants/new?role=refunder")
	b.fill("subject", bob.Email)
	b.fill("reason", "Helps at the desk")
	b.follow("#submit")
	b.accessible("what a grant comes to", ".sure")
	b.fits("console-grants-new-sure")
	b.follow("#submit")
	for next, seen := []string{"/console", "/console/nothing", "/console/audit?ip=odd", "/console/search?q=a", "/console/routes/simulator?method=GET&url=https%3A%2F%2Fopen.example.test%2Fopen", "/console/search?q=nobody", "/console/users?search=nobody", "/console/users?state=active&search=" + bob.Email[:3]}, map[string]bool{}; len(next) > 0; next = next[1:] {
		path := next[0]
		if seen[kindOf(path)] {
			continue
		}
		seen[kindOf(path)] = true
		b.open(r.issuer + path)
		page := strings.Trim(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-", "@", "-").Replace(kindOf(path)), "-")
		b.accessible(page, "main h1")
		b.fits(page)
		b.do("zoom", chromedp.EmulateViewport(320, 256))
		b.accessible(page+" at 400 %", "main h1")
		b.do("desk", chromedp.EmulateViewport(1000, 800))
		next = append(next, b.links()...)
	}
	b.open(r.issuer + "/console/users?search=" + ada.Email)
	b.follow("#people tbody th a")
	b.accessible("somebody with a second factor", "#reset-factors")
	b.fits("console-users-factor")
	b.open(r.issuer + "/console/users/new")
	b.fill("email", bob.Email)
	b.follow("#submit")
	b.accessible("somebody who is there", "[data-testid=problem]")
	b.fits("console-users-new-wrong")
	b.open(r.issuer + "/console/users")
	b.press("#people-pick-0")
	b.follow("#disable-selected")
	b.accessible("several people", ".sure")
	b.fits("console-users-selected")
}

// ofThings are the parts of addresses behind which stands the id of something.
var ofThings = map[string]bool{"roles": true, "groups": true, "organisations": true, "service-accounts": true, "applications": true, "apis": true}

// kindOf is the page of an address, whatever it is about: one of each is looked at. Filters make
// no other page; what does stands here by its name.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, one := range parts {
		if prefix, _, named := strings.Cut(one, "_"); named && strings.Contains(" usr gra ses evt key sec ", " "+prefix+" ") {
			parts[i] = prefix
		} else if i > 0 && ofThings[parts[i-1]] && one != "-" {
			parts[i] = "one"
		}
		switch {
		case len(one) == 43: // the thumbprint of a key
			parts[i] = "kid"
		case i > 0 && parts[i-1] == "settings" && strings.Contains(one, ".") && one != "signin.mfa" && one != "signin.help_text":
			parts[i] = "setting"
		}
	}
	asked, err := url.ParseQuery(query)
	if err != nil || len(asked) == 0 {
		return strings.Join(parts, "/")
	}
	var names []string
	for name := range asked {
		switch name {
		case "state", "q":
			names = append(names, name+"="+asked.Get(name))
		case "sort", "month", "days", "at", "permission", "ip":
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(parts, "/") + "?" + strings.Join(names, "&")
}

// links are the pages of the console that the page leads to.
func (b *tab) links() (all []string) {
	b.t.Helper()
	found := b.value(`JSON.stringify([...document.querySelectorAll('a[href^="/console"]:not([download])')].map(a => a.getAttribute('href')).filter(h => !/^\/console\/(sign(in|out)|audit\/export)/.test(h)))`)
	if err := json.Unmarshal([]byte(found), &all); err != nil {
		b.t.Fatal(err)
	}
	return all
}

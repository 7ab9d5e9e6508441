package e2e

import (
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"
)

// thorough is what make test/pages asks for: of each page of the console every theme in the smallest
// window, too, and all of it in German.
var thorough = os.Getenv("GATEHOUSE_TEST_PAGES") == "all"

// Every page that the console links to stands in each width, and axe finds nothing in either theme.
func TestEveryPageOfTheConsoleFitsEveryWindow(t *testing.T) {
	t.Parallel()
	b, r := furnished(t)
	crawled(t, b, r, "", begin(r), func(b *tab, page string) { b.everywhere(page) })
	if thorough {
		b.open(r.issuer + "/console/search")
		b.speaks("de")
		crawled(t, b, r, "de-", begin(r), func(b *tab, page string) { b.everywhere(page) })
		b.speaks("en")
	}
	b.open(r.issuer + "/console/users?search=" + r.person("ada").Email)
	b.follow("#people tbody th a")
	b.accessible("somebody with a second factor", "#reset-factors")
	b.fits("console-users-factor")
	b.open(r.issuer + "/console/users/new")
	b.fill("email", r.person("bob").Email)
	b.follow("#submit")
	b.accessible("somebody who is there", "[data-testid=problem]")
	b.fits("console-users-new-wrong")
	b.open(r.issuer + "/console/users")
	b.press("#people-pick-0")
	b.follow("#disable-selected")
	b.accessible("several people", ".sure")
	b.fits("console-users-selected")
	b.open(r.issuer + "/console/files/apply")
	b.fill("content", "apiVersion: gatehouse/v1\nkind: Rule\nmetadata: {id: crowd}\n")
	b.follow("#submit")
	b.accessible("what is wrong with a file", "[data-testid=alert]")
	b.fits("console-files-apply-wrong")
	b.open(r.issuer + "/console/files/apply")
	b.fill("content", "apiVersion: gatehouse/v1\nkind: Group\nmetadata: {id: crowd}\nspec: {}\n")
	b.follow("#submit")
	b.accessible("what a file would change", ".sure")
	b.fits("console-files-apply-plan")
}

// everywhere looks at a page that is open: light at a desk, dark at 400 %, where a window of 1280 by 1024
// is one of 320 by 256 (WCAG 2.2, 1.4.10), and its width in every window.
func (b *tab) everywhere(page string) {
	b.t.Helper()
	b.inspect(page, "light", everything)
	if thorough {
		b.inspect(page, "dark", looks)
	}
	b.fits(page)
	b.do("zoom", chromedp.EmulateViewport(320, 256))
	rules := looks // the others do not depend on the window
	if thorough {
		rules = everything
		b.inspect(page+" at 400 %", "light", looks)
	}
	b.inspect(page+" at 400 %", "dark", rules)
	b.do("desk", chromedp.EmulateViewport(1000, 800))
}

// furnished is a demo with something on every page of the console, and a tab of its administrator.
func furnished(t *testing.T) (*tab, *running) {
	t.Helper()
	r := startWithRoutes(t)
	b := newTab(t)
	b.administers(r, "/console")
	b.furnishes(r)
	bob := r.person("bob")
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
	return b, r
}

// begin are the pages from which links lead to the others, and those to which none does.
func begin(r *running) []string {
	return []string{
		"/console", "/console/nothing", "/console/audit?ip=odd", "/console/search?q=a", "/console/search?q=nobody",
		"/console/routes/simulator?method=GET&url=https%3A%2F%2Fopen.example.test%2Fopen",
		"/console/users?search=nobody", "/console/users?state=active&search=" + r.person("bob").Email[:3],
	}
}

// tabsOfCrawl is how many tabs share a crawl: one draws while the server answers the other.
const tabsOfCrawl = 2

// crawled opens the pages in two tabs, and then those that they link to, one of each kind, until there
// are no others; each is given to look with its name.
func crawled(t *testing.T, b *tab, r *running, prefix string, from []string, look func(b *tab, page string)) {
	t.Helper()
	c := &crawl{seen: map[string]bool{}}
	c.ready.L = &c.mu
	c.begin(from)
	t.Run("pages"+prefix, func(t *testing.T) {
		for n := range tabsOfCrawl {
			own := b.another()
			t.Run(fmt.Sprint("tab", n), func(t *testing.T) {
				t.Parallel()
				own := &tab{t: t, ctx: own.ctx}
				for i, path := range c.all() {
					own.open(r.issuer + path)
					if own.value("String(document.querySelector('.console main h1') !== null)") == "false" {
						own.proves(r, path)
					}
					page := prefix + pageName(path)
					own.until(page+" is loaded", "document.readyState === 'complete'")
					look(own, page)
					c.found(i, own.links())
				}
			})
		}
	})
	t.Logf("%d pages: %s", len(c.seen), strings.Join(slices.Sorted(maps.Keys(c.seen)), " "))
}

// crawl is what is still to be looked at, by links that are equally many clicks away. Which page of a
// kind it is does not depend on which tab was faster.
type crawl struct {
	mu    sync.Mutex
	ready sync.Cond // somebody is done
	wave  []string
	taken int
	links [][]string // of each page of the wave, nil until it is done
	busy  int
	seen  map[string]bool
}

func (c *crawl) begin(paths []string) {
	c.wave, c.taken = nil, 0
	for _, path := range paths {
		if kind := kindOf(path); !c.seen[kind] {
			c.seen[kind] = true
			c.wave = append(c.wave, path)
		}
	}
	c.links = make([][]string, len(c.wave))
}

// all are the pages that nobody else takes, with their places in the wave.
func (c *crawl) all() iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		for {
			i, path, ok := c.take()
			if !ok {
				return
			}
			more := func() bool { defer c.done(); return yield(i, path) }()
			if !more {
				return
			}
		}
	}
}

func (c *crawl) take() (i int, path string, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.taken == len(c.wave) {
		if c.busy > 0 {
			c.ready.Wait()
			continue
		}
		c.begin(slices.Concat(c.links...))
		if len(c.wave) == 0 {
			return 0, "", false
		}
	}
	i = c.taken
	c.taken++
	c.busy++
	return i, c.wave[i], true
}

func (c *crawl) done() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.busy--
	c.ready.Broadcast()
}

// found notes where the page at a place of the wave leads.
func (c *crawl) found(i int, links []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.links[i] = links
}

// pageName is what a page is called in findings and pictures.
func pageName(path string) string {
	return strings.Trim(strings.NewReplacer("/", "-", "?", "-", "&", "-", "=", "-", "@", "-").Replace(kindOf(path)), "-")
}

// ofThings are the parts of addresses behind which stands the id of something.
var ofThings = map[string]bool{"roles": true, "groups": true, "organisations": true, "service-accounts": true, "applications": true, "apis": true, "scopes": true}

// kindOf is the page of an address, whatever it is about: one of each is looked at. Filters make
// no other page; what does stands here by its name.
func kindOf(path string) string {
	path, query, _ := strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, one := range parts {
		if prefix, _, named := strings.Cut(one, "_"); named && strings.Contains(" usr gra ses evt key sec fam ", " "+prefix+" ") {
			parts[i] = prefix
		} else if i > 0 && ofThings[parts[i-1]] && one != "-" && (parts[i-1] != "scopes" || one != "new") {
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

// Package e2e looks at Gatehouse as a person does: real Chromium, real
// listeners, the demo application. The tests are few; what needs no browser is
// proved elsewhere, faster.
package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// chromiumPath finds the browser. Under CI a missing one is a failure.
func chromiumPath(t *testing.T) string {
	t.Helper()
	if os.Getenv("GATEHOUSE_TEST_CHROMIUM") == "skip" || testing.Short() {
		t.Skip("the quick run leaves the browser out")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("Chromium is not installed: scripts/install-test-servers does it")
	}
	t.Skip("Chromium is not installed")
	return ""
}

// hangs is how long something may take before it counts as one that never ends. It is
// no measure of speed: a busy machine takes long for much, and a test that is in order
// must not fail by that.
const hangs = 3 * time.Minute

// tab is one tab of a browser.
type tab struct {
	t     *testing.T
	ctx   context.Context
	keys  bool // whoever sits at it has no mouse
	plain bool // it runs no scripts
	done  int  // how many things were pressed, chosen and filled in
}

// browser is the one whose windows the tests share: to start one takes longer than many a test.
var browser struct {
	once sync.Once
	ctx  context.Context
	stop func() // nil: it was never needed
	err  error
}

// newBrowser starts one that lives until stop is called.
func newBrowser(path, profile string, more ...chromedp.ExecAllocatorOption) (ctx context.Context, stop func(), err error) {
	allocator, end := chromedp.NewExecAllocator(context.Background(), append(more,
		chromedp.ExecPath(path), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.UserDataDir(profile),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		// A window that another covers does what it would do alone.
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-backgrounding-occluded-windows", true),
		chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-dev-shm-usage", true))...)
	ctx, closeTab := chromedp.NewContext(allocator)
	// Its first command runs on its own context, with which it ends.
	return ctx, func() { _ = chromedp.Cancel(ctx); closeTab(); end() }, chromedp.Do(ctx, chromedp.EmulateViewport(1000, 800))
}

// newTab opens a window without cookies or anything else of the others; with options, in a browser of
// its own.
func newTab(t *testing.T, more ...chromedp.ExecAllocatorOption) *tab {
	t.Helper()
	path := chromiumPath(t)
	if len(more) > 0 {
		ctx, stop, err := newBrowser(path, t.TempDir(), more...)
		t.Cleanup(stop)
		if err != nil {
			t.Fatalf("start the browser: %v", err)
		}
		return (&tab{t: t, ctx: ctx}).start()
	}
	browser.once.Do(func() { browser.ctx, browser.stop, browser.err = newBrowser(path, filepath.Join(shared, "profile")) })
	if browser.err != nil {
		t.Fatalf("start the browser: %v", browser.err)
	}
	ctx, closeTab := chromedp.NewContext(browser.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	return (&tab{t: t, ctx: ctx}).start()
}

// start opens the tab on its own context, with which it ends. The keys that it is sent are pressed in it,
// whichever window was opened last.
func (b *tab) start() *tab {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(1000, 800)); err != nil {
		b.t.Fatalf("open a tab: %v", err)
	}
	if _, err := chromedp.Call(b.ctx, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}); err != nil {
		b.t.Fatalf("have the focus in the tab: %v", err)
	}
	return b
}

// another opens a second tab with the same cookies.
func (b *tab) another() *tab {
	b.t.Helper()
	ctx, closeTab := chromedp.NewContext(b.ctx)
	b.t.Cleanup(closeTab)
	return (&tab{t: b.t, ctx: ctx, keys: b.keys}).start()
}

func (b *tab) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hangs)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.shot("failure")
		b.t.Fatalf("%s: %v\nat %s\n%s", what, err, b.location(), b.text("body"))
	}
}

func (b *tab) open(url string) {
	b.t.Helper()
	b.do("open "+url, chromedp.Navigate(url))
}

// fill types into the input with the id.
func (b *tab) fill(id, value string) {
	b.t.Helper()
	b.done++
	if b.keys {
		b.reach("#" + id)
		b.do("type into "+id, chromedp.KeyEvent(value))
		return
	}
	b.do("fill "+id, chromedp.WaitVisible(chromedp.CSS("#"+id)), chromedp.SendKeys(chromedp.CSS("#"+id), value))
}

// fillAnew is fill for a field that is not empty.
func (b *tab) fillAnew(id, value string) {
	b.t.Helper()
	b.clear(id)
	b.fill(id, value)
}

// press clicks an element that stays on its page.
func (b *tab) press(css string) {
	b.t.Helper()
	b.done++
	if b.keys {
		b.reach(css)
		b.strike(css)
		return
	}
	b.do("press "+css, chromedp.WaitVisible(chromedp.CSS(css)), chromedp.Click(chromedp.CSS(css)))
}

// follow clicks what leads to another page, and waits until that page is there: what
// is looked for next may stand on the page that is left, too.
func (b *tab) follow(css string) {
	b.t.Helper()
	b.see(css)
	b.until("the page of "+css+" can be marked", "(document.documentElement.dataset.left = 'yes') === 'yes'")
	b.press(css)
	b.until(css+" leads to another page", "document.documentElement.dataset.left === undefined && document.readyState === 'complete'")
}

// see waits until the page holds an element that matches.
func (b *tab) see(css string) {
	b.t.Helper()
	b.do("wait for "+css, chromedp.WaitVisible(chromedp.CSS(css)))
}

// says waits until the element's text holds the words.
func (b *tab) says(css, words string) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s says %q", css, words), fmt.Sprintf("(document.querySelector(%q)?.textContent ?? '').includes(%q)", css, words))
}

// until waits until the expression is true, across navigations: one that begins
// meanwhile takes the answer with it, and the next document is asked again. So the
// expression is evaluated once or many times, and must change nothing.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	for deadline := time.Now().Add(hangs); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(b.ctx, hangs/6)
		found, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression))
		cancel()
		if err == nil && found {
			return
		}
	}
	b.shot("failure")
	b.t.Fatalf("it never came that %s\nat %s\n%s", what, b.location(), b.text("body"))
}

// once does what changes something, exactly once. What leads elsewhere may take the answer
// with it: then it was done. (A timer of the page would answer first, but runs no script
// where scripts are off.)
func (b *tab) once(what, expression string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, hangs)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](expression))
	if err != nil && !strings.Contains(err.Error(), "navigated or closed") {
		b.t.Fatalf("%s: %v", what, err)
	}
}

func (b *tab) text(css string) string {
	ctx, cancel := context.WithTimeout(b.ctx, hangs/6)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("document.querySelector(%q)?.innerText ?? ''", css)))
	if err != nil {
		return "(no text: " + err.Error() + ")"
	}
	return text
}

func (b *tab) location() string {
	ctx, cancel := context.WithTimeout(b.ctx, hangs/6)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "(unknown: " + err.Error() + ")"
	}
	return at
}

// shot keeps a picture when GATEHOUSE_TEST_SHOTS names a directory.
func (b *tab) shot(name string) {
	dir := os.Getenv("GATEHOUSE_TEST_SHOTS")
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, hangs/6)
	defer cancel()
	if picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100)); err == nil {
		file := strings.ReplaceAll(b.t.Name(), "/", "_") + "-" + name + ".png"
		_ = os.WriteFile(filepath.Join(dir, file), picture, 0o600) // a picture that cannot be kept is no failure
	}
}

// theme sets the colour scheme. Motion is reduced, so that no colour is looked
// at half way through a transition.
func (b *tab) theme(name string) {
	b.t.Helper()
	features := []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: features}); err != nil {
		b.t.Fatalf("emulate the %s theme: %v", name, err)
	}
}

type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
	} `json:"nodes"`
}

// axe reads the library once for all pages.
var axe = sync.OnceValues(func() ([]byte, error) { return os.ReadFile("../../tools/node_modules/axe-core/axe.min.js") })

// everything is everything that axe looks for: WCAG 2.2 A and AA.
const everything = `{type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}`

// looks are the rules of everything that depend on how a page is drawn. No other theme and no other
// width changes what the rest says of the same document.
const looks = `{type: "rule", values: ["color-contrast", "link-in-text-block", "target-size", "scrollable-region-focusable"]}`

// accessible fails the test on any finding of axe in WCAG 2.2 A and AA, in both
// themes. It waits for the page, which an element tells from the one before it, to
// be loaded: a document that is about to be left says little about the page.
func (b *tab) accessible(page, css string) {
	b.t.Helper()
	b.see(css)
	b.until(page+" is loaded", "document.readyState === 'complete'")
	b.inspect(page, "light", everything)
	b.inspect(page, "dark", looks)
}

// inspect is accessible in one theme and by some rules, of a page that is loaded.
func (b *tab) inspect(page, theme, rules string) {
	b.t.Helper()
	library, err := axe()
	if err != nil {
		if os.Getenv("CI") == "true" {
			b.t.Fatalf("axe-core is not installed: %v", err)
		}
		b.t.Logf("axe-core is not installed, accessibility of %s is not checked", page)
		return
	}
	b.theme(theme)
	if b.value("String('axe' in window)") == "false" { // half a megabyte to read, once a page
		if _, err := chromedp.Run(b.ctx, chromedp.Evaluate[int](string(library)+";0")); err != nil {
			b.t.Fatalf("load axe: %v", err)
		}
	}
	// What passes is not described: that takes longer than to find what does not.
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](
		`axe.run({runOnly: `+rules+`, resultTypes: ["violations"], preload: false}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("run axe: %v", err)
	}
	var violations []violation
	if err := json.Unmarshal([]byte(found), &violations); err != nil {
		b.t.Fatalf("read axe's findings: %v", err)
	}
	for _, v := range violations {
		b.t.Errorf("%s (%s): %s: %s: %v", page, theme, v.ID, v.Help, v.Nodes)
	}
}

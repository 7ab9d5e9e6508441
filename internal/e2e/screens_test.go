package e2e

import (
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/demo"
	"gatehouse/house"
)

// widths are those of a small phone, a phone, a tablet and a desk.
var widths = []int64{320, 390, 768, 1280}

// fits fails the test where the page is wider than the window, or a control than what it stands in, in
// any of the widths.
func (b *tab) fits(page string) {
	b.t.Helper()
	b.until(page+" is loaded", "document.readyState === 'complete'")
	for _, width := range widths {
		b.do("resize", chromedp.EmulateViewport(width, 800))
		if over := b.value("String(document.documentElement.scrollWidth - innerWidth)"); over != "0" && !strings.HasPrefix(over, "-") {
			b.shot(fmt.Sprintf("%s-overflows-%d", page, width))
			b.t.Errorf("%s is %s pixels wider than a window of %d: %s", page, over, width, b.value(widest))
		}
		if over := b.value(outside); over != "" {
			b.shot(fmt.Sprintf("%s-outside-%d", page, width))
			b.t.Errorf("%s, in a window of %d, has controls that leave what they stand in: %s", page, width, over)
		}
		b.pictures(page, width)
	}
	b.do("resize", chromedp.EmulateViewport(1000, 800))
}

// pictures keeps the page in both themes.
func (b *tab) pictures(page string, width int64) {
	if os.Getenv("GATEHOUSE_TEST_SHOTS") == "" {
		return
	}
	for _, theme := range []string{"light", "dark"} {
		b.theme(theme)
		b.shot(fmt.Sprintf("%s-%d-%s", page, width, theme))
	}
}

const widest = `[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 3).join(' | ')`

// outside are controls that end beyond the panel or the card in which they stand, but for what scrolls in one.
const outside = `[...document.querySelectorAll(':is(.panel, .card) :is(select, input, textarea, button, .button)')].filter(e => e.checkVisibility() && !e.closest('.scroll, .listed, .tabs, .snippet, .unseen') && e.getBoundingClientRect().right > e.closest('.panel, .card').getBoundingClientRect().right - 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 3).join(' | ')`

func (b *tab) value(expression string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return value
}

// accountPages are all pages of the account area that a person with a second step
// comes to by a link.
var accountPages = []string{
	"/account", "/account/security", "/account/password", "/account/sessions", "/account/apps",
	"/account/apps/app?client=demo", "/account/security/remove", "/account/security/recovery",
}

// longNamed gives somebody a name that no line breaks in.
func (r *running) longNamed(p demo.SeededPerson) {
	r.t.Helper()
	r.beside(func(ctx context.Context, h *house.House) error {
		u, err := h.Identity.UserByEmail(ctx, p.Email)
		if err != nil {
			return err
		}
		u.Name = strings.Repeat("Wolfeschlegelsteinhausenberger", 2)
		_, err = h.Identity.Update(ctx, audit.Actor{Kind: audit.Console}, u)
		return err
	})
}

func TestAccountAndDemoFitEveryWindow(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	ada := r.person("ada")
	r.longNamed(ada)
	other := newTab(t)
	other.open(r.issuer + "/account")
	other.signIn(r.person("bob"))

	b := newTab(t)
	b.open(r.app)
	b.accessible("the shop", "#login")
	b.fits("shop")
	b.open(r.app + "/codes")
	b.accessible("codes", "[data-testid=code]")
	b.fits("codes")
	b.open(r.app + "/callback")
	b.accessible("a failure of the shop", "[data-testid=failure]")
	b.fits("failure")
	b.open(r.app + "/login")
	b.signIn(ada)
	b.fill("code", code(t, ada.TOTP))
	b.follow("#submit")
	b.follow("#allow")
	b.accessible("the shop, signed in", "[data-testid=orders]")
	b.fits("shop-signed-in")
	b.press("details summary")
	b.fits("shop-tokens")
	for _, path := range accountPages {
		b.open(r.issuer + path)
		name := strings.ReplaceAll(strings.Trim(strings.TrimSuffix(path, "?client=demo"), "/"), "/", "-")
		b.accessible(name, "main h1")
		b.fits(name)
	}
	b.open(r.issuer + "/account/sessions")
	b.follow("[data-testid=session] a")
	b.accessible("this session", "#end")
	b.fits("account-sessions-this")
	b.do("phone", chromedp.EmulateViewport(390, 800))
	b.open(r.issuer + "/account/apps")
	b.accessible("the tabs on a phone", "nav [aria-current]")
	if rows := b.value(`String(new Set([...document.querySelectorAll('nav li')].map(li => li.offsetTop)).size)`); rows != "1" {
		t.Errorf("on a phone the tabs stand in %s rows", rows)
	}
	if seen := b.value(`(() => { const r = document.querySelector('nav [aria-current]').getBoundingClientRect(); return String(r.left >= 0 && r.right <= innerWidth) })()`); seen != "true" {
		t.Error("on a phone the tab that we are at is out of sight")
	}

	other.open(r.issuer + "/account/security/enrol")
	other.accessible("enrolment", "[data-testid=qr]")
	other.fits("enrol")
	other.do("desk", chromedp.EmulateViewport(1280, 800))
	if beside := other.value(`String(document.querySelector('.qr').getBoundingClientRect().right < document.querySelector('#code').getBoundingClientRect().left)`); beside != "true" {
		t.Error("on a desk the QR code does not stand beside the field for the code")
	}
}

func TestTimesAreToldAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	b := newTab(t)
	b.open(r.issuer + "/account/sessions")
	b.signIn(r.person("bob"))
	b.until("the time is told by its distance", `/^(now|\d+ seconds? ago|1 minute ago)$/.test(document.querySelector('time[data-ago]').textContent)`)
	if title := b.value(`document.querySelector('time[data-ago]').title`); !strings.HasSuffix(title, " UTC") {
		t.Errorf("the title of the time is %q, want UTC", title)
	}
}

// Whoever comes by the keyboard meets what the eye meets, in the same order.
func TestTabOrderIsThatOfThePage(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	bob := r.person("bob")
	elsewhere := newTab(t)
	elsewhere.open(r.issuer + "/account")
	elsewhere.signIn(bob)
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(bob)
	b.follow("#allow")
	nav := []string{"/account", "/account/security", "/account/password", "/account/sessions", "/account/apps"}
	top := append([]string{"#main", "/", "signout"}, nav...)
	for path, want := range map[string][]string{
		"/account/sessions":             append(slices.Clone(top), "session", "session", "end-others"),
		"/account/sessions/others":      append(slices.Clone(top), "cancel", "submit"),
		"/account/apps/app?client=demo": append(slices.Clone(top), "open", "cancel", "submit"),
		"/account/security":             append(slices.Clone(top), "password", "enrol"),
	} {
		b.open(r.issuer + path)
		if got := b.tabs(len(want)); !slices.Equal(got, want) {
			t.Errorf("%s: Tab leads to\n%v, want\n%v", path, got, want)
		}
	}
	b.open(r.issuer + "/account/sessions/others")
	b.accessible("the other browsers", "#submit")
	b.fits("account-sessions-others")
	b.open(r.issuer + "/account/sessions")
	b.fits("account-sessions")
	b.follow("[data-testid=session]:nth-child(2) a")
	b.accessible("another session", "#submit")
	b.fits("account-session")
	b.open(r.app)
	if got, want := b.tabs(6), []string{"#main", "/", "logout", "refresh", "userinfo", "introspect"}; !slices.Equal(got, want) {
		t.Errorf("the shop: Tab leads to %v, want %v", got, want)
	}
}

// tabs presses Tab n times and says where the focus is each time.
func (b *tab) tabs(n int) (all []string) {
	b.t.Helper()
	b.until("the page is loaded", "document.readyState === 'complete'")
	for range n {
		b.do("press Tab", chromedp.KeyEvent("\t"))
		all = append(all, b.value(`(e => e.id || e.closest('[data-testid=session]')?.dataset.testid || e.getAttribute('href') || e.outerHTML.slice(0, 80))(document.activeElement)`))
	}
	return all
}

func TestPagesAreInTheLookOfTheHouse(t *testing.T) {
	t.Parallel()
	logo := filepath.Join(t.TempDir(), "logo.png")
	file, err := os.Create(logo)
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewNRGBA(image.Rect(0, 0, 96, 48))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	for x := range 96 {
		img.Set(x, x/2, color.NRGBA{179, 38, 30, 255})
	}
	if err := png.Encode(file, img); err != nil {
		t.Fatal(err)
	}
	r := startDemo(t, func(c *config.Config) {
		c.Brand.Name, c.Brand.Logo, c.Brand.Accent = "Acme Studio", logo, "#f2c94c"
	})
	b := newTab(t)
	look := func(page string) {
		t.Helper()
		b.says("[data-testid=brand]", "Acme Studio")
		b.until(page+" shows the logo", `document.querySelector('.brand img')?.naturalWidth === 96`)
		if title := b.value("document.title"); !strings.HasSuffix(title, "Acme Studio") {
			t.Errorf("%s is titled %q", page, title)
		}
		b.until(page+" has the colour", `getComputedStyle(document.documentElement).getPropertyValue('--fill').trim() === '#f2c94c'`)
		b.accessible(page, "[data-testid=brand]")
		b.fits("brand-" + page)
	}
	b.open(r.issuer)
	look("home")
	b.open(r.issuer + "/nowhere")
	look("error")
	b.open(r.app + "/login")
	b.until("the logo of the application shows", `document.querySelector('[data-testid=logo]')?.naturalWidth === 96`)
	look("signin")
	b.signIn(r.person("bob"))
	b.until("the logo of the application shows", `document.querySelector('[data-testid=logo]')?.naturalWidth === 96`)
	look("consent")
	b.follow("#allow")
	b.open(r.issuer + "/account")
	look("account")
	b.open(r.issuer + "/account/security/enrol")
	look("enrol")
	b.open(r.issuer + "/signout")
	look("signout")
}

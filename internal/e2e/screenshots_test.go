package e2e

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gatehouse/demo/town"
	"gatehouse/house"
)

// portraits are how make screenshots shows each page.
var portraits = []struct {
	name, theme   string
	width, height int64
}{
	{"light", "light", 1280, 800},
	{"dark", "dark", 1280, 800},
	{"phone", "light", 390, 844},
}

// chosen are the pictures that are committed, as they are seen first, under the names that README.md and
// docs/console.md call them by.
var chosen = map[string]string{
	"signin-light": "sign-in-light", "signin-dark": "sign-in-dark", "signin-phone": "sign-in-phone",
	"overview-light": "overview-light", "overview-dark": "overview-dark",
	"console-users-usr-access-light": "access-light", "console-users-usr-access-dark": "access-dark", "console-users-usr-access-phone": "access-phone",
	"console-roles---matrix-light": "matrix-light", "console-roles---matrix-dark": "matrix-dark",
}

// portrait keeps the page that is open in a folder.
func (b *tab) portrait(dir, name string) {
	b.t.Helper()
	b.until(name+" is loaded", "document.readyState === 'complete'")
	for _, p := range portraits {
		b.theme(p.theme)
		b.do("resize", chromedp.EmulateViewport(p.width, p.height))
		b.keep(filepath.Join(dir, "all", name+"-"+p.name+".webp"), true)
		if as := chosen[name+"-"+p.name]; as != "" {
			b.keep(filepath.Join(dir, as+".webp"), false)
		}
	}
	b.theme("light")
	b.do("desk", chromedp.EmulateViewport(1000, 800))
}

// keep writes a picture of the whole page, or of what of it is seen without scrolling.
func (b *tab) keep(file string, whole bool) {
	b.t.Helper()
	quality := int64(82)
	picture, err := chromedp.Call(b.ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Format: page.CaptureScreenshotFormatWebp, Quality: &quality, CaptureBeyondViewport: &whole,
	})
	if err != nil {
		b.t.Fatalf("take the picture %s: %v", file, err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, picture.Data, 0o644); err != nil {
		b.t.Fatal(err)
	}
}

// village is what make screenshots shows: as much as makes a page look like one that is used.
var village = town.Size{People: 640, Roles: 24, Groups: 12, Members: 400, Services: 6, Grants: 500, Sessions: 60, Days: 30, SignIns: 180}

// Each page is shown light, dark, and on a phone; make screenshots asks for it.
func TestScreenshotsOfEveryPage(t *testing.T) {
	dir := os.Getenv("GATEHOUSE_TEST_SCREENSHOTS")
	if dir == "" {
		t.Skip("make screenshots runs this")
	}
	b, r := furnished(t)
	r.beside(func(ctx context.Context, h *house.House) error {
		return town.Fill(ctx, h, village, func(string, int, int) {})
	})
	language := os.Getenv("GATEHOUSE_TEST_LANGUAGE")
	if language != "" {
		b.speaks(language)
		dir = filepath.Join(dir, language)
	}
	crawled(t, b, r, "", begin(r), func(b *tab, name string) { b.portrait(dir, name) })
	b.open(r.issuer + "/console")
	b.follow("#hide-steps")
	b.open(r.issuer + "/console") // what was just done is said once
	b.portrait(dir, "overview")

	own := newTab(t)
	own.open(r.issuer + "/")
	if language != "" {
		own.speaks(language)
	}
	own.portrait(dir, "home")
	own.open(r.issuer + "/nothing")
	own.portrait(dir, "error")
	own.open(r.app + "/login")
	own.portrait(dir, "signin")
	ada := r.person("ada")
	own.follow("#forgot")
	own.portrait(dir, "signin-help")
	own.follow("#back")
	own.fill("email", ada.Email)
	own.fill("password", "wrong")
	own.follow("#submit")
	own.portrait(dir, "signin-wrong")
	own.fill("password", ada.Password)
	own.follow("#submit")
	own.portrait(dir, "signin-factor")
	own.follow("#recovery-code")
	own.portrait(dir, "signin-recovery")
	own.follow("#app-code")
	own.fill("code", code(t, ada.TOTP))
	own.follow("#submit")
	own.portrait(dir, "signin-consent")
	own.follow("#allow")
	for _, path := range accountPages {
		own.open(r.issuer + path)
		own.portrait(dir, strings.ReplaceAll(strings.Trim(strings.TrimSuffix(path, "?client=demo"), "/"), "/", "-"))
	}
	own.open(r.issuer + "/account/sessions")
	own.follow("[data-testid=session] a")
	own.portrait(dir, "account-session")
	own.open(r.issuer + "/signout")
	own.portrait(dir, "signout")
	own.follow("#submit")
	own.portrait(dir, "signed-out")
}

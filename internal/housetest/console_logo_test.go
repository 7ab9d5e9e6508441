package housetest

import (
	"bytes"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"maps"
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

func drawing(t *testing.T, side int, write func(b *bytes.Buffer, img image.Image) error) string {
	t.Helper()
	var b bytes.Buffer
	must(t, write(&b, image.NewNRGBA(image.Rect(0, 0, side, side))))
	return b.String()
}

func asPNG(b *bytes.Buffer, img image.Image) error  { return png.Encode(b, img) }
func asJPEG(b *bytes.Buffer, img image.Image) error { return jpeg.Encode(b, img, nil) }
func asGIF(b *bytes.Buffer, img image.Image) error  { return gif.Encode(b, img, nil) }

// sendsFile sends the form of a page that has a file, with one.
func sendsFile(t *testing.T, b *gatetest.Browser, page *gatetest.Page, name, content string) *gatetest.Page {
	t.Helper()
	for _, f := range page.Forms() {
		if _, asks := f.Values["file"]; asks {
			carried := maps.Clone(f.Values)
			carried.Del("file")
			return b.Upload(f.Action, carried, "file", name, content)
		}
	}
	t.Fatalf("%s has no form for a file:\n%s", page.URL, page.Body)
	return nil
}

// A logo is sent as a file, stands where the application is, also before whoever signs in there, and
// goes again by a button.
func TestTheLogoOfAnApplicationIsSentAsAFile(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	app := g.App("shop")
	page, form := applications+"/"+string(app.ID), "/console/logos/"+string(app.ID)
	b.Get(page + "/settings").Is(http.StatusOK).Says(form)
	isWithout(t, b.Get(applications), page+"/logo")
	b.Get(page + "/logo").Is(http.StatusNotFound)

	asked := b.Get(form).Is(http.StatusOK)
	isWithout(t, asked, `id="remove"`)
	for what, content := range map[string]string{
		"nothing": "", "a drawing": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "a page": "<!doctype html><script>alert(1)</script>", "a GIF": drawing(t, 16, asGIF),
		"too wide": drawing(t, 1025, asPNG), "half of one": drawing(t, 64, asPNG)[:60], "two in one": drawing(t, 16, asPNG) + "<script>", "too large": strings.Repeat("x", 257<<10),
	} {
		if refused := sendsFile(t, b, asked, "logo.png", content); refused.Status != http.StatusUnprocessableEntity || !strings.Contains(refused.Body, "file-problem") {
			t.Errorf("%s: %d", what, refused.Status)
		}
	}
	if is, err := g.House.OAuth.Client(t.Context(), app.ID); err != nil || is.Logo != "" {
		t.Fatalf("what was refused is the logo: %v", err)
	}

	sendsFile(t, b, asked, "logo.svg", drawing(t, 200, asPNG)).Is(http.StatusOK).At(page).Says("The logo is changed.").Says(page + "/logo?")
	sendsFile(t, b, asked, "logo.svg", drawing(t, 200, asPNG)).Is(http.StatusPreconditionFailed)
	sendsFile(t, b, asked, "other.png", drawing(t, 100, asPNG)).Is(http.StatusPreconditionFailed)
	b.Get(applications).Is(http.StatusOK).Says(page + "/logo?")
	shown := b.Get(page + "/logo").Is(http.StatusOK)
	if config, kind, err := image.DecodeConfig(strings.NewReader(shown.Body)); err != nil || kind != "png" || config.Width != 96 || shown.Header.Get("Content-Type") != "image/png" {
		t.Errorf("the picture is %s %+v, sent as %s: %v", kind, config, shown.Header.Get("Content-Type"), err)
	}
	g.Settle()
	sendsFile(t, b, b.Get(form), "photo", drawing(t, 40, asJPEG)).Is(http.StatusOK).Says("The logo is changed.")

	fills(t, b, b.Get(form), form, map[string][]string{"none": {"yes"}}).Is(http.StatusOK).At(page).Says("The logo is removed.")
	if is, err := g.House.OAuth.Client(t.Context(), app.ID); err != nil || is.Logo != "" {
		t.Errorf("the logo is there still: %v", err)
	}
}

// Who may not change an application sends no logo, and nothing of what they send is looked at.
func TestOnlyWhoMayChangeAnApplicationSendsALogo(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	app := s.App("shop")
	form := "/console/logos/" + string(app.ID)
	clerk := s.Person("clerk", gatetest.TOTP)
	s.role(clerk, "no-clients", func(one string) bool { return one != "clients:write" })
	atConsole(t, s.Gate, clerk).Get(form).Is(http.StatusForbidden).Says("gatehouse/clients:write")
	importer := s.Person("importer", gatetest.TOTP)
	s.role(importer, "imports", func(one string) bool { return one == "users:import" || one == "users:create" || one == "clients:read" })
	atConsole(t, s.Gate, importer).Get(form).Is(http.StatusForbidden)
}

package brand

import (
	"context"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/fault"
)

// Whatever the accent, text of its colour and text on it can be read, in both
// themes (WCAG 2.2, 1.4.3), and a button has an edge (1.4.11).
func TestEveryAccentCanBeRead(t *testing.T) {
	t.Parallel()
	for r := 0; r < 256; r += 15 {
		for g := 0; g < 256; g += 15 {
			for b := 0; b < 256; b += 15 {
				accent := colour{float64(r) / 255, float64(g) / 255, float64(b) / 255}
				p := paletteOf(accent)
				for what, pair := range map[string]struct {
					a, b colour
					want float64
				}{
					"a link on the light page":  {p.text[0], lightPage, readable},
					"a link on the light card":  {p.text[0], lightCard, readable},
					"a link on the dark card":   {p.text[1], darkCard, readable},
					"a link on the dark page":   {p.text[1], must("#131519"), readable},
					"a button":                  {p.onFill, must(p.fill.String()), readable},
					"a button under the hand":   {p.onFill, must(p.hover.String()), readable},
					"a button's edge, in light": {p.edge[0], lightCard, visible},
					"a button's edge, in dark":  {p.edge[1], darkCard, visible},
				} {
					if got := contrast(pair.a, pair.b); got < pair.want {
						t.Fatalf("%s: %s has a contrast of %.2f, want %.1f", accent, what, got, pair.want)
					}
				}
			}
		}
	}
}

func TestAnAccentThatCanBeReadStaysAsItIs(t *testing.T) {
	t.Parallel()
	p := paletteOf(must("#3156b8"))
	if p.text[0].String() != "#3156b8" || p.fill.String() != "#3156b8" || p.onFill != white {
		t.Errorf("the palette is %s", p.css())
	}
	if p := paletteOf(must("#ffd500")); p.onFill != black || p.text[0].String() == "#ffd500" || p.text[1].String() != "#ffd500" {
		t.Errorf("yellow is %s", p.css())
	}
}

func TestABrandThatCannotBeShownIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []Config{
		{Name: ""},
		{Name: " Acme"},
		{Name: "Acme:"},
		{Name: "Acme\n"},
		{Name: "Ac\u202eme"},
		{Name: strings.Repeat("a", 41)},
		{Name: "\xff"},
		{Name: "Acme", Accent: "blue"},
		{Name: "Acme", Accent: "#fff"},
		{Name: "Acme", Accent: "#ff00zz"},
		{Name: "Acme", Accent: "#+f00ff"},
		{Name: "Acme", Accent: "#3156b8;}"},
	} {
		if bad := c.Validate(); len(bad) != 1 {
			t.Errorf("%q: %v", c, bad)
		}
	}
	for _, c := range []Config{DefaultConfig(), {Name: "Blumen Müller & Söhne"}, {Name: "林 さくら", Accent: "#C0FFEE"}} {
		if bad := c.Validate(); bad != nil {
			t.Errorf("%q: %v", c, bad)
		}
	}
}

func logoFile(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// A path may lead anywhere, so what it leads to must be a picture: neither the
// answer nor the error holds anything of another file.
func TestOnlyAPictureBecomesTheLogo(t *testing.T) {
	t.Parallel()
	secret := logoFile(t, "master.key", []byte("a key that nobody may see"))
	link := filepath.Join(t.TempDir(), "logo.png")
	if err := os.Symlink(secret, link); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{
		"a key": secret, "a link to a key": link, "outside": "../../../../../../../../etc/passwd", "a device": "/dev/zero", "a directory": "/",
		"nothing": filepath.Join(t.TempDir(), "none.png"), "a drawing with a script": logoFile(t, "logo.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>`)),
	} {
		_, err := Open(Config{Name: "Acme", Logo: path})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "brand.logo") || strings.Contains(err.Error(), "nobody may see") || strings.Contains(err.Error(), "root:") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestThePagesOfAHouseLookLikeIt(t *testing.T) {
	t.Parallel()
	file, err := os.Create(filepath.Join(t.TempDir(), "logo.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(file, image.NewGray(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	b, err := Open(Config{Name: "Acme", Logo: file.Name(), Accent: "#c0341d"})
	if err != nil {
		t.Fatal(err)
	}
	if In(With(t.Context(), b)) != b || In(context.Background()).Name != Product || In(With(t.Context(), nil)).Name != Product {
		t.Error("the brand of a context is another")
	}
	if b.LogoKind() != "image/png" || !strings.HasPrefix(b.LogoURL(), "/static/") || b.SheetURL() == "" || len(b.Files()) != 2 {
		t.Errorf("logo %s at %s, colours at %q", b.LogoKind(), b.LogoURL(), b.SheetURL())
	}
	if plain.SheetURL() != "" || plain.Files() != nil || plain.LogoKind() != "image/svg+xml" {
		t.Error("Gatehouse as it comes loads something of its own")
	}
}

func TestALookSaysWhatAnAccentComesTo(t *testing.T) {
	t.Parallel()
	own, ok := LookOf("")
	if !ok || own.Fill != ownAccent || !own.Kept || own.Button < readable {
		t.Errorf("no accent is %+v", own)
	}
	yellow, ok := LookOf("#FFD500")
	if !ok || yellow.Kept || yellow.OnFill != "#000000" || yellow.Link[0] == "#ffd500" || min(yellow.Button, yellow.Links[0], yellow.Links[1]) < readable {
		t.Errorf("yellow is %+v", yellow)
	}
	if _, ok := LookOf("yellow"); ok {
		t.Error("a word is a colour")
	}
}

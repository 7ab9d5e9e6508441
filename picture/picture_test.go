package picture

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/fault"
)

func drawn(side int) image.Image {
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side {
		img.Set(i, i, color.NRGBA{200, 30, 60, 255})
	}
	return img
}

func pngOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func jpegOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func gifOf(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := gif.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const script = "<script>alert(document.domain)</script>"

func svg(inner string) []byte {
	return []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 8 8">` + inner + `</svg>`)
}

// hostile is what no logo may be, whichever door it comes by.
func hostile(t *testing.T) map[string][]byte {
	t.Helper()
	picture := pngOf(t, drawn(16))
	return map[string][]byte{
		"nothing":                     nil,
		"a key":                       []byte("-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMG\n"),
		"a page":                      []byte("<!doctype html>" + script),
		"a page that begins as text":  []byte("GIF89a/*" + script),
		"too many bytes":              append(picture, bytes.Repeat([]byte{0}, MaxBytes)...),
		"too many pixels":             pngOf(t, image.NewGray(image.Rect(0, 0, MaxSide+1, 2))),
		"too many pixels upwards":     pngOf(t, image.NewGray(image.Rect(0, 0, 2, MaxSide+1))),
		"a GIF":                       gifOf(t, drawn(16)),
		"a PNG and a page":            append(bytes.Clone(picture), script...),
		"a JPEG and a page":           append(jpegOf(t, drawn(16)), script...),
		"half a PNG":                  picture[:len(picture)/2],
		"half a JPEG":                 jpegOf(t, drawn(16))[:80],
		"a page and a PNG":            append([]byte(script), picture...),
		"a bomb of pixels":            bomb(t),
		"SVG: script":                 svg(script),
		"SVG: script, prefixed":       []byte(`<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:script>alert(1)</s:script></s:svg>`),
		"SVG: script, upper case":     svg("<SCRIPT>alert(1)</SCRIPT>"),
		"SVG: handler":                svg(`<rect width="8" height="8" onload="alert(1)"/>`),
		"SVG: handler, mixed case":    svg(`<rect width="8" height="8" onLoad="alert(1)"/>`),
		"SVG: handler at the root":    []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`),
		"SVG: link":                   svg(`<a xlink:href="javascript:alert(1)"><rect width="8" height="8"/></a>`),
		"SVG: page inside":            svg(`<foreignObject><body xmlns="http://www.w3.org/1999/xhtml">` + script + `</body></foreignObject>`),
		"SVG: picture from afar":      svg(`<image href="https://evil.example/p.png"/>`),
		"SVG: use from afar":          svg(`<use href="https://evil.example/p.svg#a"/>`),
		"SVG: fill from afar":         svg(`<rect fill="url(https://evil.example/p.svg#a)"/>`),
		"SVG: style from afar":        svg(`<style>@import "https://evil.example/s.css";</style>`),
		"SVG: style that imports":     svg(`<style>@import "s.css";</style>`),
		"SVG: a page in the style":    svg("<style>&lt;/style>&lt;script></style>"),
		"SVG: data in an attribute":   svg(`<rect fill="data:image/png;base64,AAAA"/>`),
		"SVG: a document type":        append([]byte("<!DOCTYPE svg>"), `<svg xmlns="http://www.w3.org/2000/svg"/>`...),
		"SVG: style that loads":       svg(`<style>rect{fill:url("//evil.example/p.svg#a")}</style>`),
		"SVG: style that hides it":    svg(`<style>rect{fill:u\72l(//evil.example/p.svg)}</style>`),
		"SVG: style cut by comments":  svg(`<style>rect{fill:u<!-- -->rl(https:/<!-- -->/evil.example/p.svg)}</style>`),
		"SVG: style cut by CDATA":     svg(`<style>rect{fill:u<![CDATA[rl(https:/]]>/evil.example/p.svg)}</style>`),
		"SVG: style around a drawing": svg(`<style>rect{fill:u<g/>rl(https:/<g/>/evil.example/p.svg)}</style>`),
		"SVG: style around editors":   svg(`<style>rect{fill:u<x xmlns="urn:x"/>rl(https:/<x xmlns="urn:x"/>/evil.example/p.svg)}</style>`),
		"SVG: style within style":     svg(`<style><text>@import "https://evil.example/s.css"</text></style>`),
		"SVG: style attribute":        svg(`<rect style="background:url(//evil.example)"/>`),
		"SVG: gradient from afar":     svg(`<linearGradient id="a" xlink:href="//evil.example/p.svg#a"/>`),
		"SVG: set":                    svg(`<rect><set attributeName="href" to="javascript:alert(1)"/></rect>`),
		"SVG: entities":               []byte(`<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><svg xmlns="http://www.w3.org/2000/svg"><text>&b;</text></svg>`),
		"SVG: outside entity":         []byte(`<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg xmlns="http://www.w3.org/2000/svg"><text>&x;</text></svg>`),
		"SVG: style sheet":            []byte(`<?xml-stylesheet href="//evil.example/s.xsl" type="text/xsl"?><svg xmlns="http://www.w3.org/2000/svg"/>`),
		"SVG: a page behind it":       append(svg(""), script...),
		"SVG: another behind it":      append(svg(""), svg("")[21:]...),
		"SVG: words behind it":        append(svg(""), "alert(1)"...),
		"SVG: too deep by one":        svg(strings.Repeat("<g>", 32) + strings.Repeat("</g>", 32)),
		"SVG: too many":               svg(strings.Repeat("<g/>", maxParts)),
		"SVG: of no namespace":        []byte(`<svg><rect width="8" height="8"/></svg>`),
		"SVG: cut off":                svg("<g>")[:80],
	}
}

// bomb is a small file of very many pixels.
func bomb(t *testing.T) []byte {
	t.Helper()
	content := pngOf(t, drawn(16))
	copy(content[16:24], []byte{0, 1, 0, 0, 0, 1, 0, 0}) // 65536 by 65536; the sum over it is wrong then, too
	return content
}

func TestHostileFilesAreNoLogos(t *testing.T) {
	t.Parallel()
	for name, content := range hostile(t) {
		for door, take := range map[string]func([]byte) (Picture, error){"raster": Raster, "drawing": Drawing, "either": Any} {
			p, err := take(content)
			if !fault.Is(err, fault.Invalid) || len(p.Bytes) > 0 {
				t.Errorf("%s, as %s: %v, %d bytes", name, door, err, len(p.Bytes))
				continue
			}
			if said := err.Error(); strings.Contains(said, "alert") || strings.Contains(said, "MIGH") || strings.Contains(said, "evil.example") {
				t.Errorf("%s, as %s: the error repeats the content: %s", name, door, said)
			}
		}
	}
}

// A PNG whose comment is a page shows the same picture without it.
func TestNothingOfTheFileItselfIsPassedOn(t *testing.T) {
	t.Parallel()
	for kind, content := range map[string][]byte{PNG: withComment(t), JPEG: withApp(t)} {
		p, err := Any(content)
		if err != nil {
			t.Fatal(err)
		}
		if p.Kind != kind || bytes.Contains(p.Bytes, []byte("script")) {
			t.Errorf("%s became %s, and has the comment: %t", kind, p.Kind, bytes.Contains(p.Bytes, []byte("script")))
		}
		img, _, err := image.Decode(bytes.NewReader(p.Bytes))
		if err != nil || img.Bounds().Dx() != 16 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

// withComment is a PNG with a page in a text chunk; its sum is right.
func withComment(t *testing.T) []byte {
	t.Helper()
	content := pngOf(t, drawn(16))
	chunk := append([]byte("tEXtComment\x00"), script...)
	header := []byte{0, 0, 0, byte(len(chunk) - 4)}
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(chunk))
	return bytes.Join([][]byte{content[:33], header, chunk, sum, content[33:]}, nil)
}

// withApp is a JPEG with a page in a comment.
func withApp(t *testing.T) []byte {
	t.Helper()
	content := jpegOf(t, drawn(16))
	comment := append([]byte{0xff, 0xfe, 0, byte(len(script) + 2)}, script...)
	return bytes.Join([][]byte{content[:2], comment, content[2:]}, nil)
}

func TestADrawingIsWrittenAgain(t *testing.T) {
	t.Parallel()
	p, err := Any(svg(`<!-- by hand --><metadata>secret</metadata><title>A &amp; B</title><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"/></linearGradient></defs><style>.a{fill:url(#g)}</style><path class="a" d="M0 0h8v8z" data-x="1"/>`))
	if err != nil {
		t.Fatal(err)
	}
	got := string(p.Bytes)
	want := `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><title>A &amp; B</title><defs><linearGradient id="g"><stop offset="0" stop-color="#fff"></stop></linearGradient></defs><style>.a{fill:url(#g)}</style><path class="a" d="M0 0h8v8z" data-x="1"></path></svg>`
	if p.Kind != SVG || got != want {
		t.Errorf("%s\n got %s\nwant %s", p.Kind, got, want)
	}
	again, err := Drawing(p.Bytes)
	if err != nil || string(again.Bytes) != want {
		t.Errorf("once more: %v %s", err, again.Bytes)
	}
}

func TestOnlyPlainFilesOfFairSizeAreRead(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, make([]byte, MaxBytes+1), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"a directory": dir, "a device": "/dev/zero", "too large": large, "not there": filepath.Join(dir, "none"), "a name with NUL": "a\x00b"} {
		if _, err := ReadFile(path); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	good := filepath.Join(dir, "logo.png")
	if err := os.WriteFile(good, pngOf(t, drawn(16)), 0o600); err != nil {
		t.Fatal(err)
	}
	if content, err := ReadFile(good); err != nil || len(content) == 0 {
		t.Errorf("a logo: %v", err)
	}
}

// Whatever is passed on is taken again, and is the same then.
func FuzzDrawing(f *testing.F) {
	f.Add(svg(`<path d="M0 0h8v8z" fill="url(#g)"/>`))
	f.Add(svg(script))
	f.Add([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:red}</style></svg>`))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := Drawing(content)
		if err != nil {
			return
		}
		again, err := Drawing(p.Bytes)
		if err != nil || !bytes.Equal(again.Bytes, p.Bytes) {
			t.Errorf("%q became %q, and then %q (%v)", content, p.Bytes, again.Bytes, err)
		}
	})
}

package picture

import (
	"encoding/base64"
	"image"
	"image/color"
	"math/rand/v2"
	"strings"
	"testing"

	"gatehouse/fault"
)

func TestAnIconIsSmallAndStandsInThePage(t *testing.T) {
	t.Parallel()
	noise := image.NewNRGBA(image.Rect(0, 0, 240, 240))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32())
	}
	half := image.NewNRGBA(image.Rect(0, 0, 192, 192))
	for i := range 192 * 192 {
		if i%2 == 0 {
			half.Set(i%192, i/192, color.NRGBA{255, 0, 0, 255})
		}
	}
	for name, img := range map[string]image.Image{"small": drawn(16), "noise": noise, "as wide as may be": image.NewGray(image.Rect(0, 0, MaxSide, 1)), "half": half} {
		icon, err := Icon(pngOf(t, img))
		if err != nil || !IsIcon(icon) {
			t.Errorf("%s: %v, an icon of %d bytes", name, err, len(icon))
		}
	}
	small := shrunk(half, IconSide)
	if got := color.NRGBAModel.Convert(small.At(5, 5)).(color.NRGBA); got != (color.NRGBA{255, 0, 0, 127}) {
		t.Errorf("red and nothing make %v", got)
	}
}

func TestHostileFilesAreNoIcons(t *testing.T) {
	t.Parallel()
	for name, content := range hostile(t) {
		if icon, err := Icon(content); !fault.Is(err, fault.Invalid) || icon != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	encode := func(content []byte) string { return iconText + base64.StdEncoding.EncodeToString(content) }
	for name, text := range map[string]string{
		"nothing": "", "an address": "https://evil.example/p.png", "a path": "/static/x/logo.svg", "a drawing": "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg("")),
		"a script": "javascript:alert(1)", "a page": "data:text/html,<script>", "a drawing that says PNG": encode(svg("")),
		"too large": encode(pngOf(t, drawn(IconSide+1))), "too high": encode(pngOf(t, image.NewGray(image.Rect(0, 0, 1, IconSide+1)))), "too long": encode(make([]byte, maxIcon)),
		"a PNG and a page": encode(append(pngOf(t, drawn(16)), script...)), "no base64": iconText + "%%%", "lines": encode(pngOf(t, drawn(16)))[:60] + "\n",
		"another letter": strings.Replace(encode(pngOf(t, drawn(16))), "data:", "DATA:", 1),
	} {
		if IsIcon(text) {
			t.Errorf("%s is taken for an icon", name)
		}
	}
}

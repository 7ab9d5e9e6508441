package brand

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// colour is one of sRGB; each part is 0 to 1.
type colour [3]float64

// parse reads "#rrggbb".
func parse(text string) (colour, bool) {
	digits, ok := strings.CutPrefix(text, "#")
	if !ok || len(digits) != 6 {
		return colour{}, false
	}
	n, err := strconv.ParseUint(digits, 16, 32)
	if err != nil {
		return colour{}, false
	}
	return colour{float64(n>>16) / 255, float64(n>>8&255) / 255, float64(n&255) / 255}, true
}

func must(text string) colour {
	c, ok := parse(text)
	if !ok {
		panic("brand: no colour " + text) // a constant of ours
	}
	return c
}

func (c colour) String() string {
	part := func(f float64) int { return int(math.Round(f * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// towards mixes c with other; share is how much of the other.
func (c colour) towards(other colour, share float64) colour {
	var mixed colour
	for i := range c {
		mixed[i] = c[i] + (other[i]-c[i])*share
	}
	return mixed
}

// luminance is the relative luminance of WCAG 2.2.
func (c colour) luminance() float64 {
	linear := func(f float64) float64 {
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}

// contrast is the contrast ratio of WCAG 2.2, 1 to 21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// What text must reach (WCAG 2.2, 1.4.3), and the edge of a button (1.4.11).
const (
	readable = 4.5
	visible  = 3.0
)

// The colours of app.css that an accent stands on or beside: in light mode the
// darkest paper, in dark mode the lightest.
var (
	white     = must("#ffffff")
	black     = must("#000000")
	lightPage = must("#f4f4f1")
	lightCard = must("#ffffff")
	darkCard  = must("#1c1f25")
	lightEdge = must("#83868f")
	darkEdge  = must("#727885")
)

// palette is what follows from an accent. Each pair is for light and dark mode.
type palette struct {
	text   [2]colour // links and marks
	fill   colour    // of the main button
	hover  colour
	onFill colour
	edge   [2]colour // of the main button
}

// paletteOf keeps the accent where it can be read, and changes it as little as it
// takes where it cannot. There is an answer for every colour: on each of them black
// or white reaches 4.58.
func paletteOf(accent colour) palette {
	p := palette{fill: accent, onFill: white}
	p.text = [2]colour{until(accent, black, lightPage, readable), until(accent, white, darkCard, readable)}
	shade := black
	if contrast(accent, white) < readable {
		p.onFill, shade = black, white
	}
	p.hover = accent.towards(shade, .18)
	p.edge = [2]colour{accent, accent}
	if contrast(accent, lightCard) < visible {
		p.edge[0] = lightEdge
	}
	if contrast(accent, darkCard) < visible {
		p.edge[1] = darkEdge
	}
	return p
}

// until moves c towards end until it reaches want on paper, as written in a style
// sheet: rounding counts.
func until(c, end, paper colour, want float64) colour {
	for share := 0.0; share < 1; share += .02 {
		mixed := must(c.towards(end, share).String())
		if contrast(mixed, paper) >= want {
			return mixed
		}
	}
	return end
}

// css is the style sheet of the palette. It stands in no layer, so it wins over
// app.css, which has layers only.
func (p palette) css() string {
	pair := func(c [2]colour) string { return "light-dark(" + c[0].String() + ", " + c[1].String() + ")" }
	return ":root {\n  --accent: " + pair(p.text) + ";\n  --fill: " + p.fill.String() + ";\n  --fill-hover: " + p.hover.String() +
		";\n  --fill-edge: " + pair(p.edge) + ";\n  --on-fill: " + p.onFill.String() + ";\n}\n"
}

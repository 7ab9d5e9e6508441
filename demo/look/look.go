// Package look is what the pages of the demo's two shops look like: the application that
// signs people in, and the one that stands behind the gate.
package look

import "embed"

// Files are the style sheet, the logo, and the script of the list of orders.
//
//go:embed app.css shop.svg live.js
var Files embed.FS

// Picture is the drawing of a product, 120 by 72, and the tone of its colour.
type Picture struct{ Path, Tone string }

// Pictures are those of the products, by their names.
var Pictures = map[string]Picture{
	"Letter paper":  {"M42 12h26l10 10v38H42zM68 12v10h10M49 32h22M49 40h22M49 48h14", "good"},
	"Iron gall ink": {"M52 14h16v8l8 10v28H44V32l8-10zM44 42h32", "berry"},
	"Envelopes":     {"M34 18h52v38H34zM34 18l26 22 26-22", "warn"},
	"Twine":         {"M58 14a22 22 0 1 0 .1 0M38 28c14 1 30 11 37 23M43 21c14 1 31 13 36 24M37 40c10 1 21 9 26 17M79 40c1 9 4 17 17 17", "soft"},
}

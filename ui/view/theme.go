package view

import (
	"context"
	"net/http"
	"slices"
)

// Theme is whether pages are light or dark.
type Theme string

// The themes. System is as the device has it.
const (
	System Theme = "system"
	Light  Theme = "light"
	Dark   Theme = "dark"
)

// Themes are all of them, in the order in which they are offered.
var Themes = []Theme{System, Light, Dark}

// themeCookie holds the choice.
const themeCookie = "gatehouse_theme"

// themeOf returns what the browser chose, System where it chose nothing that is known.
func themeOf(r *http.Request) Theme {
	if t := Theme(Kept(r, themeCookie)); slices.Contains(Themes, t) {
		return t
	}
	return System
}

// SetTheme lets the browser keep the choice of t for a year; System takes a choice back, and so
// does what is no theme. Where pages are on https the cookie goes there only.
func SetTheme(w http.ResponseWriter, t Theme, secure bool) {
	if t != Light && t != Dark {
		t = ""
	}
	Keep(w, themeCookie, string(t), secure)
}

type themeKey struct{}

// ThemeIn returns the theme of the page that is drawn.
func ThemeIn(ctx context.Context) Theme {
	if t, ok := ctx.Value(themeKey{}).(Theme); ok {
		return t
	}
	return System
}

// colours is the color-scheme of a page in t.
func (t Theme) colours() string {
	if t == System {
		return "light dark"
	}
	return string(t)
}

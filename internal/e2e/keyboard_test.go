package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// farthest is after how many tabs whatever can be reached was reached: more than stand on any page.
const farthest = 400

// focusSeen is whether what has the focus shows that, and is not hidden behind what stays in place while the
// page moves (WCAG 2.2, 2.4.11).
const focusSeen = `(e => e.matches(':focus-visible') && [...e.getClientRects()].some(r =>
	[[.5, .5], [.1, .1], [.9, .1], [.1, .9], [.9, .9]].some(([x, y]) => e.contains(document.elementFromPoint(r.left + r.width * x, r.top + r.height * y)))))(document.activeElement)`

// reach goes from element to element by the tabulator until the focus is on the first one that matches.
// Where it cannot be seen on the way, it cannot be reached.
func (b *tab) reach(css string) {
	b.t.Helper()
	b.see(css)
	for range farthest {
		if b.value(fmt.Sprintf("String(document.activeElement === document.querySelector(%q))", css)) == "true" {
			b.until("the focus of "+css+" is seen", focusSeen)
			return
		}
		b.do("to the next element", chromedp.KeyEvent(kb.Tab))
	}
	b.t.Fatalf("%s is not reached by keyboard\nat %s", css, b.location())
}

// strike presses the key that does what a click does to what has the focus: a space where something
// is ticked or chosen, enter elsewhere.
func (b *tab) strike(css string) {
	b.t.Helper()
	key := kb.Enter
	if b.value("String(document.activeElement.matches('input[type=checkbox], input[type=radio]'))") == "true" {
		key = " "
	}
	b.do("strike "+css, chromedp.KeyEvent(key))
}

// choose takes an option of a list that unfolds, by its value.
func (b *tab) choose(id, value string) {
	b.t.Helper()
	b.done++
	css := fmt.Sprintf("[id=%q]", id)
	chosen := fmt.Sprintf("document.getElementById(%q).value === %q", id, value)
	if !b.keys {
		b.see(css)
		b.do("choose "+value, chromedp.SetValue(chromedp.CSS(css), value))
		return
	}
	b.reach(css)
	b.do("to the first one", chromedp.KeyEvent(kb.Home))
	for range farthest {
		if b.value("String("+chosen+")") == "true" {
			return
		}
		b.do("to the next one", chromedp.KeyEvent(kb.ArrowDown))
	}
	b.t.Fatalf("%s cannot be chosen in %s by keyboard\nat %s", value, id, b.location())
}

// pick chooses one of several that exclude each other: the tabulator leads to the one that is chosen,
// the arrows from there to the others.
func (b *tab) pick(css string) {
	b.t.Helper()
	if !b.keys {
		b.press(css)
		return
	}
	b.done++
	b.see(css)
	b.reach(fmt.Sprintf("input[name=%q]:checked", b.value(fmt.Sprintf("document.querySelector(%q).name", css))))
	for range farthest {
		if b.value(fmt.Sprintf("String(document.querySelector(%q).checked)", css)) == "true" {
			return
		}
		b.do("to the next one", chromedp.KeyEvent(kb.ArrowDown))
	}
	b.t.Fatalf("%s cannot be chosen by keyboard\nat %s", css, b.location())
}

// clear empties a field, as whoever types there does.
func (b *tab) clear(id string) {
	b.t.Helper()
	if b.keys {
		b.reach("#" + id)
	} else {
		b.do("into "+id, chromedp.WaitVisible(chromedp.CSS("#"+id)), chromedp.Focus(chromedp.CSS("#"+id)))
	}
	b.do("take all of "+id, chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)))
	b.do("empty "+id, chromedp.KeyEvent(kb.Delete))
	b.until(id+" is empty", fmt.Sprintf("document.getElementById(%q).value === ''", id))
}

// inEveryWay runs a journey by mouse and with scripts, by keyboard alone, and by keyboard alone without
// scripts. Where time matters it takes one way: every other journey goes by mouse, the others by keyboard
// without scripts, which is as far apart as can be.
func inEveryWay(t *testing.T, journey func(t *testing.T, b *tab)) {
	t.Parallel()
	for name, way := range map[string]struct{ keys, scripts, short bool }{
		"by mouse": {false, true, len(t.Name())%2 == 0}, "by keyboard": {true, true, false}, "by keyboard, without scripts": {true, false, len(t.Name())%2 == 1},
	} {
		if !way.short && !thorough {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTab(t)
			b.keys = way.keys
			b.scripts(way.scripts)
			journey(t, b)
		})
	}
}

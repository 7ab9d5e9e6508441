package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// farthest is after how many tabs whatever can be reached was reached: more than stand on any page.
const farthest = 400

// reach goes from element to element by the tabulator until the focus is on the first one that matches.
// Where it cannot be seen on the way, it cannot be reached.
func (b *tab) reach(css string) {
	b.t.Helper()
	b.see(css)
	for range farthest {
		if b.value(fmt.Sprintf("String(document.activeElement === document.querySelector(%q))", css)) == "true" {
			b.until("the focus is seen", "document.activeElement.matches(':focus-visible')")
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

// clear empties a field.
func (b *tab) clear(id string) {
	b.t.Helper()
	if !b.keys {
		b.once(id+" is emptied", fmt.Sprintf("document.getElementById(%q).value = ''", id))
		return
	}
	b.reach("#" + id)
	b.do("to its end", chromedp.KeyEvent(kb.End))
	for range b.value(fmt.Sprintf("document.getElementById(%q).value", id)) {
		b.do("empty "+id, chromedp.KeyEvent(kb.Backspace))
	}
}

// inEveryWay runs a journey by mouse and with scripts, by keyboard alone, and without scripts.
func inEveryWay(t *testing.T, journey func(t *testing.T, b *tab)) {
	t.Parallel()
	for name, way := range map[string]struct{ keys, scripts bool }{
		"by mouse": {false, true}, "by keyboard": {true, true}, "by keyboard, without scripts": {true, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTab(t)
			b.keys = way.keys
			b.scripts(way.scripts)
			journey(t, b)
		})
	}
}

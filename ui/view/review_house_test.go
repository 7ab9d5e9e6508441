package view

import (
	"strings"
	"testing"

	"gatehouse/web"
)

// A page that says one thing twice sounds like a machine.
func TestErrorPageDoesNotRepeatItsTitle(t *testing.T) {
	t.Parallel()
	w := errorAnswer("text/html", web.ErrorPage{Status: 404, Code: "page.not_found", Detail: "There is no such page."})
	if n := strings.Count(w.Body.String(), "There is no such page"); n != 2 { // in <title> and <h1>
		t.Errorf("the page says it %d times:\n%s", n, w.Body.String())
	}
	w = errorAnswer("application/json", web.ErrorPage{Status: 404, Code: "page.not_found", Detail: "There is no such page."})
	if !strings.Contains(w.Body.String(), `"detail":"There is no such page."`) {
		t.Errorf("the problem document lost its detail: %s", w.Body)
	}
}

package viewtest

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/ui/view"
	"gatehouse/web"
)

// ThemeOf returns the theme that a page for a browser with the cookie says it is in, "" for that
// of the device.
func ThemeOf(t *testing.T, c *http.Cookie) string {
	t.Helper()
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(c)
	view.NewPages("https://id.example.com").SignedOut(w, r, web.SignedOutPage{})
	for _, n := range Nodes(t, w.Body.Bytes()) {
		if n.Data == "html" {
			return Attr(n, "data-theme")
		}
	}
	t.Fatal("there is no page")
	return ""
}

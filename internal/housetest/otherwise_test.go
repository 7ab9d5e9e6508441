package housetest

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// What programs ask says no as programs read it, where nothing is too, and where
// something is that is asked in another way.
func TestProgramsReadThatNothingIsThere(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	for path, status := range map[string]int{
		"/access/v1/": http.StatusNotFound, "/access/v1/nothing": http.StatusNotFound, "/access/v1/evaluation/more": http.StatusNotFound,
		"/access/v1/evaluation": http.StatusMethodNotAllowed, "/access/v1/feed": http.StatusMethodNotAllowed,
		"/.well-known/authzen-configuration": http.StatusMethodNotAllowed,
	} {
		a := g.Ask(http.MethodPut, path)
		if a.Status != status || a.Header.Get("Content-Type") != "application/problem+json" || a.Text("type") == "" || a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("PUT %s: %d %s %s", path, a.Status, a.Header.Get("Content-Type"), a.Body)
		}
		if (a.Header.Get("Allow") != "") != (status == http.StatusMethodNotAllowed) {
			t.Errorf("PUT %s: Allow is %q", path, a.Header.Get("Allow"))
		}
	}
	for path, allow := range map[string]string{
		"/oauth2/token": "POST, OPTIONS", "/oauth2/revoke": "POST, OPTIONS", "/oauth2/introspect": "POST", "/oauth2/userinfo": "GET, HEAD, POST, OPTIONS",
	} {
		a := g.Ask(http.MethodPut, path)
		if a.Status != http.StatusMethodNotAllowed || a.Error() != "invalid_request" || a.Header.Get("Allow") != allow {
			t.Errorf("PUT %s: %d %s, Allow is %q, want %q", path, a.Status, a.Body, a.Header.Get("Allow"), allow)
		}
	}
}

// net/http says by itself what no route takes, in words for nobody: no door leaves that
// to it.
func TestNoDoorAnswersInPlainText(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	for _, pattern := range g.Server.Patterns() {
		path := strings.NewReplacer("{$}", "", "{", "", "}", "", "...", "").Replace(pattern[strings.Index(pattern, "/"):])
		for _, method := range []string{http.MethodTrace, "PROPFIND", http.MethodDelete} {
			for _, at := range []string{path, strings.TrimSuffix(path, "/") + "/no-such-thing"} {
				if a := g.Ask(method, at); strings.HasPrefix(a.Header.Get("Content-Type"), "text/plain") && a.Status >= 400 {
					t.Errorf("%s %s: %d %s", method, at, a.Status, a.Body)
				}
			}
		}
	}
}

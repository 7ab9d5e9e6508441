package housetest

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// hinted are routes whose answers have headers of the gate's own, in each way in which they
// are sent on.
const hinted = gateRoutes + `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: hinted}
spec:
  match: {hosts: [hinted.example.test], paths: ["/plain"], methods: [GET, POST]}
  public: true
  upstream: app
  limits: {rate: [{per: ip, limit: 100/s}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: hinted-events}
spec:
  match: {hosts: [hinted.example.test], paths: ["/events"], methods: [GET]}
  public: true
  upstream: app
  stream: {sse: true}
  limits: {rate: [{per: ip, limit: 100/s}]}
`

// What an upstream says before its answer (1xx) takes nothing away of what the gate says.
func TestWhatComesBeforeAnAnswerTakesNothingFromIt(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	writeRoutes(t, g.folder, g.app, hinted)
	g.routed(t)
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</style.css>")
		w.WriteHeader(http.StatusEarlyHints)
		w.Header().Set("X-Theirs", "kept")
		fmt.Fprint(w, "tea")
	})
	for name, c := range map[string]struct{ method, path, body string }{
		"without a body": {"GET", "/plain", ""}, "with one": {"POST", "/plain", "x"}, "events": {"GET", "/events", ""},
	} {
		status, header, body := g.raw(t, fmt.Sprintf("%s %s HTTP/1.1\r\nHost: hinted.example.test\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", c.method, c.path, len(c.body), c.body))
		if status != http.StatusOK || body != "tea" || header.Get("RateLimit") == "" || header.Get("RateLimit-Policy") == "" || header.Get("X-Theirs") != "kept" {
			t.Errorf("%s: %d %v %q", name, status, header, body)
		}
	}
}

// Headers that are about the connection of a visitor, and those that it names so, go no
// further; nor do those of the upstream's.
func TestWhatIsAboutOneConnectionEndsWithIt(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Connection", "X-Named")
		w.Header().Set("X-Named", "1")
		w.Header().Set("Keep-Alive", "timeout=5")
		w.Header().Set("Proxy-Authenticate", "Basic")
		w.Header().Set("X-Theirs", "kept")
	})
	for name, body := range map[string]string{"without a body": "", "with one": "x"} {
		method := map[bool]string{true: "GET", false: "POST"}[body == ""]
		lines := method + " /public/x HTTP/1.1\r\nHost: api.example.test\r\nX-Named: 1\r\nX-Mine: kept\r\nKeep-Alive: 5\r\nProxy-Connection: close\r\nTE: trailers\r\nConnection: close, x-NAMED, x-forwarded-for\r\n"
		status, header, _ := g.raw(t, fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", lines, len(body), body))
		seen := g.app.took()
		if status != http.StatusOK || len(seen) != 1 || seen[0].Body != body {
			t.Fatalf("%s: %d %+v", name, status, seen)
		}
		for _, gone := range []string{"X-Named", "Keep-Alive", "Proxy-Connection", "Te", "Proxy-Authenticate"} {
			if seen[0].Header.Get(gone) != "" || header.Get(gone) != "" {
				t.Errorf("%s: %s is passed on: %v and %v", name, gone, seen[0].Header, header)
			}
		}
		if seen[0].Header.Get("X-Mine") != "kept" || header.Get("X-Theirs") != "kept" || seen[0].Header.Get("X-Forwarded-For") != "127.0.0.1" || seen[0].Header.Get("User-Agent") != "" {
			t.Errorf("%s: %v and %v", name, seen[0].Header, header)
		}
	}
}

// An answer that breaks off is broken off for the visitor too, and never looks whole.
func TestAnAnswerThatBreaksOffIsBrokenOff(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	g.app.answers(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "length") {
			w.Header().Set("Content-Length", "100")
		}
		fmt.Fprint(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	})
	for _, path := range []string{"/public/length", "/public/chunks"} {
		for _, how := range []string{"GET", "POST"} {
			if body, whole := g.readWhole(t, how, path); whole {
				t.Errorf("%s %s: %q looks whole", how, path, body)
			}
		}
	}
}

// readWhole reports whether an answer came to its end.
func (g *gated) readWhole(t *testing.T, method, path string) (body string, whole bool) {
	t.Helper()
	var content string
	if method == http.MethodPost {
		content = "x"
	}
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+g.address+path, strings.NewReader(content))
	must(t, err)
	r.Host = "api.example.test"
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return "", false
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return string(text), err == nil
}

package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/internal/testconfig"
	"gatehouse/web"
)

// seen is what a handler behind the layers of a door finds.
type seen struct {
	called   bool
	deadline time.Duration // zero: none
	read     int64         // of an endless body
}

// behind puts a handler behind the layers of d.
func (s *Server) behind(d *door) (*seen, http.Handler) {
	found := &seen{}
	return found, s.layers(d, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		found.called = true
		if at, ok := r.Context().Deadline(); ok {
			found.deadline = time.Until(at)
		}
		found.read, _ = io.Copy(io.Discard, r.Body)
	}))
}

// posted is a form that a browser of today sends from a page of site.
func posted(path, site string, body io.Reader) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://localhost:8080"+path, body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", site)
	return r
}

// pathOf is a path that a pattern matches.
func pathOf(pattern string) (method, path string) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		method, path = http.MethodGet, pattern
	}
	return method, strings.NewReplacer("{$}", "", "{hash}", "0", "{name}", "app.css", "{code}", "x").Replace(path)
}

// Every row of the table keeps what it says: who may post, how long a request
// may take, how much it may send, and which headers the answer has.
func TestEveryDoorHasTheProtectionThatItsRowSays(t *testing.T) {
	t.Parallel()
	s, err := New(openHouse(t, testconfig.New(t)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range s.doors {
		for _, site := range []string{"cross-site", "same-site", "same-origin"} {
			found, handler := s.behind(d)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, posted("/x", site, strings.NewReader("")))
			refused := w.Code == http.StatusForbidden && strings.Contains(w.Body.String(), "form.cross_site")
			if want := (d.protect == forms || d.protect == uploads) && site != "same-origin"; refused != want || found.called == want {
				t.Errorf("%s: a %s post is refused: %t (%d), want %t", d.name, site, refused, w.Code, want)
			}
			for name, want := range map[string]string{
				"X-Frame-Options": "DENY", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
			} {
				if d.protect == raw {
					want = ""
				}
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: a %s post is answered with %s %q, want %q", d.name, site, name, got, want)
				}
			}
			if policy := w.Header().Get("Content-Security-Policy"); (d.protect == raw) != (policy == "") || (d.protect == raw) != (w.Header().Get("X-Request-Id") == "") {
				t.Errorf("%s: policy %q, request id %q", d.name, policy, w.Header().Get("X-Request-Id"))
			}
		}
		found, handler := s.behind(d)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, posted("/x", "same-origin", strings.NewReader(strings.Repeat("a", bodyLimit+1))))
		if d.protect == uploads {
			if !found.called || found.read != 0 {
				t.Errorf("%s: of a stranger %d bytes were handed on (handled %t)", d.name, found.read, found.called)
			}
		} else if d.protect == forms {
			if found.called || !strings.Contains(w.Body.String(), "request.too_large") {
				t.Errorf("%s: a form without bound is answered %d %s", d.name, w.Code, w.Body)
			}
			handler.ServeHTTP(httptest.NewRecorder(), posted("/x", "same-origin", strings.NewReader(strings.Repeat("a", int(d.limits.body)))))
			if !found.called {
				t.Errorf("%s: a form as large as its row says is refused", d.name)
			}
		} else if want := min(d.limits.body, bodyLimit+1); d.protect != raw && found.read != want {
			t.Errorf("%s: %d bytes of the body were read, want %d", d.name, found.read, want)
		}
		if found.deadline > d.limits.timeout || found.deadline < d.limits.timeout/2 {
			t.Errorf("%s: the deadline is %s away, want %s", d.name, found.deadline, d.limits.timeout)
		}
	}
}

// Every route is reached through its own door, and so stands behind what the
// door's row says.
func TestEveryRouteIsBehindItsOwnDoor(t *testing.T) {
	t.Parallel()
	s, err := New(openHouse(t, testconfig.New(t)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range s.doors {
		if len(d.mux.Patterns()) == 0 {
			t.Errorf("%s has no routes", d.name)
		}
		at := s.public.(*entrance)
		if d.internal {
			at = s.internal.(*entrance)
		}
		for _, pattern := range d.mux.Patterns() {
			method, path := pathOf(pattern)
			r := httptest.NewRequest(method, "http://localhost:8080"+path, nil)
			if got := at.find(r); got != d {
				t.Errorf("%s is served by %q, not by %q", pattern, got.name, d.name)
			}
			if method != http.MethodPost {
				continue
			}
			w := httptest.NewRecorder()
			at.ServeHTTP(w, posted(path, "cross-site", strings.NewReader("")))
			if refused := strings.Contains(w.Body.String(), "form.cross_site"); refused != (d.protect == forms || d.protect == uploads) {
				t.Errorf("%s: a post from another site is refused: %t (%d)", pattern, refused, w.Code)
			}
		}
		for path := range d.documents {
			if got := at.find(httptest.NewRequest(http.MethodGet, "http://localhost:8080"+path, nil)); got != d {
				t.Errorf("the document %s is served by %q, not by %q", path, got.name, d.name)
			}
		}
	}
}

func TestRequestsFindTheirDoor(t *testing.T) {
	t.Parallel()
	s, err := New(openHouse(t, testconfig.New(t)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	mount := func(*web.Mux) {}
	refuse := func(http.ResponseWriter, *http.Request, int, *fault.Error) {}
	row := func(name string, prefixes ...string) *door {
		return &door{name: name, prefixes: prefixes, protect: programs, refuse: refuse, limits: usual, mount: mount}
	}
	gate := &door{name: "gate", host: func(host string) bool { return strings.HasSuffix(host, ".apps.test") }, protect: raw, mount: mount}
	e, err := s.newEntrance([]*door{row("pages", "/", "/api/help"), row("api", "/api/"), gate, row("scim", "/api/scim/")})
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"http://id.test/": "pages", "http://id.test/account": "pages", "http://id.test/api": "pages", "http://id.test/api/help": "pages",
		"http://id.test/api/help/x": "api", "http://id.test/api/": "api", "http://id.test/api/scim": "api", "http://id.test/api/scim/Users": "scim",
		"http://orders.apps.test/": "gate", "http://orders.apps.test/api/scim/Users": "gate", "http://apps.test/api/v1": "api",
	} {
		if got := e.find(httptest.NewRequest(http.MethodGet, url, nil)).name; got != want {
			t.Errorf("%s comes to %q, want %q", url, got, want)
		}
	}
	astray := row("api", "/api/")
	astray.mount = func(m *web.Mux) { m.Route("GET /account", nil) }
	for name, doors := range map[string][]*door{
		"nobody takes the rest":     {row("api", "/api/")},
		"two take the same":         {row("pages", "/"), row("other", "/")},
		"neither host nor prefix":   {row("pages", "/"), row("nowhere")},
		"no protection":             {{name: "open", prefixes: []string{"/"}, refuse: refuse, limits: usual, mount: mount}},
		"no limits":                 {{name: "endless", prefixes: []string{"/"}, protect: programs, refuse: refuse, mount: mount}},
		"limits that nobody keeps":  {{name: "raw", prefixes: []string{"/"}, protect: raw, limits: usual, mount: mount}},
		"nothing is mounted":        {{name: "empty", prefixes: []string{"/"}, protect: programs, refuse: refuse, limits: usual}},
		"a host that has a prefix":  {row("pages", "/"), {name: "gate", host: gate.host, prefixes: []string{"/x/"}, protect: raw, mount: mount}},
		"there are no doors at all": nil,
		"nobody says no":            {{name: "mute", prefixes: []string{"/"}, protect: programs, limits: usual, mount: mount}},
		"a route in another's part": {row("pages", "/"), astray},
		"a route nearer to another": {row("pages", "/"), row("scim", "/api/scim/"), {
			name: "api", prefixes: []string{"/api/"}, protect: programs, refuse: refuse, limits: usual,
			mount: func(m *web.Mux) { m.Route("GET /api/scim/Users", nil) },
		}},
	} {
		if _, err := s.newEntrance(doors); err == nil {
			t.Errorf("%s, and the doors opened", name)
		}
	}
}

// What ServeMux answers to such a path is a redirect with 307, which carries a
// posted password along.
func TestPathsThatAreWrittenAnotherWayAreNotThere(t *testing.T) {
	t.Parallel()
	s, err := New(openHouse(t, testconfig.New(t)), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range s.doors {
		at := s.public
		if d.internal {
			at = s.internal
		}
		paths := []string{"//", "///", "/.", "/..", "/./", "/x/..", "//evil.example/", "/%2f", "/%2e%2e/"}
		for _, pattern := range d.mux.Patterns() {
			_, path := pathOf(pattern)
			paths = append(paths, "/"+path, "//"+path, "/."+path, "/x/.."+path, path+"//", path+"/.", path+"/..", "/%2e"+path, "/%2f"+path)
		}
		for _, path := range paths {
			for _, method := range []string{http.MethodGet, http.MethodPost} {
				r := posted("/", "same-origin", strings.NewReader(""))
				if r.Method, r.URL.Path, r.URL.RawPath = method, unescaped(t, path), path; unescaped(t, path) == path {
					r.URL.RawPath = ""
				}
				w := httptest.NewRecorder()
				at.ServeHTTP(w, r)
				if w.Code != http.StatusNotFound {
					t.Errorf("%s: %s %s is answered with %d to %q, want 404", d.name, method, path, w.Code, w.Header().Get("Location"))
				}
			}
		}
	}
}

func unescaped(t *testing.T, path string) string {
	t.Helper()
	p, err := url.PathUnescape(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

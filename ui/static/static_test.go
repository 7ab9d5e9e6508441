package static

import (
	"compress/gzip"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/picture"
	"gatehouse/web"
)

func mux() *web.Mux {
	m := web.NewMux(slog.New(slog.DiscardHandler), func(w http.ResponseWriter, _ *http.Request, status int, _ *fault.Error) {
		w.WriteHeader(status)
	})
	Mount(m, nil)
	return m
}

func get(path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	mux().ServeHTTP(w, r)
	return w
}

func TestFilesMayBeKeptForGood(t *testing.T) {
	t.Parallel()
	for name, kind := range map[string]string{
		"app.css": "text/css; charset=utf-8", "account.css": "text/css; charset=utf-8", "parts.css": "text/css; charset=utf-8", "console.css": "text/css; charset=utf-8", "console.js": "text/javascript; charset=utf-8",
		"account.js": "text/javascript; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "setup.js": "text/javascript; charset=utf-8",
		"formpost.js": "text/javascript; charset=utf-8", "logo.svg": "image/svg+xml",
	} {
		plain, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w := get(URL(name))
		if w.Code != 200 || w.Body.String() != string(plain) || w.Header().Get("Content-Type") != kind {
			t.Errorf("%s: status %d, %s, %d bytes", name, w.Code, w.Header().Get("Content-Type"), w.Body.Len())
		}
		if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: Cache-Control %q", name, got)
		}
	}
}

func TestFilesComeCompressedToThoseWhoCanReadThat(t *testing.T) {
	t.Parallel()
	plain, err := embedded.ReadFile("app.css")
	if err != nil {
		t.Fatal(err)
	}
	w := get(URL("app.css"), "Accept-Encoding", "br, gzip;q=0.8")
	if w.Header().Get("Content-Encoding") != "gzip" || w.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers %v", w.Header())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(z); err != nil || string(got) != string(plain) {
		t.Errorf("the compressed file differs (%v)", err)
	}
	for _, no := range []string{"", "br", "gzip;q=0", "gzip;q=0.0", "x-gzip-like"} {
		if w := get(URL("app.css"), "Accept-Encoding", no); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %q got a compressed file", no)
		}
	}
}

func TestFilesThatAreKnownAreNotSentAgain(t *testing.T) {
	t.Parallel()
	tag := get(URL("app.css")).Header().Get("ETag")
	if w := get(URL("app.css"), "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("status %d, %d bytes", w.Code, w.Body.Len())
	}
	if w := get(URL("app.css"), "If-None-Match", tag, "Accept-Encoding", "gzip"); w.Code != 200 {
		t.Errorf("the tag of the plain file counts for the compressed one: status %d", w.Code)
	}
}

// A drawing that somebody opens by itself is a document of our origin.
func TestALogoMayDoNothingByItself(t *testing.T) {
	t.Parallel()
	drawing := NewPicture("logo", picture.Picture{Kind: picture.SVG, Bytes: []byte("<svg/>")})
	raster := NewPicture("logo", picture.Picture{Kind: picture.PNG, Bytes: []byte("png")})
	m := web.NewMux(slog.New(slog.DiscardHandler), func(w http.ResponseWriter, _ *http.Request, status int, _ *fault.Error) {
		w.WriteHeader(status)
	})
	Mount(m, func() []*File { return []*File{drawing, raster} })
	for kind, f := range map[string]*File{"image/svg+xml": drawing, "image/png": raster} {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(http.MethodGet, f.URL(), nil))
		policy := w.Header().Get("Content-Security-Policy")
		if w.Code != 200 || w.Header().Get("Content-Type") != kind || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "sandbox") || strings.Contains(policy, "script") {
			t.Errorf("%s: status %d, %v", f.URL(), w.Code, w.Header())
		}
	}
}

func TestUnknownFilesAreNotThere(t *testing.T) {
	t.Parallel()
	hash := strings.Split(URL("app.css"), "/")[2]
	for _, path := range []string{"/static/" + hash + "/static.go", "/static/old/app.css", "/static/" + hash + "/app.js", "/static/" + hash + "/..%2fstatic.go"} {
		if w := get(path); w.Code != 404 {
			t.Errorf("%s: status %d", path, w.Code)
		}
	}
}

// Compressed they are a fifth of it: the console's has 6.3 kB on the wire.
func TestTheStyleSheetsStaySmall(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]int{"app.css": 12 << 10, "parts.css": 12 << 10, "account.css": 12 << 10, "console.css": 36 << 10} {
		css, err := embedded.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if len(css) >= limit {
			t.Errorf("%s has %d bytes, want less than %d", name, len(css), limit)
		}
		if strings.Contains(string(css), "px") || strings.Contains(string(css), "@import") || strings.Contains(string(css), "url(") {
			t.Errorf("%s uses px, an import or a url: sizes are rem, and nothing is loaded besides", name)
		}
	}
}

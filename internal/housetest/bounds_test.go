package housetest

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/ui/console"
)

// endless is a body that never ends and counts what was read of it.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	e.read += len(b)
	return len(b), nil
}

// Nobody reads more than a mebibyte of what a stranger sends, at any route, in
// any form; of a file no more than a file may have, which is thrown away.
func TestNoRouteReadsABodyWithoutEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for _, pattern := range s.Server.Patterns() {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok || method != http.MethodPost {
			continue
		}
		for _, kind := range []string{"application/x-www-form-urlencoded", "multipart/form-data; boundary=a", "application/json"} {
			body := &endless{}
			r := httptest.NewRequestWithContext(t.Context(), method, gatetest.Issuer+strings.ReplaceAll(path, "{$}", ""), io.LimitReader(body, 64<<20))
			r.RemoteAddr = "192.0.2.1:40000"
			r.Header.Set("Content-Type", kind)
			r.Header.Set("Origin", gatetest.Issuer)
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			w := httptest.NewRecorder()
			s.Server.Handler().ServeHTTP(w, r)
			most := 1 << 20
			if slices.Contains(console.UploadPaths(), path) {
				most = console.MaxUpload // to the end of what may be a file, so that a browser hears the answer
			}
			if body.read > most+64<<10 { // what is read ahead
				t.Errorf("%s as %s: %d bytes were read", pattern, kind, body.read)
			}
			if w.Code >= 500 {
				t.Errorf("%s as %s: answered %d", pattern, kind, w.Code)
			}
		}
	}
}

// A request that waits for the database waits a quarter of a minute at most,
// whatever else holds it up.
func TestRequestThatWaitsIsCutAfterFifteenSeconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		page := s.browser.Get("/signin?return_to=/account").At("/signin")
		entered, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
		go func() {
			done <- s.House.Store.InTx(context.Background(), func(context.Context) error {
				close(entered)
				<-release
				return nil
			})
		}()
		<-entered
		start := time.Now()
		p := page.Submit("email", s.ada.Email, "password", s.ada.Password)
		if took := time.Since(start); took > 15*time.Second || took < 5*time.Second {
			t.Errorf("answered after %v, want 15s", took)
		}
		if p.Status < 500 {
			t.Errorf("answered %d without the database:\n%s", p.Status, p.Body)
		}
		close(release)
		<-done // late is an answer too
	})
}

// The address that a trusted proxy reports is the one in the audit log and in
// the access log; a stranger reports nothing.
func TestAuditNamesTheAddressBehindTheProxy(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted []string
		want    string
	}{
		"no proxy is configured": {nil, "192.0.2.1"},
		"another proxy is":       {[]string{"192.0.2.2"}, "192.0.2.1"},
		"this proxy is":          {[]string{"198.51.100.0/24", "192.0.2.1"}, "203.0.113.9"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, func(cfg *config.Config) { cfg.Web.TrustedProxies = c.trusted })
			form := s.browser.Get("/signin?return_to=/account").At("/signin").Forms()[0]
			form.Values.Set("email", "nobody@example.test")
			form.Values.Set("password", "a wrong one")
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, gatetest.Issuer+"/signin", strings.NewReader(form.Values.Encode()))
			r.RemoteAddr = "192.0.2.1:40000"
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Sec-Fetch-Site", "same-origin")
			r.Header.Set("X-Forwarded-For", "198.18.0.1, 203.0.113.9")
			for _, cookie := range s.browser.Cookies() {
				r.AddCookie(cookie)
			}
			s.Server.Handler().ServeHTTP(httptest.NewRecorder(), r)
			events := eventsOf(t, s.Gate, "signin.refuse")
			if len(events) != 1 || events[0].Actor.IP != c.want {
				t.Errorf("the audit log says %+v, want one refusal of %s", events, c.want)
			}
			lines := strings.Split(strings.TrimSpace(s.Log.String()), "\n")
			var last struct{ Msg, Path, IP string }
			if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Msg != "request" || last.Path != "/signin" || last.IP != c.want {
				t.Errorf("the log says %+v, %v; want %s", last, err, c.want)
			}
		})
	}
}

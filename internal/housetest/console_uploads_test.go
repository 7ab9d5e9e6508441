package housetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
)

// A file is read of whom its form is for alone: what anybody else sends is not even looked at for
// whether it is one.
func TestAFileIsReadOfWhomItsFormIsForAlone(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	there := s.targets()
	viewer, ada := s.Person("viewer", gatetest.TOTP), s.Person("ada", gatetest.TOTP, gatetest.Administrator)
	s.role(viewer, "viewer", func(one string) bool { return strings.HasSuffix(one, ":read") })
	v, a := atConsole(t, s.Gate, viewer), atConsole(t, s.Gate, ada)
	sends := func(b *gatetest.Browser, path string) int {
		r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+path, strings.NewReader("--b\r\nno part of a form"))
		must(t, err)
		r.Header = http.Header{"Content-Type": {"multipart/form-data; boundary=b"}, "Origin": {gatetest.Issuer}, "Sec-Fetch-Site": {"same-origin"}, "Accept": {"text/html"}}
		for _, c := range b.Cookies() {
			r.AddCookie(c)
		}
		resp, err := s.RoundTrip(r)
		must(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	for _, path := range []string{"/console/users/import", "/console/files/apply", "/console/logos/" + there["client"]} {
		for who, c := range map[string]struct {
			b    *gatetest.Browser
			want int
		}{"whom it is for": {a, http.StatusBadRequest}, "whom it is not for": {v, http.StatusForbidden}, "nobody": {s.Browser(), http.StatusUnauthorized}} {
			if got := sends(c.b, path); got != c.want {
				t.Errorf("%s: what is no form, sent by %s, is answered %d, want %d", path, who, got, c.want)
			}
		}
	}
}

// unread is a body that says how much of it was read.
type unread struct{ n int64 }

func (u *unread) Read(b []byte) (int, error) {
	if u.n >= 4<<20 {
		return 0, io.EOF
	}
	u.n += int64(len(b))
	return copy(b, strings.Repeat("x", len(b))), nil
}

// The API reads nothing of what somebody sends whom it refuses, however large.
func TestTheAPIReadsNothingOfWhomItRefuses(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	reader := s.account("reader", func(one string) bool { return one == "users:read" })
	s.Settle()
	for who, c := range map[string]struct {
		credential string
		status     int
	}{"nobody": {"", http.StatusUnauthorized}, "a guess": {"ghk_guess", http.StatusUnauthorized}, "who may not": {reader, http.StatusForbidden}} {
		for _, path := range []string{"/api/v1/imports", "/api/v1/apply", "/api/v1/users"} {
			body := &unread{}
			r := httptest.NewRequest(http.MethodPost, gatetest.Issuer+path, body)
			r.Header.Set("Content-Type", "application/json")
			if c.credential != "" {
				r.Header.Set("Authorization", "Bearer "+c.credential)
			}
			w := httptest.NewRecorder()
			s.Server.Handler().ServeHTTP(w, r)
			if w.Code != c.status || body.n > 0 {
				t.Errorf("%s, from %s: %d, after %d bytes were read", path, who, w.Code, body.n)
			}
		}
	}
}

package provider

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// OpenID Connect Core 3.1.2.1: POST works like GET. It comes from another site
// and so without cookies; nothing is decided on it, and the browser's binding
// cookie, which other tabs need, is left alone.
func TestPostedRequestIsMovedToAGet(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	post := func(q url.Values, query string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodPost, PathAuthorize+query, strings.NewReader(q.Encode()))
		r.Header.Set("Content-Type", formType)
		return d.do(r)
	}
	w := post(d.request("web"), "")
	if w.Code != http.StatusSeeOther || len(w.Result().Cookies()) != 0 || len(d.store.interactions) != 0 {
		t.Fatalf("%d, cookies %v", w.Code, w.Result().Cookies())
	}
	if q := d.answered(d.get(w.Header().Get("Location"))); q.Get("code") == "" || q.Get("state") != "a state" {
		t.Errorf("the response is %v", q)
	}
	if q := d.answered(post(d.request("web", "scope", "admin"), "")); q.Get("error") != "invalid_scope" {
		t.Errorf("a wrong request: %v", q)
	}
	if q := d.answered(post(d.request("web"), "?nonce=x")); q.Get("error") != "invalid_request" {
		t.Errorf("a parameter in both places: %v", q)
	}
	if w := post(d.request("web", "redirect_uri", "https://evil.example.test/"), ""); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("a wrong redirect URI: %d %q", w.Code, w.Header().Get("Location"))
	}
	long := fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, strings.Repeat("x", 6000))
	w = post(d.request("web", "claims", long, "extra", strings.Repeat("x", 40_000), "login_hint", "ada"), "")
	moved := d.pages.posted
	if w.Code != http.StatusOK || !moved.Here || moved.Action != testIssuer+PathAuthorize || moved.Parameters.Has("extra") || moved.Parameters.Get("login_hint") != "ada" {
		t.Fatalf("a long request: %d %+v", w.Code, moved)
	}
	if q := d.answered(d.get(PathAuthorize + "?" + moved.Parameters.Encode())); q.Get("code") == "" {
		t.Errorf("a long request: %v", q)
	}
	if len(d.store.interactions) != 0 || len(w.Result().Cookies()) != 0 {
		t.Errorf("%d sign-ins are stored, cookies %v", len(d.store.interactions), w.Result().Cookies())
	}
}

// A sign-in that is too long for an address is shown where it was asked for.
func TestSignInTooLongForAnAddressIsShownAtOnce(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 400, 800, 1200, 2000, 4000, 6000} {
		d := newDoor(t)
		delete(d.cookies, sessionName)
		random := base64.RawURLEncoding.EncodeToString(rands(size * 3 / 4))
		w := d.ask(d.request("web", "claims", fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, random)))
		location, handle := w.Header().Get("Location"), ""
		switch {
		case w.Code == http.StatusSeeOther && len(location) <= 2<<10:
			handle = strings.TrimPrefix(location, "/signin?i=")
		case w.Code == http.StatusOK && size > 1000:
			handle = strings.TrimPrefix(w.Body.String(), "signin ")
		default:
			t.Fatalf("%d bytes: %d with a location of %d", size, w.Code, len(location))
		}
		if len(d.store.interactions) != 0 {
			t.Errorf("%d bytes: a sign-in is stored", size)
		}
		d.password(handle)
		if q := d.answered(d.get(PathAuthorize + "?i=" + handle)); q.Get("code") == "" || q.Get("state") != "a state" {
			t.Errorf("%d bytes: %v", size, q)
		}
	}
}

func rands(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// Proxies hold the header of an answer in 4 KiB or less; what does not fit
// becomes their 502.
func TestPostedRequestIsMovedToAShortLocation(t *testing.T) {
	t.Parallel()
	for _, size := range []int{10, 1000, 1500, 1600, 1700, 2000, 4000, 6000} {
		d := newDoor(t)
		long := fmt.Sprintf(`{"userinfo":{"name":null},"x":%q}`, strings.Repeat("x", size))
		r := httptest.NewRequest(http.MethodPost, PathAuthorize, strings.NewReader(d.request("web", "claims", long).Encode()))
		r.Header.Set("Content-Type", formType)
		w := d.do(r)
		for _, c := range w.Result().Cookies() {
			d.cookies[c.Name] = c.Value
		}
		location := w.Header().Get("Location")
		if w.Code == http.StatusOK && size > 1600 {
			location = PathAuthorize + "?" + d.pages.posted.Parameters.Encode()
		} else if w.Code != http.StatusSeeOther || location == "" || len(location) > 2<<10 {
			t.Errorf("%d bytes of claims: %d with a location of %d bytes", size, w.Code, len(location))
			continue
		}
		if q := d.answered(d.get(location)); q.Get("code") == "" {
			t.Errorf("%d bytes of claims: %v", size, q)
		}
	}
}

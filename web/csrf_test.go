package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/secret"
)

func TestFormsAreTakenFromOurOwnPagesOnly(t *testing.T) {
	cookies := &Cookies{FormKey: []byte("a key of this test")}
	browser := secret.Token(32)
	for name, c := range map[string]struct {
		method string
		header map[string]string
		token  string
		want   int
	}{
		"same origin":                                 {"POST", map[string]string{"Sec-Fetch-Site": "same-origin"}, "", 200},
		"cross site":                                  {"POST", map[string]string{"Sec-Fetch-Site": "cross-site"}, cookies.FormToken(browser), 403},
		"same site, another host":                     {"POST", map[string]string{"Sec-Fetch-Site": "same-site"}, cookies.FormToken(browser), 403},
		"old browser, our origin":                     {"POST", map[string]string{"Origin": "http://example.test"}, "", 200},
		"old browser, other origin":                   {"POST", map[string]string{"Origin": "http://evil.test"}, cookies.FormToken(browser), 403},
		"simple program with the token":               {"POST", nil, cookies.FormToken(browser), 200},
		"simple program without the token":            {"POST", nil, "", 403},
		"token of another browser":                    {"POST", nil, cookies.FormToken(secret.Token(32)), 403},
		"null origin with the token":                  {"POST", map[string]string{"Origin": "null"}, cookies.FormToken(browser), 200},
		"null origin without the token":               {"POST", map[string]string{"Origin": "null"}, "", 403},
		"null origin of a cross-site request":         {"POST", map[string]string{"Origin": "null", "Sec-Fetch-Site": "cross-site"}, cookies.FormToken(browser), 403},
		"DELETE without anything":                     {"DELETE", nil, "", 403},
		"old browser, behind a proxy that drops Host": {"POST", map[string]string{"Origin": "https://id.example.test"}, "", 200},
		"old browser, the issuer's host over http":    {"POST", map[string]string{"Origin": "http://id.example.test"}, cookies.FormToken(browser), 403},
		"old browser, another port of the issuer":     {"POST", map[string]string{"Origin": "https://id.example.test:8443"}, cookies.FormToken(browser), 403},
		"GET from anywhere":                           {"GET", map[string]string{"Sec-Fetch-Site": "cross-site"}, "", 200},
	} {
		t.Run(name, func(t *testing.T) {
			form := url.Values{"form_token": {c.token}}.Encode()
			r := httptest.NewRequest(c.method, "http://example.test/x", strings.NewReader(form))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.AddCookie(&http.Cookie{Name: "gatehouse_browser", Value: browser})
			for k, v := range c.header {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			ProtectForms("https://id.example.test", cookies, FormLimit, func(w http.ResponseWriter, _ *http.Request, err error) {
				w.WriteHeader(Status(AsFault(err).Kind))
			}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})).ServeHTTP(w, r)
			if w.Code != c.want {
				t.Errorf("status %d, want %d", w.Code, c.want)
			}
		})
	}
}

// A form is as large as one of our pages can send, whatever a browser or a
// program says about where it comes from.
func TestFormIsBoundedWhateverItsOrigin(t *testing.T) {
	cookies := &Cookies{FormKey: []byte("a key of this test")}
	browser := secret.Token(32)
	for name, header := range map[string]map[string]string{
		"same origin":      {"Sec-Fetch-Site": "same-origin"},
		"old browser":      {"Origin": "http://example.test"},
		"behind a proxy":   {"Origin": "https://id.example.test"},
		"no origin at all": {},
		"null origin":      {"Origin": "null"},
	} {
		for _, kind := range []string{"application/x-www-form-urlencoded", "application/x-www-form-urlencoded; charset=utf-8"} {
			for _, size := range []int{FormLimit, FormLimit + 1, 1 << 20} {
				form := "form_token=" + cookies.FormToken(browser) + "&a="
				body := strings.NewReader(form + strings.Repeat("a", size-len(form)))
				r := httptest.NewRequest(http.MethodPost, "http://example.test/x", body)
				r.Header.Set("Content-Type", kind)
				r.AddCookie(&http.Cookie{Name: "gatehouse_browser", Value: browser})
				for k, v := range header {
					r.Header.Set(k, v)
				}
				code, called := "", false
				ProtectForms("https://id.example.test", cookies, FormLimit, func(_ http.ResponseWriter, _ *http.Request, err error) {
					code = AsFault(err).Code
				}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true })).ServeHTTP(httptest.NewRecorder(), r)
				if fits := size <= FormLimit; called != fits || (code == "request.too_large") == fits {
					t.Errorf("%s, %d bytes: handled %t, refused %q", name, size, called, code)
				}
				if size > FormLimit && body.Len() < size-FormLimit-1<<16 {
					t.Errorf("%s, %d bytes: all but %d were read", name, size, body.Len())
				}
			}
		}
	}
}

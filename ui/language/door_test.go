package language

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/ui/view"
	"gatehouse/web"
)

func choose(secure bool, tag, back string) *httptest.ResponseRecorder {
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{Cookies: &web.Cookies{Secure: secure}, Pages: pages}).Mount(m)
	r := httptest.NewRequest(http.MethodPost, "/language", strings.NewReader(url.Values{"language": {tag}, "back": {back}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestALanguageIsKeptAndLeadsBackToThePage(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{true, false} {
		w := choose(secure, "de", "/signin?i=int_a")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/signin?i=int_a" {
			t.Errorf("status %d, to %q", w.Code, w.Header().Get("Location"))
		}
		c := w.Result().Cookies()[0]
		if c.Value != "de" || strings.HasPrefix(c.Name, "__Host-") != secure || c.Secure != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge <= 0 {
			t.Errorf("the cookie is %s", c)
		}
	}
}

func TestWhatNobodySpeaksTakesAChoiceBack(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"", "ja", "DE", "de; Path=/x", strings.Repeat("d", 5000)} {
		if c := choose(true, tag, "/").Result().Cookies()[0]; c.MaxAge >= 0 || c.Value != "" {
			t.Errorf("%.20q: the cookie is %s", tag, c)
		}
	}
}

func TestALanguageLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"", "https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		if w := choose(true, "de", back); w.Header().Get("Location") != "/" {
			t.Errorf("%q leads to %q", back, w.Header().Get("Location"))
		}
	}
}

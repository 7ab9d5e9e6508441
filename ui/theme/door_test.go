package theme

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/web"
)

func choose(secure bool, theme, back string) *httptest.ResponseRecorder {
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(view.NewPages("https://id.example.com")))
	(&Door{Cookies: &web.Cookies{Secure: secure}}).Mount(m)
	r := httptest.NewRequest(http.MethodPost, "/theme", strings.NewReader(url.Values{"theme": {theme}, "back": {back}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestAThemeIsKeptAndLeadsBackToThePage(t *testing.T) {
	t.Parallel()
	for _, theme := range []view.Theme{view.Light, view.Dark} {
		w := choose(true, string(theme), "/console/users?q=ada")
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/console/users?q=ada" {
			t.Errorf("%s: status %d, to %q", theme, w.Code, w.Header().Get("Location"))
		}
		c := w.Result().Cookies()[0]
		if !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.MaxAge <= 0 {
			t.Errorf("%s: the cookie is %s", theme, c)
		}
		if got := viewtest.ThemeOf(t, c); got != string(theme) {
			t.Errorf("with the cookie of %s the page says %q", theme, got)
		}
	}
}

func TestWhatIsNoThemeTakesAChoiceBack(t *testing.T) {
	t.Parallel()
	for _, theme := range []string{"system", "", "neon", `dark" onload="`} {
		w := choose(false, theme, "/account")
		if c := w.Result().Cookies()[0]; w.Code != http.StatusSeeOther || c.MaxAge >= 0 || c.Value != "" {
			t.Errorf("%q: status %d, cookie %s", theme, w.Code, c)
		}
		if got := viewtest.ThemeOf(t, &http.Cookie{Name: "gatehouse_theme", Value: strings.ReplaceAll(theme, `"`, "")}); got != "" {
			t.Errorf("a page in the theme %q says %q", theme, got)
		}
	}
}

func TestAThemeLeadsNowhereElse(t *testing.T) {
	t.Parallel()
	for _, back := range []string{"", "https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)"} {
		if w := choose(true, "dark", back); w.Header().Get("Location") != "/" {
			t.Errorf("%q leads to %q", back, w.Header().Get("Location"))
		}
	}
}

package view_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/ui/view"
	"gatehouse/ui/view/viewtest"
	"gatehouse/web"
)

// answer shows a page to who asks for the languages that are given.
func answer(method, target, cookie, locales, own, accept string, status int) (*httptest.ResponseRecorder, string) {
	pages := view.NewPages("https://id.example.com")
	pages.FormToken = func(*http.Request) string { return "token" }
	w, r := httptest.NewRecorder(), httptest.NewRequest(method, target, nil)
	r = r.WithContext(web.WithInfo(r.Context(), &web.Info{Locales: strings.Fields(locales), Own: own}))
	r.Header.Set("Accept-Language", accept)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "gatehouse_language", Value: cookie})
	}
	if status == http.StatusOK {
		pages.SignedOut(w, r, web.SignedOutPage{})
	} else {
		pages.Error(w, r, web.ErrorPage{Status: status, Code: "page.not_found"})
	}
	return w, w.Header().Get("Content-Language")
}

func TestTheLanguageThatThePersonChoseComesFirst(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ cookie, locales, own, accept, want string }{
		{"", "", "", "", "en"},
		{"", "", "", "de", "de"},
		{"", "", "de-AT", "en", "de"},
		{"", "", "de_DE", "en", "de"},
		{"", "en", "de", "de", "en"},
		{"", "ja", "de", "en", "de"},
		{"", "", "ja", "de", "de"},
		{"de", "en", "en", "en", "de"},
		{"en", "de", "de", "de", "en"},
		{"ja", "", "", "de", "de"},
		{"x", "de", "", "en", "de"},
	} {
		w, got := answer("GET", "/", tt.cookie, tt.locales, tt.own, tt.accept, http.StatusOK)
		if vary := strings.Join(w.Header()["Vary"], ", "); got != tt.want || vary != "Accept-Language, Cookie" {
			t.Errorf("%+v: speaks %q, Vary %q", tt, got, vary)
		}
	}
}

// offers returns where the choice on a page leads, "" where it has none.
func offers(t *testing.T, w *httptest.ResponseRecorder) (back string) {
	t.Helper()
	for _, n := range viewtest.Nodes(t, w.Body.Bytes()) {
		if n.Data == "input" && viewtest.Attr(n, "name") == "back" {
			back = viewtest.Attr(n, "value")
		}
	}
	return back
}

func TestTheChoiceOfALanguageLeadsBackToThePage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		method, target string
		status         int
		back           string
	}{
		{"GET", "/signin?i=int_a&x=%22", 200, "/signin?i=int_a&x=%22"},
		{"GET", "/nothing", 404, "/nothing"},
		{"GET", "/callback?code=secret", 404, ""},
		{"HEAD", "/callback?code=secret", 503, ""},
		{"POST", "/signin?i=int_a", 422, "/signin?i=int_a"},
		{"POST", "/signin?i=int_a", 429, "/signin?i=int_a"},
		{"POST", "/account/sessions/end", 404, "/"},
		{"POST", "/account/sessions/end", 403, "/"},
		{"GET", "/signin?i=" + strings.Repeat("x", 3000), 200, ""},
	} {
		w, _ := answer(tt.method, tt.target, "", "", "", "", tt.status)
		if got := offers(t, w); got != tt.back {
			t.Errorf("%s %.40s (%d) leads back to %q, want %q", tt.method, tt.target, tt.status, got, tt.back)
		}
	}
}

func TestPagesWhoseAnswerIsLostOfferNoLanguage(t *testing.T) {
	t.Parallel()
	pages := view.NewPages("https://id.example.com")
	pages.FormToken = func(*http.Request) string { return "token" }
	w := httptest.NewRecorder()
	pages.FormPost(w, httptest.NewRequest(http.MethodGet, "/oauth2/authorize", nil), web.FormPostPage{Action: "https://app.example/cb"})
	if back := offers(t, w); back != "" {
		t.Errorf("the page on the way to the application leads back to %q", back)
	}
	pages.FormToken = nil
	w = httptest.NewRecorder()
	pages.SignedOut(w, httptest.NewRequest(http.MethodGet, "/", nil), web.SignedOutPage{})
	if back := offers(t, w); back != "" {
		t.Errorf("a page on the host of others leads back to %q", back)
	}
}

package ui

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/ui/static"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// house is the mounted pages behind the protection of forms. What it is asked
// here never reaches a service.
func house() http.Handler {
	pages := view.NewPages("https://id.example.com")
	refuse := web.RefuseWithPage(pages)
	log := slog.New(slog.DiscardHandler)
	cookies := &web.Cookies{FormKey: []byte("k")}
	m := web.NewMux(log, refuse)
	static.Mount(m, nil)
	Mount(m, Deps{Cookies: cookies, Pages: pages})
	return web.ProtectForms("https://id.example.com", cookies, web.FormLimit, func(w http.ResponseWriter, r *http.Request, err error) {
		web.Refuse(w, r, log, err, refuse)
	}, m.ServeMux)
}

var posts = []string{
	"/signin", "/signin/select", "/signin/factor", "/signin/recovery", "/signin/enrol", "/signin/refused", "/consent", "/signout", "/setup", "/theme",
	"/account/password", "/account/sessions/end", "/account/sessions/others", "/account/apps", "/account/security/remove", "/account/security/recovery",
}

// Security checklist 3.6: a form of another site, and one without any proof of
// where it comes from, reach no handler.
func TestNoFormIsTakenFromElsewhere(t *testing.T) {
	t.Parallel()
	for _, path := range posts {
		for name, headers := range map[string]http.Header{
			"another site":      {"Sec-Fetch-Site": {"cross-site"}},
			"a sibling host":    {"Sec-Fetch-Site": {"same-site"}, "Origin": {"https://other.example.com"}},
			"an old browser":    {"Origin": {"https://evil.example"}},
			"nobody knows what": {},
		} {
			r := httptest.NewRequest(http.MethodPost, "https://id.example.com"+path, strings.NewReader("i=int_a"))
			r.Header = headers
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			w := httptest.NewRecorder()
			house().ServeHTTP(w, r)
			if w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "This form") {
				t.Errorf("%s from %s: status %d\n%s", path, name, w.Code, w.Body)
			}
		}
	}
}

func TestPagesLoadWhatTheyNeedFromHere(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	house().ServeHTTP(w, httptest.NewRequest(http.MethodGet, static.URL("app.css"), nil))
	if w.Code != 200 {
		t.Errorf("status %d", w.Code)
	}
}

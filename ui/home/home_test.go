package home

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/ui/view"
	"gatehouse/web"
)

type house struct {
	needs bool
	live  bool
	err   error
}

func (h *house) NeedsSetup(context.Context) (bool, error) { return h.needs, nil }

func (h *house) User(context.Context, id.User) (identity.User, error) {
	return identity.User{Email: "ada@example.com"}, nil
}

func (h *house) Authenticate(context.Context, string, string) (session.Session, error) {
	if h.err != nil {
		return session.Session{}, h.err
	}
	if !h.live {
		return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
	}
	return session.Session{ID: "ses_a", User: "usr_a"}, nil
}

func ask(h *house, method, path string) *httptest.ResponseRecorder {
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{Issuer: "https://id.example.com", Identity: h, Sessions: h, Cookies: &web.Cookies{}, Pages: pages}).Mount(m)
	r := httptest.NewRequest(method, path, nil)
	r.AddCookie(&http.Cookie{Name: "gatehouse_session", Value: secret.Token(32)})
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestHomeSaysWhatComesNext(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		house house
		has   string
		lacks string
	}{
		"first run":  {house{needs: true}, "gatehouse setup-link", `href="/signin"`},
		"signed out": {house{}, `href="/signin"`, "setup-link"},
		"signed in":  {house{live: true}, `href="/account"`, `href="/signin"`},
	} {
		w := ask(&tt.house, http.MethodGet, "/")
		body := w.Body.String()
		if w.Code != 200 || !strings.Contains(body, tt.has) || strings.Contains(body, tt.lacks) || !strings.Contains(body, "/.well-known/openid-configuration") {
			t.Errorf("%s: status %d\n%s", name, w.Code, body)
		}
	}
}

func TestAStoreThatFailsIsNotSignedOut(t *testing.T) {
	t.Parallel()
	w := ask(&house{err: errors.New("disk on fire")}, http.MethodGet, "/")
	if w.Code != 500 || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("status %d\n%s", w.Code, w.Body)
	}
}

func TestUnknownPathsHaveAPageThatLeadsHome(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		w := ask(&house{}, method, "/nowhere/<script>")
		if w.Code != 404 || !strings.Contains(w.Body.String(), `id="home"`) || strings.Contains(w.Body.String(), "<script>") {
			t.Errorf("%s: status %d\n%s", method, w.Code, w.Body)
		}
	}
}

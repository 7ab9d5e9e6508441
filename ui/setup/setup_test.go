package setup

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/identity"
	"gatehouse/ui/view"
	"gatehouse/web"
)

type house struct {
	closed bool
	err    error
	got    []string
}

func (h *house) NeedsSetup(context.Context) (bool, error) { return !h.closed, nil }

func (h *house) Setup(_ context.Context, _ audit.Actor, token, email, name, password string) (identity.User, error) {
	if h.err == nil {
		h.got, h.closed = []string{token, email, name, password}, true
	}
	return identity.User{}, h.err
}

func ask(t *testing.T, h *house, method string) *httptest.ResponseRecorder {
	t.Helper()
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{Identity: h, Cookies: &web.Cookies{FormKey: []byte("k")}, Pages: pages, MinPassword: 12}).Mount(m)
	form := url.Values{"token": {"link-token"}, "email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a password typed"}}
	r := httptest.NewRequest(method, "/setup", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	return w
}

func wants(t *testing.T, w *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d:\n%s", w.Code, status, w.Body)
	}
	for _, part := range parts {
		if !strings.Contains(w.Body.String(), part) {
			t.Errorf("the page lacks %q:\n%s", part, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), "a password typed") {
		t.Error("the page sends the password back")
	}
}

func TestSetupMakesTheAdministratorAndIsGoneThen(t *testing.T) {
	t.Parallel()
	h := &house{}
	w := ask(t, h, http.MethodGet)
	wants(t, w, 200, `id="token"`, `id="email"`, `id="password"`, `minlength="12"`, `name="form_token"`, "/setup.js", "/app.js", `data-show="password"`)
	if len(w.Result().Cookies()) != 1 {
		t.Errorf("cookies %v, want the one that the form's token is bound to", w.Result().Cookies())
	}
	w = ask(t, h, http.MethodPost)
	wants(t, w, http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != "/signin?return_to=/account" {
		t.Errorf("leads to %q", got)
	}
	if strings.Join(h.got, "|") != "link-token|ada@example.com|Ada|a password typed" {
		t.Errorf("made %q", h.got)
	}
	wants(t, ask(t, h, http.MethodGet), 404, "There is no such page")
	wants(t, ask(t, h, http.MethodPost), 404, "There is no such page")
}

func TestSetupKeepsWhatWasTypedWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	h := &house{err: &fault.Error{Kind: fault.Invalid, Code: "password.weak", Detail: "Weak.", Fields: []fault.Field{{Name: "password", Problem: "is too short"}}}}
	wants(t, ask(t, h, http.MethodPost), 422, `value="link-token"`, `value="ada@example.com"`, `value="Ada"`, "Password is too short.")

	h.err = fault.New(fault.Forbidden, "setup.link", "This set-up link is not valid any more.")
	wants(t, ask(t, h, http.MethodPost), 403, "gatehouse setup-link", `value="ada@example.com"`)

	h.err = errors.New("disk on fire")
	w := ask(t, h, http.MethodPost)
	wants(t, w, 500)
	if strings.Contains(w.Body.String(), "disk") {
		t.Error("the page shows the cause")
	}
}

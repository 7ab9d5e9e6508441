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
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/setting"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// house plays identity, flow and session.
type house struct {
	closed  bool
	err     error  // of the set-up
	proves  error  // of the sign-in after it
	step    string // where that stands then
	session bool   // it begins one
	live    bool   // the browser has one
	chief   bool   // its person administers
	got     []string
}

func (h *house) NeedsSetup(context.Context) (bool, error) { return !h.closed, nil }

func (h *house) Setup(_ context.Context, _ audit.Actor, token, email, name, password string) (identity.User, error) {
	if h.err == nil {
		h.got, h.closed = []string{token, email, name, password}, true
	}
	return identity.User{}, h.err
}

func (h *house) Administers(context.Context, id.User) (bool, error) { return h.chief, nil }

func (h *house) Begin(_ context.Context, browser string, ask flow.Ask) (flow.Interaction, error) {
	if browser == "" || ask.Client != "" {
		return flow.Interaction{}, errors.New("no browser, or somebody's application")
	}
	return flow.Interaction{Sealed: "sealed", Ask: ask}, nil
}

func (h *house) Password(_ context.Context, _ audit.Actor, ref flow.Ref, login, password string) (flow.Outcome, error) {
	if h.proves != nil || ref.Sealed != "sealed" || login+" "+password != "ada@example.com a password typed" {
		return flow.Outcome{}, errors.Join(errors.New("not signed in"), h.proves)
	}
	out := flow.Outcome{}
	if h.session {
		out.SessionToken = secret.Token(32)
	}
	return out, nil
}

func (h *house) Authenticate(context.Context, string, string) (session.Session, error) {
	if !h.live {
		return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
	}
	return session.Session{ID: "ses_a", User: "usr_a"}, nil
}

func ask(t *testing.T, h *house, method string) *httptest.ResponseRecorder {
	t.Helper()
	return askAt(t, h, method, "/setup")
}

func askAt(t *testing.T, h *house, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{
		Identity: h, Administrators: h, Flow: h, Sessions: h, Cookies: &web.Cookies{FormKey: []byte("k"), SessionAge: setting.Always(time.Hour)}, Pages: pages, MinPassword: setting.Always(12),
		Next: func(flow.Entry) string { return h.step }, Issuer: "https://id.example.com",
	}).Mount(m)
	form := url.Values{"token": {"link-token"}, "email": {"ada@example.com"}, "name": {"Ada"}, "password": {"a password typed"}}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
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

func leadsTo(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	wants(t, w, http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != to {
		t.Errorf("leads to %q, want %q", got, to)
	}
}

func TestSetupMakesTheAdministratorOnce(t *testing.T) {
	t.Parallel()
	h := &house{step: "/signin/enrol?i=int_new"}
	w := ask(t, h, http.MethodGet)
	wants(t, w, 200, `id="token"`, `id="email"`, `id="password"`, `minlength="12"`, `name="form_token"`, "/setup.js", "/app.js", `data-show="password"`)
	if len(w.Result().Cookies()) != 1 {
		t.Errorf("cookies %v, want the one that the form's token is bound to", w.Result().Cookies())
	}
	leadsTo(t, ask(t, h, http.MethodPost), "/signin/enrol?i=int_new")
	if strings.Join(h.got, "|") != "link-token|ada@example.com|Ada|a password typed" {
		t.Errorf("made %q", h.got)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		wants(t, ask(t, h, method), 404, "Already set up", `href="/signin"`)
	}
}

// Who has just chosen a password is not asked for it.
func TestTheAdministratorIsSignedInByWhatTheyTyped(t *testing.T) {
	t.Parallel()
	w := ask(t, &house{session: true, step: "/setup/next"}, http.MethodPost)
	leadsTo(t, w, "/setup/next")
	names := ""
	for _, c := range w.Result().Cookies() {
		names += c.Name + " "
	}
	if !strings.Contains(names, "session") {
		t.Errorf("no session: %q", names)
	}
	leadsTo(t, ask(t, &house{proves: errors.New("too many at once")}, http.MethodPost), "/signin?return_to=%2Fsetup%2Fnext")
}

func TestWhatComesNextIsForAdministrators(t *testing.T) {
	t.Parallel()
	next := func(h *house) *httptest.ResponseRecorder { return askAt(t, h, http.MethodGet, "/setup/next") }
	leadsTo(t, next(&house{}), "/signin?return_to=%2Fsetup%2Fnext")
	wants(t, next(&house{live: true}), 404)
	wants(t, next(&house{live: true, chief: true}), 200,
		"Copy gatehouse client create", "Copy gatehouse user create", "https://id.example.com", `data-copy="connect"`, `data-copy="invite"`)
}

func TestSetupKeepsWhatWasTypedWhenSomethingIsWrong(t *testing.T) {
	t.Parallel()
	h := &house{err: &fault.Error{Kind: fault.Invalid, Code: "password.weak", Detail: "Weak.", Fields: []fault.Field{{Name: "password", Problem: "is too short"}}}}
	wants(t, ask(t, h, http.MethodPost), 422, `value="link-token"`, `value="ada@example.com"`, `value="Ada"`, "“Password” is too short.")

	h.err = fault.New(fault.Forbidden, "setup.link", "This set-up link is not valid any more.")
	wants(t, ask(t, h, http.MethodPost), 403, "gatehouse setup-link", `value="ada@example.com"`)

	h.err = errors.New("disk on fire")
	w := ask(t, h, http.MethodPost)
	wants(t, w, 500)
	if strings.Contains(w.Body.String(), "disk") {
		t.Error("the page shows the cause")
	}
}

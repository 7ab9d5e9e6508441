package signin

import (
	"context"
	"io"
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

// house plays flow, session and identity: it stands at one step, answers every
// post with outcome and err, and remembers what was asked.
type house struct {
	entry    flow.Entry
	lookErr  error
	outcome  flow.Outcome
	err      error
	decision flow.Step

	calls  []string
	asks   []flow.Ask
	refs   []flow.Ref
	live   bool
	nobody bool // there is not a single person
	ended  []id.Session
	stays  error // why a session does not end
}

func (h *house) note(call string, ref flow.Ref) {
	h.calls, h.refs = append(h.calls, call), append(h.refs, ref)
}

func (h *house) Begin(_ context.Context, browser string, ask flow.Ask) (flow.Interaction, error) {
	h.note("begin", flow.Ref{Browser: browser})
	h.asks = append(h.asks, ask)
	return flow.Interaction{ID: "int_new", Sealed: "int_new"}, nil
}

func (h *house) Decide(_ context.Context, ask flow.Ask, _, _ string) (flow.Entry, error) {
	h.asks = append(h.asks, ask)
	return flow.Entry{Decision: flow.Decision{Step: h.decision}}, nil
}

func (h *house) Look(_ context.Context, ref flow.Ref, _ string) (flow.Entry, error) {
	h.note("look", ref)
	return h.entry, h.lookErr
}

func (h *house) answer(call string, ref flow.Ref) (flow.Outcome, error) {
	h.note(call, ref)
	return h.outcome, h.err
}

func (h *house) Password(_ context.Context, _ audit.Actor, ref flow.Ref, login, password string) (flow.Outcome, error) {
	return h.answer("password "+login+" "+password, ref)
}

func (h *house) TOTP(_ context.Context, _ audit.Actor, ref flow.Ref, code string) (flow.Outcome, error) {
	return h.answer("totp "+code, ref)
}

func (h *house) Recovery(_ context.Context, _ audit.Actor, ref flow.Ref, code string) (flow.Outcome, error) {
	return h.answer("recovery "+code, ref)
}

func (h *house) StartEnrol(_ context.Context, _ audit.Actor, ref flow.Ref) (key, address string, err error) {
	h.note("start enrol", ref)
	return "AAAABBBBCCCC", "otpauth://totp/Gatehouse:ada?secret=AAAABBBBCCCC", nil
}

func (h *house) ConfirmEnrol(_ context.Context, _ audit.Actor, ref flow.Ref, code string) (flow.Outcome, error) {
	return h.answer("confirm "+code, ref)
}

func (h *house) Choose(_ context.Context, _ audit.Actor, ref flow.Ref, other bool) (flow.Outcome, error) {
	if other {
		return h.answer("choose other", ref)
	}
	return h.answer("choose current", ref)
}

func (h *house) Consent(_ context.Context, _ audit.Actor, ref flow.Ref, allow bool) (flow.Outcome, error) {
	if allow {
		return h.answer("allow", ref)
	}
	return h.answer("deny", ref)
}

func (h *house) Leave(_ context.Context, _ audit.Actor, ref flow.Ref) (flow.Outcome, error) {
	return h.answer("leave", ref)
}

func (h *house) Keep(_ context.Context, e flow.Entry) (flow.Entry, error) {
	h.calls = append(h.calls, "keep")
	e.Interaction.Version = 1
	return e, h.err
}

func (h *house) Known(_ context.Context, token string) (session.Session, error) {
	if !h.live || token == "" {
		return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
	}
	return session.Session{ID: "ses_a", User: "usr_a"}, nil
}

func (h *house) End(_ context.Context, _ audit.Actor, s id.Session, _ audit.Reason) error {
	if h.stays != nil {
		return h.stays
	}
	h.ended, h.live = append(h.ended, s), false
	return nil
}

func (h *house) User(context.Context, id.User) (identity.User, error) {
	return identity.User{ID: "usr_a", Email: "ada@example.com"}, nil
}

func (h *house) Nobody(context.Context) (bool, error) { return h.nobody, nil }

// at is an entry of an application's sign-in that stands at step.
func at(step flow.Step) flow.Entry {
	return flow.Entry{
		Interaction: flow.Interaction{ID: "int_a", Version: 1, Expires: time.Now().Add(time.Hour), Ask: flow.Ask{
			Client: "grafana", Scopes: []string{"openid", "email"}, LoginHint: "hint@example.com",
			Params: url.Values{"redirect_uri": {"https://grafana.example.com/cb"}},
		}},
		Decision: flow.Decision{Step: step},
		App:      &flow.Application{ID: "grafana", Name: "Grafana", HomeURL: "https://grafana.example.com/"},
	}
}

// known is the same about a certain person.
func known(step flow.Step) flow.Entry {
	e := at(step)
	e.Decision.User = "usr_a"
	e.Person = &flow.Person{ID: "usr_a", Email: "ada@example.com"}
	return e
}

// browser drives a Door as a browser without scripts does.
type browser struct {
	t       *testing.T
	house   *house
	cookies *web.Cookies
	mux     *web.Mux
	jar     map[string]string
}

func newBrowser(t *testing.T, h *house) *browser {
	t.Helper()
	return newBrowserOf(t, h, view.NewPages("https://id.example.com"))
}

func newBrowserOf(t *testing.T, h *house, pages *view.Pages) *browser {
	t.Helper()
	b := &browser{t: t, house: h, cookies: &web.Cookies{FormKey: []byte("k"), SessionAge: setting.Always(time.Hour)}, jar: map[string]string{}}
	b.mux = web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{Flow: h, Sessions: h, People: h, Cookies: b.cookies, Pages: pages, Next: goesOn, Again: goesAgain}).Mount(b.mux)
	b.jar["gatehouse_browser"] = secret.Token(32)
	return b
}

func (b *browser) do(r *http.Request) *httptest.ResponseRecorder {
	b.t.Helper()
	for name, value := range b.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	b.mux.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		b.jar[c.Name] = c.Value
		if c.MaxAge < 0 {
			delete(b.jar, c.Name)
		}
	}
	return w
}

func (b *browser) get(path string) *httptest.ResponseRecorder {
	b.t.Helper()
	return b.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// post sends a form; fields come in pairs.
func (b *browser) post(path string, fields ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	form := url.Values{"i": {"int_a"}}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

func wants(t *testing.T, w *httptest.ResponseRecorder, status int, parts ...string) {
	t.Helper()
	body, err := io.ReadAll(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	if w.Code != status {
		t.Errorf("status %d, want %d:\n%s", w.Code, status, body)
	}
	for _, part := range parts {
		if !strings.Contains(string(body), part) {
			t.Errorf("the page lacks %q:\n%s", part, body)
		}
	}
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
}

func leadsTo(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	wants(t, w, http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != to {
		t.Errorf("leads to %q, want %q", got, to)
	}
}

func goesOn(e flow.Entry) string { return Next(e, "/oauth2/authorize") }

func goesAgain(e flow.Entry) string { return Again(e, "/oauth2/authorize") }

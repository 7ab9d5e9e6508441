package welcome

import (
	"context"
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
	"gatehouse/identity"
	"gatehouse/secret"
	"gatehouse/setting"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// house plays identity and the sign-in: it knows the link "usr_a.code", and remembers what was asked.
type house struct {
	looks, sets, signs error // what each of them fails with
	typed              []string
	ask                flow.Ask
	ref                flow.Ref
	hungUp             bool // as the sign-in heard it
}

var ada = identity.User{ID: "usr_a", Email: "ada@example.com"}

func (h *house) Welcome(_ context.Context, _ audit.Actor, token string) (identity.User, error) {
	if h.looks == nil && token != "usr_a.code" {
		return identity.User{}, fault.New(fault.Forbidden, codeLink, "This link is not good any more.")
	}
	return ada, h.looks
}

func (h *house) FirstPassword(_ context.Context, _ audit.Actor, _, password string) (identity.User, error) {
	h.typed = append(h.typed, password)
	return ada, h.sets
}

func (h *house) Begin(_ context.Context, _ string, ask flow.Ask) (flow.Interaction, error) {
	h.ask = ask
	return flow.Interaction{ID: "int_new", Sealed: "int_new"}, nil
}

func (h *house) Password(ctx context.Context, _ audit.Actor, ref flow.Ref, _, _ string) (flow.Outcome, error) {
	h.ref, h.hungUp = ref, ctx.Err() != nil
	return flow.Outcome{SessionToken: secret.Token(32)}, h.signs
}

// post sends a form; fields come in pairs.
func (h *house) post(t *testing.T, change func(r *http.Request) *http.Request, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	(&Door{
		Identity: h, Flow: h, Cookies: &web.Cookies{FormKey: []byte("k"), SessionAge: setting.Always(time.Hour)}, Pages: pages, MinPassword: setting.Always(12),
		Next: func(e flow.Entry) string { return "/next/" + string(e.Decision.Step) + "?i=" + e.Interaction.Handle() },
	}).Mount(m)
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, web.PathWelcome, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if change != nil {
		r = change(r)
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("Cache-Control is %q", got)
	}
	if strings.Contains(w.Body.String(), "words typed once") {
		t.Error("the page sends the password back")
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
}

// What stands in an address is in logs and histories: a token there is none.
func TestATokenInTheAddressIsNone(t *testing.T) {
	t.Parallel()
	h := &house{}
	inAddress := func(r *http.Request) *http.Request { r.URL.RawQuery = "token=usr_a.code"; return r }
	wants(t, h.post(t, inAddress), http.StatusForbidden, `id="token"`, "not good any more")
	wants(t, h.post(t, inAddress, "password", "words typed once"), http.StatusForbidden, `id="token"`)
	if len(h.typed) > 0 {
		t.Error("a password was set")
	}
	wants(t, h.post(t, nil, "token", "usr_a.code"), http.StatusOK, ada.Email, `minlength="12"`)
}

// Somebody else may be faster between the look and the password: then it is said at the link.
func TestALinkThatWasUsedMeanwhileIsAskedForAgain(t *testing.T) {
	t.Parallel()
	h := &house{sets: fault.New(fault.Forbidden, codeLink, "This link is not good any more.")}
	wants(t, h.post(t, nil, "token", "usr_a.code", "password", "words typed once"), http.StatusForbidden, `id="token"`, "not good any more")
}

// An empty password is one that is too weak, and not one that was not sent.
func TestAnEmptyFirstPasswordIsRefused(t *testing.T) {
	t.Parallel()
	h := &house{sets: &fault.Error{Kind: fault.Invalid, Code: "password.weak", Fields: []fault.Field{{Name: "password", Problem: "is needed"}}}}
	wants(t, h.post(t, nil, "token", "usr_a.code", "password", ""), http.StatusUnprocessableEntity, "password-problem")
	if len(h.typed) != 1 {
		t.Errorf("%d passwords were set", len(h.typed))
	}
}

// That nobody can know now is no word about the link.
func TestAnOutageIsNotSaidOfTheLink(t *testing.T) {
	t.Parallel()
	h := &house{looks: fault.New(fault.Unavailable, "policy.unknown", "Nobody can know.")}
	w := h.post(t, nil, "token", "usr_a.code")
	if wants(t, w, http.StatusServiceUnavailable); strings.Contains(w.Body.String(), "not good any more") {
		t.Error("the link is said to be spent")
	}
}

// The password is set, whatever comes then: whoever hangs up is signed in, in the place of whoever was.
func TestAFirstPasswordSignsInWhoeverHangsUp(t *testing.T) {
	t.Parallel()
	h, was := &house{}, secret.Token(32)
	w := h.post(t, func(r *http.Request) *http.Request {
		r.AddCookie(&http.Cookie{Name: "gatehouse_session", Value: was})
		ctx, hangUp := context.WithCancel(r.Context())
		hangUp()
		return r.WithContext(ctx)
	}, "token", "usr_a.code", "password", "words typed once")
	wants(t, w, http.StatusSeeOther)
	if h.hungUp || h.ask.HintUser != ada.ID || h.ask.ReturnTo != pathThen || h.ref.Session != was || h.ref.Browser == "" {
		t.Errorf("the sign-in heard of a hang-up: %t, and is of %+v by %+v", h.hungUp, h.ask, h.ref)
	}
	if !strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), "\n"), "gatehouse_session=") {
		t.Errorf("cookies %q", w.Header().Values("Set-Cookie"))
	}
}

// Where the sign-in fails, the password is set all the same: they sign in by the form.
func TestWhereTheSignInFailsTheFormIsNext(t *testing.T) {
	t.Parallel()
	h := &house{signs: fault.New(fault.TooMany, "signin.throttled", "Too many.")}
	w := h.post(t, nil, "token", "usr_a.code", "password", "words typed once")
	if wants(t, w, http.StatusSeeOther); w.Header().Get("Location") != "/next/"+string(flow.StepSignIn)+"?i=int_new" {
		t.Errorf("leads to %q", w.Header().Get("Location"))
	}
	if strings.Contains(strings.Join(w.Header().Values("Set-Cookie"), "\n"), "gatehouse_session=") {
		t.Error("somebody is signed in")
	}
}

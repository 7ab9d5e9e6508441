package account

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/secret"
	"gatehouse/session"
	"gatehouse/setting"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// house plays everything behind the account area and remembers what was done.
type house struct {
	signedOut bool
	step      flow.Step // what Decide says where a fresh proof is needed
	lacks     flow.Step // what Decide says of every page; empty: nothing is missing
	factor    bool
	set       string     // of recovery codes
	proofs    proof.List // of the last rise
	err       error      // of the next change
	turn      error      // of who changes something
	steers    bool       // the person administers Gatehouse
	unsure    error      // whether they do cannot be known
	done      []string
	asks      []flow.Ask
}

func (h *house) Take(context.Context, id.User) error { return h.turn }

func (h *house) Begin(_ context.Context, _ string, ask flow.Ask) (flow.Interaction, error) {
	h.done = append(h.done, "begin")
	return flow.Interaction{ID: "int_new", Ask: ask}, nil
}

func (h *house) Decide(_ context.Context, ask flow.Ask, _, _ string) (flow.Entry, error) {
	if ask.MaxAge == nil && h.lacks == "" { // whether the session is enough for a page at all
		return flow.Entry{Decision: flow.Decision{Step: flow.StepIssue}}, nil
	}
	if ask.MaxAge == nil {
		return flow.Entry{Decision: flow.Decision{Step: h.lacks}}, nil
	}
	h.asks = append(h.asks, ask)
	return flow.Entry{Decision: flow.Decision{Step: h.step}}, nil
}

func (h *house) User(context.Context, id.User) (identity.User, error) {
	return identity.User{ID: "usr_a", Email: "ada@example.com", Name: "Ada"}, nil
}

func (h *house) ChangePassword(ctx context.Context, by audit.Actor, user id.User, current, next string, keep id.Session, finish func(context.Context, proof.Proof) error) (proof.Proof, error) {
	fresh := proof.Proof{Method: proof.Password, At: time.Now(), Factor: "fac_new"}
	if err := h.change("password " + string(by.Kind) + " " + string(user) + " " + current + " " + next + " " + string(keep)); err != nil {
		return proof.Proof{}, err
	}
	return fresh, finish(ctx, fresh)
}

func (h *house) Administers(context.Context, id.User) (bool, error) { return h.steers, h.unsure }

func (h *house) HasFactor(context.Context, id.User) (bool, error) { return h.factor, nil }

func (h *house) Factors(context.Context, id.User) ([]identity.Factor, error) {
	if !h.factor {
		return nil, nil
	}
	return []identity.Factor{{Confirmed: time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC)}}, nil
}

func (h *house) Standing(context.Context, id.User) (identity.Standing, error) {
	return identity.Standing{Password: "fac_new", Second: []id.Factor{"fac_phone"}}, nil
}

func (h *house) RemoveFactors(_ context.Context, _ audit.Actor, user id.User, keep id.Session) error {
	return h.change("remove " + string(user) + " " + string(keep))
}

func (h *house) NewRecoveryCodes(_ context.Context, _ audit.Actor, user id.User, instead string) ([]string, error) {
	if instead != h.set {
		return nil, fault.New(fault.Conflict, "recovery.renewed", "New recovery codes were made already, and shown once.")
	}
	h.set = "set-" + strconv.Itoa(len(h.done))
	return []string{"new-code"}, h.change("codes " + string(user))
}

func (h *house) RecoverySet(context.Context, id.User) (string, error) { return h.set, nil }

func (h *house) RecoveryLeft(context.Context, id.User) (int, error) { return 7, nil }

func (h *house) Authenticate(_ context.Context, token, _ string) (session.Session, error) {
	if h.signedOut || token == "" {
		return session.Session{}, fault.New(fault.Unauthenticated, "session.none", "You are not signed in.")
	}
	return session.Session{ID: "ses_a", User: "usr_a", Proofs: proof.List{
		{Method: proof.Password, At: time.Now(), Factor: "fac_old"},
		{Method: proof.OTP, At: time.Now(), Factor: "fac_phone"},
		{Method: proof.OTP, At: time.Now(), Factor: "fac_removed"},
	}}, nil
}

func (h *house) Of(_ context.Context, user id.User) ([]session.Session, error) {
	return []session.Session{
		{ID: "ses_b", User: user, Seen: time.Now()}, {ID: "ses_a", User: user, Agent: "Firefox/1 Linux"},
	}, nil
}

func (h *house) Act(ctx context.Context, _ session.Session, f func(context.Context) error) error {
	return f(ctx)
}

func (h *house) End(_ context.Context, _ audit.Actor, s id.Session, _ audit.Reason) error {
	return h.change("end " + string(s))
}

func (h *house) Raise(_ context.Context, _ audit.Actor, s session.Session, proofs proof.List) (session.Session, string, error) {
	h.proofs = proofs
	return s, strings.Repeat("r", 42) + "A", h.change("renew " + string(s.ID))
}

func (h *house) EndAll(_ context.Context, _ audit.Actor, user id.User, except id.Session, _ audit.Reason) (int, error) {
	return 1, h.change("end all of " + string(user) + " but " + string(except))
}

func (h *house) ConsentsOf(_ context.Context, user id.User) ([]oauth.Consent, error) {
	return []oauth.Consent{{User: user, Client: "grafana", Scopes: []string{"openid"}}, {User: user, Client: "gone", Scopes: []string{"email"}}}, nil
}

func (h *house) WithdrawConsent(_ context.Context, _ audit.Actor, user id.User, client id.Client) error {
	return h.change("withdraw " + string(user) + " " + string(client))
}

func (h *house) Client(_ context.Context, client id.Client) (*oauth.Client, error) {
	if client == "gone" {
		return nil, fault.Missing("client")
	}
	return &oauth.Client{ID: client, Name: "Grafana", HomeURL: "https://grafana.example.com"}, nil
}

func (h *house) change(what string) error {
	if h.err == nil {
		h.done = append(h.done, what)
	}
	return h.err
}

// ask sends a request of a browser that has a session cookie.
func ask(t *testing.T, h *house, method, path string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	pages := view.NewPages("https://id.example.com")
	m := web.NewMux(slog.New(slog.DiscardHandler), web.RefuseWithPage(pages))
	cookies := &web.Cookies{FormKey: []byte("k"), SessionAge: setting.Always(time.Hour)}
	(&Door{
		Flow: h, Identity: h, Sessions: h, Consents: h, Clients: h, Turns: h, Administrators: h, Cookies: cookies, Pages: pages, Fresh: setting.Always(5 * time.Minute), MinPassword: setting.Always(12),
		Next: func(e flow.Entry) string { return "/signin?i=" + string(e.Interaction.ID) },
	}).Mount(m)
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(&http.Cookie{Name: "gatehouse_session", Value: secret.Token(32)})
	r.AddCookie(&http.Cookie{Name: "gatehouse_browser", Value: secret.Token(32)})
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	if got := w.Header().Get("Cache-Control"); got != "no-store" {
		t.Errorf("%s %s: Cache-Control is %q", method, path, got)
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

func leadsTo(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	wants(t, w, http.StatusSeeOther)
	if got := w.Header().Get("Location"); got != to {
		t.Errorf("leads to %q, want %q", got, to)
	}
}

// routes is every page and form of the area, and where one returns to. Who had sent
// a form is told there that it did nothing.
var routes = []struct{ method, path, back string }{
	{"GET", "/account", "/account"},
	{"GET", "/account/password", "/account/password"},
	{"POST", "/account/password", "/account/password?done=nothing"},
	{"GET", "/account/sessions", "/account/sessions"},
	{"GET", "/account/sessions/session?session=ses_b", "/account/sessions"},
	{"POST", "/account/sessions/end", "/account/sessions?done=nothing"},
	{"GET", "/account/sessions/others", "/account/sessions"},
	{"POST", "/account/sessions/others", "/account/sessions?done=nothing"},
	{"GET", "/account/apps", "/account/apps"},
	{"GET", "/account/apps/app?client=grafana", "/account/apps"},
	{"POST", "/account/apps", "/account/apps?done=nothing"},
	{"GET", "/account/security", "/account/security"},
	{"GET", "/account/security/enrol", "/account/security/enrol"},
	{"GET", "/account/security/remove", "/account/security/remove"},
	{"POST", "/account/security/remove", "/account/security/remove?done=nothing"},
	{"GET", "/account/security/recovery", "/account/security/recovery"},
	{"POST", "/account/security/recovery", "/account/security/recovery?done=nothing"},
}

func TestAccountAsksWhoIsNotSignedInToSignInFirst(t *testing.T) {
	t.Parallel()
	for _, tt := range routes {
		h := &house{signedOut: true, step: flow.StepIssue, factor: true}
		leadsTo(t, ask(t, h, tt.method, tt.path, "session", "ses_a", "client", "grafana"), "/signin?return_to="+url.QueryEscape(tt.back))
		if len(h.done) > 0 {
			t.Errorf("%s %s did %q", tt.method, tt.path, h.done)
		}
	}
}

func TestLookingAtTheAccountChangesNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range routes {
		if tt.method != "GET" || tt.path == "/account/security/enrol" {
			continue
		}
		h := &house{step: flow.StepIssue, factor: true}
		w := ask(t, h, tt.method, tt.path)
		wants(t, w, 200, "ada@example.com", `name="form_token"`)
		if csp := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(csp, "form-action 'self'") {
			t.Errorf("%s: policy %s", tt.path, csp)
		}
		if len(h.done) > 0 {
			t.Errorf("%s did %q", tt.path, h.done)
		}
	}
}

func TestChangesLeadBackToAPageThatSaysSo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		fields []string
		done   string
		to     string
	}{
		{"/account/password", []string{"password", "old", "new_password", "new"}, "password person usr_a old new ses_a, renew ses_a", "/account/security?done=password"},
		{"/account/sessions/end", []string{"session", "ses_b"}, "end ses_b", "/account/sessions?done=session"},
		{"/account/sessions/end", []string{"session", "ses_a"}, "end ses_a", "/signout"},
		{"/account/sessions/others", nil, "end all of usr_a but ses_a", "/account/sessions?done=others"},
		{"/account/apps", []string{"client", "grafana"}, "withdraw usr_a grafana", "/account/apps?done=app"},
		{"/account/security/remove", nil, "remove usr_a ses_a", "/account/security?done=remove"},
	} {
		h := &house{step: flow.StepIssue, factor: true}
		leadsTo(t, ask(t, h, "POST", tt.path, tt.fields...), tt.to)
		if got := strings.Join(h.done, ", "); got != tt.done {
			t.Errorf("%s did %q, want %q", tt.path, got, tt.done)
		}
	}
	for _, what := range []string{"password", "session", "others", "app", "enrol", "remove", "recovery"} {
		wants(t, ask(t, &house{}, "GET", "/account/security?done="+what), 200, `data-testid="notice"`)
	}
	if w := ask(t, &house{}, "GET", "/account/security?done=You+won"); strings.Contains(w.Body.String(), "You won") {
		t.Error("the address brings words of its own")
	}
}

func TestANewPasswordKeepsOnlyWhatStillProves(t *testing.T) {
	t.Parallel()
	h := &house{}
	leadsTo(t, ask(t, h, "POST", "/account/password", "password", "old", "new_password", "new"), "/account/security?done=password")
	if len(h.proofs) != 2 || len(h.proofs.Of("fac_phone", "fac_new")) != 2 {
		t.Errorf("the session goes on with %v", h.proofs)
	}
}

// Somebody else's session is not theirs to end, and the answer does not tell
// whether it exists.
func TestOnlyOwnSessionsCanBeEnded(t *testing.T) {
	t.Parallel()
	for _, other := range []string{"ses_of_bob", "", "ses_A"} {
		h := &house{}
		leadsTo(t, ask(t, h, "POST", "/account/sessions/end", "session", other), "/account/sessions?done=session")
		if len(h.done) > 0 {
			t.Errorf("%q: did %q", other, h.done)
		}
	}
}

// Whoever is about to end something sees what it is first, and may go back.
func TestWhatEndsSomethingIsAskedFirst(t *testing.T) {
	t.Parallel()
	for path, button := range map[string]string{
		"/account/sessions/session?session=ses_b": `value="ses_b"`,
		"/account/sessions/others":                `action="/account/sessions/others"`,
		"/account/apps/app?client=grafana":        `value="grafana"`,
		"/account/security/remove":                `action="/account/security/remove"`,
		"/account/security/recovery":              `action="/account/security/recovery"`,
	} {
		h := &house{step: flow.StepIssue, factor: true}
		wants(t, ask(t, h, "GET", path), 200, button, `id="cancel"`, `id="submit"`)
		if len(h.done) > 0 {
			t.Errorf("%s did %q", path, h.done)
		}
	}
	for _, list := range []string{"/account/sessions", "/account/apps"} {
		if body := ask(t, &house{}, "GET", list).Body.String(); strings.Contains(body, `action="/account/`) {
			t.Errorf("%s ends something by one press:\n%s", list, body)
		}
	}
}

// What is over, or never was the person's, has no page: neither does the answer
// tell whether it exists.
func TestPagesAboutWhatIsNotTheirsLeadBackToTheList(t *testing.T) {
	t.Parallel()
	for path, list := range map[string]string{
		"/account/sessions/session":                             "/account/sessions",
		"/account/sessions/session?session=ses_of_bob":          "/account/sessions",
		"/account/apps/app":                                     "/account/apps",
		"/account/apps/app?client=unknown":                      "/account/apps",
		"/account/apps/app?client=" + strings.Repeat("x", 9000): "/account/apps",
	} {
		leadsTo(t, ask(t, &house{}, "GET", path), list)
	}
}

func TestTheBrowserThatAsksIsTheFirstSession(t *testing.T) {
	t.Parallel()
	body := ask(t, &house{}, "GET", "/account/sessions").Body.String()
	first, second := strings.Index(body, "session=ses_a"), strings.Index(body, "session=ses_b")
	mark := strings.Index(body, `data-testid="this"`)
	if first < 0 || second < first || mark < first || mark > second {
		t.Errorf("ses_a stands at %d, its mark at %d, ses_b at %d:\n%s", first, mark, second, body)
	}
}

func TestWhatChangesTheSecondStepNeedsAFreshProof(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, path string }{
		{"GET", "/account/security/remove"},
		{"POST", "/account/security/remove"},
		{"GET", "/account/security/recovery"},
		{"POST", "/account/security/recovery"},
	} {
		h := &house{step: flow.StepFactor, factor: true}
		leadsTo(t, ask(t, h, tt.method, tt.path), "/signin?i=int_new")
		if !slices.Equal(h.done, []string{"begin"}) {
			t.Errorf("%s %s did %q", tt.method, tt.path, h.done)
		}
		got := h.asks[0]
		if got.ReturnTo != tt.path || got.Require != proof.AAL2 || got.MaxAge == nil || *got.MaxAge != 5*time.Minute || got.Client != "" {
			t.Errorf("%s %s asks for %+v", tt.method, tt.path, got)
		}

		h = &house{step: flow.StepIssue}
		leadsTo(t, ask(t, h, tt.method, tt.path), "/account/security")
		if len(h.done) > 0 {
			t.Errorf("%s %s without a second step did %q", tt.method, tt.path, h.done)
		}
	}
}

func TestEnrolmentGoesThroughTheSignIn(t *testing.T) {
	t.Parallel()
	h := &house{step: flow.StepEnrol}
	leadsTo(t, ask(t, h, "GET", "/account/security/enrol"), "/signin?i=int_new")
	if got := h.asks[0]; got.ReturnTo != "/account/security?done=enrol" || got.Require != proof.AAL2 || got.MaxAge == nil {
		t.Errorf("asks for %+v", got)
	}
	leadsTo(t, ask(t, &house{factor: true}, "GET", "/account/security/enrol"), "/account/security")
}

func TestNewRecoveryCodesAreShownInTheAnswer(t *testing.T) {
	t.Parallel()
	h := &house{step: flow.StepIssue, factor: true}
	wants(t, ask(t, h, "POST", "/account/security/recovery"), 200, "new-code", `href="/account/security?done=recovery"`)
	h.err = errors.New("disk on fire")
	w := ask(t, h, "POST", "/account/security/recovery", "instead", h.set)
	wants(t, w, 500)
	if strings.Contains(w.Body.String(), "new-code") || strings.Contains(w.Body.String(), "disk") {
		t.Errorf("the page tells too much:\n%s", w.Body)
	}
}

// What was stored a moment ago must go on working: only the button of the page
// that says so makes others.
func TestLoadingNewRecoveryCodesAgainMakesNoOthers(t *testing.T) {
	t.Parallel()
	h := &house{step: flow.StepIssue, factor: true, set: "old"}
	wants(t, ask(t, h, "GET", "/account/security/recovery"), 200, `name="instead" value="old"`)
	wants(t, ask(t, h, "POST", "/account/security/recovery", "instead", "old"), 200, "new-code")
	made := h.set
	for _, again := range []string{"old", ""} {
		w := ask(t, h, "POST", "/account/security/recovery", "instead", again)
		wants(t, w, 409, "were shown already", `name="instead" value="`+made+`"`)
		if strings.Contains(w.Body.String(), "new-code") || len(h.done) != 1 || h.set != made {
			t.Errorf("a reload with %q makes others: %q", again, h.done)
		}
	}
	wants(t, ask(t, h, "POST", "/account/security/recovery", "instead", made), 200, "new-code")
}

func TestAWrongCurrentPasswordComesBackBesideItsField(t *testing.T) {
	t.Parallel()
	h := &house{err: &fault.Error{Kind: fault.Invalid, Code: "password.current_wrong", Detail: "The present password is wrong.", Fields: []fault.Field{{Name: "current", Problem: "is wrong"}}}}
	w := ask(t, h, "POST", "/account/password", "password", "typed-old-one", "new_password", "typed-new-one")
	wants(t, w, 422, `data-testid="problem">“Current password” is wrong.<`)
	if strings.Contains(w.Body.String(), "typed-") {
		t.Error("the page sends a password back")
	}
	if strings.Contains(w.Body.String(), `role="alert"`) {
		t.Error("the error is said twice, at its field and over the form")
	}
	h.err = &fault.Error{Kind: fault.Invalid, Code: "password.weak", Detail: "Weak.", Fields: []fault.Field{{Name: "password", Problem: "is too short"}}}
	wants(t, ask(t, h, "POST", "/account/password"), 422, `data-testid="problem">“New password” is too short.<`)
	h.err = &fault.Error{Kind: fault.TooMany, Code: "signin.throttled", RetryAfter: 8 * time.Second}
	w = ask(t, h, "POST", "/account/password")
	wants(t, w, 429, "Try again in 8 seconds.", `role="alert"`)
	if w.Header().Get("Retry-After") != "8" {
		t.Errorf("Retry-After %q", w.Header().Get("Retry-After"))
	}
}

func TestAppsThatAreGoneCanStillBeRemoved(t *testing.T) {
	t.Parallel()
	wants(t, ask(t, &house{}, "GET", "/account/apps"), 200, "Grafana", `?client=grafana"`, ">gone<", `?client=gone"`)
	wants(t, ask(t, &house{}, "GET", "/account/apps/app?client=gone"), 200, `<h1 class="title">gone</h1>`, `value="gone"`)
	h := &house{err: fault.Missing("consent")}
	leadsTo(t, ask(t, h, "POST", "/account/apps", "client", "gone"), "/account/apps?done=app")
}

func TestBrowsersFindThePageThatChangesThePassword(t *testing.T) {
	t.Parallel()
	leadsTo(t, ask(t, &house{}, "GET", "/.well-known/change-password"), "/account/password")
}

// Every form of the account takes a turn of its person before it does anything, one
// that is added tomorrow too.
func TestNoFormOfTheAccountIsTakenOutOfTurn(t *testing.T) {
	t.Parallel()
	mux := web.NewMux(slog.New(slog.DiscardHandler), nil)
	(&Door{}).Mount(mux)
	posts := 0
	for _, pattern := range mux.Patterns() {
		path, ok := strings.CutPrefix(pattern, "POST ")
		if !ok {
			continue
		}
		posts++
		h := &house{factor: true, step: flow.StepIssue, turn: &fault.Error{Kind: fault.TooMany, Code: "person.flood", RetryAfter: 90 * time.Second}}
		w := ask(t, h, http.MethodPost, path, "client", "web", "session", "ses_other", "password", "x", "new_password", "y")
		if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "90" || len(h.done) > 0 {
			t.Errorf("POST %s out of turn: %d, Retry-After %q, did %v", path, w.Code, w.Header().Get("Retry-After"), h.done)
		}
	}
	if posts < 6 {
		t.Errorf("only %d forms were found", posts)
	}
}

// A form that came from somebody who was signed out meanwhile did nothing, and the
// page that they come back to says so.
func TestAccountSaysThatAFormDidNothing(t *testing.T) {
	t.Parallel()
	for _, tt := range routes {
		if tt.method != http.MethodPost {
			continue
		}
		h := &house{step: flow.StepIssue, factor: true}
		wants(t, ask(t, h, http.MethodGet, tt.back), http.StatusOK, "nothing was changed")
	}
}

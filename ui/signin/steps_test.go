package signin

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/secret"
)

// the pages, and the step that each of them is for.
var pages = map[string]flow.Step{
	"/signin": flow.StepSignIn, "/signin/select": flow.StepSelect, "/signin/factor": flow.StepFactor, "/signin/recovery": flow.StepFactor,
	"/signin/enrol": flow.StepEnrol, "/consent": flow.StepConsent,
}

var steps = map[flow.Step]string{
	flow.StepSignIn: "/signin?i=int_a", flow.StepSelect: "/signin/select?i=int_a", flow.StepFactor: "/signin/factor?i=int_a",
	flow.StepEnrol: "/signin/enrol?i=int_a", flow.StepConsent: "/consent?i=int_a",
	flow.StepIssue: "/oauth2/authorize?i=int_a", flow.StepRefuse: "/oauth2/authorize?i=int_a",
}

// Back button, refresh, old tabs: every page of a sign-in leads to where it
// stands.
func TestEveryPageLeadsToTheStepThatTheSignInStandsAt(t *testing.T) {
	t.Parallel()
	for path, own := range pages {
		for step, address := range steps {
			b := newBrowser(t, &house{entry: known(step)})
			w := b.get(path + "?i=int_a")
			if step == own {
				wants(t, w, 200, "Grafana", `name="i" value="int_a"`, `name="form_token" value="`+b.cookies.FormToken(b.jar["gatehouse_browser"])+`"`)
				if csp := w.Header().Get("Content-Security-Policy"); strings.Contains(csp, "form-action") {
					t.Errorf("%s: the policy stops the chain of redirects: %s", path, csp)
				}
				continue
			}
			leadsTo(t, w, address)
		}
	}
}

func TestEveryPostTakesTheFormToTheFlowAndGoesOn(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		path   string
		fields []string
		call   string
	}{
		{"/signin", []string{"email", "ada@example.com", "password", "p w"}, "password ada@example.com p w"},
		{"/signin/select", []string{"choice", "current"}, "choose current"},
		{"/signin/select", []string{"choice", "other"}, "choose other"},
		{"/signin/factor", []string{"code", "123456"}, "totp 123456"},
		{"/signin/recovery", []string{"recovery_code", "r-c"}, "recovery r-c"},
		{"/signin/enrol", []string{"code", "123456"}, "confirm 123456"},
		{"/consent", []string{"decision", "allow"}, "allow"},
		{"/consent", []string{"decision", "deny"}, "deny"},
	} {
		for step, address := range steps {
			h := &house{outcome: flow.Outcome{Entry: known(step)}}
			b := newBrowser(t, h)
			leadsTo(t, b.post(tt.path, tt.fields...), address)
			if !slices.Equal(h.calls, []string{tt.call}) {
				t.Errorf("%s %v: calls %q, want %q", tt.path, tt.fields, h.calls, tt.call)
			}
			want := flow.Ref{Interaction: "int_a", Browser: b.jar["gatehouse_browser"]}
			if h.refs[0] != want {
				t.Errorf("%s: ref %+v, want %+v", tt.path, h.refs[0], want)
			}
		}
	}
}

// A form acts for the person whom its page named, and for nobody whose id it made up.
func TestAPostNamesThePersonOfItsPage(t *testing.T) {
	t.Parallel()
	ada := id.NewUser()
	for typed, want := range map[string]id.User{string(ada): ada, "": "", "usr_a'b": "", "ses_a": ""} {
		h := &house{outcome: flow.Outcome{Entry: known(flow.StepConsent)}}
		newBrowser(t, h).post("/consent", "decision", "allow", "person", typed)
		if got := h.refs[0].Person; got != want {
			t.Errorf("%q: it acts for %q, want %q", typed, got, want)
		}
	}
}

// An empty post must be neither a yes nor a choice.
func TestAPostThatSaysNothingDecidesNothing(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/consent", "/signin/select"} {
		for _, value := range []string{"", "ALLOW", "yes", "true"} {
			h := &house{outcome: flow.Outcome{Entry: known(flow.StepIssue)}}
			wants(t, newBrowser(t, h).post(path, "decision", value, "choice", value), 400)
			if len(h.calls) > 0 {
				t.Errorf("%s with %q: calls %q", path, value, h.calls)
			}
		}
	}
}

func TestTheSessionCookieFollowsTheOutcome(t *testing.T) {
	t.Parallel()
	token := secret.Token(32)
	b := newBrowser(t, &house{outcome: flow.Outcome{Entry: known(flow.StepIssue), SessionToken: token}})
	w := b.post("/signin", "email", "ada@example.com", "password", "x")
	leadsTo(t, w, "/oauth2/authorize?i=int_a")
	if b.jar["gatehouse_session"] != token {
		t.Errorf("the browser holds %q", b.jar["gatehouse_session"])
	}
	cookie := w.Result().Cookies()[0]
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.Path != "/" {
		t.Errorf("cookie %+v", cookie)
	}
}

func TestWhatWasMistypedComesBackOnTheSamePage(t *testing.T) {
	t.Parallel()
	for path, step := range pages {
		if path == "/consent" || path == "/signin/select" {
			continue // nothing is typed there
		}
		for _, tt := range []struct {
			err    *fault.Error
			status int
			retry  string
		}{
			{fault.New(fault.Unauthenticated, "signin.wrong", "The email or the password is wrong."), 422, ""},
			{&fault.Error{Kind: fault.TooMany, Code: "signin.throttled", RetryAfter: 45 * time.Second}, 429, "45"},
			{&fault.Error{Kind: fault.Unavailable, Code: "password.busy", RetryAfter: 2 * time.Second}, 503, "2"},
		} {
			h := &house{outcome: flow.Outcome{Entry: at(step)}, err: tt.err}
			w := newBrowser(t, h).post(path, "email", "typed@example.com", "password", "hunter2-is-typed", "code", "654321", "recovery_code", "typed-code")
			retry := w.Header().Get("Retry-After")
			body := w.Body.String()
			said := `data-testid="problem"`
			if tt.retry != "" {
				said = `role="alert"`
			}
			wants(t, w, tt.status, said)
			if retry != tt.retry {
				t.Errorf("%s: Retry-After %q, want %q", path, retry, tt.retry)
			}
			if path == "/signin" && !strings.Contains(body, `value="typed@example.com"`) {
				t.Error("the name is gone")
			}
			for _, typed := range []string{"hunter2-is-typed", "654321", "typed-code"} {
				if strings.Contains(body, typed) {
					t.Errorf("%s sends %q back", path, typed)
				}
			}
		}
	}
}

// A store that fails is neither a wrong password nor a page without an answer.
func TestAFailureOfOursIsNotAWrongPassword(t *testing.T) {
	t.Parallel()
	for path := range pages {
		h := &house{outcome: flow.Outcome{Entry: at(flow.StepSignIn)}, err: errors.New("disk on fire")}
		w := newBrowser(t, h).post(path, "choice", "other", "decision", "allow")
		if strings.Contains(w.Body.String(), "disk") {
			t.Errorf("%s shows the cause", path)
		}
		wants(t, w, 500, "Something went wrong on our side")
	}
}

func TestALostSignInSaysSoAndLeadsOn(t *testing.T) {
	t.Parallel()
	for path := range pages {
		h := &house{entry: at(""), lookErr: fault.New(fault.Conflict, "flow.expired", "Too late.")}
		wants(t, newBrowser(t, h).get(path+"?i=int_a"), 409, "This sign-in took too long", `href="https://grafana.example.com/"`, "Back to Grafana")

		h = &house{lookErr: fault.New(fault.NotFound, "flow.gone", "Over.")}
		wants(t, newBrowser(t, h).get(path+"?i=int_gone"), 404, "This sign-in is over", `href="/account"`)

		h = &house{lookErr: fault.New(fault.Forbidden, "flow.browser", "Elsewhere.")}
		wants(t, newBrowser(t, h).get("https://id.example.com"+path+"?i=int_a"), 403, "Another browser began this sign-in")

		h = &house{outcome: flow.Outcome{Entry: at("")}, err: fault.New(fault.Conflict, "flow.expired", "Too late.")}
		wants(t, newBrowser(t, h).post(path, "choice", "other", "decision", "allow"), 409, "Back to Grafana")
	}
}

// Whoever reads "another browser" has one browser open, and sees no reason.
func TestASignInThatThisBrowserCannotProveSaysWhy(t *testing.T) {
	t.Parallel()
	for path := range pages {
		for host, title := range map[string]string{
			"https://id.example.com": "Your browser sent no cookie", "https://id.example.com:443": "Your browser sent no cookie",
			"http://10.0.0.7:8080": "You came by 10.0.0.7:8080, and the server is https://id.example.com.",
			"http://gatehouse":     "You came by gatehouse, and the server is https://id.example.com.",
		} {
			b := newBrowser(t, &house{lookErr: fault.New(fault.Forbidden, "flow.browser", "Elsewhere.")})
			delete(b.jar, "gatehouse_browser")
			w := b.get(host + path + "?i=int_a")
			wants(t, w, 403, title)
			if strings.Contains(w.Body.String(), "Another browser") {
				t.Errorf("%s%s speaks of another browser", host, path)
			}
		}
	}
}

// The host is what somebody sent.
func TestTheReasonRepeatsNoTextOfStrangers(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &house{lookErr: fault.New(fault.Forbidden, "flow.browser", "Elsewhere.")})
	r := httptest.NewRequest(http.MethodGet, "/signin?i=int_a", nil)
	r.Host = "call 0900 123456 <b>now</b>"
	w := b.do(r)
	wants(t, w, 403, "You came by another address")
	if strings.Contains(w.Body.String(), "0900") {
		t.Error("it repeats the host")
	}
}

func TestSignInOfAKnownPersonAsksForThePasswordOnly(t *testing.T) {
	t.Parallel()
	w := newBrowser(t, &house{entry: known(flow.StepSignIn)}).get("/signin?i=int_a")
	wants(t, w, 200, `value="ada@example.com" required readonly`, "Not you?")
	w = newBrowser(t, &house{entry: at(flow.StepSignIn)}).get("/signin?i=int_a")
	wants(t, w, 200, `value="hint@example.com"`)
}

func TestEnrolmentShowsTheKeyAndThenTheCodesOnce(t *testing.T) {
	t.Parallel()
	b := newBrowser(t, &house{entry: known(flow.StepEnrol)})
	wants(t, b.get("/signin/enrol?i=int_a"), 200, "<svg", "<code data-part>AAAA</code>", `href="otpauth://totp/Gatehouse:ada?secret=AAAABBBBCCCC"`)

	token := secret.Token(32)
	b.house.outcome = flow.Outcome{Entry: known(flow.StepIssue), SessionToken: token, RecoveryCodes: []string{"first-code", "second-code"}}
	wants(t, b.post("/signin/enrol", "code", "123456"), 200, "first-code", "second-code", `href="/oauth2/authorize?i=int_a"`)
	if b.jar["gatehouse_session"] != token {
		t.Error("the session did not reach the browser")
	}

	b.house.outcome.SessionToken, b.house.outcome.RecoveryCodes = "", nil
	leadsTo(t, b.post("/signin/enrol", "code", "123456"), "/oauth2/authorize?i=int_a")
}

func TestFewRecoveryCodesAreSaidOnce(t *testing.T) {
	t.Parallel()
	h := &house{outcome: flow.Outcome{Entry: known(flow.StepIssue), SessionToken: secret.Token(32), RecoveryLeft: 2}}
	wants(t, newBrowser(t, h).post("/signin/recovery", "recovery_code", "c"), 200, "2 recovery codes are left", `href="/oauth2/authorize?i=int_a"`)
	h.outcome.RecoveryLeft = 9
	leadsTo(t, newBrowser(t, h).post("/signin/recovery", "recovery_code", "c"), "/oauth2/authorize?i=int_a")
	h.outcome.RecoveryLeft = 0
	leadsTo(t, newBrowser(t, h).post("/signin/factor", "code", "123456"), "/oauth2/authorize?i=int_a")
}

func TestConsentSaysWhoGetsWhat(t *testing.T) {
	t.Parallel()
	w := newBrowser(t, &house{entry: known(flow.StepConsent)}).get("/consent?i=int_a")
	wants(t, w, 200, "ada@example.com", "See your email address", "grafana.example.com", `id="allow"`, `id="deny"`, "Account › Connected apps")
}

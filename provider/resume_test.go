package provider

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/flow"
	"gatehouse/oauth"
	"gatehouse/secret"
	"gatehouse/setting"
)

// The whole way: signed out, sent to the sign-in, back to the dispatcher.
func TestSignInLeadsBackToTheApplication(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	next := d.sent(d.ask(d.request("web")), "/signin?i=")
	if q := d.answered(d.ask(d.request("web", "prompt", "none"))); q.Get("error") != "login_required" {
		t.Errorf("prompt=none: %v", q)
	}
	if got := d.sent(d.get(PathAuthorize+"?i="+next), "/signin?i="); got != next {
		t.Errorf("before the sign-in the dispatcher led to %q", got)
	}
	d.password(next)
	q := d.answered(d.get(PathAuthorize + "?i=" + next))
	if q.Get("state") != "a state" || q.Get("iss") != testIssuer {
		t.Errorf("the response is %v", q)
	}
	a := d.tokens("web", exchangeOf(q.Get("code")))
	if _, claims := d.signed(a.IDToken); claims["nonce"] != "a nonce" || claims["sub"] != "usr_ada" {
		t.Errorf("the ID token is %v", claims)
	}
	// A reload leads on too: whoever cancelled the first answer is not stranded.
	again := d.answered(d.get(PathAuthorize + "?i=" + next))
	if again.Get("code") == q.Get("code") || again.Get("state") != "a state" {
		t.Errorf("a reload: %v", again)
	}
	if _, claims := d.signed(d.tokens("web", exchangeOf(again.Get("code"))).IDToken); claims["sub"] != "usr_ada" {
		t.Errorf("the second ID token is %v", claims)
	}
	d.signIn() // the same person, in another session
	if w := d.get(PathAuthorize + "?i=" + next); w.Code != http.StatusNotFound || d.pages.failed.Code != "flow.gone" || !strings.HasPrefix(d.pages.failed.Again, PathAuthorize+"?client_id=web&") {
		t.Errorf("in another session: %d %+v", w.Code, d.pages.failed)
	}
}

func TestTabsAtOnceAllComeToTheSamePersonsCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")
	d.password(i)
	counts := d.parallel(8, "web", func() *http.Request {
		r := httptest.NewRequest(http.MethodGet, PathAuthorize+"?i="+i, nil)
		for name, value := range d.cookies {
			r.AddCookie(&http.Cookie{Name: name, Value: value})
		}
		return r
	})
	if counts[http.StatusSeeOther] != 8 || len(d.store.codes) != 8 {
		t.Errorf("statuses %v, %d codes", counts, len(d.store.codes))
	}
	var first oauth.Code
	for _, c := range d.store.codes {
		if first.Session == "" {
			first = c
		}
		if c.User != "usr_ada" || c.Session != first.Session {
			t.Errorf("a code for %s in %s", c.User, c.Session)
		}
	}
}

// Whom the sign-in is about is what counts when the code is written.
func TestTabThatIsOvertakenBySomebodyElseGetsNoCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")
	d.password(i)
	stored := d.begun(i)
	d.store.overtake = func() {
		other := stored
		other.Version++
		other.Progress = flow.Progress{Chosen: true} // "another account", in another tab
		d.store.interactions[other.ID] = other
	}
	d.sent(d.get(PathAuthorize+"?i="+i), "/signin?i=")
	if len(d.store.codes) != 0 {
		t.Errorf("%d codes", len(d.store.codes))
	}
}

func TestSignInThatCannotGoOnShowsTheWayBack(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	delete(d.cookies, sessionName)
	i := d.sent(d.ask(d.request("web")), "/signin?i=")

	browser := d.cookies[browserName]
	d.cookies[browserName] = secret.Token(32)
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusForbidden || d.pages.failed.Code != "flow.browser" {
		t.Errorf("in another browser: %d %+v", w.Code, d.pages.failed)
	}
	d.cookies[browserName] = browser
	d.Flow.(*flow.Service).Config = setting.Always(flow.Config{}) // none may take any time
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusConflict || d.pages.failed.AppName != "Web" || d.pages.failed.AppURL != "https://web.example.test/" {
		t.Errorf("too late: %d %+v", w.Code, d.pages.failed)
	}
	if w := d.get(PathAuthorize + "?i=int_unknown"); w.Code != http.StatusNotFound || d.pages.failed.Detail == "" {
		t.Errorf("unknown: %d %+v", w.Code, d.pages.failed)
	}
	if w := d.get(PathAuthorize + "?i=a&i=b"); w.Code != http.StatusBadRequest {
		t.Errorf("named twice: %d", w.Code)
	}
}

// A client that is changed while a person signs in does not get a code by its
// old settings.
func TestResumedSignInIsCheckedAgainstTheClientAsItIsNow(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	begin := func() string {
		delete(d.cookies, sessionName)
		i := d.sent(d.ask(d.request("web")), "/signin?i=")
		d.password(i)
		return i
	}
	i := begin()
	d.client("web").RedirectURIs = []string{"https://new.example.test/cb"}
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusBadRequest || w.Header().Get("Location") != "" {
		t.Errorf("redirect URI gone: %d %q", w.Code, w.Header().Get("Location"))
	}
	d.client("web").RedirectURIs = []string{testCallback}
	i = begin()
	d.client("web").Scopes = []string{"offline_access"}
	if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != "invalid_scope" {
		t.Errorf("scope gone: %v", q)
	}
	d.client("web").Scopes = []string{"openid"}
	i = d.sent(func() *httptest.ResponseRecorder {
		delete(d.cookies, sessionName)
		return d.ask(d.request("web", "scope", "openid"))
	}(), "/signin?i=")
	d.password(i)
	d.client("web").Disabled = true
	if w := d.get(PathAuthorize + "?i=" + i); w.Code != http.StatusBadRequest || d.pages.failed.Code != "authorize.client" {
		t.Errorf("disabled: %d %+v", w.Code, d.pages.failed)
	}
}

// A scope that the client gets while the person looks at the consent page is
// none that they agreed to.
func TestScopeThatNobodyWasAskedAboutIsNotInTheCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking", "scope", "openid payments")), "/consent?i=")
	d.client("asking").Scopes = append(slices.Clone(testScopes), "payments")
	d.consent(i, true)
	q := d.answered(d.get(PathAuthorize + "?i=" + i))
	if q.Get("scope") != "openid" {
		t.Errorf("the answer says scope %q", q.Get("scope"))
	}
	if a := d.tokens("asking", exchangeOf(q.Get("code"))); a.Scope != "openid" {
		t.Errorf("the token has scope %q; the person agreed to %q", a.Scope, d.people.consented)
	}
}

// The person takes back at another place what was allowed a moment ago.
func TestConsentThatIsTakenBackBringsNoCode(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking")), "/consent?i=")
	d.consent(i, true)
	d.store.overtake = func() { d.people.consented = nil }
	if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != "access_denied" || len(d.store.codes) != 0 {
		t.Errorf("the answer is %v with %d codes", q, len(d.store.codes))
	}
}

// lid is a Ceiling that answers the same to all.
type lid struct{ err error }

func (l lid) Over(context.Context, *oauth.Client, *oauth.Authorization, []string, time.Time) (oauth.Allowance, error) {
	return oauth.Allowance{}, l.err
}

// Whoever says no, the sign-in is over with it; a failure is no answer.
func TestSignInEndsWithANoAndNotWithAFailure(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(d *door)
		code   string
		left   int
	}{
		"the ceiling":           {func(d *door) { d.protocol.Ceiling = lid{} }, "access_denied", 0},
		"the client's settings": {func(d *door) { d.client("asking").Scopes = []string{"email"} }, "invalid_scope", 0},
		"the consent":           {func(d *door) { d.store.overtake = func() { d.people.consented = nil } }, "access_denied", 0},
		"a ceiling that fails":  {func(d *door) { d.protocol.Ceiling = lid{errors.New("no policy")} }, "server_error", 1},
	} {
		d := newDoor(t)
		i := d.sent(d.ask(d.request("asking")), "/consent?i=")
		d.consent(i, true)
		c.change(d)
		if q := d.answered(d.get(PathAuthorize + "?i=" + i)); q.Get("error") != c.code || d.unanswered() != c.left || len(d.store.codes) != 0 {
			t.Errorf("%s: %v; %d sign-ins are left, want %d", name, q, d.unanswered(), c.left)
		}
	}
}

// unanswered is how many sign-ins go on.
func (d *door) unanswered() (n int) {
	for _, i := range d.store.interactions {
		if i.Finished.IsZero() {
			n++
		}
	}
	return n
}

func TestRefusedConsentIsToldToTheApplication(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	i := d.sent(d.ask(d.request("asking")), "/consent?i=")
	d.consent(i, false)
	q := d.answered(d.get(PathAuthorize + "?i=" + i))
	if q.Get("error") != "access_denied" || q.Get("state") != "a state" || q.Has("code") {
		t.Errorf("the response is %v", q)
	}
	if d.unanswered() != 0 {
		t.Error("the sign-in goes on")
	}
}

func TestCodesRowKnowsTheRequestAndNoSecret(t *testing.T) {
	t.Parallel()
	d := newDoor(t)
	code := d.code("web")
	if len(code) != 43 || len(d.store.codes) != 1 {
		t.Fatalf("code %q, %d rows", code, len(d.store.codes))
	}
	for hash, c := range d.store.codes {
		if hash != string(secret.Hash(code)) || strings.Contains(fmt.Sprintf("%+v", c), code) {
			t.Error("the row holds the code itself")
		}
		if c.Expires.Sub(c.Created) != time.Minute || c.Client != "web" || c.User != "usr_ada" || c.RedirectURI != testCallback || c.Challenge == "" || c.Nonce != "a nonce" || c.Session == "" {
			t.Errorf("the row is %+v", c)
		}
	}
	delete(d.cookies, sessionName)
	own := must(d.Signer.Sign(t.Context(), "ES256", "JWT", fmt.Appendf(nil, `{"iss":%q,"sub":"usr_ada","aud":"web","exp":1,"iat":1}`, testIssuer)))
	i := d.sent(d.ask(d.request("web", "client_secret", "hush", "id_token_hint", own)), "/signin?i=")
	if kept := d.begun(i).Ask; kept.Params.Has("client_secret") || kept.Params.Has("id_token_hint") || kept.HintUser != "usr_ada" {
		t.Errorf("the sign-in keeps %v for %q", kept.Params, kept.HintUser)
	}
}

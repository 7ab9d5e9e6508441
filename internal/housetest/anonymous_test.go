package housetest

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/flow"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// Whoever has proved nothing stores nothing, however they begin a sign-in and
// whatever they do on its pages.
func TestStrangersStoreNoSignIn(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	begin := map[string]func(b *gatetest.Browser) *gatetest.Page{
		"on our page": func(b *gatetest.Browser) *gatetest.Page { return b.Get("/signin") },
		"on a page that wants more": func(b *gatetest.Browser) *gatetest.Page {
			return b.Get("/account/security")
		},
		"a long way back": func(b *gatetest.Browser) *gatetest.Page {
			return b.Get("/signin?return_to=/account/" + strings.Repeat("a", 2000))
		},
		"an application": func(b *gatetest.Browser) *gatetest.Page { return b.Get(s.app.AuthorizeURL()) },
		"prompt=none":    func(b *gatetest.Browser) *gatetest.Page { return b.Get(s.app.AuthorizeURL("prompt", "none")) },
		"a chooser":      func(b *gatetest.Browser) *gatetest.Page { return b.Get(s.app.AuthorizeURL("prompt", "select_account")) },
		"a long request": func(b *gatetest.Browser) *gatetest.Page {
			return b.Get(s.app.AuthorizeURL("claims", `{"userinfo":{"`+noise(6000)+`":null}}`))
		},
		"by POST": func(b *gatetest.Browser) *gatetest.Page {
			return b.Post("/oauth2/authorize", requestOf(t, s.app))
		},
		"a long request by POST": func(b *gatetest.Browser) *gatetest.Page {
			p := b.Post("/oauth2/authorize", requestOf(t, s.app, "claims", `{"userinfo":{"`+noise(6000)+`":null}}`)).Is(http.StatusOK)
			return p.Submit("client_id", "web") // as its script does
		},
	}
	before := rowsOf(t, db, "attempts", "audit_events", "audit_details")
	for name, open := range begin {
		b := s.Browser()
		p := open(b)
		if p.Out != nil {
			continue // prompt=none
		}
		i := idOf(p.At(p.URL.Path).Is(http.StatusOK))
		for path, form := range posts {
			if path == "/signin" {
				form = url.Values{"email": {"nobody@example.test"}, "password": {"a wrong one"}}
			}
			b.Post(path, formAnd(form, "i", i))
			b.Post("/signin/select", formAnd(url.Values{"choice": {"other"}}, "i", i))
		}
		for _, path := range steps {
			if len(i) < 4000 {
				b.Get(path + "?i=" + i)
			}
		}
		if rows := differing(before, rowsOf(t, db, "attempts", "audit_events", "audit_details")); len(rows) > 0 {
			t.Fatalf("%s: a stranger stored\n%s", name, strings.Join(rows, "\n"))
		}
	}
	for name, open := range begin {
		if p := open(s.Browser()); p.Out == nil && name != "a long way back" {
			p = p.Submit("email", s.ada.Email, "password", s.ada.Password)
			if got := landing(p); got != "/consent" && got != "/account" && got != "/account/security" && got != "code" {
				t.Errorf("%s: the right password led to %q", name, got)
			}
			p.Allow()
		}
	}
}

// A short request travels in an address, on two replicas and in several tabs.
func TestASealedSignInIsGoneOnWithAnywhere(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.Replica()
	second := s.App("second")
	one, two := s.browser.Get(s.app.AuthorizeURL("state", "one")).At("/signin"), s.browser.Get(second.AuthorizeURL("state", "two")).At("/signin")
	if n := len(one.URL.String()); n > 2<<10 || one.URL.Query().Get("i") == two.URL.Query().Get("i") {
		t.Errorf("the address is %d bytes long", n)
	}
	r, err := http.NewRequest(http.MethodGet, one.URL.String(), nil)
	must(t, err)
	r.Header.Set("Cookie", cookieHeader(s.browser, "none", ""))
	if a := other.Do(r); a.Status != http.StatusOK || !strings.Contains(string(a.Body), "App web") {
		t.Errorf("another replica answers %d %s", a.Status, a.Body)
	}
	for _, change := range []func(string) string{
		func(i string) string { return i[:len(i)-1] },
		func(i string) string { return i + "A" },
		func(i string) string { return "A" + i[1:] },
		func(i string) string { return strings.Repeat("A", 20_000) },
	} {
		s.browser.Get("/signin?i=" + change(one.URL.Query().Get("i"))).Is(http.StatusNotFound).Says("This sign-in is over")
	}
	if got := one.SignIn(s.ada).Allow().SentTo(gatetest.RedirectURI).Get("state"); got != "one" {
		t.Errorf("the first tab ended with %q", got)
	}
	if got := two.SignIn(s.ada).Allow().SentTo(gatetest.RedirectURI).Get("state"); got != "two" {
		t.Errorf("the second tab ended with %q", got)
	}
}

// What is too long for an address is carried by forms: a second tab, a second click
// and another account lead on all the same.
func TestALongRequestGoesOnInSeveralTabs(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.app = s.App("silent", func(c *oauth.Client) { c.SkipConsent = true })
	long := s.app.AuthorizeURL("scope", "openid", "claims", `{"userinfo":{"`+noise(6000)+`":null}}`)
	one, two := s.browser.Get(long).At("/oauth2/authorize").Is(http.StatusOK), s.browser.Get(long)
	other := one.Submit("email", s.ada.Email, "password", "a wrong one").At("/signin").Is(http.StatusUnprocessableEntity)
	s.arrived(t, "the first tab", other.Submit("email", s.ada.Email, "password", s.ada.Password))
	s.arrived(t, "the second tab", two.Submit("email", s.ada.Email, "password", s.ada.Password))
	s.arrived(t, "a second click", one.Submit("email", s.ada.Email, "password", s.ada.Password))
	asked := s.browser.Get(long + "&prompt=select_account").At("/oauth2/authorize").Says(s.ada.Email)
	bob := s.Person("bob")
	s.ada = bob
	s.arrived(t, "another account", asked.Press("", "other").Is(http.StatusOK).Submit("email", bob.Email, "password", bob.Password))
}

// What a person may store of sign-ins and codes is bounded, across restarts.
func TestASignedInPersonStoresABoundedNumberOfCodes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.app = s.App("silent", func(c *oauth.Client) { c.SkipConsent = true })
		s.signedIn(s.ada)
		db := underneath(t, s.Gate)
		mustExec(t, db, `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 9999)
			INSERT INTO codes (hash, authorization_id, client_id, user_id, session_id, scopes, audiences, auth_time, level, amr, nonce, claims,
				redirect_uri, challenge, created_at, expires_at, claimed_at)
			SELECT CAST(x AS BLOB), '', '', '`+string(s.ada.ID)+`', '', '[]', '[]', 0, 'aal1', '[]', '', '', '', '', 0, 9e15, 1 FROM n`)
		if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "code" {
			t.Errorf("the last of them: %q", got)
		}
		if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "temporarily_unavailable" {
			t.Errorf("one more: %q", got)
		}
		if n := count(t, db, `SELECT COUNT(*) FROM codes`); n != oauth.MaxCodes {
			t.Errorf("%d codes", n)
		}
	})
}

// The same for what somebody proves again and again. What was never proved
// completely makes room, so that a password alone does not keep its owner out.
func TestASignedInPersonStoresABoundedNumberOfSignIns(t *testing.T) {
	t.Parallel()
	for session, want := range map[string]int{"ses_done": http.StatusTooManyRequests, "": http.StatusOK} {
		s := newScene(t)
		db := underneath(t, s.Gate)
		mustExec(t, db, `WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 999)
			INSERT INTO interactions (id, browser, client_id, ask, user_id, chosen, proofs, consent, scopes, session_id, version, created_at, expires_at)
			SELECT 'int_' || x, x'00', '', '{}', '`+string(s.ada.ID)+`', 0, '[]', '', '[]', '`+session+`', 1, 0, 9e15 FROM n`)
		s.signedIn(s.ada)
		before := len(eventsOf(t, s.Gate, "session.create"))
		more := s.Browser()
		if p := more.Get("/signin").Submit("email", s.ada.Email, "password", s.ada.Password); p.Status != want {
			t.Errorf("beside sign-ins of session %q: status %d, want %d", session, p.Status, want)
		}
		if n := count(t, db, `SELECT COUNT(*) FROM interactions`); n > flow.MaxPerPerson {
			t.Errorf("%d sign-ins", n)
		}
		if n := len(eventsOf(t, s.Gate, "session.create")); (n > before) != (want == http.StatusOK) {
			t.Errorf("beside sign-ins of session %q: %d sessions were made", session, n-before)
		}
		s.Browser().Get("/signin").SignIn(s.Person("bob")).At("/account")
	}
}

// Whoever guesses from one address leaves few counters and few events.
func TestAnAddressLeavesFewTracesOfItsGuesses(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	p := s.browser.Get("/signin")
	for i := range 100 {
		p.Submit("email", fmt.Sprintf("nobody-%d@example.test", i), "password", "a wrong one")
	}
	if n := count(t, db, `SELECT COUNT(*) FROM attempts`); n > 40 {
		t.Errorf("%d counters", n)
	}
	if n := len(eventsOf(t, s.Gate, "")); n > 50 {
		t.Errorf("%d events", n)
	}
}

// noise does not become shorter by compression.
func noise(n int) string {
	var b strings.Builder
	for x := uint32(1); b.Len() < n; x = x*1664525 + 1013904223 {
		b.WriteByte("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"[x>>26])
	}
	return b.String()
}

func count(t *testing.T, db *sql.DB, query string) (n int) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(), query).Scan(&n))
	return n
}

// requestOf is an authorization request of the application as a form.
func requestOf(t *testing.T, app *gatetest.Application, fields ...string) url.Values {
	t.Helper()
	_, query, _ := strings.Cut(app.AuthorizeURL(fields...), "?")
	form, err := url.ParseQuery(query)
	must(t, err)
	return form
}

// A second step that is asked for at once, with a request that no address holds, has
// its other way too, and leads on by it.
func TestARecoveryCodeEndsAStepUpOfALongRequest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.ada = s.Person("rich", gatetest.TOTP)
		s.app = s.App("silent", func(c *oauth.Client) { c.SkipConsent = true })
		s.signedIn(s.ada)
		codes, err := s.newRecoveryCodes(t.Context())
		must(t, err)
		time.Sleep(10 * time.Minute)
		s.Settle()
		s.browser.Post("/account/password", url.Values{"password": {s.ada.Password}, "new_password": {"a whole new row of words"}}).At("/account/security")
		long := s.app.AuthorizeURL("scope", "openid", "claims", `{"userinfo":{"`+noise(6000)+`":null}}`, "acr_values", "aal2", "max_age", "300")
		factor := s.browser.Get(long).At("/oauth2/authorize").Says("authenticator")
		recovery := factor.Submit("show", "page").At("/signin/recovery").Is(http.StatusOK)
		again := recovery.Submit("show", "page").At("/signin/factor").Is(http.StatusOK)
		s.arrived(t, "a recovery code", again.Submit("show", "page").Submit("recovery_code", codes[0]))
	})
}

package housetest

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// cookieHeader returns the browser's cookies with the value of one replaced.
func cookieHeader(b *gatetest.Browser, suffix, value string) string {
	var all []string
	for _, c := range b.Cookies() {
		if strings.HasSuffix(c.Name, suffix) {
			c.Value = value
		}
		all = append(all, c.Name+"="+c.Value)
	}
	return strings.Join(all, "; ")
}

// withCookies opens a page with the browser's cookies, the value of one replaced.
func (s *scene) withCookies(t *testing.T, path, suffix, value string) gatetest.Answer {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+path, nil)
	must(t, err)
	r.Header["Cookie"] = []string{cookieHeader(s.browser, suffix, value)}
	return s.Do(r)
}

var (
	tokenInCookie   = regexp.MustCompile(`=[A-Za-z0-9_-]{43};`)
	expiresInCookie = regexp.MustCompile(` Expires=[^;]*;`)
)

// ASVS 3.3: every attribute of every cookie is spelled out, on https and
// on http.
func TestCookiesHaveTheirAttributes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		issuer string
		prefix string
		port   string
		secure string
	}{
		{"https://id.example.test", "__Host-gatehouse_", "", " Secure;"},
		{"http://localhost:8080", "gatehouse_", "_8080", ""},
	} {
		t.Run(c.issuer, func(t *testing.T) {
			t.Parallel()
			g := gatetest.New(t, func(cfg *config.Config) { cfg.Issuer = c.issuer })
			ada := g.Person("ada")
			jar := map[string]string{}
			var set []string
			send := func(method, target string, form url.Values) *httptest.ResponseRecorder {
				r := httptest.NewRequest(method, c.issuer+target, strings.NewReader(form.Encode()))
				if method == http.MethodPost {
					r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
					r.Header.Set("Origin", c.issuer)
					r.Header.Set("Sec-Fetch-Site", "same-origin")
				}
				for name, value := range jar {
					r.AddCookie(&http.Cookie{Name: name, Value: value})
				}
				w := httptest.NewRecorder()
				g.Server.Handler().ServeHTTP(w, r)
				for _, line := range w.Header().Values("Set-Cookie") {
					set = append(set, expiresInCookie.ReplaceAllString(tokenInCookie.ReplaceAllString(line, "=TOKEN;"), ""))
				}
				for _, cookie := range w.Result().Cookies() {
					jar[cookie.Name] = cookie.Value
				}
				return w
			}
			w := send(http.MethodGet, "/signin?return_to=/account", nil)
			at, err := url.Parse(w.Header().Get("Location"))
			must(t, err)
			send(http.MethodGet, at.String(), nil)
			w = send(http.MethodPost, "/signin", url.Values{"i": {at.Query().Get("i")}, "email": {ada.Email}, "password": {ada.Password}})
			if w.Code != http.StatusSeeOther {
				t.Fatalf("sign-in: %d %s", w.Code, w.Body)
			}
			send(http.MethodGet, "/account", nil)
			w = send(http.MethodPost, "/signout", url.Values{})
			if w.Code != http.StatusSeeOther {
				t.Fatalf("sign-out: %d %s", w.Code, w.Body)
			}
			want := []string{
				c.prefix + "browser" + c.port + "=TOKEN; Path=/; Max-Age=31536000; HttpOnly;" + c.secure + " SameSite=Lax",
				c.prefix + "session" + c.port + "=TOKEN; Path=/; Max-Age=2592000; HttpOnly;" + c.secure + " SameSite=Lax",
				c.prefix + "session" + c.port + "=; Path=/; Max-Age=0; HttpOnly;" + c.secure + " SameSite=Lax",
			}
			if diff := cmp.Diff(want, set); diff != "" {
				t.Errorf("cookies (-want +got):\n%s", diff)
			}
		})
	}
}

// ASVS 7.2.4: the token changes whenever trust rises, and the old one is
// dead from then on; the session's id, which tokens carry, stays.
func TestSessionTokenChangesWithEveryRiseOfTrust(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		strong := s.App("strong", func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
		seen := []string{}
		sids := map[any]bool{}
		// risen checks that the browser has a token that it never had, and that
		// those before are dead.
		risen := func(how string) {
			t.Helper()
			token := cookieValue(t, s.browser, "session")
			for _, old := range seen {
				if old == token {
					t.Errorf("%s: the token stayed", how)
				}
				if a := s.withCookies(t, "/account", "session", old); a.Status != http.StatusSeeOther {
					t.Errorf("%s: an old token is answered %d", how, a.Status)
				}
			}
			if a := s.withCookies(t, "/account", "session", token); a.Status != http.StatusOK {
				t.Errorf("%s: the token is answered %d", how, a.Status)
			}
			seen = append(seen, token)
		}
		sids[gatetest.Claims(s.tokens().Text("id_token"))["sid"]] = true
		risen("signed in by password")

		s.browser.Get("/account/security/enrol")
		s.enrol(t)
		risen("enrolled a second factor")

		time.Sleep(time.Minute)
		s.Settle()
		p := s.browser.Get(s.app.AuthorizeURL("prompt", "login")).SignIn(s.ada)
		sids[gatetest.Claims(s.app.Exchange(p.Allow().SentTo(gatetest.RedirectURI).Get("code")).Text("id_token"))["sid"]] = true
		risen("signed in again")

		time.Sleep(10 * time.Minute)
		s.Settle()
		p = s.browser.Get(strong.AuthorizeURL("max_age", "60")).SignIn(s.ada)
		sids[gatetest.Claims(strong.Exchange(p.Allow().SentTo(gatetest.RedirectURI).Get("code")).Text("id_token"))["sid"]] = true
		risen("proved both again")

		time.Sleep(time.Minute)
		s.Settle()
		s.browser.Get("/account/password").Submit("password", s.ada.Password, "new_password", "a whole new row of words").Says("Your password is changed")
		risen("changed the password")
		if len(sids) != 1 {
			t.Errorf("the session had the ids %v", sids)
		}
	})
}

var keyOnPage = regexp.MustCompile(`<code data-part>([A-Z2-7]+)</code>`)

// keyOn returns the secret that an enrolment page shows.
func keyOn(p *gatetest.Page) (key string) {
	for _, m := range keyOnPage.FindAllStringSubmatch(p.Body, -1) {
		key += m[1]
	}
	return key
}

// enrol goes through the enrolment page that the browser stands at.
func (s *scene) enrol(t *testing.T) {
	t.Helper()
	p := s.browser.Get("/account/security/enrol")
	if p.URL.Path == "/signin" {
		p = p.SignIn(s.ada)
	}
	p.At("/signin/enrol")
	secret := keyOn(p)
	p.Submit("code", gatetest.CodeFor(t, secret, time.Now())).Is(http.StatusOK).Says("Your recovery codes")
	s.ada.Secret = secret
}

// Every bit of every cookie counts, and a cookie that is wrong is none.
func TestCookieWithAnyBitFlippedIsNone(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.tokens()
	session := cookieValue(t, s.browser, "session")
	flipped(session, func(value string) {
		a := s.withCookies(t, "/account", "session", value)
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/signin") {
			t.Errorf("a session cookie with a bit flipped is answered %d to %q", a.Status, a.Header.Get("Location"))
		}
	})
	if a := s.withCookies(t, "/account", "session", session); a.Status != http.StatusOK {
		t.Errorf("the cookie itself is answered %d", a.Status)
	}

	s.browser = s.Browser()
	page := s.browser.Get(s.app.AuthorizeURL())
	path := page.URL.Path + "?" + page.URL.RawQuery
	browser := cookieValue(t, s.browser, "browser")
	flipped(browser, func(value string) {
		if a := s.withCookies(t, path, "browser", value); a.Status != http.StatusForbidden {
			t.Errorf("a browser cookie with a bit flipped is answered %d", a.Status)
		}
	})
	if a := s.withCookies(t, path, "browser", browser); a.Status != http.StatusOK {
		t.Errorf("the cookie itself is answered %d", a.Status)
	}
}

func flipped(value string, try func(string)) {
	for i := range value {
		for bit := range 8 {
			b := []byte(value)
			b[i] ^= 1 << bit
			try(string(b))
		}
	}
	for _, other := range []string{"", value[1:], value + "A", value + "=", `"` + value + `"`, value + "." + value, strings.Repeat("A", 43), strings.Repeat("x", 5000)} {
		if other != `"`+value+`"` { // quotes around a cookie's value are not part of it (RFC 6265 section 4.1.1)
			try(other)
		}
	}
}

// Fixation: a session that somebody planted is not what a sign-in goes
// into; it ends, and the person gets one of their own.
func TestSignInNeverGoesIntoAPlantedSession(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	mallory := s.Person("mallory")
	s.browser.Get("/signin?return_to=/account").SignIn(mallory).At("/account")
	planted := cookieValue(t, s.browser, "session")
	p := s.browser.Get(s.app.AuthorizeURL("prompt", "select_account")).At("/signin/select")
	p = p.Press("", "other").SignIn(s.ada)
	tokens := s.app.Exchange(p.Allow().SentTo(gatetest.RedirectURI).Get("code"))
	if sub := gatetest.Claims(tokens.Text("id_token"))["sub"]; sub != string(s.ada.ID) {
		t.Errorf("the application got %v", sub)
	}
	if token := cookieValue(t, s.browser, "session"); token == planted {
		t.Error("the session's token stayed")
	}
	if a := s.withCookies(t, "/account", "session", planted); a.Status != http.StatusSeeOther {
		t.Errorf("the planted session is answered %d", a.Status)
	}
}

// Signing out ends what the session gave, offline access too.
func TestSigningOutEndsTheFamiliesOfThisBrowserOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	other := s.App("other")
	here, also := s.tokens(), other.Tokens(s.browser, s.ada)
	there := s.app.Tokens(s.Browser(), s.ada)
	page := s.browser.Get("/signout")
	page.Submit("form_token", formToken(page)).Says("You are signed out")
	for _, c := range s.browser.Cookies() {
		if strings.HasSuffix(c.Name, "session") {
			t.Error("the browser still has a session cookie")
		}
	}
	expectRefused(t, "this application", s.app.Refresh(here.Text("refresh_token")), "invalid_grant")
	expectRefused(t, "another application in this browser", other.Refresh(also.Text("refresh_token")), "invalid_grant")
	s.Settle()
	expectActive(t, "this application", s.app, here.Text("access_token"), false)
	expectActive(t, "another application in this browser", other, also.Text("access_token"), false)
	expectActive(t, "another browser", s.app, there.Text("access_token"), true)
	expectTokens(t, "another browser", s.app.Refresh(there.Text("refresh_token")))
}

// Idle and absolute limits of the shipped configuration; offline access
// outlives them, and is ended by an end.
func TestBrowserSessionExpiresAndOfflineAccessDoesNot(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		silent := func() string {
			s.Settle()
			return landing(s.browser.Get(s.app.AuthorizeURL("prompt", "none")))
		}
		token := s.tokens().Text("refresh_token")
		time.Sleep(7*day - time.Second)
		if got := silent(); got != "code" {
			t.Fatalf("just before the idle limit: %q", got)
		}
		time.Sleep(7 * day)
		if got := silent(); got != "login_required" {
			t.Errorf("at the idle limit: %q", got)
		}
		token = expectTokens(t, "offline access past the idle limit", s.app.Refresh(token)).Text("refresh_token")

		s.tokens()
		begun := time.Now()
		for time.Since(begun) < 29*day {
			time.Sleep(day)
			s.Settle()
			token = expectTokens(t, "offline access", s.app.Refresh(token)).Text("refresh_token")
			if got := silent(); got != "code" && time.Since(begun) < 30*day {
				t.Fatalf("after %v of use: %q", time.Since(begun), got)
			}
		}
		time.Sleep(time.Until(begun.Add(30*day)) - time.Second)
		if got := silent(); got != "code" {
			t.Errorf("just before the absolute limit: %q", got)
		}
		time.Sleep(time.Second)
		if got := silent(); got != "login_required" {
			t.Errorf("at the absolute limit: %q", got)
		}
		if _, err := s.House.Store.Sweep(context.Background(), time.Now()); err != nil {
			t.Fatal(err)
		}
		token = expectTokens(t, "offline access past both limits", s.app.Refresh(token)).Text("refresh_token")

		must(t, s.House.Identity.Disable(t.Context(), gatetest.Console, s.ada.ID))
		expectRefused(t, "offline access of a disabled person", s.app.Refresh(token), "invalid_grant")
	})
}

// An expired session can still be ended, and then takes offline access along.
func TestEndingAnExpiredSessionEndsItsOfflineAccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		tokens := s.tokens()
		time.Sleep(8 * 24 * time.Hour)
		s.Settle()
		token := expectTokens(t, "past the session's limit", s.app.Refresh(tokens.Text("refresh_token"))).Text("refresh_token")
		_, err := s.House.Sessions.EndAll(t.Context(), gatetest.Console, s.ada.ID, "", "operator")
		must(t, err)
		expectRefused(t, "after the end", s.app.Refresh(token), "invalid_grant")
	})
}

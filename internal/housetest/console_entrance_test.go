package housetest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/admin"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/ui/console/guard"
)

// A sign-in at the console that lies about for more than an hour brings nobody in, however long an
// interaction may take; the next one does.
func TestASignInThatTookTooLongBringsNobodyIntoTheConsole(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t, func(c *config.Config) { c.SignIn.InteractionTTL = 24 * time.Hour })
		ada := g.Person("ada", gatetest.TOTP, gatetest.Administrator)
		for wait, want := range map[time.Duration]int{59 * time.Minute: http.StatusOK, 61 * time.Minute: http.StatusBadRequest} {
			page := g.Browser().Get("/console/signin").At("/signin")
			time.Sleep(wait)
			if page = page.SignIn(ada); page.Status != want || page.URL.Path != "/console/callback" {
				t.Errorf("after %s: %d at %s", wait, page.Status, page.URL)
			}
		}
	})
}

// The cookie of before a sign-in opens nothing after it: whoever has it has nothing of what was proved
// since.
func TestANewSignInAtTheConsoleForgetsTheCookieOfBefore(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	before := cookieValue(t, b, "gatehouse_console")
	b.Get("/console/signin").Is(http.StatusOK).At("/console/callback")
	after := cookieValue(t, b, "gatehouse_console")
	if before == after {
		t.Fatal("the cookie is the same")
	}
	if _, err := s.House.Gates.Fresh(t.Context(), before, guard.Host, "192.0.2.1"); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("the cookie of before: %v", err)
	}
	if _, err := s.House.Gates.Fresh(t.Context(), after, guard.Host, "192.0.2.1"); err != nil {
		t.Errorf("the new one: %v", err)
	}
}

// opened sends a GET as the browser would, and follows nothing.
func opened(t *testing.T, g *gatetest.Gate, b *gatetest.Browser, target string) *http.Response {
	t.Helper()
	if strings.HasPrefix(target, "/") {
		target = gatetest.Issuer + target
	}
	r, err := http.NewRequest(http.MethodGet, target, http.NoBody)
	must(t, err)
	r.Header.Set("Accept", "text/html")
	if b != nil {
		for _, c := range b.Cookies() {
			r.AddCookie(c)
		}
	}
	resp, err := g.RoundTrip(r)
	must(t, err)
	resp.Body.Close()
	return resp
}

// An answer of the issuer that is good but for one thing brings nobody in; untouched, it does.
func TestAnAnswerThatIsGoodButForOneThingBringsNobodyIn(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	bob, eve := g.Person("bob"), g.Person("eve")
	b, other := g.Browser(), g.Browser()
	b.Get("/account").SignIn(bob).At("/account")
	other.Get("/account").SignIn(eve).At("/account")
	for name, c := range map[string]struct {
		change func(q url.Values)
		by     *gatetest.Browser
		status int
	}{
		"nothing":         {func(url.Values) {}, b, http.StatusOK},
		"another issuer":  {func(q url.Values) { q.Set("iss", "https://other.example") }, b, http.StatusBadRequest},
		"no issuer":       {func(q url.Values) { q.Del("iss") }, b, http.StatusBadRequest},
		"an error":        {func(q url.Values) { q.Set("error", "access_denied") }, b, http.StatusForbidden},
		"another browser": {func(url.Values) {}, other, http.StatusBadRequest},
		"no browser":      {func(url.Values) {}, nil, http.StatusBadRequest},
		"a changed state": {func(q url.Values) { q.Set("state", "A"+q.Get("state")) }, b, http.StatusBadRequest},
		"a changed code":  {func(q url.Values) { q.Set("code", strings.Repeat("A", len(q.Get("code")))) }, b, http.StatusBadRequest},
	} {
		ask := opened(t, g, b, "/console/signin").Header.Get("Location")
		back, err := url.Parse(opened(t, g, b, ask).Header.Get("Location"))
		must(t, err)
		q := back.Query()
		if back.Path != "/console/callback" || q.Get("code") == "" {
			t.Fatalf("the issuer leads to %s", back)
		}
		c.change(q)
		resp := opened(t, g, c.by, "/console/callback?"+q.Encode())
		let := strings.Contains(strings.Join(resp.Header.Values("Set-Cookie"), " "), "gatehouse_console=")
		if resp.StatusCode != c.status || let != (c.status == http.StatusOK) {
			t.Errorf("%s: %d, a cookie: %t", name, resp.StatusCode, let)
		}
	}
}

// A form that was opened by somebody does nothing for whoever signed in after them in that browser.
func TestAFormOfTheConsoleActsForWhomItWasShown(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ada, eve := g.Person("ada", gatetest.TOTP, gatetest.Administrator), g.Person("eve", gatetest.TOTP, gatetest.Administrator)
	b := atConsole(t, g, ada)
	form := b.Get("/console/users/new").Is(http.StatusOK)
	b.Get("/console").Press("", "signout")
	for _, f := range b.Get("/signout").Forms() {
		if f.Action == "" || strings.HasSuffix(f.Action, "/signout") {
			b.Post("/signout", f.Values)
		}
	}
	enterConsole(t, b, eve, "/console").Says(eve.Email)
	form.Submit("email", "carol@example.test", "name", "Carol").Is(http.StatusConflict)
	if _, err := g.House.Identity.UserByEmail(t.Context(), "carol@example.test"); !fault.Is(err, fault.NotFound) {
		t.Errorf("Carol is made: %v", err)
	}
}

// A sign-out that could not be written down is no sign-out, and is not told as one.
func TestASignOutOfTheConsoleThatFailsIsNotTold(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	page := b.Get("/console").Is(http.StatusOK)
	db := underneath(t, g)
	mustExec(t, db, "ALTER TABLE gate_sessions RENAME TO lost")
	if out := page.Press("", "signout"); out.Status < http.StatusInternalServerError {
		t.Errorf("it is told with %d at %s", out.Status, out.URL)
	}
	mustExec(t, db, "ALTER TABLE lost RENAME TO gate_sessions")
}

// What an address brought along is not carried on by the page that says what is wrong with it.
func TestAPageAboutWhatIsWrongKeepsNothingOfTheQuery(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("ada", gatetest.TOTP, gatetest.Administrator))
	for _, path := range []string{"/console/users/usr_none", "/console/nothing", "/console/audit/evt_none"} {
		if page := b.Get(path + "?code=hush-code"); page.Status != http.StatusNotFound || strings.Contains(page.Body, "hush-code") {
			t.Errorf("%s: %d, and it has the query", path, page.Status)
		}
	}
}

// The form of what is dangerous is not shown to whoever proved nothing for a while: they prove
// themselves before they type, not after.
func TestTheFormOfWhatIsDangerousTakesAFreshProof(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSteering(t)
		there := s.targets()
		b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
		time.Sleep(admin.SudoFor + time.Minute)
		user, service, client := "/console/users/"+there["user"], "/console/service-accounts/target", "/console/applications/"+there["client"]
		for _, path := range []string{
			user + "/delete", user + "/reset-factors", user + "/tokens/" + there["token"],
			service + "/delete", service + "/key", service + "/keys/" + there["key"], "/console/service-accounts/-/new",
			client + "/delete", client + "/revoke", client + "/settings", client + "/secrets/new", client + "/secrets/" + there["secret"] + "/end", "/console/applications/-/new?kind=web",
			"/console/groups/desk/delete", "/console/organisations/acme/delete", "/console/roles/target/delete", "/console/apis/target/delete",
			"/console/keys/rotate/" + there["algorithm"], "/console/keys/revoke/" + there["kid"],
			"/console/routes/new", "/console/routes/route/target/edit", "/console/routes/route/target/delete",
			"/console/settings/session.idle", "/console/settings/session.idle/unset", "/console/settings/brand",
		} {
			if page := b.Get(path); page.URL.Path != "/signin" {
				t.Errorf("%s is shown: %d at %s", path, page.Status, page.URL)
			}
		}
	})
}

// withCookie asks for a page of the console as a browser at an address that has a cookie of its.
func withCookie(t *testing.T, g *gatetest.Gate, from, cookie string) *http.Response {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/console/users", http.NoBody)
	must(t, err)
	r.Header.Set("Accept", "text/html")
	r.Header.Set("X-Forwarded-For", from)
	if cookie != "" {
		r.AddCookie(&http.Cookie{Name: "__Host-gatehouse_console", Value: cookie})
	}
	resp, err := g.RoundTrip(r)
	must(t, err)
	resp.Body.Close()
	return resp
}

// Who sends cookies of the console that open nothing is stopped, by their address: those that we never
// sealed cost nothing and are not counted. Whose cookie is known goes on, and who has none has guessed nothing.
func TestGuessesAtTheCookieOfTheConsoleAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := gatetest.New(t, func(c *config.Config) {
			c.Web.TrustedProxies = []string{"192.0.2.0/24"}
			c.Limits.Bad.Enabled, c.Limits.Bad.Burst, c.Limits.Bad.PerMinute = true, 3, 1
		})
		const here, there = "198.51.100.66", "198.51.100.7"
		enters := func(name string) string {
			b := g.Browser()
			b.From = here
			enterConsole(t, b, g.Person(name, gatetest.TOTP, gatetest.Administrator), "/console/users").Is(http.StatusOK)
			return cookieValue(t, b, "gatehouse_console")
		}
		gone := enters("ada")
		mustExec(t, underneath(t, g), "DELETE FROM gate_sessions")
		time.Sleep(2 * time.Minute) // it is asked about anew
		good := enters("eve")
		for range 10 {
			for _, cookie := range []string{"", gone[:len(gone)-1] + "x"} {
				if got := withCookie(t, g, here, cookie).StatusCode; got != http.StatusSeeOther {
					t.Fatalf("with the cookie %q: %d", cookie, got)
				}
			}
		}
		for i := range 6 {
			want := http.StatusSeeOther
			if i > 3 { // the first was known until then
				want = http.StatusTooManyRequests
			}
			if got := withCookie(t, g, here, gone).StatusCode; got != want {
				t.Errorf("guess %d: %d, want %d", i+1, got, want)
			}
		}
		if got := withCookie(t, g, here, good).StatusCode; got != http.StatusOK {
			t.Errorf("a good one beside them: %d", got)
		}
		if got := withCookie(t, g, there, gone).StatusCode; got != http.StatusSeeOther {
			t.Errorf("a guess from elsewhere: %d", got)
		}
	})
}

// The console redeems a code from the address of the browser: who tried secrets of its client there is
// held up there, and nobody elsewhere is.
func TestTheConsoleRedeemsCodesFromTheBrowsersAddress(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t, func(c *config.Config) {
		c.Web.TrustedProxies = []string{"192.0.2.0/24"}
		c.Limits.Bad.Enabled, c.Limits.Bad.Burst, c.Limits.Bad.PerMinute = true, 2, 1
	})
	bob := g.Person("bob")
	const here, there = "198.51.100.66", "198.51.100.7"
	enters := func(from string) *gatetest.Page {
		b := g.Browser()
		b.From = from
		return b.Get("/console/signin").At("/signin").SignIn(bob)
	}
	enters(here).At("/console/callback").Is(http.StatusOK)
	for range 3 {
		r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/oauth2/token", strings.NewReader(url.Values{"grant_type": {"authorization_code"}, "code": {"x"}}.Encode()))
		must(t, err)
		r.SetBasicAuth("gatehouse-console", "wrong")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", here)
		resp, err := g.RoundTrip(r)
		must(t, err)
		resp.Body.Close()
	}
	if page := enters(here); page.URL.Path != "/console/callback" || page.Status == http.StatusOK {
		t.Errorf("from where secrets were tried: %d at %s", page.Status, page.URL)
	}
	enters(there).At("/console/callback").Is(http.StatusOK)
}

package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
)

// The limits are those of the configuration, per address; and there are none when
// somebody turned them off.
func TestBadRequestsAreLimitedAsConfigured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		limits func(*config.Config)
		want   int // the answer to the third bad request in a row
	}{
		{"two at once", func(c *config.Config) { c.Limits.Bad.Burst, c.Limits.Bad.PerMinute = 2, 1 }, http.StatusTooManyRequests},
		{"the default", func(*config.Config) {}, http.StatusUnauthorized},
		{"off", func(c *config.Config) { c.Limits.Bad.Enabled, c.Limits.Bad.Burst = false, 1 }, http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := gatetest.New(t, c.limits)
			g.App("web")
			for i, want := range []int{http.StatusUnauthorized, http.StatusUnauthorized, c.want} {
				if got := g.PostForm("/oauth2/token", "web", "wrong", url.Values{"grant_type": {"client_credentials"}}).Status; got != want {
					t.Errorf("bad request %d is answered %d, want %d", i+1, got, want)
				}
			}
		})
	}
}

// atOnce returns a configuration in which a person has so many changes at once, and
// one a minute after that.
func atOnce(burst int) func(*config.Config) {
	return func(c *config.Config) {
		c.Limits.Person.Enabled, c.Limits.Person.Burst, c.Limits.Person.PerMinute = true, burst, 1
	}
}

// held reports what is wrong with an answer that says when to come again, and that
// changed nothing since before.
func held(t *testing.T, p *gatetest.Page, before, after []string) {
	t.Helper()
	if p.Status != http.StatusTooManyRequests || p.Header.Get("Retry-After") != "60" || !strings.Contains(p.Body, "Try again in 60 seconds") {
		t.Errorf("answered %d, Retry-After %q: %s", p.Status, p.Header.Get("Retry-After"), p.Body)
	}
	if rows := differing(before, after); len(rows) > 0 {
		t.Errorf("it changed\n%s", strings.Join(rows, "\n"))
	}
}

// Nobody fills the audit log by changing the account in a loop, whichever form they
// send; and others change theirs meanwhile.
func TestAPersonChangesTheirAccountSoOftenAndNoMore(t *testing.T) {
	t.Parallel()
	for _, pattern := range gatetest.New(t).Server.Patterns() {
		path, ok := strings.CutPrefix(pattern, "POST ")
		if !ok || !strings.HasPrefix(path, "/account") {
			continue
		}
		form, ok := accountPosts[path]
		if !ok {
			t.Fatalf("no test knows what %s takes", path)
		}
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, atOnce(2))
				rich, other := s.Person("rich", gatetest.TOTP), s.Browser()
				signedIn(s.browser, rich)
				signedIn(other, s.Person("bob"))
				db := underneath(t, s.Gate)
				form := formAnd(form, "password", rich.Password)
				before := rowsOf(t, db)
				held(t, s.browser.Post(path, form), before, rowsOf(t, db))
				if p := other.Post(path, form); p.Status == http.StatusTooManyRequests {
					t.Errorf("somebody else is kept waiting: %s", p.Body)
				}
				time.Sleep(time.Minute)
				if p := s.browser.Post(path, form); p.Status == http.StatusTooManyRequests {
					t.Errorf("after waiting as told it is answered %d %s", p.Status, p.Body)
				}
			})
		})
	}
}

func signedIn(b *gatetest.Browser, who *gatetest.Person) {
	b.Get("/signin?return_to=/account").SignIn(who).At("/account")
}

// The same of every post of a sign-in once its person has proved something; and a code
// is not spent on an answer that changes nothing.
func TestAPersonSignsInSoOftenAndNoMore(t *testing.T) {
	t.Parallel()
	again := func(s *scene) *gatetest.Page { return s.browser.Get(s.app.AuthorizeURL("prompt", "login")) }
	password := func(p *gatetest.Page, who *gatetest.Person) *gatetest.Page {
		return p.Submit("email", who.Email, "password", who.Password)
	}
	factor := func(s *scene, who *gatetest.Person) *gatetest.Page {
		return password(again(s), who).At("/signin/factor")
	}
	for path, c := range map[string]struct {
		burst int // the changes before
		open  func(s *scene, who *gatetest.Person) *gatetest.Page
		post  func(p *gatetest.Page, who *gatetest.Person) *gatetest.Page
	}{
		"/signin": {2, func(s *scene, _ *gatetest.Person) *gatetest.Page { return again(s) }, password},
		"/signin/select": {2, func(s *scene, _ *gatetest.Person) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL("prompt", "select_account"))
		}, func(p *gatetest.Page, _ *gatetest.Person) *gatetest.Page { return p.Submit("choice", "current") }},
		"/signin/factor": {3, factor, func(p *gatetest.Page, who *gatetest.Person) *gatetest.Page { return p.Submit("code", who.Code()) }},
		"/consent": {2, func(s *scene, _ *gatetest.Person) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL())
		}, func(p *gatetest.Page, _ *gatetest.Person) *gatetest.Page { return p.Allow() }},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, atOnce(c.burst))
				rich := s.Person("rich", gatetest.TOTP)
				signedIn(s.browser, rich)
				db := underneath(t, s.Gate)
				page := c.open(s, rich).At(path)
				time.Sleep(30 * time.Second) // to another code, and not to another turn
				before := rowsOf(t, db, "attempts", "sessions")
				p := c.post(page, rich)
				if got := p.Header.Get("Retry-After"); p.Status != http.StatusTooManyRequests || got != "30" {
					t.Fatalf("answered %d, Retry-After %q: %s", p.Status, got, p.Body)
				}
				if rows := differing(before, rowsOf(t, db, "attempts", "sessions")); len(rows) > 0 {
					t.Errorf("it changed\n%s", strings.Join(rows, "\n"))
				}
				time.Sleep(29 * time.Second)
				if p := c.post(page, rich); p.Status != http.StatusTooManyRequests {
					t.Errorf("a second too early it is answered %d", p.Status)
				}
				time.Sleep(time.Second)
				if p := c.post(page, rich); p.Status == http.StatusTooManyRequests {
					t.Errorf("after waiting as told it is answered %d %s", p.Status, p.Body)
				}
			})
		})
	}
}

// Who merely knows an address uses up nothing of the person who has it.
func TestStrangersUseUpNoTurnOfAPerson(t *testing.T) {
	t.Parallel()
	s := newScene(t, atOnce(1))
	stranger := s.Browser()
	page := stranger.Get(s.app.AuthorizeURL("login_hint", s.ada.Email))
	for range 3 {
		page = page.Submit("email", s.ada.Email, "password", "a wrong one").Is(http.StatusUnprocessableEntity)
		stranger.Post("/signin/select", url.Values{"i": {page.URL.Query().Get("i")}, "choice": {"other"}})
	}
	signedIn(s.browser, s.ada)
}

// Who knows a password and no second factor uses up their own address's turns, and
// neither those of the owner elsewhere, nor of the owner's browser that is signed in.
func TestAPasswordAloneUsesUpNoTurnOfItsOwner(t *testing.T) {
	t.Parallel()
	s := newScene(t, atOnce(3), func(c *config.Config) { c.Web.TrustedProxies = []string{"192.0.2.0/24"} })
	rich := s.Person("rich", gatetest.TOTP)
	signedIn(s.browser, rich)
	thief := s.Browser()
	thief.From = "198.51.100.66"
	for n := range 4 {
		want := http.StatusOK
		if n >= 3 {
			want = http.StatusTooManyRequests
		}
		thief.Get(s.app.AuthorizeURL()).Submit("email", rich.Email, "password", rich.Password).Is(want)
	}
	s.browser.Get(s.app.AuthorizeURL("prompt", "select_account")).At("/signin/select").Submit("choice", "current").Is(http.StatusOK)
	owner := s.Browser()
	owner.From = "198.51.100.7"
	owner.Get("/signin?return_to=/account").Submit("email", rich.Email, "password", rich.Password).At("/signin/factor")
}

// An address asks for so many pages, in IPv6 its network does; programs that call
// endpoints, and what pages load, are not counted.
func TestAnAddressAsksForSoManyPagesAndNoMore(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t, func(c *config.Config) {
		c.Web.TrustedProxies = []string{"192.0.2.0/24"}
		c.Limits.Address.Enabled, c.Limits.Address.Burst, c.Limits.Address.PerMinute = true, 2, 1
	})
	free := []string{"/static/", "/.well-known/openid", "/.well-known/oauth", "/.well-known/jwks", "/.well-known/authzen", "/access/v1/", "/api/", "/oauth2/token", "/oauth2/userinfo", "/oauth2/introspect", "/oauth2/revoke"}
	for n, pattern := range g.Server.Patterns() {
		method, path, ok := strings.Cut(pattern, " ")
		if !ok {
			method, path = http.MethodGet, pattern
		}
		path = strings.NewReplacer("{$}", "", "{hash}", "0", "{name}", "app.css", "{code}", "x").Replace(path)
		counted := !slices.ContainsFunc(free, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
		from := func(network, host int) gatetest.Answer {
			return g.Ask(method, path, "X-Forwarded-For", fmt.Sprintf("2001:db8:%x:%x::%x", n, network, host), "Accept", "text/html")
		}
		for host := range 2 {
			if got := from(0, host).Status; got == http.StatusTooManyRequests {
				t.Errorf("%s: request %d of an address is refused", pattern, host+1)
			}
		}
		a := from(0, 3)
		if refused := a.Status == http.StatusTooManyRequests; refused != counted {
			t.Errorf("%s: a third request of a network is refused: %t (%d), want %t", pattern, refused, a.Status, counted)
		}
		if counted && (a.Header.Get("Retry-After") != "60" || !strings.Contains(string(a.Body), "Try again in 60 seconds")) {
			t.Errorf("%s: the answer is no page that says when: Retry-After %q, %s", pattern, a.Header.Get("Retry-After"), a.Body)
		}
		if got := from(1, 1).Status; got == http.StatusTooManyRequests {
			t.Errorf("%s: another network is refused for it", pattern)
		}
	}
}

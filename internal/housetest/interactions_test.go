package housetest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// steps are the pages of a sign-in; posts are what they send.
var (
	steps = []string{"/signin", "/signin/select", "/signin/factor", "/signin/recovery", "/signin/enrol", "/signin/refused", "/consent", "/oauth2/authorize"}
	posts = map[string]url.Values{
		"/signin":          {"email": {"ada@example.test"}, "password": {"correct horse ada staple"}},
		"/signin/select":   {"choice": {"current"}},
		"/signin/factor":   {"code": {"123456"}},
		"/signin/recovery": {"recovery_code": {"000000-000000-000000-000000"}},
		"/signin/enrol":    {"code": {"123456"}},
		"/consent":         {"decision": {"allow"}},
	}
	accountPosts = map[string]url.Values{
		"/signout":                   {},
		"/account/password":          {"password": {"correct horse ada staple"}, "new_password": {"a whole new row of words"}},
		"/account/sessions/end":      {"session": {"ses_x"}},
		"/account/sessions/others":   {},
		"/account/apps":              {"client": {"web"}},
		"/account/security/remove":   {},
		"/account/security/recovery": {},
	}
)

// A sign-in can be gone on with only in the browser that began it, at
// every page and form of it, whoever is signed in there.
func TestSignInIsBoundToItsBrowser(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	victim := s.Browser()
	victim.Get("/signin?return_to=/account").SignIn(s.Person("victim")).At("/account")
	begun := s.browser.Get(s.app.AuthorizeURL()).At("/signin")
	i := begun.URL.Query().Get("i")
	for _, b := range []*gatetest.Browser{victim, s.Browser()} {
		for _, path := range steps {
			b.Get(path + "?i=" + i).Is(http.StatusForbidden).Says("nother browser began this sign-in")
		}
		for path, form := range posts {
			p := b.Post(path, formAnd(form, "i", i))
			if p.Status != http.StatusForbidden || p.Header.Get("Set-Cookie") != "" {
				t.Errorf("POST %s in another browser: %d, Set-Cookie %q", path, p.Status, p.Header.Get("Set-Cookie"))
			}
		}
	}
	if got := landing(s.browser.Get("/signin?i=" + i).SignIn(s.ada)); got != "/consent" {
		t.Errorf("in its own browser the sign-in led to %q", got)
	}
}

func formAnd(form url.Values, name, value string) url.Values {
	all := url.Values{name: {value}}
	for n, v := range form {
		all[n] = v
	}
	return all
}

// Nothing that acts on a browser's cookies takes a form from another
// site, and a refused form changes nothing. Login CSRF is the first row.
func TestFormsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.tokens()
	s.browser.Get("/account")
	interaction := s.browser.Get(s.app.AuthorizeURL("prompt", "login")).URL.Query().Get("i")
	setup := map[string]url.Values{"/setup": {"token": {"x"}, "email": {"eve@example.test"}, "password": {"a row of words that is long"}}}
	db := underneath(t, s.Gate)
	foreign := formToken(s.Browser().Get("/signin?return_to=/account"))
	before := rowsOf(t, db)
	for name, headers := range map[string]map[string]string{
		"from another site":                             {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example.test"},
		"from another site, without Origin":             {"Sec-Fetch-Site": "cross-site"},
		"from another host of the site":                 {"Sec-Fetch-Site": "same-site", "Origin": "https://evil.example.test"},
		"by an old browser from another site":           {"Origin": "https://evil.example.test"},
		"from another port":                             {"Origin": gatetest.Issuer + ":8443"},
		"from a sandbox":                                {"Origin": "null"},
		"with our name inside":                          {"Origin": gatetest.Issuer + ".evil.example.test"},
		"without headers":                               {},
		"without headers, with rubbish":                 {"form_token": "rubbish"},
		"without headers, with another browser's token": {"form_token": foreign},
	} {
		for _, group := range []map[string]url.Values{posts, accountPosts, setup} {
			for path, form := range group {
				form = formAnd(form, "i", interaction)
				if token, ok := headers["form_token"]; ok {
					form.Set("form_token", token)
				}
				r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+path, strings.NewReader(form.Encode()))
				must(t, err)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				for h, v := range headers {
					if h != "form_token" {
						r.Header.Set(h, v)
					}
				}
				r.Header.Set("Cookie", cookieHeader(s.browser, "none", ""))
				if a := s.Do(r); a.Status != http.StatusForbidden || a.Header.Get("Set-Cookie") != "" {
					t.Errorf("POST %s %s: answered %d, Set-Cookie %q", path, name, a.Status, a.Header.Get("Set-Cookie"))
				}
			}
		}
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) > 0 {
		t.Errorf("a refused form changed something:\n%s", strings.Join(rows, "\n"))
	}
}

// A program that sends neither header goes through with the forms' token.
func TestPlainBrowserSignsInByFormToken(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.browser.Plain = true
	p := s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).At("/consent")
	tokens := s.app.Exchange(p.Press("", "allow").SentTo(gatetest.RedirectURI).Get("code"))
	expectTokens(t, "a plain browser", tokens)
	s.browser.Get("/account/password").Submit("password", s.ada.Password, "new_password", "a whole new row of words").Says("Your password is changed")
	s.browser.Post("/signout", url.Values{}).Is(http.StatusForbidden).Says("This form is too old")
	page := s.browser.Get("/signout")
	page.Submit("form_token", formToken(page)).Says("You are signed out")
}

// No page changes anything by being looked at: prefetchers and images
// of other sites send GETs with cookies.
func TestPagesChangeNothingByBeingLookedAt(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.tokens()
	i := s.browser.Get(s.app.AuthorizeURL("prompt", "consent")).At("/consent").URL.Query().Get("i")
	db := underneath(t, s.Gate)
	before := rowsOf(t, db)
	for _, path := range []string{
		"/", "/consent?i=" + i + "&decision=allow", "/consent?i=" + i, "/signin?i=" + i, "/signin/select?i=" + i + "&choice=other", "/oauth2/authorize?i=" + i,
		"/signout", "/signout?confirm=1", "/oauth2/logout", "/account", "/account/password?new_password=x", "/account/sessions", "/account/apps?client=web",
		"/account/security", "/account/security/recovery", "/account/security/remove", "/setup",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			r, err := http.NewRequest(method, gatetest.Issuer+path, nil)
			must(t, err)
			r.Header.Set("Cookie", cookieHeader(s.browser, "none", ""))
			s.Do(r)
		}
	}
	if rows := differing(before, rowsOf(t, db)); len(rows) > 0 {
		t.Errorf("looking changed something:\n%s", strings.Join(rows, "\n"))
	}
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "code" {
		t.Errorf("afterwards a silent sign-in led to %q", got)
	}
}

// A sign-in that took too long says so, and leads back to the application.
func TestExpiredSignInHasAWayBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		ours := s.Browser().Get("/signin?return_to=/account").At("/signin")
		page := s.browser.Get(s.app.AuthorizeURL()).At("/signin")
		time.Sleep(time.Hour - time.Second)
		s.Settle()
		s.browser.Get("/signin?i=" + page.URL.Query().Get("i")).Is(http.StatusOK)
		time.Sleep(time.Second)
		s.Settle()
		late := page.Submit("email", s.ada.Email, "password", s.ada.Password)
		for _, p := range []*gatetest.Page{late, s.browser.Get("/signin?i=" + page.URL.Query().Get("i")), s.browser.Get("/oauth2/authorize?i=" + page.URL.Query().Get("i"))} {
			p.Is(http.StatusConflict).Says("This sign-in took too long").Says("Back to App web").Says(`href="https://app.example.test/"`)
		}
		ours.Submit("email", s.ada.Email, "password", s.ada.Password).Is(http.StatusConflict).Says("This sign-in took too long").Says(`href="/signin?return_to=%2Faccount"`)
		again := regexp.MustCompile(`href="(/oauth2/authorize\?[^"]*)" id="again"`).FindStringSubmatch(late.Body)
		if len(again) == 0 {
			t.Fatalf("the sign-in cannot be started again:\n%s", late.Body)
		}
		s.browser.Get(html.UnescapeString(again[1])).At("/signin").Says("App web")
		for _, c := range s.browser.Cookies() {
			if strings.HasSuffix(c.Name, "session") {
				t.Error("a late password signed somebody in")
			}
		}
	})
}

// Two tabs of one browser: who signs in in one is signed in in the other, and
// both come to their end.
func TestTwoTabsBothComeToTheirEnd(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	second := s.App("second")
	one := s.browser.Get(s.app.AuthorizeURL("state", "one")).At("/signin")
	two := s.browser.Get(second.AuthorizeURL("state", "two")).At("/signin")
	first := one.SignIn(s.ada).At("/consent")
	other := s.browser.Get(two.URL.String()).At("/consent").Says("App second")
	answer := other.Press("", "allow").SentTo(gatetest.RedirectURI)
	if answer.Get("state") != "two" {
		t.Errorf("the second tab ended in %v", answer)
	}
	expectTokens(t, "the second tab", second.Exchange(answer.Get("code")))
	answer = first.Press("", "allow").SentTo(gatetest.RedirectURI)
	if answer.Get("state") != "one" {
		t.Errorf("the first tab ended in %v", answer)
	}
	expectTokens(t, "the first tab", s.app.Exchange(answer.Get("code")))

	// The form of the other tab, sent after all, finds the way too.
	b := s.Browser()
	one, two = b.Get(s.app.AuthorizeURL()).At("/signin"), b.Get(second.AuthorizeURL()).At("/signin")
	if got := landing(one.SignIn(s.ada)); got != "code" {
		t.Errorf("the first tab led to %q", got)
	}
	if got := landing(two.SignIn(s.ada)); got != "code" {
		t.Errorf("the second tab led to %q", got)
	}
}

// The back button and a second click: a form that comes again leads on, or says
// that the sign-in is over; it never signs in or issues twice.
func TestFormsThatComeAgainLeadOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.ada = s.Person("grace", gatetest.TOTP)
		password := s.browser.Get(s.app.AuthorizeURL()).At("/signin")
		factor := password.Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor")
		password.Submit("email", s.ada.Email, "password", s.ada.Password).At("/signin/factor")
		code := s.ada.Code()
		consent := factor.Submit("code", code).At("/consent")
		session := cookieValue(t, s.browser, "session")
		factor.Submit("code", code).At("/consent")
		password.Submit("email", s.ada.Email, "password", "a wrong one").At("/signin").Is(http.StatusUnprocessableEntity)
		s.browser.Get(password.URL.String()).At("/consent")
		if cookieValue(t, s.browser, "session") != session {
			t.Error("a form that came again changed the session")
		}
		first := consent.Press("", "allow").SentTo(gatetest.RedirectURI).Get("code")
		consent.Press("", "deny").Is(http.StatusNotFound).Says("This sign-in is over").Says(`href="https://app.example.test/"`)
		expectTokens(t, "the code", s.app.Exchange(first))
		if n := len(eventsOf(t, s.Gate, "signin.complete")); n != 1 {
			t.Errorf("%d sign-ins were completed, want 1", n)
		}
	})
}

// A double click sends a form twice at once: one sign-in, no error, and whichever
// answer the browser takes brings the person to the application.
func TestDoubleClicksLeadOn(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, doubleClicksLeadOn)
}

func doubleClicksLeadOn(t *testing.T, g *gatetest.Gate) {
	ada := g.Person("ada")
	app := g.App("web")
	for range 20 {
		b := g.Browser()
		page := b.Get(app.AuthorizeURL("prompt", "consent")).SignIn(ada).At("/consent")
		var wait sync.WaitGroup
		answers := make([]gatetest.Answer, 6)
		for n := range answers {
			form := lastTo(page, "/consent") // the yes
			r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/oauth2/authorize?i="+form.Get("i"), nil)
			must(t, err)
			if n%2 == 0 {
				r, err = http.NewRequest(http.MethodPost, gatetest.Issuer+"/consent", strings.NewReader(form.Encode()))
				must(t, err)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			r.Header.Set("Cookie", cookieHeader(b, "none", ""))
			wait.Go(func() { answers[n] = g.Do(r) })
		}
		wait.Wait()
		for _, a := range append(answers, last(g, b, page)...) {
			if a.Status != http.StatusSeeOther {
				t.Errorf("a double click is answered %d %s", a.Status, a.Body)
			}
			if code := codeIn(t, a); code != "" {
				if got := gatetest.Claims(expectTokens(t, "a code", app.Exchange(code)).Text("id_token"))["sub"]; got != string(ada.ID) {
					t.Errorf("a code is for %v", got)
				}
			}
		}
	}
}

// lastTo returns what the last form of a page sends to a path, whatever its query.
func lastTo(p *gatetest.Page, action string) (values url.Values) {
	for _, f := range p.Forms() {
		if strings.HasPrefix(f.Action, action) {
			values = f.Values
		}
	}
	return values
}

// codeIn returns the code that the answer brings, "" when it brings none.
func codeIn(t *testing.T, a gatetest.Answer) string {
	t.Helper()
	to, err := url.Parse(a.Header.Get("Location"))
	must(t, err)
	return to.Query().Get("code")
}

// last comes back to the dispatcher several times at once, as tabs do.
func last(g *gatetest.Gate, b *gatetest.Browser, page *gatetest.Page) []gatetest.Answer {
	answers := make([]gatetest.Answer, 8)
	var wait sync.WaitGroup
	for n := range answers {
		wait.Go(func() {
			r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/oauth2/authorize?i="+page.URL.Query().Get("i"), nil)
			if err != nil {
				g.T.Error(err)
				return
			}
			r.Header.Set("Cookie", cookieHeader(b, "none", ""))
			answers[n] = g.Do(r)
		})
	}
	wait.Wait()
	return answers
}

// No order of posts comes past a step, empty ones included.
func TestNoStepCanBeLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.ada = s.Person("grace", gatetest.TOTP)
		strong := s.App("strong", func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
		empty := map[string]url.Values{}
		for path := range posts {
			empty[path] = url.Values{}
		}
		right := url.Values{"email": {s.ada.Email}, "password": {s.ada.Password}}
		for _, app := range []*gatetest.Application{s.app, strong} {
			for _, stage := range []string{"nothing", "the password"} {
				b := s.Browser()
				i := b.Get(app.AuthorizeURL()).URL.Query().Get("i")
				if stage == "the password" {
					b.Post("/signin", formAnd(right, "i", i)).At("/signin/factor")
				}
				for _, forms := range []map[string]url.Values{empty, posts} {
					for path, form := range forms {
						if path == "/signin" && stage == "nothing" {
							form = url.Values{"email": {s.ada.Email}, "password": {"a wrong one"}}
						}
						p := b.Post(path, formAnd(form, "i", i))
						if p.Out != nil {
							t.Fatalf("after %s POST %s led out to %v", stage, path, p.Out)
						}
						p = b.Get("/oauth2/authorize?i=" + i)
						if p.Out != nil || p.URL.Path != "/signin" && p.URL.Path != "/signin/factor" {
							t.Fatalf("after %s and POST %s the sign-in stands at %v %v", stage, path, p.URL, p.Out)
						}
						time.Sleep(time.Hour / 20) // so that the bound on guesses does not answer instead
						s.Settle()
						if stage == "the password" && p.URL.Path == "/signin" { // "another account" forgot it
							b.Post("/signin", formAnd(right, "i", i))
						}
						if b.Get("/signin?i="+i).Status == http.StatusConflict {
							i = b.Get(app.AuthorizeURL()).URL.Query().Get("i")
							if stage == "the password" {
								b.Post("/signin", formAnd(right, "i", i))
							}
						}
					}
				}
				for _, c := range b.Cookies() {
					if strings.HasSuffix(c.Name, "session") {
						t.Errorf("after %s the browser has a session", stage)
					}
				}
			}
		}
	})
}

// Who is asked once more, before a change that they chose, may leave it at every page
// of that question; who must sign in may not, whatever the address says.
func TestAStepUpCanBeCancelled(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const cancel = `href="/account/security" id="cancel"`
		s := newScene(t)
		rich := s.Person("rich", gatetest.TOTP)
		s.signedIn(rich)
		time.Sleep(10 * time.Minute)
		s.Settle()
		for _, path := range []string{"/account/security/remove", "/account/security/recovery"} {
			password := s.browser.Get(path).At("/signin").Says(cancel)
			password.Submit("email", rich.Email, "password", "a wrong one").Is(http.StatusUnprocessableEntity).Says(cancel)
			factor := password.Submit("email", rich.Email, "password", rich.Password).At("/signin/factor").Says(cancel)
			s.browser.Get("/signin/recovery?i=" + factor.URL.Query().Get("i")).At("/signin/recovery").Says(cancel)
			s.browser.Get("/account/security").At("/account/security").Is(http.StatusOK)
			stranger := s.Browser()
			pages := map[string]*gatetest.Page{
				"a stranger at the page":   stranger.Get(path),
				"a stranger with a link":   stranger.Get("/signin?return_to=" + path),
				"an application's max_age": s.browser.Get(s.app.AuthorizeURL("max_age", "60", "return_to", path)),
			}
			for name, p := range pages {
				if p.At("/signin"); strings.Contains(p.Body, `id="cancel"`) {
					t.Errorf("%s may cancel: %s", name, p.Body)
				}
			}
		}
	})
}

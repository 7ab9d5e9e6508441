package housetest

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// clicked is a form of a sign-in: how one comes to its page, and how it is sent.
type clicked struct {
	open func(s *scene) *gatetest.Page
	send func(s *scene, p *gatetest.Page) *gatetest.Page
}

// clickedForms are all forms of a sign-in that an application began.
func clickedForms() map[string]clicked {
	password := func(s *scene, p *gatetest.Page) *gatetest.Page {
		return p.Submit("email", s.ada.Email, "password", s.ada.Password)
	}
	pressed := func(id string) func(*scene, *gatetest.Page) *gatetest.Page {
		return func(_ *scene, p *gatetest.Page) *gatetest.Page { return p.Press("", id) }
	}
	second := func(s *scene) *gatetest.Page {
		s.ada = s.Person("grace", gatetest.TOTP)
		return password(s, s.browser.Get(s.app.AuthorizeURL()).At("/signin")).At("/signin/factor")
	}
	codes := map[*scene]string{} // one for all times that a form is sent
	once := func(s *scene, make func() string) string {
		if codes[s] == "" {
			codes[s] = make()
		}
		return codes[s]
	}
	return map[string]clicked{
		"the password": {
			func(s *scene) *gatetest.Page { return s.browser.Get(s.app.AuthorizeURL()).At("/signin") }, password,
		},
		"the code": {second, func(s *scene, p *gatetest.Page) *gatetest.Page {
			return p.Submit("code", once(s, s.ada.Code))
		}},
		"a recovery code": {
			func(s *scene) *gatetest.Page {
				p := second(s)
				return s.browser.Get("/signin/recovery?" + p.URL.RawQuery).At("/signin/recovery")
			},
			func(s *scene, p *gatetest.Page) *gatetest.Page {
				return p.Submit("recovery_code", once(s, func() string {
					fresh, err := s.newRecoveryCodes(context.Background())
					must(s.T.(*testing.T), err)
					return fresh[0]
				}))
			},
		},
		"the enrolment": {
			func(s *scene) *gatetest.Page {
				s.app = s.App("strong", func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
				return password(s, s.browser.Get(s.app.AuthorizeURL()).At("/signin")).At("/signin/enrol")
			},
			func(s *scene, p *gatetest.Page) *gatetest.Page {
				return p.Submit("code", once(s, func() string { return gatetest.CodeFor(s.T, keyOn(p), time.Now()) }))
			},
		},
		"consent": {
			func(s *scene) *gatetest.Page {
				return password(s, s.browser.Get(s.app.AuthorizeURL()).At("/signin")).At("/consent")
			},
			pressed("allow"),
		},
		"the account chooser": {
			func(s *scene) *gatetest.Page {
				s.signedIn(s.ada)
				return s.browser.Get(s.app.AuthorizeURL("prompt", "select_account")).At("/signin/select")
			},
			pressed("submit"),
		},
	}
}

// storedLink leads on from new recovery codes.
var storedLink = regexp.MustCompile(`href="([^"]*)" id="stored"`)

// through goes on from the answer to a form until the application has its own.
func (s *scene) through(p *gatetest.Page) *gatetest.Page {
	s.T.Helper()
	if stored := storedLink.FindStringSubmatch(p.Body); stored != nil { // new recovery codes
		p = s.browser.Get(html.UnescapeString(stored[1]))
		if i := p.URL.Query().Get("i"); strings.Contains(p.Body, `id="continue"`) {
			return s.browser.Get("/oauth2/authorize?i=" + i)
		}
	}
	return p.Allow()
}

// arrived fails unless the application at the page's end gets tokens for Ada.
func (s *scene) arrived(t *testing.T, what string, p *gatetest.Page) {
	t.Helper()
	answer := p.SentTo(gatetest.RedirectURI)
	tokens := expectTokens(t, what, s.app.Exchange(answer.Get("code")))
	if got := gatetest.Claims(tokens.Text("id_token"))["sub"]; got != string(s.ada.ID) {
		t.Errorf("%s: the tokens are for %v", what, got)
	}
}

// A second click, Enter twice, Back and reload: wherever a sign-in stands then, the
// person comes to the application or is offered the way there.
func TestNobodyIsStrandedByASecondClick(t *testing.T) {
	t.Parallel()
	for name, form := range clickedForms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			page := form.open(s)
			first := form.send(s, page)
			s.arrived(t, "the second of two clicks", s.through(form.send(s, page)))
			s.arrived(t, "the first of them, after all", s.through(first))
			s.arrived(t, "a click after the end", s.through(form.send(s, page)))
			s.arrived(t, "once more at the dispatcher", s.browser.Get("/oauth2/authorize?i="+idOf(page)))
			for _, path := range steps[:len(steps)-1] {
				s.browser.Get(path + "?i=" + idOf(page)).Is(http.StatusOK).Says("You are signed in").Says("Continue to App").Says(`href="https://app.example.test/"`)
			}
			if n := len(eventsOf(t, s.Gate, "session.create")); n != 1 {
				t.Errorf("%d sessions were made", n)
			}
		})
	}
}

// idOf is the interaction that the forms of a page belong to.
func idOf(p *gatetest.Page) string { return p.Forms()[0].Values.Get("i") }

// A minute later, and for anybody else at once, a finished sign-in is over. What
// was typed there is still checked, and leads to nobody else's tokens.
func TestAFinishedSignInIsNobodyElses(t *testing.T) {
	t.Parallel()
	for name, form := range clickedForms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bob := s.Person("bob")
			page := form.open(s)
			s.arrived(t, "the first click", s.through(form.send(s, page)))
			i := idOf(page)

			typed := s.browser.Post("/signin", formAnd(map[string][]string{"email": {bob.Email}, "password": {"not it"}}, "i", i))
			typed.At("/signin").Is(http.StatusUnprocessableEntity)
			typed = s.browser.Post("/signin", formAnd(map[string][]string{"email": {bob.Email}, "password": {bob.Password}}, "i", i))
			typed.At("/signin").Is(http.StatusConflict).Says(s.ada.Email)

			s.browser.Get("/signout").Press("", "submit")
			s.signedIn(bob)
			for _, p := range []*gatetest.Page{form.send(s, page), s.browser.Get(page.URL.String()), s.browser.Get("/oauth2/authorize?i=" + i)} {
				p.Is(http.StatusNotFound).Says("This sign-in is over").Says("Start again")
			}
		})
	}
}

// Two clicks at the same moment on a page of which nothing is stored: the sign-in is
// stored once, and both answers lead on.
func TestTwoFirstProofsAtOnceStoreOneSignIn(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		ada, app := g.Person("ada"), g.App("web", func(c *oauth.Client) { c.SkipConsent = true })
		for range 10 {
			b := g.Browser()
			form := b.Get(app.AuthorizeURL()).At("/signin").Forms()[0].Values
			form.Set("email", ada.Email)
			form.Set("password", ada.Password)
			answers := make([]gatetest.Answer, 3)
			var wait sync.WaitGroup
			for n := range answers {
				r, err := http.NewRequest(http.MethodPost, gatetest.Issuer+"/signin", strings.NewReader(form.Encode()))
				must(t, err)
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				r.Header.Set("Cookie", cookieHeader(b, "none", ""))
				wait.Go(func() { answers[n] = g.Do(r) })
			}
			wait.Wait()
			led := map[string]bool{}
			for _, a := range answers {
				if a.Status != http.StatusSeeOther {
					t.Errorf("a click is answered %d %.300s", a.Status, a.Body)
				}
				led[a.Header.Get("Location")] = true
			}
			if len(led) != 1 {
				t.Errorf("the clicks lead to %v", led)
			}
		}
	})
}

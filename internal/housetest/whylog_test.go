package housetest

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// line is one line of the log.
type line map[string]any

func (l line) text(name string) string { s, _ := l[name].(string); return s }

// linesOf returns the lines about a request on level info or above, which is what
// a log shows unless somebody asks for another level.
func linesOf(t *testing.T, g *gatetest.Gate, request string) []line {
	t.Helper()
	var all []line
	for text := range strings.Lines(g.Log.String()) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("the log has the line %q: %v", text, err)
		}
		if l.text("request_id") == request && l.text("level") != "DEBUG" {
			all = append(all, l)
		}
	}
	return all
}

// Who runs the house learns from the log why somebody could not sign in, and at
// which application; what they typed is not in it.
func TestTheLogSaysWhyASignInWasRefused(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	const typo, wrong = "typed-by-mistake@example.test", "typed by mistake"
	for name, c := range map[string]struct {
		email, password string
		prepare         func(s *scene)
		code, why       string
		knows           bool // whom it is about, by id
	}{
		"a wrong password":       {email: "ada@example.test", password: wrong, code: "signin.wrong", why: "wrong, usr_", knows: true},
		"a name that nobody has": {email: typo, password: wrong, code: "signin.wrong", why: "unknown, account:"},
		"somebody disabled": {email: "ada@example.test", password: wrong, prepare: func(s *scene) {
			must(t, s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID))
		}, code: "signin.wrong", why: "disabled, usr_", knows: true},
		"too many attempts": {email: typo, password: wrong, prepare: func(s *scene) {
			for range 6 {
				s.Browser().Get(s.app.AuthorizeURL()).Submit("email", typo, "password", wrong)
			}
		}, code: "signin.throttled", why: "account:"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			if c.prepare != nil {
				c.prepare(s)
			}
			var request string
			s.Watch = func(seen gatetest.Seen) {
				if seen.Request.Method == http.MethodPost {
					request = seen.Header.Get("X-Request-Id")
				}
			}
			s.browser.Get(s.app.AuthorizeURL()).Submit("email", c.email, "password", c.password)
			lines := linesOf(t, s.Gate, request)
			if len(lines) != 1 {
				t.Fatalf("the log has %d lines about it: %v", len(lines), lines)
			}
			l := lines[0]
			if l.text("code") != c.code || !strings.Contains(l.text("error"), c.why) || l.text("client") != "web" || l.text("ip") == "" {
				t.Errorf("the log says %v, want code %s and %q", l, c.code, c.why)
			}
			if knows := strings.Contains(l.text("error"), string(s.ada.ID)); knows != c.knows {
				t.Errorf("the log names the person: %t, want %t: %v", knows, c.knows, l)
			}
			for _, what := range []string{c.email, wrong, url.QueryEscape(wrong)} {
				if strings.Contains(s.Log.String(), what) {
					t.Errorf("the log holds %q, which was typed", what)
				}
			}
		})
	}
}

func TestTheLogSaysWhyACodeWasRefusedAndOfWhom(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	bob := s.Person("bob", gatetest.TOTP)
	page := s.browser.Get(s.app.AuthorizeURL()).Submit("email", bob.Email, "password", bob.Password).At("/signin/factor")
	var request string
	s.Watch = func(seen gatetest.Seen) { request = seen.Header.Get("X-Request-Id") }
	page.Submit("code", "000000")
	lines := linesOf(t, s.Gate, request)
	if len(lines) != 1 || lines[0].text("code") != "totp.wrong" || lines[0].text("user") != string(bob.ID) || lines[0].text("client") != "web" {
		t.Errorf("the log says %v", lines)
	}
}

// A redirect that is refused is a mistake in somebody's configuration: the log says
// which address came, which are registered, and for which client.
func TestTheLogSaysWhyARedirectWasRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	off := s.App("off", func(c *oauth.Client) { c.Disabled = true })
	for name, c := range map[string]struct {
		path, why, client, code string
	}{
		"another address": {
			s.app.AuthorizeURL("redirect_uri", "https://ada:hush-hush@app.example.test/other?token=hush-hush#hush-hush"),
			"https://app.example.test/other with a query or a fragment is not registered; registered are: " + gatetest.RedirectURI, "web", "authorize.redirect_uri",
		},
		"none":              {s.app.AuthorizeURL("redirect_uri", ""), "there is no redirect_uri", "web", "authorize.redirect_uri_missing"},
		"no such client":    {s.app.AuthorizeURL("client_id", "wbe"), "there is no such client", "wbe", "authorize.client"},
		"a disabled client": {off.AuthorizeURL(), "the client is disabled", "off", "authorize.client"},
		"no client":         {"/oauth2/authorize", "there is no client_id", "", "authorize.client"},
		"a secret for an id": {
			s.app.AuthorizeURL("client_id", oauth.SecretPrefix+"hush-hush"), "there is no such client", "", "authorize.client",
		},
		"what cannot be an id": {s.app.AuthorizeURL("client_id", "hush-hush hush-hush"), "none that a client can have", "", "authorize.client"},
		"a sign-out by name": {
			"/oauth2/logout?client_id=web&post_logout_redirect_uri=https%3A%2F%2Fapp.example.test%2Fbeyond%3Fq%3Dhush-hush",
			"https://app.example.test/beyond with a query or a fragment is not registered; registered are: https://app.example.test/bye", "web", "",
		},
	} {
		a := s.Get(strings.TrimPrefix(c.path, gatetest.Issuer))
		said := false
		for _, l := range linesOf(t, s.Gate, a.Header.Get("X-Request-Id")) {
			said = said || strings.Contains(l.text("error"), c.why) && l.text("client") == c.client && l.text("code") == c.code
		}
		if !said {
			t.Errorf("%s: the log says %v, want %q about %q", name, linesOf(t, s.Gate, a.Header.Get("X-Request-Id")), c.why, c.client)
		}
	}
	if strings.Contains(s.Log.String(), "hush-hush") {
		t.Error("the log holds what a stranger put into an address")
	}
}

// Who is sent to the log by an error finds something there, on the level that a
// log has by itself.
func TestWhatPointsToTheLogIsInTheLog(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for name, a := range map[string]gatetest.Answer{
		"a page that is not there":  s.Get("/nothing/here"),
		"a sign-in that is over":    s.Get("/signin?i=int_nothing"),
		"an unknown client":         s.Get("/oauth2/authorize?client_id=nobody"),
		"a wrong secret":            s.PostForm("/oauth2/token", "web", "wrong", url.Values{"grant_type": {"client_credentials"}}),
		"a wrong code":              s.PostForm("/oauth2/token", "web", s.app.Secret, url.Values{"grant_type": {"authorization_code"}, "code": {"none"}}),
		"a form of another site":    s.PostForm("/signin", "", "", url.Values{"email": {"ada@example.test"}}),
		"a sign-out that is broken": s.Get("/oauth2/logout?client_id=a&client_id=b"),
		"a file that is not there":  s.Get("/static/none/app.css"),
	} {
		request := a.Header.Get("X-Request-Id")
		why := 0
		for _, l := range linesOf(t, s.Gate, request) {
			if l.text("code") != "" && l.text("error") != "" {
				why++
			}
		}
		if a.Status < 400 || request == "" || why != 1 {
			t.Errorf("%s: answered %d, request %q, the log says why %d times", name, a.Status, request, why)
		}
	}
}

func TestFilesOfPagesLeaveNoLineInTheLog(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	_, rest, ok := strings.Cut(string(s.Get("/").Body), `href="/static/`)
	if !ok {
		t.Fatal("the page names no file")
	}
	path, _, _ := strings.Cut(rest, `"`)
	a := s.Get("/static/" + path)
	if lines := linesOf(t, s.Gate, a.Header.Get("X-Request-Id")); a.Status != http.StatusOK || len(lines) > 0 {
		t.Errorf("a file is answered %d, and the log says %v", a.Status, lines)
	}
}

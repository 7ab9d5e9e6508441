package housetest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// Whoever may write applications does not thereby make one that steers Gatehouse in the
// name of people, or that nobody is asked about.
func TestOnlyThePrivilegedLetAnApplicationSteerGatehouse(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	ctx := context.Background()
	mallory, ada := g.Person("mallory", gatetest.NoPassword), g.Person("ada", gatetest.NoPassword)
	_, err := g.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(ada.ID)}, Effect: access.Allow,
		Permission: access.Pattern{API: access.Gatehouse, Resource: "clients", Action: "privilege"}, Where: access.Where{Place: access.Everywhere}, Reason: "test",
		Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)}, // what counts is that she has it now
	})
	must(t, err)
	by := func(p *gatetest.Person) audit.Actor { return audit.Actor{Kind: audit.Person, ID: string(p.ID)} }
	plain := oauth.Client{
		Name: "Web", AuthMethod: oauth.AuthBasic, RedirectURIs: []string{"https://app.example.test/cb"},
		GrantTypes: []string{oauth.GrantCode}, Scopes: []string{"openid"},
	}
	for name, change := range map[string]func(c *oauth.Client){
		"scope to read":   func(c *oauth.Client) { c.Scopes = append(c.Scopes, "gatehouse.read") },
		"scope to change": func(c *oauth.Client) { c.Scopes = append(c.Scopes, "gatehouse.admin") },
		"audience":        func(c *oauth.Client) { c.Audiences = []string{oauth.OwnAPI(gatetest.Issuer)} },
		"no consent":      func(c *oauth.Client) { c.SkipConsent = true },
	} {
		c := plain
		c.Scopes = append([]string{}, plain.Scopes...)
		change(&c)
		if _, _, err := g.House.OAuth.CreateClient(ctx, by(mallory), c); fault.CodeOf(err) != "access.not_held" {
			t.Errorf("%s, made by whoever: %v", name, err)
		}
		made, _, err := g.House.OAuth.CreateClient(ctx, by(mallory), plain)
		must(t, err)
		c.ID = made.ID
		if _, err := g.House.OAuth.UpdateClient(ctx, by(mallory), c); fault.CodeOf(err) != "access.not_held" {
			t.Errorf("%s, given by whoever: %v", name, err)
		}
		if _, err := g.House.OAuth.UpdateClient(ctx, by(ada), c); err != nil {
			t.Errorf("%s, given by who may: %v", name, err)
		}
		c.Name = "Another name"
		if _, err := g.House.OAuth.UpdateClient(ctx, by(mallory), c); err != nil {
			t.Errorf("%s, which was there already: %v", name, err)
		}
	}
	c := plain
	c.SkipConsent, c.Scopes = true, []string{"openid", "gatehouse.read"}
	if _, _, err := g.House.OAuth.CreateClient(ctx, gatetest.Console, c); fault.CodeOf(err) != "client.invalid" {
		t.Errorf("an application that steers Gatehouse unasked: %v", err)
	}
}

// A person steers Gatehouse by an application with a token for that alone, within the
// scope that they allowed, and changes something once two factors were shown.
func TestAPersonSteersGatehouseByAnApplication(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	own := oauth.OwnAPI(gatetest.Issuer)
	asks(s.House, proof.MFANobody) // signing in asks for one factor,
	boss := s.Person("boss", gatetest.Administrator)
	careful := s.Person("careful", gatetest.TOTP, gatetest.Administrator) // or for two of who has them
	nobody := s.Person("nobody")
	app := s.App("console", func(c *oauth.Client) {
		c.Scopes, c.Audiences = []string{"openid", "gatehouse.read", "gatehouse.admin"}, []string{own, "https://shop.example.test"}
	})
	token := func(who *gatetest.Person, scope string, more ...string) string {
		t.Helper()
		return app.Tokens(s.Browser(), who, append([]string{"scope", scope}, more...)...).Text("access_token")
	}
	admin, read := token(boss, "openid gatehouse.admin", "resource", own), token(boss, "openid gatehouse.read", "resource", own)
	for name, c := range map[string]struct {
		token, method, path string
		status              int
		code                string
	}{
		"seeing with the scope to change":   {admin, http.MethodGet, "/users", http.StatusOK, ""},
		"seeing with the scope to see":      {read, http.MethodGet, "/users", http.StatusOK, ""},
		"changing with the scope to see":    {read, http.MethodPost, "/users", http.StatusForbidden, "caller.scope"},
		"changing":                          {token(careful, "openid gatehouse.admin", "resource", own), http.MethodPost, "/users", http.StatusCreated, ""},
		"without a scope":                   {token(boss, "openid", "resource", own), http.MethodGet, "/users", http.StatusForbidden, "caller.scope"},
		"for two audiences":                 {token(boss, "openid gatehouse.admin"), http.MethodGet, "/users", http.StatusUnauthorized, "caller.unknown"},
		"for another audience":              {token(boss, "openid gatehouse.admin", "resource", "https://shop.example.test"), http.MethodGet, "/users", http.StatusUnauthorized, "caller.unknown"},
		"of a person who was given nothing": {token(nobody, "openid gatehouse.admin", "resource", own), http.MethodGet, "/users", http.StatusForbidden, "caller.forbidden"},
	} {
		var body any
		if c.method == http.MethodPost {
			body = map[string]any{"email": "new@example.test"}
		}
		if a := s.call(c.token, c.method, "/api/v1"+c.path, body); a.Status != c.status || problem(a) != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, c.status, c.code)
		}
	}
}

// lookingPosts are posts by which somebody only looks, one factor being enough, with what they
// answer to an empty body. What is asked, or what came of a trial, is more than fits a query or
// should stand in one; a trial is a sign-in of the caller's own, kept in its sealed state alone,
// and ends with its own code, which brings no token. Who verifies the log reads it, however long that takes.
var lookingPosts = map[string]int{
	"previewTokens": http.StatusOK,
	"beginTrial":    http.StatusOK,
	"answerTrial":   http.StatusUnprocessableEntity, // it names no trial

	"beginAuditVerification": http.StatusBadRequest, // it takes no body
	"stopAuditVerification":  http.StatusBadRequest, // as the other
}

// A trial is a sign-in of the person who began it, at the application for which they did.
func TestATrialIsOfOnePersonAndOneApplication(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	asks(s.House, proof.MFANobody)
	own := oauth.OwnAPI(gatetest.Issuer)
	app, other := s.App("console", func(c *oauth.Client) {
		c.Scopes, c.Audiences = []string{"openid", "gatehouse.admin"}, []string{own}
	}), s.App("other")
	token := func(name string) string {
		return app.Tokens(s.Browser(), s.Person(name, gatetest.Administrator), "scope", "openid gatehouse.admin", "resource", own).Text("access_token")
	}
	ada, eve := token("ada"), token("eve")
	at := func(client id.Client, path string) string {
		return "/api/v1/clients/" + string(client) + "/trials" + path
	}
	begun := s.call(ada, http.MethodPost, at(other.ID, ""), "{}")
	to, err := url.Parse(begun.Text("authorization_url"))
	if begun.Status != http.StatusOK || err != nil || to.Query().Get("state") == "" {
		t.Fatalf("begun: %d %s", begun.Status, begun.Body)
	}
	answer := map[string]any{"state": to.Query().Get("state"), "code": "none"}
	for name, c := range map[string]struct {
		who, path string
		body      any
		status    int
		code      string
	}{
		"themselves":             {ada, at(other.ID, "/answer"), answer, http.StatusOK, ""}, // and hear that the code is none
		"at another application": {ada, at(app.ID, "/answer"), answer, http.StatusBadRequest, "trial.over"},
		"somebody else":          {eve, at(other.ID, "/answer"), answer, http.StatusBadRequest, "trial.over"},
		"a program":              {s.boss, at(other.ID, "/answer"), answer, http.StatusUnprocessableEntity, "trial.person"},
		"begun by a program":     {s.boss, at(other.ID, ""), "{}", http.StatusUnprocessableEntity, "trial.person"},
	} {
		if a := s.call(c.who, http.MethodPost, c.path, c.body); a.Status != c.status || problem(a) != c.code {
			t.Errorf("%s: %d %s, want %d %s", name, a.Status, a.Body, c.status, c.code)
		}
	}
}

// With one factor a person sees, and is told what it takes to change something (RFC 9470);
// nothing is changed until they showed it.
func TestAChangeAsksAPersonForTwoFactors(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	asks(s.House, proof.MFANobody) // signing in asks for one
	own := oauth.OwnAPI(gatetest.Issuer)
	ada := s.Person("ada", gatetest.Administrator)
	app := s.App("console", func(c *oauth.Client) {
		c.Scopes, c.Audiences = []string{"openid", "gatehouse.admin"}, []string{own}
	})
	token := app.Tokens(s.Browser(), ada, "scope", "openid gatehouse.admin", "resource", own).Text("access_token")
	there := s.targets()
	db := underneath(t, s.Gate)
	before := besideTheTrail(t, db)
	for _, rt := range admin.Table() {
		a := s.try(token, rt, func(part string) string { return there[part] })
		if want, looks := lookingPosts[rt.ID]; looks || !rt.Changes() {
			if want == 0 {
				want = http.StatusOK
			}
			if a.Status != want {
				t.Errorf("%s: %d %s, want %d", rt.ID, a.Status, a.Body, want)
			}
			continue
		}
		if challenge := a.Header.Get("WWW-Authenticate"); a.Status != http.StatusUnauthorized || !strings.Contains(challenge, `error="insufficient_user_authentication"`) || !strings.Contains(challenge, `acr_values="aal2"`) {
			t.Errorf("%s: %d %s %s", rt.ID, a.Status, challenge, a.Body)
		}
	}
	if rows := differing(before, besideTheTrail(t, db)); len(rows) > 0 {
		t.Errorf("challenged requests changed:\n%s", strings.Join(rows, "\n"))
	}
}

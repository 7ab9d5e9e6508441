package housetest

import (
	"context"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// admitting is a scene in which the application requires the role support, which Ada
// has by the group desk.
type admitting struct {
	*scene
	grant id.Grant
}

func newAdmitting(t *testing.T, g *gatetest.Gate) *admitting {
	t.Helper()
	s := &admitting{scene: &scene{Gate: g, ada: g.Person("ada"), browser: g.Browser()}}
	a, ctx := g.House.Access, context.Background()
	_, err := a.CreateAPI(ctx, gatetest.Console, shop())
	must(t, err)
	role := support()
	role.MaxGrant = 0
	_, err = a.CreateRole(ctx, gatetest.Console, role)
	must(t, err)
	must(t, desk(s.scene))
	s.join(t)
	s.grant = s.give(t, access.Grant{Subject: access.Subject{Kind: access.Group, ID: "desk"}})
	s.app = g.App("web", func(c *oauth.Client) { c.RequireRoles = []string{"support"} })
	return s
}

// give grants the role support.
func (s *admitting) give(t *testing.T, g access.Grant) id.Grant {
	t.Helper()
	g.Role, g.Reason = "support", "a test"
	if g.Effect == "" {
		g.Effect = access.Allow
	}
	if g.Where.Place == "" {
		g.Where.Place = access.Everywhere
	}
	made, err := s.House.Access.Give(context.Background(), gatetest.Console, g)
	must(t, err)
	return made.ID
}

func (s *admitting) join(t *testing.T) {
	t.Helper()
	m := onTheDesk(s.scene)
	_, err := s.House.Access.AddMember(context.Background(), gatetest.Console, m)
	must(t, err)
}

func (s *admitting) toAda() access.Subject {
	return access.Subject{Kind: access.User, ID: string(s.ada.ID)}
}

// By whichever entrance somebody comes who lacks what an application requires, no code
// comes of it: a page says what is missing, and an application that wants no pages is
// told access_denied.
func TestNobodyComesInWithoutARequiredRole(t *testing.T) {
	t.Parallel()
	entrances := map[string]struct {
		signedIn, consented bool
		fields              []string
		want                string
	}{
		"a new sign-in":             {want: "/signin/refused"},
		"with a session":            {signedIn: true, want: "/signin/refused"},
		"with a session, asked":     {signedIn: true, fields: []string{"prompt", "login"}, want: "/signin/refused"},
		"with a session, no pages":  {signedIn: true, fields: []string{"prompt", "none"}, want: "access_denied"},
		"nobody, no pages":          {fields: []string{"prompt", "none"}, want: "login_required"},
		"with a remembered consent": {signedIn: true, consented: true, want: "/signin/refused"},
		"remembered, no pages":      {signedIn: true, consented: true, fields: []string{"prompt", "none"}, want: "access_denied"},
		"asked for consent":         {signedIn: true, consented: true, fields: []string{"prompt", "consent"}, want: "/signin/refused"},
		"asked for the account":     {signedIn: true, fields: []string{"prompt", "select_account"}, want: "/signin/refused"},
		"a sign-in that is old":     {signedIn: true, fields: []string{"max_age", "0"}, want: "/signin/refused"},
		"by a form":                 {signedIn: true, fields: []string{"response_mode", "form_post"}, want: "/signin/refused"},
	}
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		s := newAdmitting(t, g)
		for name, e := range entrances {
			t.Run(name, func(t *testing.T) {
				s := &admitting{scene: &scene{Gate: g.For(t), app: s.app, browser: g.For(t).Browser()}}
				s.ada = s.Person(strings.ReplaceAll(strings.ReplaceAll(name, " ", "-"), ",", ""))
				if e.signedIn {
					s.browser.Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
				}
				if e.consented {
					must(t, s.House.OAuth.GiveConsent(context.Background(), gatetest.Console, s.ada.ID, s.app.ID, []string{"openid", "offline_access"}))
				}
				p := s.browser.Get(s.app.AuthorizeURL(e.fields...))
				if p.Out == nil && p.URL.Path == "/signin/select" {
					p = p.Submit("choice", "current")
				}
				if p.Out == nil && p.URL.Path == "/signin" && e.want != "login_required" {
					p = p.SignIn(s.ada)
				}
				if got := landing(p); got != e.want {
					t.Fatalf("it leads to %q, want %q\n%s", got, e.want, p.Body)
				}
				if p.Out != nil {
					if e.want == "access_denied" && p.Out.Query().Get("error_description") != oauth.SaysNotAdmitted {
						t.Errorf("the application is told %v", p.Out.Query())
					}
					return
				}
				p.Says("support").Says(s.ada.Email)
				i := p.URL.Query().Get("i")
				for _, way := range []string{"/oauth2/authorize?i=", "/consent?i=", "/signin?i="} {
					if got := landing(s.browser.Get(way + url.QueryEscape(i))); got != e.want {
						t.Errorf("%s leads to %q", way, got)
					}
				}
				s.browser.Get(p.URL.RequestURI())
			})
		}
	})
}

// The page of a refusal leads back to the application, which is told, and on to
// somebody else who may come in.
func TestTheRefusalLeadsBackAndToSomebodyElse(t *testing.T) {
	t.Parallel()
	s := newAdmitting(t, gatetest.New(t))
	bob := s.Person("bob")
	p := s.browser.Get(s.app.AuthorizeURL()).SignIn(bob).At("/signin/refused").Says("the role").Says("support")
	answer := p.Press("", "leave").Answered(gatetest.RedirectURI)
	if answer.Get("error") != "access_denied" || answer.Get("error_description") != oauth.SaysNotAdmitted || answer.Get("state") == "" || answer.Get("code") != "" {
		t.Errorf("the application is told %v", answer)
	}
	events := eventsOf(t, s.Gate, flow.ActionSigninBar)
	if len(events) != 1 || events[0].User != bob.ID || events[0].Client != s.app.ID || !strings.Contains(string(events[0].After), "support") {
		t.Errorf("recorded: %+v", events)
	}

	s.browser.Get(s.app.AuthorizeURL()).At("/signin/refused").Press("", "leave").Answered(gatetest.RedirectURI)
	if n := len(eventsOf(t, s.Gate, flow.ActionSigninBar)); n != 2 {
		t.Errorf("%d refusals are recorded, want 2", n)
	}
	p = s.browser.Get(s.app.AuthorizeURL()).At("/signin/refused").Press("", "other").At("/signin")
	if got := landing(p.SignIn(s.ada).Allow()); got != "code" {
		t.Errorf("somebody else who has the role comes to %q", got)
	}
}

// Who is granted what was missing while the page is open goes on from there.
func TestARefusalEndsWhenTheRoleIsGranted(t *testing.T) {
	t.Parallel()
	s := newAdmitting(t, gatetest.New(t))
	bob := s.Person("bob")
	p := s.browser.Get(s.app.AuthorizeURL()).SignIn(bob).At("/signin/refused")
	s.give(t, access.Grant{Subject: access.Subject{Kind: access.User, ID: string(bob.ID)}})
	s.Settle()
	if got := landing(s.browser.Get(p.URL.RequestURI()).Allow()); got != "code" {
		t.Errorf("the page leads to %q", got)
	}
}

// A role that one has for one's own things lets in; one that asks for two factors asks
// for the second of them.
func TestWhichRolesLetIn(t *testing.T) {
	t.Parallel()
	s := newAdmitting(t, gatetest.New(t))
	for name, c := range map[string]struct {
		grant access.Grant
		want  string
	}{
		"own":            {access.Grant{Where: access.Where{Place: access.Own}}, "code"},
		"listed":         {access.Grant{Where: access.Where{Place: access.Listed, IDs: []string{"1"}}}, "code"},
		"condition":      {access.Grant{Where: access.Where{Place: access.Condition, Expression: "resource.id == '1'"}}, "/signin/refused"},
		"two-factors":    {access.Grant{Requires: access.Requirement{Level: proof.AAL2}}, "/signin/enrol"},
		"begins-later":   {access.Grant{Window: access.Window{NotBefore: time.Now().Add(time.Hour)}}, "/signin/refused"},
		"deny-of-itself": {access.Grant{Effect: access.Deny}, "/signin/refused"},
	} {
		who := s.Person(name)
		c.grant.Subject = access.Subject{Kind: access.User, ID: string(who.ID)}
		s.give(t, c.grant)
		s.Settle()
		if got := landing(s.Browser().Get(s.app.AuthorizeURL()).SignIn(who).Allow()); got != c.want {
			t.Errorf("%s leads to %q, want %q", name, got, c.want)
		}
	}
}

// What an application asks for is not taken away, so that nobody is shut out of it, or
// let in, by a name that somebody makes again.
func TestWhatAnApplicationAsksForStays(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		ctx, a := context.Background(), g.House.Access
		_, err := a.CreateAPI(ctx, gatetest.Console, shop())
		must(t, err)
		for _, name := range []string{"required", "mapped"} {
			r := support()
			r.ID = name
			_, err = a.CreateRole(ctx, gatetest.Console, r)
			must(t, err)
			_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
			must(t, err)
		}
		c := g.App("web", func(c *oauth.Client) {
			c.RequireRoles, c.RequireGroups = []string{"required"}, []string{"required"}
			c.Told.Claims = []string{"a=role:mapped", "b=group:mapped"}
		})
		for _, name := range []string{"required", "mapped"} {
			if err := a.DeleteRole(ctx, gatetest.Console, name); fault.CodeOf(err) != "role.in_use" {
				t.Errorf("the role %s: %v", name, err)
			}
			if err := a.DeleteGroup(ctx, gatetest.Console, name); fault.CodeOf(err) != "group.in_use" {
				t.Errorf("the group %s: %v", name, err)
			}
		}
		must(t, g.House.OAuth.DeleteClient(ctx, gatetest.Console, c.ID))
		for _, name := range []string{"required", "mapped"} {
			must(t, a.DeleteRole(ctx, gatetest.Console, name))
			must(t, a.DeleteGroup(ctx, gatetest.Console, name))
		}
	})
}

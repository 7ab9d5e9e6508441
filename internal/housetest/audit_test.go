package housetest

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// audited is a change and the event that it must leave.
type audited struct {
	action  audit.Action
	prepare func(t *testing.T, s *scene)
	// do makes the change and reports whether it was made.
	do func(t *testing.T, s *scene) bool
	// besides are tables that may change although the change fails: counters
	// and one-time marks that must not come back.
	besides []string
}

// changed is do for a call into the house.
func changed(f func(ctx context.Context, s *scene) error) func(*testing.T, *scene) bool {
	return func(_ *testing.T, s *scene) bool { return f(context.Background(), s) == nil }
}

func tokensFirst(_ *testing.T, s *scene) { s.tokens() }

func administrator(_ *testing.T, s *scene) { s.Person("root", gatetest.Administrator) }

// trail is every change that the house makes for people, operators and clients.
func trail() []audited {
	page := func(f func(s *scene) *gatetest.Page, good func(p *gatetest.Page) bool) func(*testing.T, *scene) bool {
		return func(_ *testing.T, s *scene) bool { return good(f(s)) }
	}
	ok := func(p *gatetest.Page) bool {
		return p.Status < 400 && (p.Out == nil || p.Out.Query().Get("error") == "")
	}
	var kept struct{ link, refresh, code string }
	keep := func(f func(t *testing.T, s *scene)) func(*testing.T, *scene) { return f }
	return append(append(accessTrail(), gateTrail()...), []audited{
		{action: "user.create", do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.House.Identity.Create(ctx, gatetest.Console, identity.User{Email: "new@example.test", Name: "New"}, "a whole new row of words")
			return err
		})},
		{action: "user.update", do: changed(func(ctx context.Context, s *scene) error {
			u, err := s.House.Identity.User(ctx, s.ada.ID)
			if err != nil {
				return err
			}
			u.Name = "Ada Lovelace"
			_, err = s.House.Identity.Update(ctx, gatetest.Console, u)
			return err
		})},
		{action: "user.disable", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.Disable(ctx, gatetest.Console, s.ada.ID)
		})},
		{action: "user.enable", prepare: func(t *testing.T, s *scene) {
			must(t, s.House.Identity.Disable(context.Background(), gatetest.Console, s.ada.ID))
		}, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.Enable(ctx, gatetest.Console, s.ada.ID)
		})},
		{action: "user.delete", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.Delete(ctx, gatetest.Console, s.ada.ID)
		})},
		{action: "password.set", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.SetPassword(ctx, gatetest.Console, s.ada.ID, 0, "chosen by the operator just now")
		})},
		{action: "password.link", prepare: novice, do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.House.Identity.PasswordLink(ctx, gatetest.Console, s.ada.ID, 0)
			return err
		})},
		{action: "password.unlink", prepare: func(t *testing.T, s *scene) {
			novice(t, s)
			_, err := s.House.Identity.PasswordLink(context.Background(), gatetest.Console, s.ada.ID, 0)
			must(t, err)
		}, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.RevokePasswordLink(ctx, gatetest.Console, s.ada.ID, 0)
		})},
		{action: "password.first", prepare: keep(func(t *testing.T, s *scene) {
			novice(t, s)
			l, err := s.House.Identity.PasswordLink(context.Background(), gatetest.Console, s.ada.ID, 0)
			must(t, err)
			kept.code = l.Token
		}), do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.House.Identity.FirstPassword(ctx, gatetest.Console, kept.code, "a whole new row of words")
			return err
		})},
		{action: "password.change", prepare: tokensFirst, besides: []string{"attempts"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/account/password").Submit("password", s.ada.Password, "new_password", "a whole new row of words")
		}, ok)},
		{action: "factor.enrol", prepare: tokensFirst, besides: []string{"interactions", "attempts", "factors"}, do: func(t *testing.T, s *scene) bool {
			ctx := context.Background()
			e, err := s.House.Identity.StartEnrol(ctx, gatetest.Console, s.ada.ID, nil)
			must(t, err)
			_, _, err = s.House.Identity.ConfirmEnrol(ctx, gatetest.Console, s.ada.ID, nil, gatetest.CodeFor(t, e.Secret, time.Now()))
			has, asked := s.House.Identity.HasFactor(ctx, s.ada.ID)
			must(t, asked)
			if has != (err == nil) {
				t.Errorf("the enrolment failed with %v, and there is a factor: %v", err, has)
			}
			return err == nil
		}},
		{action: "factor.reset", prepare: withFactor, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.ResetFactors(ctx, gatetest.Console, s.ada.ID)
		})},
		{action: "factor.remove", prepare: withFactor, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Identity.RemoveFactors(ctx, gatetest.Console, s.ada.ID, "")
		})},
		{action: identity.ActionRecoveryRenew, prepare: withFactor, do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.newRecoveryCodes(ctx)
			return err
		})},
		{action: "recovery.use", prepare: keep(func(t *testing.T, s *scene) {
			withFactor(t, s)
			codes, err := s.newRecoveryCodes(context.Background())
			must(t, err)
			kept.code = codes[0]
		}), besides: []string{"attempts"}, do: changed(func(ctx context.Context, s *scene) error {
			_, _, err := s.House.Identity.CheckRecovery(ctx, gatetest.Console, s.ada.ID, kept.code)
			return err
		})},
		{action: "session.create", besides: []string{"interactions", "attempts"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, ok)},
		{action: "signin.complete", besides: []string{"interactions", "attempts"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, ok)},
		{action: "session.raise", prepare: tokensFirst, besides: []string{"interactions", "attempts"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL("prompt", "login")).SignIn(s.ada)
		}, ok)},
		{action: "session.end", prepare: tokensFirst, do: page(func(s *scene) *gatetest.Page {
			p := s.browser.Get("/signout")
			return p.Submit("form_token", formToken(p))
		}, ok)},
		{action: "sessions.end", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			_, err := s.House.Sessions.EndEverybody(ctx, gatetest.Console, "", "operator")
			return err
		})},
		{action: "client.create", do: changed(func(ctx context.Context, s *scene) error {
			_, _, err := s.House.OAuth.CreateClient(ctx, gatetest.Console, oauth.Client{
				ID: "new", Name: "New", AuthMethod: oauth.AuthBasic, GrantTypes: []string{oauth.GrantClient},
			})
			return err
		})},
		{action: "client.update", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			c, err := s.House.OAuth.Client(ctx, s.app.ID)
			if err != nil {
				return err
			}
			c.Disabled = true
			_, err = s.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		})},
		{action: oauth.ActionSecretRotate, do: changed(func(ctx context.Context, s *scene) error {
			_, _, err := s.House.OAuth.RotateSecret(ctx, gatetest.Console, s.app.ID)
			return err
		})},
		{action: oauth.ActionSecretEnd, do: changed(func(ctx context.Context, s *scene) error {
			c, err := s.House.OAuth.Client(ctx, s.app.ID)
			if err != nil {
				return err
			}
			_, err = s.House.OAuth.EndSecret(ctx, gatetest.Console, c.ID, c.Secrets[0].ID)
			return err
		})},
		{action: "client.delete", prepare: tokensFirst, do: changed(func(ctx context.Context, s *scene) error {
			return s.House.OAuth.DeleteClient(ctx, gatetest.Console, s.app.ID)
		})},
		{action: "consent.give", prepare: func(_ *testing.T, s *scene) {
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, besides: []string{"interactions"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL()).At("/consent").Press("", "allow")
		}, ok)},
		{action: "consent.refuse", prepare: func(_ *testing.T, s *scene) {
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, besides: []string{"interactions"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL()).At("/consent").Press("", "deny")
		}, func(p *gatetest.Page) bool { return p.Out != nil && p.Out.Query().Get("error") == "access_denied" })},
		{action: "signin.suspend", prepare: func(t *testing.T, s *scene) {
			s.lock(t, access.LockTarget{Kind: access.LockUser, ID: string(s.ada.ID)})
			s.Settle()
		}, besides: []string{"attempts"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, func(p *gatetest.Page) bool { return p.Status == http.StatusForbidden })},
		{action: "signin.bar", prepare: func(t *testing.T, s *scene) {
			must(t, desk(s))
			s.update(t, func(c *oauth.Client) { c.RequireGroups = []string{"desk"} })
			s.Settle()
			s.browser.Get("/signin?return_to=/account").SignIn(s.ada)
		}, besides: []string{"interactions"}, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get(s.app.AuthorizeURL()).At("/signin/refused").Press("", "leave")
		}, func(p *gatetest.Page) bool { return p.Out != nil && p.Out.Query().Get("error") == "access_denied" })},
		{action: "consent.withdraw", prepare: tokensFirst, do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/account/apps/app?client=web").Submit("client", "web")
		}, ok)},
		{action: identity.ActionSetupOffer, do: changed(func(ctx context.Context, s *scene) error {
			_, _, err := s.House.Identity.SetupLink(ctx, gatetest.Console, true)
			return err
		})},
		{action: "setup.complete", prepare: keep(func(t *testing.T, s *scene) {
			var err error
			kept.link, _, err = s.House.Identity.SetupLink(context.Background(), gatetest.Console, true)
			must(t, err)
		}), do: page(func(s *scene) *gatetest.Page {
			return s.browser.Get("/setup").Submit("token", kept.link, "email", "root@example.test", "password", "a whole new row of words")
		}, ok)},
		{action: "key.rotate", do: changed(func(ctx context.Context, s *scene) error {
			return s.House.Keys.Rotate(ctx, gatetest.Console, "ES256", true)
		})},
		{action: "key.revoke", do: changed(func(ctx context.Context, s *scene) error {
			list, err := s.House.Keys.List(ctx, false)
			if err != nil {
				return err
			}
			return s.House.Keys.Revoke(ctx, gatetest.Console, list[0].ID, s.House.OAuth)
		})},
		{action: "token.revoke", prepare: keep(func(_ *testing.T, s *scene) { kept.refresh = s.tokens().Text("refresh_token") }), do: func(_ *testing.T, s *scene) bool {
			return s.app.Revoke(kept.refresh).Status == http.StatusOK
		}},
		{action: "token.replay", prepare: keep(func(t *testing.T, s *scene) {
			kept.refresh = s.tokens().Text("refresh_token")
			next := expectTokens(t, "1", s.app.Refresh(kept.refresh)).Text("refresh_token")
			expectTokens(t, "2", s.app.Refresh(next))
		}), do: func(_ *testing.T, s *scene) bool { return s.app.Refresh(kept.refresh).Error() == "invalid_grant" }},
		{action: "code.replay", prepare: keep(func(t *testing.T, s *scene) {
			kept.code = s.code()
			expectTokens(t, "1", s.app.Exchange(kept.code))
		}), do: func(_ *testing.T, s *scene) bool { return s.app.Exchange(kept.code).Error() == "invalid_grant" }},
	}...)
}

// newRecoveryCodes replaces ada's codes, whichever she has.
func (s *scene) newRecoveryCodes(ctx context.Context) ([]string, error) {
	set, err := s.House.Identity.RecoverySet(ctx, s.ada.ID)
	if err != nil {
		return nil, err
	}
	return s.House.Identity.NewRecoveryCodes(ctx, gatetest.Console, s.ada.ID, set)
}

// A change and its event are one. Where the event cannot be written, the
// change is not made, and whoever asked for it is told so.
func TestChangesAndTheirEventsAreOne(t *testing.T) {
	t.Parallel()
	for n := range trail() {
		c := trail()[n] // its own, so that cases share nothing
		t.Run(string(c.action), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				if !strings.HasPrefix(string(c.action), "setup.") {
					administrator(t, s)
				}
				if c.prepare != nil {
					c.prepare(t, s)
				}
				time.Sleep(time.Second)
				s.Settle()
				db := underneath(t, s.Gate)
				mustExec(t, db, `CREATE TRIGGER full BEFORE INSERT ON audit_events WHEN NEW.action = '`+string(c.action)+`'
					BEGIN SELECT RAISE(ABORT, 'the audit log is full'); END`)
				besides := append(c.besides, "audit_events")
				before, events := rowsOf(t, db, besides...), len(eventsOf(t, s.Gate, c.action))
				if c.do(t, s) {
					t.Error("without its event the change is reported as made")
				}
				if rows := differing(before, rowsOf(t, db, besides...)); len(rows) > 0 {
					t.Errorf("without its event something changed:\n%s", strings.Join(rows, "\n"))
				}
				mustExec(t, db, `DROP TRIGGER full`)
				time.Sleep(3 * time.Second) // what a rolled-back end expected is forgotten
				s.Settle()
				if !c.do(t, s) {
					t.Errorf("the change was not made; log:\n%s", s.Log)
				}
				if got := len(eventsOf(t, s.Gate, c.action)) - events; got != 1 {
					t.Errorf("the change left %d events, want 1; log:\n%s", got, s.Log)
				}
			})
		})
	}
}

// A refusal that leaves no trace is no refusal either: the visitor hears of the
// failure, not of a wrong password.
func TestRefusedSignInIsRecordedOrFails(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	mustExec(t, db, `CREATE TRIGGER full BEFORE INSERT ON audit_events WHEN NEW.action = 'signin.refuse' BEGIN SELECT RAISE(ABORT, 'full'); END`)
	page := s.browser.Get("/signin?return_to=/account")
	if p := page.Submit("email", s.ada.Email, "password", "a wrong one"); p.Status < 500 {
		t.Errorf("answered %d", p.Status)
	}
	mustExec(t, db, `DROP TRIGGER full`)
	page.Submit("email", s.ada.Email, "password", "a wrong one").Is(http.StatusUnprocessableEntity)
	e := eventsOf(t, s.Gate, identity.ActionSigninRefuse)
	if len(e) != 1 || e[0].Target != audit.OfUser(s.ada.ID) || e[0].Reason != "wrong" || e[0].Actor.IP != "192.0.2.1" {
		t.Errorf("events: %+v", e)
	}
}

// The log of events can be added to and nothing else, in the database itself.
func TestEventsCannotBeChanged(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	db := underneath(t, s.Gate)
	before := eventsOf(t, s.Gate, "")
	for _, statement := range []string{`DELETE FROM audit_events`, `UPDATE audit_events SET action = 'x'`} {
		if _, err := db.ExecContext(t.Context(), statement); err == nil {
			t.Errorf("%s was done", statement)
		}
	}
	if after := eventsOf(t, s.Gate, ""); len(after) != len(before) || len(after) == 0 {
		t.Errorf("%d events, before %d", len(after), len(before))
	}
}

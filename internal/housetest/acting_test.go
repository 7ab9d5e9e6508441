package housetest

import (
	"context"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/identity"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/session"
)

// meanwhile runs once, right before the first transaction that begins in one of
// the stores which it stands in front of.
type meanwhile struct{ do func() }

func (m *meanwhile) inTx(ctx context.Context, real func(context.Context, func(context.Context) error) error, f func(context.Context) error) error {
	m.do()
	return real(ctx, f)
}

type (
	sessionsMeanwhile struct {
		session.Store
		*meanwhile
	}
	peopleMeanwhile struct {
		identity.Store
		*meanwhile
	}
	grantsMeanwhile struct {
		oauth.Store
		*meanwhile
	}
)

func (s sessionsMeanwhile) InTx(ctx context.Context, f func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, f)
}

func (s peopleMeanwhile) InTx(ctx context.Context, f func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, f)
}

func (s grantsMeanwhile) InTx(ctx context.Context, f func(context.Context) error) error {
	return s.inTx(ctx, s.Store.InTx, f)
}

// A session counted when the form came and was ended before it was worked off:
// nothing is written in its name any more, whichever form it was.
func TestEndedSessionChangesNothing(t *testing.T) {
	t.Parallel()
	for path, fields := range map[string]url.Values{
		"/account/password":          {"new_password": {"a whole new row of words"}},
		"/account/sessions/end":      {},
		"/account/sessions/others":   {},
		"/account/apps":              {"client": {"web"}},
		"/account/security/remove":   {},
		"/account/security/recovery": {},
	} {
		for name, end := range map[string]func(s *scene, own session.Session) error{
			"ended": func(s *scene, own session.Session) error {
				return s.House.Sessions.End(context.Background(), gatetest.Console, own.ID, "ended_by_operator")
			},
			"raised": func(s *scene, own session.Session) error {
				_, _, err := s.House.Sessions.Raise(context.Background(), gatetest.Console, own, own.Proofs)
				return err
			},
		} {
			t.Run(path+" "+name, func(t *testing.T) {
				t.Parallel()
				s := newScene(t)
				withFactor(t, s)
				s.tokens()
				own, err := s.House.Sessions.Authenticate(t.Context(), cookieValue(t, s.browser, "session"), "")
				must(t, err)
				other, _, err := s.House.Sessions.Create(t.Context(), gatetest.Console, s.ada.ID, nil)
				must(t, err)
				form := url.Values{"form_token": {formToken(s.browser.Get("/account/password"))}, "session": {string(other.ID)}, "password": {s.ada.Password}}
				for field, values := range fields {
					form[field] = values
				}

				db := underneath(t, s.Gate)
				var before []string
				ahead := &meanwhile{}
				ahead.do = func() {
					ahead.do = func() {}
					must(t, end(s, own))
					before = rowsOf(t, db, "attempts")
				}
				s.House.Sessions.Store = sessionsMeanwhile{s.House.Sessions.Store, ahead}
				s.House.Identity.Store = peopleMeanwhile{s.House.Identity.Store, ahead}
				s.House.OAuth.Store = grantsMeanwhile{s.House.OAuth.Store, ahead}

				s.browser.Post(path, form).Is(http.StatusUnauthorized)
				if before == nil {
					t.Fatal("no transaction was begun")
				}
				if rows := differing(before, rowsOf(t, db, "attempts")); len(rows) > 0 {
					t.Errorf("written in the name of a session that is over: %q", rows)
				}
			})
		}
	}
}

// What an application was given while a second step was there does not count
// further when it is gone, although the session that removed it stays.
func TestRemovedFactorCountsNoMoreForApplications(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		withFactor(t, s)
		watcher := s.watcher()
		tokens := expectTokens(t, "before", s.tokens())
		code := s.code()
		expectActive(t, "before", watcher, tokens.Text("access_token"), true)
		time.Sleep(2 * time.Second)
		s.browser.Get("/account/security/remove").Is(http.StatusOK).Press("", "submit").Says("second step is removed")

		expectRefused(t, "the code", s.app.Exchange(code), "invalid_grant")
		expectRefused(t, "the refresh token", s.app.Refresh(tokens.Text("refresh_token")), "invalid_grant")
		expectActive(t, "the access token", watcher, tokens.Text("access_token"), false)
		time.Sleep(2 * time.Second)
		s.Settle()
		again := expectTokens(t, "a new authorization", s.tokens())
		claims := gatetest.Claims(again.Text("id_token"))
		if claims["acr"] != "aal1" {
			t.Errorf("the new ID token says acr %v, amr %v", claims["acr"], claims["amr"])
		}
		expectTokens(t, "its refresh", s.app.Refresh(again.Text("refresh_token")))
		expectActive(t, "its access token", watcher, again.Text("access_token"), true)
	})
}

// A code is judged by what its client needs when it comes, as a refresh token is.
func TestCodeOfATooWeakSignInIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	code := s.code()
	s.update(t, func(c *oauth.Client) { c.RequireLevel = proof.AAL2 })
	s.Settle()
	expectRefused(t, "the code", s.app.Exchange(code), "invalid_grant")
}

// What a code rests on is ended, by another process, after the code was judged
// and before it is claimed. It brings nothing, and nothing stays behind.
func TestCodeThatEndsDuringItsRedemptionBringsNothing(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(g *gatetest.Gate, s *scene) error{
		"consent withdrawn": func(g *gatetest.Gate, s *scene) error {
			return g.House.OAuth.WithdrawConsent(context.Background(), gatetest.Console, s.ada.ID, s.app.ID)
		},
		"factor removed": func(g *gatetest.Gate, s *scene) error {
			list, err := g.House.Sessions.Of(context.Background(), s.ada.ID)
			if err != nil {
				return err
			}
			return g.House.Identity.RemoveFactors(context.Background(), gatetest.Console, s.ada.ID, list[0].ID)
		},
		"person disabled": func(g *gatetest.Gate, s *scene) error {
			return g.House.Identity.Disable(context.Background(), gatetest.Console, s.ada.ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				withFactor(t, s)
				replica := s.Replica()
				code := s.code()
				time.Sleep(2 * time.Second)
				s.Settle()
				happened := false
				ahead := &meanwhile{}
				ahead.do = func() {
					if !happened {
						happened = true
						must(t, end(replica, s))
					}
				}
				s.House.OAuth.Store = grantsMeanwhile{s.House.OAuth.Store, ahead}
				expectRefused(t, "the code", s.app.Exchange(code), "invalid_grant")
				if !happened {
					t.Fatal("no transaction was begun")
				}
				if n := column(t, underneath(t, s.Gate), `SELECT COUNT(*) FROM refresh_families`); n[0] != "0" {
					t.Errorf("%s refresh families were begun", n[0])
				}
			})
		})
	}
}

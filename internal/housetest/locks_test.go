package housetest

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/flow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// suspended is what a lock is on, and what comes of what it suspends.
type suspended struct {
	on      func(s *scene, session string) access.LockTarget
	refused string // a grant that rests on it is refused with this; "": it rests on something else
	own     string // and what the client asks for itself
	caller  bool   // the client may not even ask
	lands   string // where an authorization request leads, a silent one too
	silent  string
	account string // where the page of the account leads
}

func lockTargets() map[string]suspended {
	return map[string]suspended{
		"user": {
			on: func(s *scene, _ string) access.LockTarget {
				return access.LockTarget{Kind: access.LockUser, ID: string(s.ada.ID)}
			},
			refused: "invalid_grant", lands: "/signin", silent: "login_required", account: "/signin",
		},
		"session": {
			on: func(_ *scene, session string) access.LockTarget {
				return access.LockTarget{Kind: access.LockSession, ID: session}
			},
			refused: "invalid_grant", lands: "/signin", silent: "login_required", account: "/signin",
		},
		"client": {
			on: func(s *scene, _ string) access.LockTarget {
				return access.LockTarget{Kind: access.LockClient, ID: string(s.app.ID)}
			},
			refused: "invalid_client", own: "invalid_client", caller: true, lands: "unauthorized_client", silent: "unauthorized_client", account: "/account",
		},
	}
}

func (s *scene) lock(t *testing.T, on access.LockTarget) {
	t.Helper()
	_, err := s.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: on, Reason: "looking into it"}})
	must(t, err)
}

func (s *scene) lift(t *testing.T, on access.LockTarget) {
	t.Helper()
	must(t, s.House.Access.LiftLock(context.Background(), gatetest.Console, on))
}

// Whatever a lock is on, each grant and each endpoint refuses what rests on it, at
// the replica too; and when it is lifted all is as it was: nothing was ended.
func TestALockSuspendsEverythingAndEndsNothing(t *testing.T) {
	t.Parallel()
	for name, c := range lockTargets() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { suspend(t, c) })
		})
	}
}

func suspend(t *testing.T, c suspended) {
	s := newScene(t)
	watcher, replica := s.watcher(), s.Replica()
	tokens := s.tokens()
	access, refresh := tokens.Text("access_token"), tokens.Text("refresh_token")
	session, _ := gatetest.Claims(tokens.Text("id_token"))["sid"].(string)
	code := s.code()
	revoked := revocations(t, s)
	on := c.on(s, session)
	s.lock(t, on)
	s.Settle()
	replica.Settle()
	for _, g := range []*gatetest.Gate{s.Gate, replica, s.Starting()} {
		app, browser := s.app.At(g), s.browser.At(g)
		expectRefused(t, "the code", app.Exchange(code), c.refused)
		expectRefused(t, "a refresh", app.Refresh(refresh), c.refused)
		if a := app.ClientCredentials(); c.own != "" {
			expectRefused(t, "client credentials", a, c.own)
		} else {
			expectTokens(t, "client credentials", a)
		}
		expectActive(t, "the access token", watcher.At(g), access, false)
		if a := app.Introspect(refresh); c.caller {
			expectRefused(t, "introspection", a, "invalid_client")
		} else if a.JSON["active"] != false {
			t.Errorf("the refresh token: %d %s", a.Status, a.Body)
		}
		if a := g.Userinfo(access); a.Status != http.StatusUnauthorized || a.Error() != "invalid_token" {
			t.Errorf("userinfo answers %d %s", a.Status, a.Body)
		}
		if got := landing(browser.Get(s.app.AuthorizeURL())); got != c.lands {
			t.Errorf("an authorization request led to %q, want %q", got, c.lands)
		}
		if got := landing(browser.Get(s.app.AuthorizeURL("prompt", "none"))); got != c.silent {
			t.Errorf("prompt=none led to %q, want %q", got, c.silent)
		}
		if got := landing(browser.Get("/account")); got != c.account {
			t.Errorf("the account led to %q, want %q", got, c.account)
		}
	}
	if now := revocations(t, s); now != revoked {
		t.Errorf("the version of revocations went from %d to %d", revoked, now)
	}
	s.lift(t, on)
	s.Settle()
	replica.Settle()
	for _, g := range []*gatetest.Gate{s.Gate, replica} {
		expectActive(t, "lifted: the access token", watcher.At(g), access, true)
		expectActive(t, "lifted: the refresh token", s.app.At(g), refresh, true)
		if a := g.Userinfo(access); a.Status != http.StatusOK {
			t.Errorf("lifted: userinfo answers %d %s", a.Status, a.Body)
		}
		if got := landing(s.browser.At(g).Get(s.app.AuthorizeURL())); got != "code" {
			t.Errorf("lifted: an authorization request led to %q", got)
		}
	}
	expectTokens(t, "lifted: the code", s.app.Exchange(code))
	expectTokens(t, "lifted: a refresh", s.app.At(replica).Refresh(refresh))
}

func revocations(t *testing.T, s *scene) int64 {
	t.Helper()
	versions, err := s.House.Store.Versions(context.Background())
	must(t, err)
	return versions[oauth.VersionRevocations]
}

// Who is locked is told so once they proved their password, and nobody else is told
// anything, at whatever step the lock comes.
func TestWhoIsLockedCannotSignInByAnyMethod(t *testing.T) {
	t.Parallel()
	const told = "This account is locked"
	signIn := func(s *scene, password string) *gatetest.Page {
		return s.Browser().Get("/signin?return_to=/account").At("/signin").Submit("email", s.ada.Email, "password", password)
	}
	for name, c := range map[string]struct {
		prepare func(t *testing.T, s *scene)
		before  func(s *scene) *gatetest.Page // the last page before the lock; nil: none
		then    func(s *scene, p *gatetest.Page) *gatetest.Page
		says    string
	}{
		"password": {then: func(s *scene, _ *gatetest.Page) *gatetest.Page {
			return signIn(s, s.ada.Password).Is(http.StatusForbidden)
		}, says: told},
		"a wrong password": {then: func(s *scene, _ *gatetest.Page) *gatetest.Page {
			return signIn(s, "something else that is long").Is(http.StatusUnprocessableEntity)
		}, says: "Email or password is wrong"},
		"password of who has a second factor": {prepare: withFactor, then: func(s *scene, _ *gatetest.Page) *gatetest.Page {
			return signIn(s, s.ada.Password).Is(http.StatusForbidden)
		}, says: told},
		"code of an authenticator": {
			prepare: withFactor, before: func(s *scene) *gatetest.Page { return signIn(s, s.ada.Password).At("/signin/factor") },
			then: func(s *scene, p *gatetest.Page) *gatetest.Page { return p.Submit("code", s.ada.Code()) },
			says: "Sign in",
		},
		"recovery code": {
			prepare: withFactor, before: func(s *scene) *gatetest.Page { return signIn(s, s.ada.Password).At("/signin/factor") },
			then: func(_ *scene, p *gatetest.Page) *gatetest.Page {
				p.URL.Path = "/signin/recovery"
				return p.Submit("code", "aaaaa-bbbbb")
			},
			says: "Sign in",
		},
		"a silent request for more": {
			before: func(s *scene) *gatetest.Page {
				s.code()
				return s.browser.Get(s.app.AuthorizeURL("prompt", "login"))
			},
			then: func(s *scene, p *gatetest.Page) *gatetest.Page {
				return p.Submit("email", s.ada.Email, "password", s.ada.Password).Is(http.StatusForbidden)
			},
			says: told,
		},
		"consent": {
			before: func(s *scene) *gatetest.Page {
				return s.browser.Get(s.app.AuthorizeURL()).SignIn(s.ada).At("/consent")
			},
			then: func(_ *scene, p *gatetest.Page) *gatetest.Page { return p.Allow() },
			says: "Sign in",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				if c.prepare != nil {
					c.prepare(t, s)
				}
				var p *gatetest.Page
				if c.before != nil {
					p = c.before(s)
				}
				on := access.LockTarget{Kind: access.LockUser, ID: string(s.ada.ID)}
				s.lock(t, on)
				s.Settle()
				p = c.then(s, p)
				if p.Out != nil || p.URL.Path != "/signin" {
					t.Errorf("they came to %v %v", p.URL, p.Out)
				}
				p.Says(c.says)
				events := eventsOf(t, s.Gate, flow.ActionSigninSuspend)
				if want := c.says == told; (len(events) == 1) != want || want && (events[0].User != s.ada.ID || events[0].Reason != flow.ReasonLocked) {
					t.Errorf("the trail has %+v", events)
				}
				s.lift(t, on)
				s.Settle()
				time.Sleep(31 * time.Second) // a code of the authenticator works once
				s.Browser().Get("/signin?return_to=/account").SignIn(s.ada).At("/account")
			})
		})
	}
}

// Who leaves a browser while they are locked must not be signed in there again when
// the lock is lifted.
func TestWhoIsLockedCanSignOut(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.code()
	on := access.LockTarget{Kind: access.LockUser, ID: string(s.ada.ID)}
	s.lock(t, on)
	s.Settle()
	s.browser.Get("/signout").Submit("form_token", formToken(s.browser.Get("/signout"))).Says("You are signed out")
	s.lift(t, on)
	s.Settle()
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "/signin" {
		t.Errorf("after the lock they came to %q", got)
	}
}

// nobodyKnows are locks of which nobody knows.
type nobodyKnows struct{}

func (nobodyKnows) Locked(context.Context, id.User, id.Session, id.Client) (bool, error) {
	return false, fault.New(fault.Unavailable, "policy.unknown", "Gatehouse cannot tell now who may do what.")
}

// While nobody knows the locks, nobody is let through, and nobody is called locked or
// signed out: each answer says to try again.
func TestWhileTheLocksAreUnknownNothingIsSaidAboutThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	watcher := s.watcher()
	tokens := s.tokens()
	code := s.code()
	page := s.Browser().Get("/signin?return_to=/account")
	s.House.Registry.Locks, s.House.Sessions.Locks, s.House.Flow.Locks = nobodyKnows{}, nobodyKnows{}, nobodyKnows{}
	for what, a := range map[string]gatetest.Answer{
		"the code": s.app.Exchange(code), "a refresh": s.app.Refresh(tokens.Text("refresh_token")), "client credentials": s.app.ClientCredentials(),
		"introspection": watcher.Introspect(tokens.Text("access_token")), "userinfo": s.Userinfo(tokens.Text("access_token")),
	} {
		if a.Status != http.StatusServiceUnavailable || a.Text("access_token") != "" {
			t.Errorf("%s answers %d %s", what, a.Status, a.Body)
		}
	}
	for what, p := range map[string]*gatetest.Page{
		"the account": s.browser.Get("/account"),
		"a password":  page.Submit("email", s.ada.Email, "password", s.ada.Password),
	} {
		if p.Status != http.StatusServiceUnavailable {
			t.Errorf("%s leads to %d %s", what, p.Status, landing(p))
		}
	}
	if got := landing(s.browser.Get(s.app.AuthorizeURL())); got != "temporarily_unavailable" {
		t.Errorf("an authorization request leads to %q", got)
	}
}

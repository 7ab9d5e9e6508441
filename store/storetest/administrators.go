package storetest

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/store"
)

var console = audit.Actor{Kind: audit.Console, ID: "test"}

// chief is somebody who administers, and by which grant.
type chief struct {
	identity.User
	grant id.Grant
}

func (c chief) subject() access.Subject { return access.Subject{Kind: access.User, ID: string(c.ID)} }

// administration is a policy over a store, with the tables empty of administrators.
type administration struct {
	*access.Service
	s *store.Store
}

func newAdministration(s *store.Store) administration {
	return administration{&access.Service{Store: s, Audit: &audit.Log{Store: s}, People: everybody{}, Clients: everybody{}}, s}
}

// grant gives the role of administrators, with what change says.
func (a administration) grant(t *testing.T, to access.Subject, change func(g *access.Grant)) id.Grant {
	t.Helper()
	g := access.Grant{Subject: to, Effect: access.Allow, Role: access.Administrator, Where: access.Where{Place: access.Everywhere}, Reason: "test"}
	if change != nil {
		change(&g)
	}
	made, err := a.Give(t.Context(), console, g)
	ok(t, err)
	return made.ID
}

func (a administration) chief(t *testing.T) chief {
	t.Helper()
	c := chief{User: insertUser(t, a.s)}
	c.grant = a.grant(t, c.subject(), nil)
	return c
}

// dismiss takes somebody away as no path of the house does.
func (a administration) dismiss(t *testing.T, c chief) {
	t.Helper()
	_, err := a.s.EndGrantsOf(t.Context(), c.subject(), time.Now(), "test", "test")
	ok(t, err)
	for _, on := range []access.LockTarget{access.On(c.subject()), {Kind: access.LockGrant, ID: string(c.grant)}, {Kind: access.LockRole, ID: access.Administrator}} {
		if err := a.s.DeleteLock(t.Context(), on); err != nil {
			missing(t, err)
		}
	}
}

// taking are the ways to take an administrator away.
func (a administration) taking() map[string]func(ctx context.Context, c chief) error {
	deny := func(ctx context.Context, c chief, g access.Grant) error {
		g.Subject, g.Effect, g.Where, g.Reason = c.subject(), access.Deny, access.Where{Place: access.Everywhere}, "test"
		_, err := a.Give(ctx, console, g)
		return err
	}
	lock := func(ctx context.Context, on access.LockTarget, ends time.Time) error {
		_, err := a.PutLock(ctx, console, access.LockRecord{Lock: access.Lock{On: on, Reason: "test", Ends: ends}})
		return err
	}
	return map[string]func(ctx context.Context, c chief) error{
		"disable": func(ctx context.Context, c chief) error {
			return a.s.InTx(ctx, func(ctx context.Context) error { // as identity does
				u, err := a.s.HoldUser(ctx, c.ID)
				if err != nil {
					return err
				}
				u.Disabled = true
				return a.KeepAdministered(ctx, func(ctx context.Context) error { return a.s.UpdateUser(ctx, u) })
			})
		},
		"delete": func(ctx context.Context, c chief) error {
			return a.s.InTx(ctx, func(ctx context.Context) error {
				if _, err := a.s.HoldUser(ctx, c.ID); err != nil {
					return err
				}
				return a.KeepAdministered(ctx, func(ctx context.Context) error {
					return errors.Join(a.EndAllOf(ctx, console, c.subject()), a.s.DeleteUser(ctx, c.ID))
				})
			})
		},
		"revoke the grant": func(ctx context.Context, c chief) error {
			_, err := a.Revoke(ctx, console, c.grant, "test")
			return err
		},
		"deny the role": func(ctx context.Context, c chief) error {
			return deny(ctx, c, access.Grant{Role: access.Administrator})
		},
		"deny another role": func(ctx context.Context, c chief) error { return deny(ctx, c, access.Grant{Role: access.Helpdesk}) },
		"deny one permission": func(ctx context.Context, c chief) error {
			return deny(ctx, c, access.Grant{Permission: access.Pattern{API: access.Gatehouse, Resource: "users", Action: "read"}})
		},
		"deny something later": func(ctx context.Context, c chief) error {
			return deny(ctx, c, access.Grant{
				Permission: access.Pattern{API: access.Gatehouse, Resource: "*", Action: "*"},
				Window:     access.Window{NotBefore: time.Now().Add(time.Hour), ExpiresAt: time.Now().Add(2 * time.Hour)},
			})
		},
		"lock the grant": func(ctx context.Context, c chief) error {
			return lock(ctx, access.LockTarget{Kind: access.LockGrant, ID: string(c.grant)}, time.Time{})
		},
		"lock the grant for a while": func(ctx context.Context, c chief) error {
			return lock(ctx, access.LockTarget{Kind: access.LockGrant, ID: string(c.grant)}, time.Now().Add(time.Hour))
		},
		"lock the person": func(ctx context.Context, c chief) error { return lock(ctx, access.On(c.subject()), time.Time{}) },
		"lock the role": func(ctx context.Context, c chief) error {
			return lock(ctx, access.LockTarget{Kind: access.LockRole, ID: access.Administrator}, time.Time{})
		},
	}
}

// everybodyAtOnce is the way that takes all administrators away, whomever it names.
const everybodyAtOnce = "lock the role"

// The last administrator stays, whichever way somebody goes about it, and of two who
// take each other away at the same moment one is refused.
func testLastAdministrator(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := newAdministration(s)
	no(t)(a.EverAdministered(ctx))
	insertUser(t, s)
	no(t)(a.Administered(ctx))
	lonely := a.chief(t)
	yes(t)(a.EverAdministered(ctx))
	yes(t)(a.Administered(ctx))
	ways := a.taking()
	for name, take := range ways {
		before := version(t, s, access.VersionPolicy)
		if err := take(ctx, lonely); fault.CodeOf(err) != "access.last_administrator" {
			t.Errorf("%s the last administrator: got %v", name, err)
		}
		same(t, version(t, s, access.VersionPolicy), before)
		yes(t)(a.Administered(ctx))
	}
	a.dismiss(t, lonely)
	no(t)(a.Administered(ctx))
	yes(t)(a.EverAdministered(ctx))

	for one, take := range ways {
		for other, takeOther := range ways {
			t.Run(one+" and "+other, func(t *testing.T) {
				pair := [2]chief{a.chief(t), a.chief(t)}
				won := race(t, 2, func(i int) (bool, error) {
					err := [2]func(ctx context.Context, c chief) error{take, takeOther}[i](ctx, pair[i])
					if fault.CodeOf(err) == "access.last_administrator" {
						return false, nil
					}
					return true, err
				})
				want := 1
				if one == everybodyAtOnce && other == everybodyAtOnce {
					want = 0
				}
				same(t, won, want)
				yes(t)(a.Administered(ctx))
				a.dismiss(t, pair[0])
				a.dismiss(t, pair[1])
			})
		}
	}
}

// Each of these administers, or did or will, and could cease to without anybody doing
// anything: none of them counts as the last one.
func testWhoCounts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	a := newAdministration(s)
	_, err := a.CreateRole(ctx, console, access.Role{ID: "chiefs", Parents: []string{access.Administrator}})
	ok(t, err)
	_, err = a.CreateGroup(ctx, console, access.GroupRecord{ID: "board"})
	ok(t, err)
	for name, prepare := range map[string]func(t *testing.T, u identity.User, who access.Subject){
		"nobody": func(*testing.T, identity.User, access.Subject) {},
		"one who is to be": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) })
		},
		"one for a time": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.ExpiresAt = time.Now().Add(24 * 365 * time.Hour) })
		},
		"one under a condition": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.Where = access.Where{Place: access.Condition, Expression: "true"} })
		},
		"one for some things": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.Where = access.Where{Place: access.Listed, IDs: []string{"1"}} })
		},
		"one after a better sign-in": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.Requires.MaxAge = time.Minute })
		},
		"one by another role": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.Role = "chiefs" })
		},
		"one by all permissions": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) {
				g.Role, g.Permission = "", access.Pattern{API: access.Gatehouse, Resource: "*", Action: "*"}
			})
		},
		"one by a group": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, access.Subject{Kind: access.Group, ID: "board"}, nil)
			_, err := a.AddMember(ctx, console, access.MembershipRecord{Membership: access.Membership{Member: who, Of: access.Subject{Kind: access.Group, ID: "board"}}})
			ok(t, err)
		},
		"an application": func(t *testing.T, _ identity.User, _ access.Subject) {
			a.grant(t, access.Subject{Kind: access.Client, ID: "web"}, nil)
		},
		"one who is disabled": func(t *testing.T, u identity.User, who access.Subject) {
			u.Disabled = true
			ok(t, s.UpdateUser(ctx, u))
			a.grant(t, who, nil)
		},
		"one who was denied before": func(t *testing.T, _ identity.User, who access.Subject) {
			a.grant(t, who, func(g *access.Grant) { g.Effect = access.Deny })
			a.grant(t, who, nil)
		},
		"one who is gone": func(t *testing.T, _ identity.User, _ access.Subject) {
			a.grant(t, access.Subject{Kind: access.User, ID: string(id.NewUser())}, nil)
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := insertUser(t, s)
			prepare(t, u, access.Subject{Kind: access.User, ID: string(u.ID)})
			no(t)(a.Administered(ctx))
		})
	}

	// What is over, or of something else, does not keep somebody from counting.
	u := insertUser(t, s)
	who := access.Subject{Kind: access.User, ID: string(u.ID)}
	grant := a.grant(t, who, nil)
	yes(t)(a.Administered(ctx))
	a.grant(t, who, func(g *access.Grant) {
		g.Effect, g.Role, g.Permission = access.Allow, "", access.Pattern{API: access.Gatehouse, Resource: "users", Action: "read"}
	})
	other := a.chief(t)
	_, err = a.Give(ctx, console, access.Grant{Subject: who, Effect: access.Deny, Role: access.Administrator, Where: access.Where{Place: access.Everywhere}, Reason: "test", Window: access.Window{ExpiresAt: time.Now().Add(50 * time.Millisecond)}})
	ok(t, err)
	_, err = a.PutLock(ctx, console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockGrant, ID: string(grant)}, Reason: "test", Ends: time.Now().Add(50 * time.Millisecond)}})
	ok(t, err)
	a.dismiss(t, other)
	yes(t)(s.Administered(ctx, time.Now().Add(time.Second)))
	if there, err := s.Administered(ctx, time.Now().Add(-time.Hour)); err != nil || there {
		t.Error(fmt.Sprint("while the deny and the lock last they count: ", there, err))
	}
}

package housetest

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/pdp"
)

// using is a house in which Ada may read the orders of the shop, as a member of the
// group desk, which has the role support, and uses that by all there is: an access
// token that says so, the endpoints that tell what it is worth, and a refresh token.
type using struct {
	*deciding
	app             *gatetest.Application
	watcher         *gatetest.Application
	browser         *gatetest.Browser
	support         access.GrantRecord
	access, refresh string
	session         string
}

func newUsing(t *testing.T, g *gatetest.Gate) *using {
	t.Helper()
	ctx := context.Background()
	u := &using{deciding: newDeciding(t, g), browser: g.Browser()}
	_, err := g.House.Access.Revoke(ctx, gatetest.Console, u.grant.ID, "she has it by a group")
	must(t, err)
	role := support()
	role.MaxGrant = 0
	_, err = g.House.Access.CreateRole(ctx, gatetest.Console, role)
	must(t, err)
	s := &scene{Gate: g, ada: u.ada}
	must(t, desk(s))
	_, err = g.House.Access.AddMember(ctx, gatetest.Console, onTheDesk(s))
	must(t, err)
	u.support, err = g.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.Group, ID: "desk"}, Effect: access.Allow, Role: "support", Where: access.Where{Place: access.Everywhere}, Reason: "sale",
	})
	must(t, err)
	u.app = g.App("web", func(c *oauth.Client) {
		c.Audiences, c.Permissions = []string{"https://shop.example.test"}, oauth.PermissionsInline
	})
	u.watcher = s.watcher()
	tokens := u.app.Tokens(u.browser, u.ada)
	u.access, u.refresh = tokens.Text("access_token"), tokens.Text("refresh_token")
	u.session, _ = gatetest.Claims(u.access)["sid"].(string)
	return u
}

func (u *using) person() access.Subject {
	return access.Subject{Kind: access.User, ID: string(u.ada.ID)}
}

func (u *using) lock(kind access.LockKind, name string) error {
	_, err := u.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: kind, ID: name}, Reason: "looking into it"}})
	return err
}

// mayRead reports whether rights, of a token or of an introspection, have orders:read.
func mayRead(rights any) bool {
	list, _ := rights.([]any)
	return slices.Contains(list, any("shop/orders:read"))
}

// What each change leaves of what rested on it.
type left struct {
	active  bool   // the access token
	refresh string // "right": a token with it; "": one without; else how it is refused
	decides bool   // about Ada, whatever session or application asks
	told    string // what the feed says
}

func takenBack() map[string]struct {
	do func(ctx context.Context, u *using) error
	left
} {
	person := func(u *using) string { return string(u.ada.ID) }
	lost := left{active: true, told: "sub usr_"}
	return map[string]struct {
		do func(ctx context.Context, u *using) error
		left
	}{
		"a grant": {func(ctx context.Context, u *using) error {
			_, err := u.House.Access.Revoke(ctx, gatetest.Console, u.support.ID, "over")
			return err
		}, lost},
		"a role": {func(ctx context.Context, u *using) error {
			_, err := u.House.Access.UpdateRole(ctx, gatetest.Console, access.Role{ID: "support", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "refund"}}})
			return err
		}, lost},
		"a membership": {func(ctx context.Context, u *using) error {
			return u.House.Access.RemoveMember(ctx, gatetest.Console, access.Subject{Kind: access.Group, ID: "desk"}, u.person())
		}, lost},
		"a deny": {func(ctx context.Context, u *using) error {
			_, err := u.House.Access.Give(ctx, gatetest.Console, access.Grant{
				Subject: u.person(), Effect: access.Deny, Permission: access.Pattern{API: "shop", Resource: "orders", Action: access.Any}, Where: access.Where{Place: access.Everywhere}, Reason: "under review",
			})
			return err
		}, lost},
		"a lock on the role":  {func(_ context.Context, u *using) error { return u.lock(access.LockRole, "support") }, lost},
		"a lock on the grant": {func(_ context.Context, u *using) error { return u.lock(access.LockGrant, string(u.support.ID)) }, lost},
		"a lock on the person": {
			func(_ context.Context, u *using) error { return u.lock(access.LockUser, person(u)) },
			left{refresh: "invalid_grant", told: "sub usr_"},
		},
		"a lock on the session": {
			func(_ context.Context, u *using) error { return u.lock(access.LockSession, u.session) },
			left{refresh: "invalid_grant", decides: true, told: "session ses_"},
		},
		"a lock on the client": {
			func(_ context.Context, u *using) error { return u.lock(access.LockClient, "web") },
			left{refresh: "invalid_client", decides: true, told: "client web"},
		},
		"the person": {func(ctx context.Context, u *using) error {
			return u.House.Identity.Disable(ctx, gatetest.Console, u.ada.ID)
		}, left{refresh: "invalid_grant", told: "user usr_"}},
		"the session": {func(ctx context.Context, u *using) error {
			_, err := u.House.Sessions.EndAll(ctx, gatetest.Console, u.ada.ID, "", "test")
			return err
		}, left{refresh: "invalid_grant", decides: true, told: "session ses_"}},
		"the client": {func(ctx context.Context, u *using) error {
			c, err := u.House.OAuth.Client(ctx, id.Client("web"))
			if err != nil {
				return err
			}
			c.Disabled = true
			_, err = u.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
			return err
		}, left{refresh: "invalid_client", decides: true, told: "client web"}},
		"the token": {
			func(_ context.Context, u *using) error { u.app.Revoke(u.access); return nil },
			left{refresh: "right", decides: true, told: "token "},
		},
	}
}

// Whatever is taken back at one process, another one gives nothing for it a second
// later, at any of the ways to use it. A lost right is absent, and the token goes on; a
// lost person, session, application or token is no longer anybody's.
func TestWhatIsTakenBackIsNoGoodAnywhereASecondLater(t *testing.T) {
	t.Parallel()
	for name, c := range takenBack() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
				u := newUsing(t, g)
				there := g.Replica()
				token := u.token()
				at := u.feed(there, token, "").Cursor
				u.holds(t, there, token, left{active: true, refresh: "right", decides: true}, true)

				must(t, c.do(t.Context(), u))
				<-time.After(follow.MaxAge)
				u.holds(t, there, token, c.left, false)
				if heard := u.feed(there, token, at).words(); !slices.ContainsFunc(heard, func(word string) bool { return strings.HasPrefix(word, c.told) }) {
					t.Errorf("the feed tells %q, want %q", heard, c.told)
				}
			})
		})
	}
}

// holds checks what is left at g.
func (u *using) holds(t *testing.T, g *gatetest.Gate, token string, want left, right bool) {
	t.Helper()
	status := http.StatusUnauthorized
	if want.active {
		status = http.StatusOK
	}
	if a := g.Userinfo(u.access); a.Status != status {
		t.Errorf("userinfo: %d, want %d", a.Status, status)
	}
	if a := u.watcher.At(g).Introspect(u.access); a.JSON["active"] != want.active || mayRead(a.JSON["permissions"]) != right {
		t.Errorf("introspection: %s, want active %v, the right %v", a.Body, want.active, right)
	}
	if a := u.ask(g, pdp.PathEvaluation, token); a.JSON["decision"] != want.decides {
		t.Errorf("decision: %s, want %v", a.Body, want.decides)
	}
	switch a := u.app.At(g).Refresh(u.refresh); want.refresh {
	case "", "right":
		has := mayRead(gatetest.Claims(expectTokens(t, "a refresh", a).Text("access_token"))["permissions"])
		if has != (want.refresh == "right") {
			t.Errorf("a refreshed token has the right: %v", has)
		}
		u.refresh = a.Text("refresh_token")
	default:
		expectRefused(t, "a refresh", a, want.refresh)
	}
}

package housetest

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/follow"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// till is an application whose tokens for the shop say everything.
func till(name string) (string, func(*oauth.Client)) {
	return name, func(c *oauth.Client) {
		c.Audiences, c.Permissions, c.SkipConsent = []string{shopAudience}, oauth.PermissionsInline, true
	}
}

// rightful is a house with a shop, in which somebody is given things.
type rightful struct {
	*gatetest.Gate
	serial int
}

func newRightful(t *testing.T, g *gatetest.Gate) *rightful {
	t.Helper()
	ctx := context.Background()
	fresh := access.Requirement{MaxAge: 40 * time.Second}
	_, err := g.House.Access.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "shop", Audience: shopAudience, Owners: map[string]string{"orders": "owner_id"},
		Permissions: []access.Permission{
			{Resource: "orders", Action: "read"},
			{Resource: "orders", Action: "write"},
			{Resource: "stock", Action: "count", Requires: fresh},
			{Resource: "stock", Action: "take", Requires: access.Requirement{Level: proof.AAL2}},
		},
	})
	must(t, err)
	_, err = g.House.Access.CreateRole(ctx, gatetest.Console, access.Role{ID: "reader", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}})
	must(t, err)
	return &rightful{Gate: g}
}

func (r *rightful) name(what string) string {
	r.serial++
	return fmt.Sprintf("%s-%d", what, r.serial)
}

// give grants reader, changed by the functions.
func (r *rightful) give(to access.Subject, change ...func(*access.Grant)) id.Grant {
	r.T.Helper()
	g := access.Grant{Subject: to, Effect: access.Allow, Role: "reader", Where: access.Where{Place: access.Everywhere}, Reason: "a test"}
	for _, f := range change {
		f(&g)
	}
	made, err := r.House.Access.Give(context.Background(), gatetest.Console, g)
	if err != nil {
		r.T.Fatalf("give %+v: %v", g, err)
	}
	return made.ID
}

// group puts a member into a new group until a time.
func (r *rightful) group(member access.Subject, until time.Time) access.Subject {
	r.T.Helper()
	of := access.Subject{Kind: access.Group, ID: r.name("group")}
	_, err := r.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: of.ID})
	if err == nil {
		_, err = r.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{
			Membership: access.Membership{Member: member, Of: of, Window: access.Window{ExpiresAt: until}}, Reason: "a test",
		})
	}
	if err != nil {
		r.T.Fatal(err)
	}
	return of
}

func endingAt(at time.Time) func(*access.Grant) { return func(g *access.Grant) { g.ExpiresAt = at } }

func beginningAt(at time.Time) func(*access.Grant) { return func(g *access.Grant) { g.NotBefore = at } }
func asDeny(g *access.Grant)                       { g.Effect = access.Deny }
func place(p access.Place) func(*access.Grant)     { return func(g *access.Grant) { g.Where.Place = p } }

func ofPermission(permission string) func(*access.Grant) {
	return func(g *access.Grant) {
		p, err := access.ParsePattern(permission)
		if err != nil {
			panic(err) // the test misspells
		}
		g.Role, g.Permission = "", p
	}
}

// ends are the ways in which the clock takes something, at a moment.
var ends = map[string]struct {
	give   func(r *rightful, to access.Subject, at time.Time)
	people bool // it binds people alone
	claim  string
}{
	"a grant ends":       {give: func(r *rightful, to access.Subject, at time.Time) { r.give(to, endingAt(at)) }, claim: "permissions"},
	"a grant to a group": {give: func(r *rightful, to access.Subject, at time.Time) { r.give(r.group(to, time.Time{}), endingAt(at)) }, claim: "permissions"},
	"a membership ends":  {give: func(r *rightful, to access.Subject, at time.Time) { r.give(r.group(to, at)) }, claim: "permissions"},
	"a deny begins":      {give: func(r *rightful, to access.Subject, at time.Time) { r.give(to); r.give(to, asDeny, beginningAt(at)) }, claim: "permissions"},
	"the later of two": {give: func(r *rightful, to access.Subject, at time.Time) {
		r.give(to, endingAt(at.Add(-20*time.Second)))
		r.give(to, endingAt(at))
	}, claim: "permissions"},
	"one's own":         {give: func(r *rightful, to access.Subject, at time.Time) { r.give(to, place(access.Own), endingAt(at)) }, claim: "permissions_own"},
	"a proof grows old": {give: func(r *rightful, to access.Subject, _ time.Time) { r.give(to, ofPermission("shop/stock:count")) }, people: true, claim: "permissions"},
	"a grant asks freshly": {give: func(r *rightful, to access.Subject, _ time.Time) {
		r.give(to, func(g *access.Grant) { g.Requires.MaxAge = 40 * time.Second })
	}, people: true, claim: "permissions"},
}

// grantsOf are all ways to an access token: by whom it is given, and to whom.
func grantsOf(r *rightful) map[string]func(prepare func(to access.Subject)) (gatetest.Answer, map[string]any) {
	person := func(prepare func(to access.Subject)) (*gatetest.Application, gatetest.Answer) {
		app, who := r.App(till(r.name("till"))), r.Person(r.name("ada"))
		prepare(access.Subject{Kind: access.User, ID: string(who.ID)})
		return app, app.Tokens(r.Browser(), who)
	}
	return map[string]func(prepare func(to access.Subject)) (gatetest.Answer, map[string]any){
		oauth.GrantCode: func(prepare func(to access.Subject)) (gatetest.Answer, map[string]any) {
			_, a := person(prepare)
			return a, gatetest.Claims(a.Text("access_token"))
		},
		oauth.GrantRefresh: func(prepare func(to access.Subject)) (gatetest.Answer, map[string]any) {
			app, a := person(prepare)
			a = app.Refresh(a.Text("refresh_token"))
			return a, gatetest.Claims(a.Text("access_token"))
		},
		oauth.GrantClient: func(prepare func(to access.Subject)) (gatetest.Answer, map[string]any) {
			app := r.App(till(r.name("till")))
			prepare(access.Subject{Kind: access.Client, ID: string(app.ID)})
			a := app.ClientCredentials()
			return a, gatetest.Claims(a.Text("access_token"))
		},
	}
}

// A token never outlives what it says, by whatever grant it was given and whatever
// takes it: exp is the moment at which that is lost, and expires_in says the same.
func TestATokenOfEveryGrantEndsWithTheFirstThingThatItSays(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		r := newRightful(t, g)
		for grant, get := range grantsOf(r) {
			for what, c := range ends {
				at := time.Now().Add(45 * time.Second).Truncate(time.Second)
				a, claims := get(func(to access.Subject) { c.give(r, to, at) })
				want := float64(at.Unix())
				switch authenticated, ofPerson := claims["auth_time"].(float64); {
				case c.people && ofPerson:
					want = authenticated + 40
				case c.people:
					want = claims["iat"].(float64) + 300
				}
				if claims["exp"] != want || a.JSON["expires_in"] != want-claims["iat"].(float64) {
					t.Errorf("%s by %s: exp %v and expires_in %v, want %v of %v", what, grant, claims["exp"], a.JSON["expires_in"], want, claims)
				}
				if list, _ := claims[c.claim].([]any); len(list) != 1 {
					t.Errorf("%s by %s: %s is %v", what, grant, c.claim, claims[c.claim])
				}
				if _, ok := claims["pv"].(float64); !ok || (claims["sid"] == nil) != (grant == oauth.GrantClient) {
					t.Errorf("%s by %s: pv %v, sid %v", what, grant, claims["pv"], claims["sid"])
				}
			}
			_, claims := get(func(to access.Subject) {
				r.give(to, endingAt(time.Now().Add(990*time.Millisecond)))
				r.give(to, ofPermission("shop/orders:write"))
			})
			if !reflect.DeepEqual(claims["permissions"], []any{"shop/orders:write"}) || claims["exp"] != claims["iat"].(float64)+300 || claims["roles"] != nil {
				t.Errorf("by %s, what ends within a second: %v", grant, claims)
			}
		}
	})
}

// taken are the ways to lose a right, and what is left of a token then.
var taken = map[string]struct {
	take func(r *rightful, grant id.Grant, to access.Subject) error
	left []any // permissions of the present
}{
	"nothing":   {func(*rightful, id.Grant, access.Subject) error { return nil }, []any{"shop/orders:read"}},
	"the grant": {func(r *rightful, grant id.Grant, _ access.Subject) error { return r.revoke(grant) }, nil},
	"a lock on the grant": {func(r *rightful, grant id.Grant, _ access.Subject) error {
		return r.lock(access.LockTarget{Kind: access.LockGrant, ID: string(grant)})
	}, nil},
	"a deny": {func(r *rightful, _ id.Grant, to access.Subject) error { r.give(to, asDeny); return nil }, nil},
	"and had by another": {func(r *rightful, grant id.Grant, to access.Subject) error {
		r.give(to, ofPermission("shop/orders:read"))
		return r.revoke(grant)
	}, []any{"shop/orders:read"}},
}

func (r *rightful) revoke(grant id.Grant) error {
	_, err := r.House.Access.Revoke(context.Background(), gatetest.Console, grant, "over")
	return err
}

func (r *rightful) lock(on access.LockTarget) error {
	_, err := r.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: on, Reason: "asking"}})
	return err
}

// What is lost is gone from introspection and from the next refresh within a second,
// on the server that took it and on another one; and so is the scope that stood on it.
func TestWhatIsLostIsGoneFromIntrospectionAndRefreshWithinASecond(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		r, other := newRightful(t, g), g.Replica()
		_, err := g.House.Access.CreateScope(context.Background(), gatetest.Console, ordersScope())
		must(t, err)
		other.Settle()
		for what, c := range taken {
			name, change := till(r.name("till"))
			app := r.App(name, change, func(c *oauth.Client) { c.Scopes = []string{"openid", "offline_access", "orders.read"} })
			who := r.Person(r.name("ada"))
			to := access.Subject{Kind: access.User, ID: string(who.ID)}
			grant := r.give(to)
			a := app.Tokens(r.Browser(), who, "scope", "openid offline_access orders.read")
			claims := gatetest.Claims(a.Text("access_token"))
			if claims["scope"] != "openid offline_access orders.read" || !reflect.DeepEqual(claims["permissions"], []any{"shop/orders:read"}) {
				t.Fatalf("%s: the token says %v", what, claims)
			}
			must(t, c.take(r, grant, to))
			scope, left := "openid offline_access", any(nil)
			if len(c.left) > 0 {
				scope, left = scope+" orders.read", c.left
			}
			for server, at := range map[string]*gatetest.Gate{"the one that took it": g, "another one": other} {
				promised(t, follow.MaxAge, fmt.Sprintf("%s, at %s: introspection says %q and %v", what, server, scope, left), func() (is, unknown bool) {
					now := app.At(at).Introspect(a.Text("access_token"))
					return now.JSON["active"] == true && now.JSON["scope"] == scope && reflect.DeepEqual(now.JSON["permissions"], left),
						now.Status == http.StatusServiceUnavailable
				})
			}
			next := app.Refresh(a.Text("refresh_token"))
			if got := gatetest.Claims(next.Text("access_token")); next.Status != 200 || got["scope"] != scope || !reflect.DeepEqual(got["permissions"], left) {
				t.Errorf("%s: the refresh brings %d %v, want %q and %v", what, next.Status, got, scope, left)
			}
		}
	})
}

// The page that asks for consent says what a bound scope was bound with; who holds
// none of its permissions gives the rest.
func TestABoundScopeIsAskedForInItsWordsAndGivenByWhoHasIt(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		r := newRightful(t, g)
		_, err := g.House.Access.CreateScope(context.Background(), gatetest.Console, ordersScope())
		must(t, err)
		app := r.App("web", func(c *oauth.Client) {
			c.Audiences, c.Scopes = []string{shopAudience}, []string{"openid", "offline_access", "orders.read"}
		})
		for name, has := range map[string]bool{"ada": true, "bob": false} {
			who, b := r.Person(name), r.Browser()
			if has {
				r.give(access.Subject{Kind: access.User, ID: string(who.ID)}, place(access.Own)) // on one's own is enough to give it
			}
			p := b.Get(app.AuthorizeURL("scope", "openid orders.read")).SignIn(who).Says("See your orders")
			code := p.Allow().Answered(app.RedirectURIs[0]).Get("code")
			a := app.Exchange(code)
			if want := map[bool]string{true: "openid orders.read", false: "openid"}[has]; a.Text("scope") != want {
				t.Errorf("%s is given %q (%d %s), want %q", name, a.Text("scope"), a.Status, a.Body, want)
			}
		}
		if a := r.Get("/.well-known/openid-configuration"); !strings.Contains(string(a.Body), `"orders.read"`) {
			t.Errorf("discovery says %s", a.Body)
		}
	})
}

// Every audience that an API can have can be given to an application, and no API has
// one that could not.
func TestTheAudienceOfAnAPIIsOneOfAnApplication(t *testing.T) {
	t.Parallel()
	r := &rightful{Gate: gatetest.New(t)}
	for _, audience := range []string{
		"https://shop.example.test", "https://shop.example.test/a?b=c", "urn:shop", "http://localhost:1", "shop", "https://shop.example.test#x", "https://",
		"file:///x", "https://shop.example.test/ä", `https://shop.example.test/"`, `https://shop.example.test/\`, "https://shop.example.test/a b",
		"https://" + strings.Repeat("x", 247), "https://" + strings.Repeat("x", 248), "",
	} {
		api := shop()
		api.ID, api.Audience = strings.ReplaceAll(r.name("api"), "-", ""), audience
		_, ofAPI := r.House.Access.CreateAPI(context.Background(), gatetest.Console, api)
		_, _, ofClient := r.House.OAuth.CreateClient(context.Background(), gatetest.Console, oauth.Client{
			Name: "X", AuthMethod: oauth.AuthBasic, GrantTypes: []string{oauth.GrantClient}, Audiences: []string{audience},
		})
		if ofAPI == nil && ofClient != nil {
			t.Errorf("%q is for an API and not for an application: %v", audience, ofClient)
		}
		if plain := !strings.Contains(audience, ":"); ofAPI != nil && ofClient == nil && !plain {
			t.Errorf("%q is for an application and not for an API: %v", audience, ofAPI)
		}
	}
}

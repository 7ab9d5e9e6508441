package housetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/proof"
)

// roleful is a house in which somebody has a role of the shop, and applications on
// each face of which it shows.
type roleful struct {
	*rightful
	t     *testing.T
	role  string // made for one case: it has a parent, and a part of it is at another API
	who   *gatetest.Person
	grant id.Grant

	requiring, told  *gatetest.Application
	required, toldOf gatetest.Answer
}

// newRoleful gives the role to a new person who signs in at both applications. The role
// is made with another permission besides.
func newRoleful(t *testing.T, r *rightful, more access.Pattern) *roleful {
	t.Helper()
	ctx, name := context.Background(), r.name("role")
	s := &roleful{rightful: r, t: t, role: name, who: r.Person(r.name("ada"))}
	patterns := []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}, more}
	for _, one := range []access.Role{
		{ID: name + "-parent", Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "write"}}},
		{ID: name, Parents: []string{name + "-parent"}, Permissions: patterns},
		{ID: name + "-child", Parents: []string{name}, Permissions: []access.Pattern{{API: "shop", Resource: "orders", Action: "read"}}},
	} {
		_, err := r.House.Access.CreateRole(ctx, gatetest.Console, one)
		must(t, err)
	}
	s.grant = s.given()
	s.requiring = r.App(r.name("requiring"), func(c *oauth.Client) { c.RequireRoles, c.SkipConsent = []string{name}, true })
	s.told = r.App(r.name("told"), func(c *oauth.Client) {
		c.Audiences, c.Permissions, c.SkipConsent = []string{shopAudience}, oauth.PermissionsRoles, true
		c.Told = oauth.Told{Roles: oauth.Listing{Claim: "roles"}, Claims: []string{"is=role:" + name}}
	})
	s.required = s.requiring.Tokens(r.Browser(), s.who)
	s.toldOf = s.told.Tokens(r.Browser(), s.who)
	return s
}

func (s *roleful) subject() access.Subject {
	return access.Subject{Kind: access.User, ID: string(s.who.ID)}
}

// given grants the role, changed by the functions.
func (s *roleful) given(change ...func(*access.Grant)) id.Grant {
	s.t.Helper()
	return s.give(s.subject(), append([]func(*access.Grant){ofRole(s.role)}, change...)...)
}

// instead takes back what was given at first.
func (s *roleful) instead(change ...func(*access.Grant)) {
	s.t.Helper()
	s.given(change...)
	must(s.t, s.revoke(s.grant))
}

func (s *roleful) lockRole(name string) {
	s.t.Helper()
	must(s.t, s.lock(access.LockTarget{Kind: access.LockRole, ID: name}))
}

func ofRole(name string) func(*access.Grant) { return func(g *access.Grant) { g.Role = name } }
func inOrg(name string) func(*access.Grant)  { return func(g *access.Grant) { g.Org = name } }

// organisation makes one, of which the person is a member or not.
func (s *roleful) organisation(member bool) string {
	s.t.Helper()
	ctx, name := context.Background(), s.name("org")
	_, err := s.House.Access.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: name})
	must(s.t, err)
	if member {
		_, err = s.House.Access.AddMember(ctx, gatetest.Console, access.MembershipRecord{Membership: access.Membership{
			Member: s.subject(), Of: access.Subject{Kind: access.Organisation, ID: name},
		}})
		must(s.t, err)
	}
	return name
}

// howRolesAreHad are the rows of the table in docs/access.md: what lets in, what ID
// token, userinfo and mappings tell, and what the access token tells.
var howRolesAreHad = map[string]struct {
	more         access.Pattern // in the role
	do           func(s *roleful)
	in           string // where a new sign-in leads; "code" lets the tokens of before live
	told, atShop bool
}{
	"on every resource": {do: func(*roleful) {}, in: "code", told: true, atShop: true},
	"as the parent of another": {
		do: func(s *roleful) { s.instead(ofRole(s.role + "-child")) }, in: "code", told: true, atShop: true,
	},
	"by a group": {
		do: func(s *roleful) {
			s.give(s.group(s.subject(), time.Time{}), ofRole(s.role))
			must(s.t, s.revoke(s.grant))
		}, in: "code", told: true, atShop: true,
	},
	"on their own": {do: func(s *roleful) { s.instead(place(access.Own)) }, in: "code"},
	"on certain resources": {
		do: func(s *roleful) {
			s.instead(func(g *access.Grant) { g.Where = access.Where{Place: access.Listed, IDs: []string{"1"}} })
		}, in: "code",
	},
	"under a condition": {
		do: func(s *roleful) {
			s.instead(func(g *access.Grant) {
				g.Where = access.Where{Place: access.Condition, Expression: "resource.id == '1'"}
			})
		}, in: "/signin/refused",
	},
	"within an organisation": {do: func(s *roleful) { s.instead(inOrg(s.organisation(true))) }, in: "/signin/refused"},
	"once they prove more": {
		do: func(s *roleful) {
			s.instead(func(g *access.Grant) { g.Requires = access.Requirement{Level: proof.AAL2} })
		}, in: "/signin/enrol",
	},
	"with a permission that asks for more proof": {
		more: access.Pattern{API: "shop", Resource: "stock", Action: "take"}, do: func(*roleful) {}, in: "code", told: true,
	},
	"denied":            {do: func(s *roleful) { s.given(asDeny) }, in: "/signin/refused"},
	"its parent denied": {do: func(s *roleful) { s.given(asDeny, ofRole(s.role+"-parent")) }, in: "/signin/refused"},
	"denied to a group": {
		do: func(s *roleful) { s.give(s.group(s.subject(), time.Time{}), asDeny, ofRole(s.role)) }, in: "/signin/refused",
	},
	"a part denied":             {do: func(s *roleful) { s.given(asDeny, ofPermission("shop/orders:read")) }, in: "/signin/refused"},
	"a part of a parent denied": {do: func(s *roleful) { s.given(asDeny, ofPermission("shop/orders:write")) }, in: "/signin/refused"},
	"a part at another API denied": {
		more: access.Pattern{API: "mail", Resource: "letters", Action: "send"},
		do:   func(s *roleful) { s.given(asDeny, ofPermission("mail/letters:send")) }, in: "/signin/refused", atShop: true,
	},
	"a part denied on their own": {do: func(s *roleful) { s.given(asDeny, ofPermission("shop/orders:read"), place(access.Own)) }, in: "/signin/refused"},
	"something else denied":      {do: func(s *roleful) { s.given(asDeny, ofPermission("mail/letters:send")) }, in: "code", told: true, atShop: true},
	"denied within an organisation of theirs": {
		do: func(s *roleful) { s.given(asDeny, inOrg(s.organisation(true))) }, in: "/signin/refused",
	},
	"a part denied within an organisation of theirs": {
		do: func(s *roleful) { s.given(asDeny, ofPermission("shop/orders:read"), inOrg(s.organisation(true))) }, in: "/signin/refused",
	},
	"denied to an organisation of theirs, within it": {
		do: func(s *roleful) {
			org := s.organisation(true)
			s.give(access.Subject{Kind: access.Organisation, ID: org}, asDeny, ofRole(s.role), inOrg(org))
		}, in: "/signin/refused",
	},
	"denied within an organisation of others": {
		do: func(s *roleful) { s.given(asDeny, inOrg(s.organisation(false))) }, in: "code", told: true, atShop: true,
	},
	"locked":            {do: func(s *roleful) { s.lockRole(s.role) }, in: "/signin/refused"},
	"its parent locked": {do: func(s *roleful) { s.lockRole(s.role + "-parent") }, in: "/signin/refused"},
	"the grant locked": {
		do: func(s *roleful) { must(s.t, s.lock(access.LockTarget{Kind: access.LockGrant, ID: string(s.grant)})) }, in: "/signin/refused",
	},
}

// Whether somebody has a role follows one rule, whoever asks: an application that
// requires it, one that is told of it in ID token, userinfo or a mapping, and an API
// that reads it in an access token.
func TestARoleIsHadByOneRuleOnEveryFace(t *testing.T) {
	t.Parallel()
	onBothDatabases(t, func(t *testing.T, g *gatetest.Gate) {
		r := newRightful(t, g)
		_, err := g.House.Access.CreateAPI(context.Background(), gatetest.Console, access.API{
			ID: "mail", Audience: "https://mail.example.test", Permissions: []access.Permission{{Resource: "letters", Action: "send"}},
		})
		must(t, err)
		for name, c := range howRolesAreHad {
			t.Run(name, func(t *testing.T) {
				if c.more == (access.Pattern{}) {
					c.more = access.Pattern{API: "shop", Resource: "orders", Action: "read"}
				}
				s := newRoleful(t, &rightful{Gate: g.For(t), serial: r.serial}, c.more)
				c.do(s)
				g.Settle()
				s.lets(t, c.in)
				s.tells(t, c.told, c.atShop)
				r.serial = s.serial
			})
		}
	})
}

// lets expects where a new sign-in at the application that requires the role leads, and
// that tokens of before live where it lets in.
func (s *roleful) lets(t *testing.T, want string) {
	t.Helper()
	if got := landing(s.Browser().Get(s.requiring.AuthorizeURL()).SignIn(s.who)); got != want {
		t.Errorf("a sign-in leads to %q, want %q", got, want)
	}
	expectActive(t, "the access token of before", s.requiring, s.required.Text("access_token"), want == "code")
	a := s.requiring.Refresh(s.required.Text("refresh_token"))
	if want == "code" {
		expectTokens(t, "the refresh token of before", a)
		return
	}
	expectRefused(t, "the refresh token of before", a, "invalid_grant")
}

// tells expects what the application is told, and what an API reads.
func (s *roleful) tells(t *testing.T, told, atShop bool) {
	t.Helper()
	names := func(claims any) bool { list, _ := claims.([]any); return slices.Contains(list, any(s.role)) }
	userinfo := s.Userinfo(s.toldOf.Text("access_token")).JSON
	next := expectTokens(t, "a refresh", s.told.Refresh(s.toldOf.Text("refresh_token")))
	idToken, access := gatetest.Claims(next.Text("id_token")), gatetest.Claims(next.Text("access_token"))
	for what, c := range map[string]struct{ got, want bool }{
		"userinfo":                  {names(userinfo["roles"]), told},
		"the mapping in userinfo":   {userinfo["is"] == true, told},
		"the ID token":              {names(idToken["roles"]), told},
		"the mapping in ID token":   {idToken["is"] == true, told},
		"the access token":          {names(access["roles"]), atShop},
		"introspection of that one": {names(s.told.Introspect(next.Text("access_token")).JSON["roles"]), atShop},
		"introspection of before":   {names(s.told.Introspect(s.toldOf.Text("access_token")).JSON["roles"]), atShop},
	} {
		if c.got != c.want {
			t.Errorf("%s has the role: %v, want %v", what, c.got, c.want)
		}
	}
}

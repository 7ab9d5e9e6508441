package housetest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
	"gatehouse/session"
)

// given is what somebody got before it is taken back: by a grant of a role to a group
// that they are in.
type given struct {
	kind    access.Kind
	who     access.Subject
	id      string
	pattern access.Pattern // what the role allows
	grant   access.GrantRecord
	deny    id.Grant

	person                       *gatetest.Person
	browser                      *gatetest.Browser
	web                          *gatetest.Application // shows what its user may do; or the principal itself
	gated, still                 *gatetest.Application // require the role; still keeps its refresh tokens
	access, refresh              string                // of web
	gatedAccess, before, current string                // of gated; before is the refresh token that current follows
	code                         string                // of gated, not redeemed yet
	kept                         string                // the refresh token of still
	cookie                       string                // of the browser at the gate

	text string // of the key of a service account, or of the personal token of a person
	key  id.ServiceKey

	open map[string]*heldOpen // streams through the gate, by their kinds
}

func (r *row) role() string { return "role-" + r.name }

func (r *row) group() access.Subject { return group("group-" + r.name) }

// prepare gives it all.
func (r *row) prepare(t *testing.T) {
	t.Helper()
	ctx, a := t.Context(), r.House.Access
	r.pattern = access.Pattern{API: "shop", Resource: "orders", Action: "read"}
	switch r.kind {
	case access.User:
		r.person = r.Person(r.name, r.traits...)
		r.id = string(r.person.ID)
	case access.Client:
		r.web = r.App(r.name, func(c *oauth.Client) {
			c.GrantTypes, c.RedirectURIs = []string{oauth.GrantClient}, nil
			c.Audiences, c.Permissions = []string{shopAudience}, oauth.PermissionsInline
		})
		r.id = r.name
	case access.ServiceAccount:
		b, err := a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: r.name}, Reason: "asks"})
		must(t, err)
		r.id, r.text, r.key = r.name, b.Text, b.Key.ID
		r.pattern = access.Pattern{API: access.Gatehouse, Resource: "decisions", Action: "read"}
	}
	r.who = access.Subject{Kind: r.kind, ID: r.id}
	_, err := a.CreateRole(ctx, gatetest.Console, access.Role{ID: r.role(), Permissions: []access.Pattern{r.pattern}})
	must(t, err)
	_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: r.group().ID})
	must(t, err)
	must(t, r.join(ctx, time.Time{}))
	must(t, r.give(ctx, time.Time{}))
	r.Settle()
	switch r.kind {
	case access.User:
		k, text, err := a.CreatePersonalToken(ctx, gatetest.Console, access.KeyRecord{
			User: r.person.ID, Name: "laptop", Permissions: []access.Pattern{r.pattern}, ExpiresAt: time.Now().Add(time.Hour),
		})
		must(t, err)
		r.text, r.key = text, k.ID
		r.signIn(t)
	case access.Client:
		r.access = expectTokens(t, "a program", r.web.ClientCredentials()).Text("access_token")
	}
}

// signIn gets the tokens of a person, at three applications by one session.
func (r *row) signIn(t *testing.T) {
	t.Helper()
	r.browser = r.Browser()
	r.web = r.App(r.name+"-web", func(c *oauth.Client) {
		c.Audiences, c.Permissions = []string{shopAudience}, oauth.PermissionsInline
	})
	r.gated = r.App(r.name+"-gated", func(c *oauth.Client) { c.RequireRoles = []string{r.role()} })
	r.still = r.App(r.name+"-still", func(c *oauth.Client) { c.RequireRoles, c.StaticRefresh = []string{r.role()}, true })
	a := r.web.Tokens(r.browser, r.person)
	r.access, r.refresh = a.Text("access_token"), a.Text("refresh_token")
	a = r.gated.Tokens(r.browser, r.person)
	r.gatedAccess, r.before = a.Text("access_token"), a.Text("refresh_token")
	r.kept = r.still.Tokens(r.browser, r.person).Text("refresh_token")
	v := newVisitor(t, r.Gate, r.browser)
	v.enter("https://"+gateHost+"/shop", r.person)
	r.cookie = v.cookie(gateHost)
}

// refreshed gets what lasts a minute alone: a code, and a refresh token whose one before
// is still good.
func (r *row) refreshed(t *testing.T) {
	t.Helper()
	if r.kind == access.User {
		r.current = expectTokens(t, "the first use", r.gated.Refresh(r.before)).Text("refresh_token")
		r.code = r.gated.Code(r.browser, r.person)
	}
}

func (r *row) join(ctx context.Context, until time.Time) error {
	_, err := r.House.Access.AddMember(ctx, gatetest.Console, access.MembershipRecord{Reason: "sale", Membership: access.Membership{
		Member: r.who, Of: r.group(), Window: access.Window{ExpiresAt: until},
	}})
	return err
}

func (r *row) give(ctx context.Context, until time.Time) (err error) {
	r.grant, err = r.House.Access.Give(ctx, gatetest.Console, access.Grant{
		Subject: r.group(), Effect: access.Allow, Role: r.role(), Where: access.Where{Place: access.Everywhere}, Window: access.Window{ExpiresAt: until}, Reason: "sale",
	})
	return err
}

func (r *row) revoke(ctx context.Context) error {
	_, err := r.House.Access.Revoke(ctx, gatetest.Console, r.grant.ID, "over")
	return err
}

// denied denies the principal a role or a permission.
func (r *row) denied(ctx context.Context, g access.Grant) error {
	g.Subject, g.Effect, g.Where, g.Reason = r.who, access.Deny, access.Where{Place: access.Everywhere}, "under review"
	made, err := r.House.Access.Give(ctx, gatetest.Console, g)
	r.deny = made.ID
	return err
}

func denyRole(ctx context.Context, r *row) error {
	return r.denied(ctx, access.Grant{Role: r.role()})
}

func (r *row) deniesNoMore(ctx context.Context) error {
	_, err := r.House.Access.Revoke(ctx, gatetest.Console, r.deny, "reviewed")
	return err
}

func (r *row) sets(ctx context.Context, p access.Pattern) error {
	_, err := r.House.Access.UpdateRole(ctx, gatetest.Console, access.Role{ID: r.role(), Permissions: []access.Pattern{p}})
	return err
}

// applications are those through which the principal got what it has.
func (r *row) applications() []*gatetest.Application {
	if r.kind == access.Client {
		return []*gatetest.Application{r.web}
	}
	return []*gatetest.Application{r.web, r.gated, r.still}
}

// ofEach does something to each of them.
func ofEach(do func(ctx context.Context, r *row, app *gatetest.Application) error) func(ctx context.Context, r *row) error {
	return func(ctx context.Context, r *row) error {
		for _, app := range r.applications() {
			if err := do(ctx, r, app); err != nil {
				return err
			}
		}
		return nil
	}
}

func updated(change func(r *row, c *oauth.Client)) func(ctx context.Context, r *row) error {
	return ofEach(func(ctx context.Context, r *row, app *gatetest.Application) error {
		c, err := r.House.OAuth.Client(ctx, app.ID)
		if err != nil {
			return err
		}
		change(r, &c)
		_, err = r.House.OAuth.UpdateClient(ctx, gatetest.Console, c)
		return err
	})
}

func (r *row) session() id.Session {
	name, _ := gatetest.Claims(r.access)["sid"].(string)
	return id.Session(name)
}

// locks puts a lock on what on returns, and lifts lifts it.
func locks(on func(r *row) []access.LockTarget) (puts, lifts func(ctx context.Context, r *row) error) {
	return func(ctx context.Context, r *row) error {
			for _, target := range on(r) {
				if _, err := r.House.Access.PutLock(ctx, gatetest.Console, access.LockRecord{Lock: access.Lock{On: target, Reason: "looking into it"}}); err != nil {
					return err
				}
			}
			return nil
		}, func(ctx context.Context, r *row) error {
			for _, target := range on(r) {
				if err := r.House.Access.LiftLock(ctx, gatetest.Console, target); err != nil {
					return err
				}
			}
			return nil
		}
}

// taking is a way to take something back.
type taking struct {
	what   string
	ends   []thing
	do     map[access.Kind]func(ctx context.Context, r *row) error
	not    map[access.Kind]string // why it is not done to a kind of principal
	told   func(r *row) string    // what the feed says of it; nil: nothing
	back   func(ctx context.Context, r *row) error
	traits []gatetest.Trait // of the person, before
}

type doing = func(ctx context.Context, r *row) error

func toAll(do doing) map[access.Kind]doing {
	return map[access.Kind]doing{access.User: do, access.Client: do, access.ServiceAccount: do}
}

func toPeople(do doing) map[access.Kind]doing { return map[access.Kind]doing{access.User: do} }

// soonOver is shortly before the table looks.
func soonOver() time.Time { return time.Now().Add(900 * time.Millisecond) }

func toldOfThem(r *row) string { return "sub " + r.id }

func toldOfSession(r *row) string { return "session " + string(r.session()) }

func toldOfApplication(r *row) string { return "client " + string(r.web.ID) }

func toldOfToken(r *row) string { return fmt.Sprint("token ", gatetest.Claims(r.access)["jti"]) }

func toldOfConsent(r *row) string { return "consent " + r.id + "|" + string(r.web.ID) }

func toldOfAuthorization(r *row) string {
	return fmt.Sprint("authorization ", gatetest.Claims(r.access)["azn"])
}

const (
	noSession     = "a program has no session"
	itIsOne       = "it is the application itself, the row of the principal"
	noApplication = "it came by no application"
	noPerson      = "nobody consented"
	noKey         = "it comes with none"
	noProofs      = "a program proves nothing of this kind"
)

var (
	lockGrant, liftGrant = locks(func(r *row) []access.LockTarget {
		return []access.LockTarget{{Kind: access.LockGrant, ID: string(r.grant.ID)}}
	})
	lockRole, liftRole           = locks(func(r *row) []access.LockTarget { return []access.LockTarget{{Kind: access.LockRole, ID: r.role()}} })
	lockPrincipal, liftPrincipal = locks(func(r *row) []access.LockTarget { return []access.LockTarget{access.On(r.who)} })
	lockSession, liftSession     = locks(func(r *row) []access.LockTarget {
		return []access.LockTarget{{Kind: access.LockSession, ID: string(r.session())}}
	})
	lockApplication, liftApplication = locks(func(r *row) (all []access.LockTarget) {
		for _, app := range r.applications() {
			all = append(all, access.LockTarget{Kind: access.LockClient, ID: string(app.ID)})
		}
		return all
	})
)

var disableApplications = updated(func(_ *row, c *oauth.Client) { c.Disabled = true })

var deleteApplications = ofEach(func(ctx context.Context, r *row, app *gatetest.Application) error {
	return r.House.OAuth.DeleteClient(ctx, gatetest.Console, app.ID)
})

func revokeKey(ctx context.Context, r *row) error {
	_, err := r.House.Access.RevokeServiceKey(ctx, gatetest.Console, access.Subject{}, r.key)
	return err
}

// takings are the rows of the table.
var takings = []taking{
	{what: "nothing", do: toAll(func(context.Context, *row) error { return nil })},

	{
		what: "the grant is revoked", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do:   toAll(func(ctx context.Context, r *row) error { return r.revoke(ctx) }),
		back: func(ctx context.Context, r *row) error { return r.give(ctx, time.Time{}) },
	},
	{
		what: "the grant is replaced by a shorter one", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do: toAll(func(ctx context.Context, r *row) error {
			if err := r.revoke(ctx); err != nil {
				return err
			}
			return r.give(ctx, soonOver())
		}),
		back: func(ctx context.Context, r *row) error { return r.give(ctx, time.Time{}) },
	},
	{
		what: "the grant is locked", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do: toAll(lockGrant), back: liftGrant,
	},
	{
		what: "the permission is denied", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do:   toAll(func(ctx context.Context, r *row) error { return r.denied(ctx, access.Grant{Permission: r.pattern}) }),
		back: func(ctx context.Context, r *row) error { return r.deniesNoMore(ctx) },
	},
	{
		what: "the role is denied", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do:   map[access.Kind]doing{access.User: denyRole, access.Client: denyRole},
		not:  map[access.Kind]string{access.ServiceAccount: "a role with permissions of Gatehouse itself is denied by naming them"},
		back: func(ctx context.Context, r *row) error { return r.deniesNoMore(ctx) },
	},
	{
		what: "the role is locked", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do: toAll(lockRole), back: liftRole,
	},
	{
		what: "the role loses the permission", ends: []thing{thePermission}, told: toldOfThem,
		do:   toAll(func(ctx context.Context, r *row) error { return r.sets(ctx, refund()) }),
		back: func(ctx context.Context, r *row) error { return r.sets(ctx, r.pattern) },
	},
	{
		what: "the membership is ended", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do: toAll(func(ctx context.Context, r *row) error {
			return r.House.Access.RemoveMember(ctx, gatetest.Console, r.group(), r.who)
		}),
		back: func(ctx context.Context, r *row) error { return r.join(ctx, time.Time{}) },
	},
	{
		what: "the membership is shortened", ends: []thing{theRole, thePermission}, told: toldOfThem,
		do:   toAll(func(ctx context.Context, r *row) error { return r.join(ctx, soonOver()) }),
		back: func(ctx context.Context, r *row) error { return r.join(ctx, time.Time{}) },
	},

	{what: "the principal is disabled", ends: []thing{thePrincipal}, told: toldOfEnd, do: map[access.Kind]doing{
		access.User: func(ctx context.Context, r *row) error {
			return r.House.Identity.Disable(ctx, gatetest.Console, r.person.ID)
		},
		access.Client: disableApplications,
		access.ServiceAccount: func(ctx context.Context, r *row) error {
			_, err := r.House.Access.DisableServiceAccount(ctx, gatetest.Console, r.id, "for a while")
			return err
		},
	}},
	{what: "the principal is deleted", ends: []thing{thePrincipal}, told: toldOfEnd, do: map[access.Kind]doing{
		access.User: func(ctx context.Context, r *row) error {
			return r.House.Identity.Delete(ctx, gatetest.Console, r.person.ID)
		},
		access.Client: deleteApplications,
		access.ServiceAccount: func(ctx context.Context, r *row) error {
			return r.House.Access.DeleteServiceAccount(ctx, gatetest.Console, r.id, "for good")
		},
	}},
	{
		what: "the principal is locked", ends: []thing{thePrincipal}, told: toldOfLock,
		do: toAll(lockPrincipal), back: liftPrincipal,
	},
	{
		what: "the key is revoked", ends: []thing{theKey}, do: map[access.Kind]doing{access.ServiceAccount: revokeKey, access.User: revokeKey},
		not: map[access.Kind]string{access.Client: noKey},
	},

	{
		what: "the session is ended", ends: []thing{theSession}, told: toldOfSession,
		do: toPeople(func(ctx context.Context, r *row) error {
			return r.House.Sessions.End(ctx, gatetest.Console, r.session(), session.ReasonByOperator)
		}),
		not: map[access.Kind]string{access.Client: noSession, access.ServiceAccount: noSession},
	},
	{
		what: "the person signs out", ends: []thing{theSession}, told: toldOfSession,
		do: toPeople(func(_ context.Context, r *row) error {
			p := r.browser.Get("/signout")
			if p = p.Submit("form_token", formToken(p)); !strings.Contains(p.Body, "You are signed out") {
				return fmt.Errorf("the page is %s", p.Body)
			}
			return nil
		}),
		not: map[access.Kind]string{access.Client: noSession, access.ServiceAccount: noSession},
	},
	{
		what: "the second factor is gone", ends: []thing{theSession}, told: toldOfEnd, traits: []gatetest.Trait{gatetest.TOTP},
		do: toPeople(func(ctx context.Context, r *row) error {
			return r.House.Identity.ResetFactors(ctx, gatetest.Console, r.person.ID)
		}),
		not: map[access.Kind]string{access.Client: noProofs, access.ServiceAccount: noProofs},
	},
	{
		what: "the password is another one", ends: []thing{theSession}, told: toldOfEnd,
		do: toPeople(func(ctx context.Context, r *row) error {
			r.person.Password += ", and another"
			return r.House.Identity.SetPassword(ctx, gatetest.Console, r.person.ID, 0, r.person.Password)
		}),
		not: map[access.Kind]string{access.Client: noProofs, access.ServiceAccount: noProofs},
	},
	{
		what: "the session is locked", ends: []thing{theSession}, told: toldOfSession,
		do: toPeople(lockSession), back: liftSession,
		not: map[access.Kind]string{access.Client: noSession, access.ServiceAccount: noSession},
	},

	{
		what: "the application is disabled", ends: []thing{theApplication}, told: toldOfApplication, do: toPeople(disableApplications),
		not: map[access.Kind]string{access.Client: itIsOne, access.ServiceAccount: noApplication},
	},
	{
		what: "the application is deleted", ends: []thing{theApplication}, told: toldOfApplication, do: toPeople(deleteApplications),
		not: map[access.Kind]string{access.Client: itIsOne, access.ServiceAccount: noApplication},
	},
	{
		what: "the application is locked", ends: []thing{theApplication}, told: toldOfApplication,
		do: toPeople(lockApplication), back: liftApplication,
		not: map[access.Kind]string{access.Client: itIsOne, access.ServiceAccount: noApplication},
	},
	{
		what: "the application requires more", ends: []thing{theRole},
		do: toPeople(func(ctx context.Context, r *row) error {
			_, err := r.House.Access.CreateRole(ctx, gatetest.Console, access.Role{ID: "more-" + r.name, Permissions: []access.Pattern{r.pattern}})
			if err != nil {
				return err
			}
			return updated(func(r *row, c *oauth.Client) {
				if len(c.RequireRoles) > 0 {
					c.RequireRoles = append(c.RequireRoles, "more-"+r.name)
				}
			})(ctx, r)
		}),
		not: map[access.Kind]string{access.Client: "nobody signs in to it", access.ServiceAccount: noApplication},
	},

	{
		what: "the access token is revoked", ends: []thing{theToken}, told: toldOfToken,
		do: map[access.Kind]doing{
			access.Client: func(_ context.Context, r *row) error { return revoked(r.web, r.access) },
			access.User: func(_ context.Context, r *row) error {
				if err := revoked(r.web, r.access); err != nil {
					return err
				}
				return revoked(r.gated, r.gatedAccess)
			},
		},
		not: map[access.Kind]string{access.ServiceAccount: "it comes with a key"},
	},
	{
		what: "the refresh token is revoked", ends: []thing{theAuthorization}, told: toldOfAuthorization,
		do: toPeople(func(_ context.Context, r *row) error {
			for _, of := range []struct {
				app   *gatetest.Application
				token string
			}{{r.web, r.refresh}, {r.gated, r.current}, {r.still, r.kept}} {
				if err := revoked(of.app, of.token); err != nil {
					return err
				}
			}
			return nil
		}),
		not: map[access.Kind]string{access.Client: "a program gets none", access.ServiceAccount: "it comes with a key"},
	},
	{
		what: "the consent is withdrawn", ends: []thing{theConsent}, told: toldOfConsent,
		do: toPeople(ofEach(func(ctx context.Context, r *row, app *gatetest.Application) error {
			return r.House.OAuth.WithdrawConsent(ctx, gatetest.Console, r.person.ID, app.ID)
		})),
		not: map[access.Kind]string{access.Client: noPerson, access.ServiceAccount: noPerson},
	},
}

func revoked(app *gatetest.Application, token string) error {
	if a := app.Revoke(token); a.Status != http.StatusOK {
		return fmt.Errorf("revocation: %d %s", a.Status, a.Body)
	}
	return nil
}

// toldOfEnd is what the feed says of a principal that is no more.
func toldOfEnd(r *row) string {
	switch r.kind {
	case access.User:
		return "user " + r.id
	case access.Client:
		return "client " + r.id
	}
	return "sub " + r.id
}

func toldOfLock(r *row) string {
	if r.kind == access.Client {
		return "client " + r.id
	}
	return "sub " + r.id
}

package housetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// hand is a house in which mallory may administer, and may or may not hold the right
// that is to be handed on: to give money back at the shop.
type hand struct {
	*gatetest.Gate
	mallory, bob *gatetest.Person
	grant        id.Grant // what a way is about,
	free         id.Grant // and what anybody may take away beside it
	key          string   // with which mallory comes; empty: none
}

func refund() access.Pattern {
	return access.Pattern{API: "shop", Resource: "orders", Action: "refund"}
}

func person(p *gatetest.Person) access.Subject {
	return access.Subject{Kind: access.User, ID: string(p.ID)}
}

func group(name string) access.Subject { return access.Subject{Kind: access.Group, ID: name} }

// by is mallory, as a door would say it.
func (h *hand) by() audit.Actor {
	return audit.Actor{Kind: audit.Person, ID: string(h.mallory.ID), Key: h.key}
}

func newHand(t *testing.T) *hand {
	t.Helper()
	g := gatetest.New(t)
	h := &hand{Gate: g, mallory: g.Person("mallory", gatetest.NoPassword), bob: g.Person("bob", gatetest.NoPassword)}
	ctx := context.Background()
	a := g.House.Access
	_, err := a.CreateAPI(ctx, gatetest.Console, access.API{
		ID: "shop", Audience: "https://shop.test", Owners: map[string]string{"orders": "owner_id"},
		Permissions: []access.Permission{
			{Resource: "orders", Action: "read"},
			{Resource: "orders", Action: "refund", Sensitive: true, Requires: access.Requirement{MaxAge: 24 * time.Hour}},
			{Resource: "other", Action: "read"},
		},
	})
	must(t, err)
	_, err = a.CreateRole(ctx, gatetest.Console, access.Role{ID: "refunder", Permissions: []access.Pattern{refund()}})
	must(t, err)
	for _, name := range []string{"desk", "all", "empty"} {
		_, err = a.CreateGroup(ctx, gatetest.Console, access.GroupRecord{ID: name})
		must(t, err)
	}
	_, err = a.CreateOrg(ctx, gatetest.Console, access.OrgRecord{ID: "acme"})
	must(t, err)
	_, err = a.CreateServiceAccount(ctx, gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: "ops"}})
	must(t, err)
	_, _, err = g.House.OAuth.CreateClient(ctx, gatetest.Console, oauth.Client{ID: "reports", Name: "Reports", AuthMethod: oauth.AuthSecret, GrantTypes: []string{oauth.GrantClient}, Scopes: []string{"read"}})
	must(t, err)
	return h
}

// give grants something by the operator.
func (h *hand) give(t *testing.T, to access.Subject, change func(g *access.Grant)) id.Grant {
	t.Helper()
	g := access.Grant{Subject: to, Effect: access.Allow, Permission: refund(), Where: access.Where{Place: access.Everywhere}, Reason: "test"}
	if change != nil {
		change(&g)
	}
	made, err := h.House.Access.Give(context.Background(), gatetest.Console, g)
	must(t, err)
	return made.ID
}

func (h *hand) join(t *testing.T, member access.Subject, name string) {
	t.Helper()
	h.enter(t, member, group(name))
}

func (h *hand) enter(t *testing.T, member, of access.Subject) {
	t.Helper()
	_, err := h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{Member: member, Of: of}})
	must(t, err)
}

func denied(g *access.Grant) { g.Effect = access.Deny }

func inCompany(g *access.Grant) { g.Org = "acme" }

var (
	company      = access.Subject{Kind: access.Organisation, ID: "acme"}
	robotAccount = access.Subject{Kind: access.ServiceAccount, ID: "ops"}
)

// handing is a way by which the right could be handed on. Its name begins with the
// method that it goes by. With hour it is handed on for an hour, else without an end.
type handing struct {
	hour    bool
	inOrg   bool                        // within the organisation alone
	prepare func(t *testing.T, h *hand) // by the operator
	do      func(ctx context.Context, h *hand, by audit.Actor) error
}

// handings are all of them. Whoever adds a method by which a right could get to
// somebody adds a row; TestEveryChangeIsInTheTableOfWhatIsHandedOn asks for it.
func handings() map[string]handing {
	all := map[string]handing{}
	for _, some := range []map[string]handing{byGrants(), byRoles(), byCatalogues(), byGroups(), byRegrouping(), byLocks(), byTakingOver(), byNames()} {
		for name, way := range some {
			all[name] = way
		}
	}
	return all
}

// Whoever may administer hands on what they hold themselves, for as long as they hold
// it, and nothing else, on whichever path (C13).
func TestNobodyHandsOnWhatTheyDoNotHold(t *testing.T) {
	t.Parallel()
	for what, way := range handings() {
		for how, holds := range holdings {
			tried := everyHolding[what] || slices.Contains(someHoldings, how) || way.inOrg && strings.Contains(how, "organisation")
			if !tried {
				continue
			}
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				h := newHand(t)
				if way.prepare != nil {
					way.prepare(t, h)
				}
				holds.prepare(t, h)
				want := ""
				if enough := holds.forEver || way.hour && holds.hour || way.inOrg && holds.inOrg; !enough {
					want = "access.not_held"
				}
				before, write := h.policy(t), func() {}
				if want != "" {
					write = h.unwritten(t)
				}
				err := way.do(t.Context(), h, h.by())
				write()
				if got := fault.CodeOf(err); got != want || (err != nil) != (want != "") {
					t.Fatalf("got %v, want %q", err, want)
				}
				if now := h.policy(t); want != "" && now != before {
					t.Errorf("it was refused, and the policy went from version %d to %d", before, now)
				}
				if want == "" {
					return
				}
				if fault.KindOf(err) != fault.Forbidden {
					t.Errorf("it is %v, want Forbidden", fault.KindOf(err))
				}
				if err := way.do(t.Context(), h, gatetest.Console); err != nil {
					t.Errorf("the operator: %v", err)
				}
			})
		}
	}
}

// Programs hand on what they hold as people do.
func TestWhoeverActsHandsOnWhatTheyHold(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	for kind, who := range map[audit.ActorKind]access.Subject{audit.Person: person(h.mallory), audit.Client: application(), audit.Service: robotAccount} {
		by := audit.Actor{Kind: kind, ID: who.ID}
		do := givingAgain(func(*hand, *access.Grant) {})
		if err := do(t.Context(), h, by); fault.CodeOf(err) != "access.not_held" {
			t.Errorf("a %s that does not hold it: %v", kind, err)
		}
		name := h.give(t, who, nil)
		if err := do(t.Context(), h, by); err != nil {
			t.Errorf("a %s that holds it: %v", kind, err)
		}
		_, err := h.House.Access.Revoke(t.Context(), gatetest.Console, name, "test")
		must(t, err)
	}
}

// A right is handed on until the moment at which its holder loses it, and not beyond.
func TestARightIsHandedOnUntilItsHolderLosesIt(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	end := time.Now().Add(2 * time.Hour).UTC().Truncate(time.Microsecond)
	h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = end })
	for until, want := range map[time.Time]string{
		end.Add(-time.Microsecond): "", end: "", end.Add(time.Microsecond): "access.not_held", end.Add(time.Second): "access.not_held", {}: "access.not_held",
	} {
		if err := givingAgain(func(_ *hand, g *access.Grant) { g.ExpiresAt = until })(t.Context(), h, h.by()); fault.CodeOf(err) != want || (err != nil) != (want != "") {
			t.Errorf("%s from the end on: %v, want %q", until.Sub(end), err, want)
		}
	}
}

func (h *hand) policy(t *testing.T) int64 {
	t.Helper()
	v, err := h.House.Store.Versions(context.Background())
	must(t, err)
	return v[access.VersionPolicy]
}

// unwritten lets nobody write what rights are made of, until write is called: who asks only
// behind the writing whether it may be done fails otherwise than who asks before it.
func (h *hand) unwritten(t *testing.T) (write func()) {
	t.Helper()
	db, put, drop := underneath(t, h.Gate), "", ""
	for _, table := range []string{
		"apis", "roles", "scopes", "groups", "orgs", "memberships", "grants", "locks", "service_accounts", "service_keys",
		"users", "passwords", "factors", "recovery_codes", "clients", "sessions", "refresh_families",
	} {
		for _, doing := range []string{"INSERT", "UPDATE", "DELETE"} {
			name := "unwritten_" + table + "_" + doing
			put += "CREATE TRIGGER " + name + " BEFORE " + doing + " ON " + table + " BEGIN SELECT RAISE(ABORT, 'written before it was asked for'); END;\n"
			drop += "DROP TRIGGER " + name + ";\n"
		}
	}
	mustExec(t, db, put)
	return func() { mustExec(t, db, drop) }
}

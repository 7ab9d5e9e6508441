package housetest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/internal/gatetest"
	"gatehouse/proof"
)

// deniers is the right to deny something to anybody.
func deniers(g *access.Grant) {
	g.Permission = access.Pattern{API: access.Gatehouse, Resource: "grants", Action: "write"}
}

// denyings are the ways to deny something to bob: by a grant, and by what he comes to be in.
func denyings() map[string]handing {
	enters := func(member func(h *hand) access.Subject, of access.Subject) func(ctx context.Context, h *hand, by audit.Actor) error {
		return func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.AddMember(ctx, by, access.MembershipRecord{Membership: access.Membership{Member: member(h), Of: of}})
			return err
		}
	}
	bob := func(h *hand) access.Subject { return person(h.bob) }
	desk := func(*hand) access.Subject { return group("desk") }
	all := func(changes ...func(g *access.Grant)) func(g *access.Grant) {
		return func(g *access.Grant) {
			for _, change := range changes {
				change(g)
			}
		}
	}
	to := func(who access.Subject) func(g *access.Grant) { return func(g *access.Grant) { g.Subject = who } }
	gives := func(changes ...func(g *access.Grant)) handing {
		return handing{do: giving(func(_ *hand, g *access.Grant) { all(append(changes, denied)...)(g) })}
	}
	is := func(who access.Subject, changes ...func(g *access.Grant)) func(t *testing.T, h *hand) {
		return func(t *testing.T, h *hand) { h.give(t, who, all(append(changes, denied)...)) }
	}
	brief := func(g *access.Grant) { g.ExpiresAt = time.Now().Add(time.Minute) }
	other := access.Pattern{API: "shop", Resource: "other", Action: "read"}
	widens := func(role string) handing { // of which bob is denied more once plain has more
		return handing{
			prepare: func(t *testing.T, h *hand) {
				for _, r := range []access.Role{{ID: "plain", Permissions: []access.Pattern{other}}, {ID: "child", Parents: []string{"plain"}}} {
					_, err := h.House.Access.CreateRole(context.Background(), gatetest.Console, r)
					must(t, err)
				}
				h.give(t, person(h.bob), func(g *access.Grant) { g.Effect, g.Role, g.Permission = access.Deny, role, access.Pattern{} })
				h.give(t, group("all"), nil) // what the role gives more is theirs to hand on
				h.join(t, person(h.mallory), "all")
			},
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.UpdateRole(ctx, by, access.Role{ID: "plain", Permissions: []access.Pattern{other, refund()}})
				return err
			},
		}
	}
	return map[string]handing{
		"Give":                           gives(),
		"Give to a group":                gives(to(group("desk"))),
		"Give to an organisation":        gives(to(company)),
		"Give in an organisation":        gives(inCompany),
		"Give to an organisation, in it": gives(to(company), inCompany),
		"Give a role in an organisation": gives(inCompany, func(g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} }),
		"Give of some things":            gives(inCompany, func(g *access.Grant) { g.Where = access.Where{Place: access.Listed, IDs: []string{"1"}} }),
		"Give what begins later":         gives(inCompany, func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) }),
		"Give what ends":                 gives(brief),
		"GiveAll": {do: func(ctx context.Context, h *hand, by audit.Actor) error {
			_, err := h.House.Access.GiveAll(ctx, by, []access.NewGrant{
				{Grant: access.Grant{Subject: person(h.bob), Effect: access.Deny, Permission: refund(), Org: "acme", Where: access.Where{Place: access.Everywhere}, Reason: "test"}},
			})
			return err
		}},
		"Extend": {
			prepare: granted(all(denied, inCompany, brief)),
			do: func(ctx context.Context, h *hand, by audit.Actor) error {
				_, err := h.House.Access.Extend(ctx, by, h.grant, time.Now().Add(time.Hour))
				return err
			},
		},
		"AddMember":               {prepare: is(group("desk")), do: enters(bob, group("desk"))},
		"AddMember what is to be": {prepare: is(group("desk"), func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Hour) }), do: enters(bob, group("desk"))},
		"AddMember of what is denied some things": {
			prepare: is(group("desk"), func(g *access.Grant) { g.Where.Place = access.Own }), do: enters(bob, group("desk")),
		},
		"AddMember of an organisation":        {prepare: is(company), do: enters(bob, company)},
		"AddMember of an organisation, in it": {prepare: is(company, inCompany), do: enters(bob, company)},
		"AddMember who is denied it there":    {prepare: func(t *testing.T, h *hand) { is(person(h.bob), inCompany)(t, h) }, do: enters(bob, company)},
		"AddMember group of what is denied":   {prepare: is(group("all")), do: enters(desk, group("all"))},
		"AddMember group whose members are denied it": {
			prepare: func(t *testing.T, h *hand) {
				is(person(h.bob), inCompany)(t, h)
				h.join(t, person(h.bob), "desk")
			},
			do: enters(desk, company),
		},
		"UpdateRole that is denied":                widens("plain"),
		"UpdateRole of a parent of what is denied": widens("child"),
		"AddMember of a member": {
			prepare: func(t *testing.T, h *hand) { is(group("all"))(t, h); h.join(t, group("desk"), "all") },
			do:      enters(bob, group("desk")),
		},
		"AddMember for longer": {
			prepare: func(t *testing.T, h *hand) {
				is(group("desk"))(t, h)
				h.give(t, group("all"), nil) // what ends is theirs to hand back
				h.join(t, person(h.mallory), "all")
				_, err := h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
					Member: person(h.bob), Of: group("desk"), Window: access.Window{ExpiresAt: time.Now().Add(time.Hour)},
				}})
				must(t, err)
			},
			do: enters(bob, group("desk")),
		},
	}
}

// Whoever denies something, by whichever way, may deny it everywhere: what is denied to
// somebody is not in their tokens, and nobody knows within which organisation these are used.
func TestWhoDeniesMayDenyEverywhere(t *testing.T) {
	t.Parallel()
	for how, m := range map[string]struct {
		prepare func(t *testing.T, h *hand)
		may     bool
	}{
		"writes grants": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), deniers) }, true},
		"writes grants after a better sign-in": {func(t *testing.T, h *hand) {
			h.give(t, person(h.mallory), func(g *access.Grant) { deniers(g); g.Requires.MaxAge = time.Hour })
		}, true},
		"writes grants in the organisation": {func(t *testing.T, h *hand) {
			h.enter(t, person(h.mallory), company)
			h.give(t, person(h.mallory), func(g *access.Grant) { deniers(g); inCompany(g) })
		}, false},
		"writes grants of the group": {func(t *testing.T, h *hand) {
			h.give(t, person(h.mallory), func(g *access.Grant) {
				deniers(g)
				g.Where = access.Where{Place: access.Listed, IDs: []string{"desk", "all"}}
			})
		}, false},
		"holds it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), nil) }, false},
		"writes grants, with a personal token for memberships": {func(t *testing.T, h *hand) {
			h.give(t, person(h.mallory), deniers)
			h.token(t, access.Pattern{API: access.Gatehouse, Resource: "memberships", Action: access.Any})
		}, false},
		"may do nothing": {func(*testing.T, *hand) {}, false},
	} {
		for what, way := range denyings() {
			t.Run(what+"/"+how, func(t *testing.T) {
				t.Parallel()
				h := newHand(t)
				if way.prepare != nil {
					way.prepare(t, h)
				}
				m.prepare(t, h)
				err := way.do(t.Context(), h, h.by())
				if want := "access.not_held"; m.may && err != nil || !m.may && fault.CodeOf(err) != want {
					t.Errorf("got %v", err)
				}
			})
		}
	}
}

// Whoever leaves somebody where they are denies them nothing.
func TestAMembershipThatIsNoLongerDeniesNothingMore(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	h.give(t, person(h.mallory), nil)
	h.give(t, group("desk"), denied)
	h.join(t, person(h.bob), "desk")
	m := access.MembershipRecord{Membership: access.Membership{Member: person(h.bob), Of: group("desk")}}
	if _, err := h.House.Access.AddMember(t.Context(), h.by(), m); err != nil {
		t.Errorf("as it was: %v", err)
	}
	m.ExpiresAt = time.Now().Add(time.Hour)
	if _, err := h.House.Access.AddMember(t.Context(), h.by(), m); err != nil {
		t.Errorf("shorter: %v", err)
	}
}

// What is of Gatehouse itself is denied within no organisation, by nobody.
func TestNothingOfGatehouseIsDeniedWithinAnOrganisation(t *testing.T) {
	t.Parallel()
	h := newHand(t)
	for name, change := range map[string]func(g *access.Grant){
		"a permission": func(g *access.Grant) { deniers(g) },
		"all": func(g *access.Grant) {
			g.Permission = access.Pattern{API: access.Gatehouse, Resource: access.Any, Action: access.Any}
		},
		"a role":     func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} },
		"to come":    func(g *access.Grant) { deniers(g); g.NotBefore = time.Now().Add(time.Hour) },
		"on a thing": func(g *access.Grant) { deniers(g); g.Where = access.Where{Place: access.Listed, IDs: []string{"desk"}} },
	} {
		g := access.Grant{Subject: person(h.bob), Effect: access.Deny, Permission: refund(), Org: "acme", Where: access.Where{Place: access.Everywhere}, Reason: "test"}
		change(&g)
		_, one := h.House.Access.Give(t.Context(), gatetest.Console, g)
		_, many := h.House.Access.GiveAll(t.Context(), gatetest.Console, []access.NewGrant{{Grant: g}})
		for way, err := range map[string]error{"Give": one, "GiveAll": many} {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Kind != fault.Invalid || !slices.ContainsFunc(f.Fields, func(one fault.Field) bool { return one.Name == "org" || one.Name == "grants[0].org" }) {
				t.Errorf("%s, %s: %v", name, way, err)
			}
		}
	}
}

// Whoever manages one organisation takes nothing away from an administrator, nor out of
// anybody's tokens.
func TestTheManagerOfAnOrganisationTakesNothingOutsideOfIt(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	key := s.manager("of-acme", "acme", "", "grants:read", "grants:write", "memberships:write")
	for _, who := range []map[string]any{{"kind": "service", "id": "boss"}, {"kind": "organisation", "id": "acme"}} {
		for _, what := range []string{"gatehouse/*:*", "shop/*:*"} {
			deny := map[string]any{"subject": who, "permission": what, "effect": "deny", "org": "acme", "reason": "r"}
			for path, body := range map[string]any{"": deny, "/bulk": map[string]any{"grants": []any{deny}}} {
				if a := s.call(key, http.MethodPost, "/api/v1/grants"+path, body); a.Status != http.StatusForbidden || problem(a) != "caller.forbidden" {
					t.Errorf("%v is denied %s by %q: %d %s", who, what, path, a.Status, a.Body)
				}
			}
		}
	}
	made := s.call(s.boss, http.MethodPost, "/api/v1/grants", map[string]any{
		"subject": map[string]any{"kind": "organisation", "id": "acme"}, "permission": "shop/*:*", "effect": "deny", "org": "acme", "reason": "r",
	})
	if made.Status != http.StatusCreated {
		t.Fatalf("the administrator: %d %s", made.Status, made.Body)
	}
	if a := s.call(key, http.MethodPut, "/api/v1/organisations/acme/members/service/boss", "{}"); a.Status != http.StatusForbidden || problem(a) != "access.not_held" {
		t.Errorf("somebody is put into what is denied: %d %s", a.Status, a.Body)
	}
	if a := s.call(key, http.MethodPost, "/api/v1/grants/"+made.Text("id")+"/revoke", map[string]any{"reason": "r"}); a.Status != http.StatusForbidden {
		t.Errorf("the deny is revoked: %d %s", a.Status, a.Body)
	}
}

// Whoever manages one organisation does not hear which roles there are.
func TestHoldersDoNotTellAManagerWhichRolesThereAre(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	key := s.manager("of-acme", "acme", "", "grants:read")
	for _, role := range []string{"support", "none"} {
		if a := s.call(key, http.MethodGet, "/api/v1/roles/"+role+"/holders", nil); a.Status != http.StatusOK || len(items(a, "id")) > 0 {
			t.Errorf("%s: %d %s", role, a.Status, a.Body)
		}
	}
	if a := s.call(s.boss, http.MethodGet, "/api/v1/roles/none/holders", nil); a.Status != http.StatusNotFound {
		t.Errorf("who sees all: %d %s", a.Status, a.Body)
	}
}

// A personal token changes nothing beyond what it is for, by what its person holds, nor by
// getting hold of its person.
func TestAPersonalTokenHandsOnNoMoreThanItIsFor(t *testing.T) {
	t.Parallel()
	s := newSteering(t, func(c *config.Config) { c.SignIn.MFA = proof.MFANobody })
	ada, eve := s.Person("ada", gatetest.NoPassword), s.Person("eve", gatetest.NoPassword)
	s.Administers(ada)
	_, text, err := s.House.Access.CreatePersonalToken(t.Context(), gatetest.Console, access.KeyRecord{
		User: ada.ID, Name: "ci", ExpiresAt: time.Now().Add(time.Hour),
		Permissions: []access.Pattern{{API: access.Gatehouse, Resource: "grants", Action: "write"}, {API: access.Gatehouse, Resource: "users", Action: "write"}},
	})
	must(t, err)
	s.Settle()
	to := func(what string) map[string]any {
		return map[string]any{"subject": map[string]any{"kind": "user", "id": string(eve.ID)}, "permission": what, "reason": "r"}
	}
	for what, want := range map[string]int{"gatehouse/grants:write": http.StatusCreated, "gatehouse/groups:read": http.StatusForbidden, "gatehouse/grants:escalate": http.StatusForbidden} {
		if a := s.call(text, http.MethodPost, "/api/v1/grants", to(what)); a.Status != want {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	by := audit.Actor{Kind: audit.Person, ID: string(ada.ID)}
	if err := s.House.Access.MayActFor(t.Context(), by, person(ada)); err != nil {
		t.Errorf("Ada for herself: %v", err)
	}
	if a := s.call(text, http.MethodPatch, "/api/v1/users/"+string(ada.ID), map[string]any{"email": "mallory@example.test"}, "If-Match", "*"); a.Status != http.StatusForbidden || problem(a) != "access.not_held" {
		t.Errorf("her token changes her address: %d %s", a.Status, a.Body)
	}
}

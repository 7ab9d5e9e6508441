package housetest

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/internal/gatetest"
)

// holding is how mallory holds the right, and whether that is enough to hand it on
// without an end, and for an hour.
type holding struct {
	prepare func(t *testing.T, h *hand)
	forEver bool
	hour    bool
	inOrg   bool // without an end, within the organisation alone
}

var holdings = map[string]holding{
	"holds it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), nil) }, true, true, true},
	"holds it by a role": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = "refunder", access.Pattern{} })
	}, true, true, true},
	"holds it by a group": {func(t *testing.T, h *hand) { h.give(t, group("all"), nil); h.join(t, person(h.mallory), "all") }, true, true, true},
	"holds it by a group of a group": {func(t *testing.T, h *hand) {
		_, err := h.House.Access.CreateGroup(context.Background(), gatetest.Console, access.GroupRecord{ID: "above"})
		must(t, err)
		h.give(t, group("above"), nil)
		h.join(t, group("all"), "above")
		h.join(t, person(h.mallory), "all")
	}, true, true, true},
	"holds it, and is disabled": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		must(t, h.House.Identity.Disable(context.Background(), gatetest.Console, h.mallory.ID))
	}, false, false, false},
	"holds it, and is locked": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		_, err := h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.On(person(h.mallory)), Reason: "test"}})
		must(t, err)
	}, false, false, false},
	"holds it in the organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), inCompany)
		h.enter(t, person(h.mallory), company)
	}, false, false, true},
	"holds it in the organisation, and is not in it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), inCompany) }, false, false, false},
	"holds it for a while": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = time.Now().Add(2 * time.Hour) })
	}, false, true, false},
	"holds it for a while, and again without a gap": {func(t *testing.T, h *hand) {
		turn := time.Now().Add(time.Minute)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = turn })
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = turn })
	}, true, true, true},
	"holds it with a gap": {func(t *testing.T, h *hand) {
		turn := time.Now().Add(time.Minute)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.ExpiresAt = turn })
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = turn.Add(time.Minute) })
	}, false, false, false},
	"holds it in a group for minutes": {func(t *testing.T, h *hand) {
		h.give(t, group("all"), nil)
		_, err := h.House.Access.AddMember(context.Background(), gatetest.Console, access.MembershipRecord{Membership: access.Membership{
			Member: person(h.mallory), Of: group("all"), Window: access.Window{ExpiresAt: time.Now().Add(time.Minute)},
		}})
		must(t, err)
	}, false, false, false},
	"is to hold it": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.NotBefore = time.Now().Add(time.Minute) })
	}, false, false, false},
	"holds it of their own": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Where.Place = access.Own })
	}, false, false, false},
	"holds it under a condition": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Where = access.Where{Place: access.Condition, Expression: "true"} })
	}, false, false, false},
	"holds it after a better sign-in": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Requires.MaxAge = time.Hour })
	}, false, false, false},
	"is denied it": {func(t *testing.T, h *hand) { h.give(t, person(h.mallory), nil); h.give(t, person(h.mallory), denied) }, false, false, false},
	"is to be denied it": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Effect, g.NotBefore = access.Deny, time.Now().Add(2*time.Hour) })
	}, false, true, false},
	"is denied it in an organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.give(t, person(h.mallory), func(g *access.Grant) { denied(g); inCompany(g) })
		h.enter(t, person(h.mallory), company)
	}, false, false, false},
	"is to be denied it in an organisation": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.enter(t, person(h.mallory), company)
		h.give(t, company, func(g *access.Grant) {
			denied(g)
			inCompany(g)
			g.NotBefore = time.Now().Add(2 * time.Hour)
		})
	}, false, true, false},
	"holds it under a lock": {func(t *testing.T, h *hand) {
		name := h.give(t, person(h.mallory), nil)
		_, err := h.House.Access.PutLock(context.Background(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockGrant, ID: string(name)}, Reason: "test"}})
		must(t, err)
	}, false, false, false},
	"does not hold it": {func(*testing.T, *hand) {}, false, false, false},
	"holds another one": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Permission = access.Pattern{API: "shop", Resource: "*", Action: "*"} })
	}, false, false, false},
	"manages access": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.AccessManager, access.Pattern{} })
	}, false, false, false},
	"escalates": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} })
	}, true, true, true},
	"escalates, with a personal token for the change alone": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} })
		h.token(t, access.Pattern{API: access.Gatehouse, Resource: access.Any, Action: access.Any})
	}, false, false, false},
	"escalates, with a personal token for that": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) { g.Role, g.Permission = access.Administrator, access.Pattern{} })
		h.token(t, access.Pattern{API: access.Gatehouse, Resource: "grants", Action: "escalate"})
	}, true, true, true},
	"holds it, with a personal token for something else": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.token(t, access.Pattern{API: "shop", Resource: access.Any, Action: access.Any})
	}, false, false, false},
	"holds it, with a personal token for it": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.token(t, refund())
	}, true, true, true},
	"holds it, with a personal token that was forgotten": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), nil)
		h.key = string(id.NewServiceKey())
	}, false, false, false},
	"does not hold it, with a personal token for it": {func(t *testing.T, h *hand) { h.token(t, refund()) }, false, false, false},
	"is to escalate": {func(t *testing.T, h *hand) {
		h.give(t, person(h.mallory), func(g *access.Grant) {
			g.Role, g.Permission, g.NotBefore = access.Administrator, access.Pattern{}, time.Now().Add(time.Hour)
		})
	}, false, false, false},
}

// token has mallory come with a personal token for something.
func (h *hand) token(t *testing.T, what access.Pattern) {
	t.Helper()
	made, _, err := h.House.Access.CreatePersonalToken(context.Background(), gatetest.Console, access.KeyRecord{
		User: h.mallory.ID, Name: "ci", ExpiresAt: time.Now().Add(24 * time.Hour), Permissions: []access.Pattern{what},
	})
	must(t, err)
	h.key = string(made.ID)
}

// everyHolding are the ways that are tried with all of these, and someHoldings are what
// the others are tried with: what somebody holds is found out in one place for all.
var (
	everyHolding = map[string]bool{"Give a permission": true, "Give for an hour": true, "SetPassword": true}
	someHoldings = []string{"holds it", "holds it for a while", "holds it of their own", "does not hold it", "escalates", "escalates, with a personal token for the change alone"}
)

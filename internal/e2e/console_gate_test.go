package e2e

import (
	"context"
	"net/url"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
)

// An administrator gives Bob for two minutes what the gate refused him, and signs him out: the gate
// lets him do it, and then asks who he is. What was done stands in the audit log, which is what was
// recorded, and grows before one's eyes.
func TestTheConsoleGivesAndTakesAtTheGate(t *testing.T) {
	t.Parallel()
	r := startDemoBehind(t, freePort(t))
	bob := r.person("bob")
	b, admin := newTab(t), newTab(t)
	b.open(r.gate)
	b.follow("#order-twine")
	b.signIn(bob)
	b.follow("#submit")
	b.says("[data-testid=state]", "placed")
	placed := b.location()
	b.follow("#refund")
	b.says("[data-testid=missing]", "shop/orders:refund")

	admin.administers(r, "/console/grants/new?role=refunder")
	admin.fill("subject", bob.Email)
	admin.fillAnew("expires_at", "2m")
	admin.fill("reason", "Helps at the desk")
	admin.follow("#submit")
	admin.says(".sure", "gets the role refunder")
	admin.says(".sure", "shop/orders:refund")
	admin.follow("#submit")
	admin.says("[data-testid=flash]", "The grant is made.")
	admin.until("what was done is said once", "!location.search.includes('done')")
	admin.says("[data-left]", "minute")
	b.open(placed)
	b.follow("#refund")
	b.until("nothing is missing any more", "document.querySelector('[data-testid=missing]') === null")

	admin.open(r.issuer + "/console/sessions?person=" + url.QueryEscape(bob.Email))
	admin.follow("#sessions tbody th a")
	admin.says(".sure", "The gate and this console let it in no more.")
	admin.follow("#submit")
	admin.says("[data-testid=flash]", "The browser is signed out.")
	b.open(placed)
	b.until("the gate asks who he is", "location.pathname === '/signin' && document.getElementById('password') !== null")

	admin.open(r.issuer + "/console/audit?action=grant.create&resource=" + url.QueryEscape(bob.Email))
	admin.follow("#events tbody th a")
	admin.says("h1", "grant.create")
	admin.says("main", "Helps at the desk")
	admin.follow("#prove")
	admin.says("#proof-text", "checkpoint")
	admin.open(r.issuer + "/console/audit/verification")
	admin.follow("#submit")
	admin.says("[data-testid=good]", "The log is what was recorded.")

	admin.open(r.issuer + "/console/audit/live?action=lock.")
	admin.see("#again")
	r.beside(func(ctx context.Context, h *house.House) error {
		_, err := h.Access.PutLock(ctx, audit.Actor{Kind: audit.Console}, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockRole, ID: "refunder"}, Reason: "the desk is closed"}})
		return err
	})
	admin.says(".events", "lock.create")
}

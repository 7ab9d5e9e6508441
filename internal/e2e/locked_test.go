package e2e

import (
	"context"
	"testing"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/oauth"
)

// Who is locked is told so and whom to ask, and has two ways on.
func TestWhoIsLockedIsToldWhomToAsk(t *testing.T) {
	t.Parallel()
	r := startDemo(t)
	bob := r.person("bob")
	r.beside(func(ctx context.Context, h *house.House) error {
		u, err := h.Identity.UserByEmail(ctx, bob.Email)
		if err != nil {
			return err
		}
		_, err = h.Access.PutLock(ctx, audit.Actor{Kind: audit.Console}, access.LockRecord{Lock: access.Lock{
			On: access.LockTarget{Kind: access.LockUser, ID: string(u.ID)}, Reason: "a reason for the operator alone",
		}})
		return err
	})
	r.changeClient(func(c *oauth.Client) { c.HomeURL = r.app + "/" })
	b := newTab(t)
	b.open(r.app + "/login")
	b.signIn(bob)
	b.says("h1", "This account is locked")
	b.says("[data-testid=person]", bob.Email)
	b.until("nobody is told why", "!document.body.textContent.includes('for the operator alone')")
	b.fits("locked")
	b.accessible("locked", "[data-testid=locked]")
	b.follow("#other")
	b.focused("email")
	b.signIn(bob)
	b.follow("#back")
	b.until("the application is there", "location.origin === '"+r.app+"'")
}

package e2e

import (
	"context"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/house"
)

// refunds gives Bob the role that gives money back, as the command does, and returns until
// when he has it, and what takes it from him before.
func (r *running) refunds(lasts time.Duration) (ends time.Time, take func()) {
	r.t.Helper()
	var given access.GrantRecord
	console := audit.Actor{Kind: audit.Console}
	r.beside(func(ctx context.Context, h *house.House) error {
		u, err := h.Identity.UserByEmail(ctx, r.person("bob").Email)
		if err != nil {
			return err
		}
		given, err = h.Access.Give(ctx, console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(u.ID)}, Effect: access.Allow, Role: "refunder", Where: access.Where{Place: access.Everywhere},
			Window: access.Window{ExpiresAt: time.Now().Add(lasts)}, Reason: "Helps at the desk",
		})
		return err
	})
	return given.ExpiresAt, func() {
		r.t.Helper()
		r.beside(func(ctx context.Context, h *house.House) error {
			_, err := h.Access.Revoke(ctx, console, given.ID, "the desk is closed")
			return err
		})
	}
}

// aSecondLater is when a running server follows what another process changed. Nothing
// signals that from outside.
func aSecondLater() { time.Sleep(time.Second) }

// A person orders behind the gate, is refused the money back and reads why, gets the right
// for minutes, proves more for it, and loses it again.
func TestAShopBehindTheGate(t *testing.T) {
	t.Parallel()
	r := startDemoBehind(t, freePort(t))
	bob := r.person("bob")
	b := newTab(t)

	b.open(r.gate) // signed out
	b.says("h1", "Paper, ink and twine")
	b.says("[data-testid=shelf]", "Twine")
	b.fits("storefront")
	b.accessible("storefront", "[data-testid=shelf]")
	b.follow("#order-twine")
	b.says("[data-testid=host]", "localhost")
	b.signIn(bob)
	b.says("h1", "Order Twine") // back where he wanted to go
	b.fits("storefront-form")
	b.accessible("order form", "[data-testid=order]")
	b.follow("#submit")
	b.says("[data-testid=state]", "placed")
	b.says("[data-testid=told]", "shop/orders:read")
	b.fits("storefront-order")
	b.accessible("order", "[data-testid=state]")
	placed := b.location()

	b.follow("#refund")
	b.says("h1", "You are not allowed to do this")
	b.says("[data-testid=missing]", "shop/orders:refund")
	b.says("[data-testid=person]", bob.Email)
	b.fits("gate-refused")
	b.accessible("refused at the gate", "[data-testid=missing]")
	b.follow("#back")
	b.says("[data-testid=state]", "placed")

	_, take := r.refunds(2 * time.Minute)
	aSecondLater()
	b.follow("#refund")
	b.says("h1", "Prove once more that it is you")
	b.says("[data-testid=error-todo]", "Nothing was done")
	b.fits("gate-prove")
	b.accessible("prove more at the gate", "#signin")
	b.follow("#signin")
	b.enrol("", r.issuer) // the password was typed a moment ago
	b.until("he is back at his order", "location.href === '"+placed+"'")
	b.follow("#refund")
	b.says("[data-testid=state]", "refunded")
	b.says("[data-testid=told]", "aal2")

	take()
	aSecondLater()
	b.open(r.gate + "/shop/order/envelopes")
	b.follow("#submit")
	b.follow("#refund")
	b.says("[data-testid=why]", "You had it until")

	b.open(r.gate + "/shop/orders")
	b.says("[data-testid=orders]", "refunded")
	b.until("the list follows what becomes of orders", "document.documentElement.dataset.live === 'yes'")
	b.fits("storefront-orders")
	b.accessible("orders", "[data-testid=orders]")
	b.follow("#signout")
	b.says("[data-testid=signed-out]", "Nobody is signed in here")
	b.fits("gate-signed-out")
	b.accessible("signed out at the gate", "[data-testid=signed-out]")
	b.open(r.gate + "/shop/orders")
	b.see("#password") // the session is over at the issuer, too
}

// What is ordered in one window appears in another one that is open.
func TestAnOrderAppearsInAnotherWindow(t *testing.T) {
	t.Parallel()
	r := startDemoBehind(t, freePort(t))
	b := newTab(t)
	b.open(r.gate + "/shop/orders")
	b.signIn(r.person("bob"))
	b.says("[data-testid=none]", "There is none yet")
	follows := "document.documentElement.dataset.live === 'yes'"
	b.until("the list follows what becomes of orders", follows)

	other := b.another()
	other.open(r.gate + "/shop/order/twine")
	other.follow("#submit")
	other.says("[data-testid=state]", "placed")
	b.says("[data-testid=orders]", "Twine")
	b.says("[data-testid=orders]", "placed")
	other.follow("#cancel")
	b.says("[data-testid=orders]", "cancelled")
}

// A right that was given for a while is over by the clock: the page that was open with it
// shows no more, and says until when its reader had it.
func TestARightThatWasLentAtTheShopEndsByTheClock(t *testing.T) {
	t.Parallel()
	r := startDemoBehind(t, freePort(t))
	bob := r.person("bob")
	b := newTab(t)
	b.open(r.gate + "/shop/order/twine")
	b.signIn(bob)
	b.follow("#submit")
	b.says("[data-testid=state]", "placed")
	ends, _ := r.refunds(4 * time.Second)
	aSecondLater()
	b.follow("#refund")
	if time.Now().Before(ends) {
		b.says("h1", "Prove once more that it is you") // he has the right, and has to prove more
	}
	<-time.After(time.Until(ends.Add(100 * time.Millisecond))) // the real clock of a real server
	b.open(r.gate + "/shop/orders")
	b.follow("[data-testid=orders] th a")
	b.follow("#refund")
	b.says("[data-testid=missing]", "shop/orders:refund")
	b.says("[data-testid=why]", "You had it until")
}

package e2e

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// furnishes makes a group with somebody in it, an organisation and a service account, so that
// their pages have something to show.
func (b *tab) furnishes(r *running) {
	b.t.Helper()
	b.open(r.issuer + "/console/groups/-/new")
	b.fill("id", "counter")
	b.fill("description", "Whoever serves at the counter")
	b.follow("#submit")
	b.says("[data-testid=flash]", "The group is created.")
	b.follow("#add")
	b.fill("member", "bob@example.test")
	b.fillAnew("expires_at", "30d")
	b.fill("reason", "Serves in summer")
	b.follow("#submit")
	b.says("#members", "bob@example.test")
	b.open(r.issuer + "/console/groups/-/new")
	b.fill("id", "desk")
	b.follow("#submit")
	b.open(r.issuer + "/console/groups/desk/members/-")
	b.choose("kind", "group")
	b.fill("member", "counter")
	b.follow("#submit")
	b.says("#members", "counter")
	b.open(r.issuer + "/console/organisations/-/new")
	b.fill("id", "acme")
	b.fill("description", "Acme Limited")
	b.follow("#submit")
	b.says("[data-testid=flash]", "The organisation is created.")
	b.open(r.issuer + "/console/service-accounts/-/new")
	b.fill("id", "nightly")
	b.fill("description", "Nightly report")
	b.fill("role", "support")
	b.fillAnew("expires_at", "30d")
	b.fill("reason", "Reads the orders")
	b.follow("#submit")
	b.says(".once", "Key of nightly")
	b.accessible("a key that is shown once", ".once")
	b.fits("console-service-key-once")
}

// A role gets its permissions in the matrix, the review says whom that concerns, and a change of a
// role that somebody has names them.
func TestARoleIsMadeInTheMatrix(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/roles/-/new")
		b.fill("id", "clerk")
		b.fill("permissions", "shop/orders:read")
		b.follow("#submit")
		b.says("h1", "clerk")
		b.says("[data-testid=flash]", "The role is created.")

		b.open(r.issuer + "/console/roles/-/matrix?api=shop&role=clerk")
		b.see("#matrix-caption")
		b.says(".matrix thead", "clerk")
		b.ticksSecond(".matrix")
		b.follow("#review")
		b.says("h1", "Review changes")
		b.says("#changes", "clerk")
		b.says("[data-testid=nobody]", "Nobody gains or loses anything")
		if !b.keys {
			b.accessible("the review of a matrix", "#changes")
		}
		b.follow("#submit")
		b.says("[data-testid=flash]", "The changes are saved.")

		b.open(r.issuer + "/console/roles/customer/edit")
		b.fillAnew("permissions", "shop/orders:read shop/products:write")
		b.follow("#submit")
		b.says("#lose", "something")
		b.says("#gain", "something")
		b.says("main", "bob@example.test")
		if !b.keys {
			b.accessible("who gains and who loses", "#gainers")
			b.fits("console-role-review")
		}
		b.follow("#submit")
		b.says("[data-testid=flash]", "The role is changed.")
	})
}

// ticksSecond ticks the second cell of a matrix: by a click, by the arrows that lead from cell to cell
// where scripts run, and by the tabulator where they do not.
func (b *tab) ticksSecond(matrix string) {
	b.t.Helper()
	switch {
	case !b.keys:
		b.press(matrix + " tbody tr:nth-of-type(3) .dot")
	case b.plain:
		b.press(matrix + " tbody tr:nth-of-type(3) input")
	default:
		b.reach(matrix + " input")
		b.do("down", chromedp.KeyEvent(kb.ArrowDown))
		b.until("the next cell has the focus", fmt.Sprintf("document.activeElement === document.querySelectorAll(%q)[1]", matrix+" input"))
		b.do("tick", chromedp.KeyEvent(" "))
	}
	if !b.plain {
		b.see(matrix + " .changed")
	}
}

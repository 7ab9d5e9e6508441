package e2e

import "testing"

// Why somebody has a permission that reaches them by three ways is answered: by name, by a role,
// and by a role of a group.
func TestTheConsoleAnswersWhySheHasIt(t *testing.T) {
	inEveryWay(t, func(t *testing.T, b *tab) {
		r := startDemo(t)
		b.administers(r, "/console/roles/-/new")
		b.fill("id", "stocker")
		b.fill("permissions", "shop/products:write")
		b.follow("#submit")
		b.says("[data-testid=flash]", "The role is created.")
		b.open(r.issuer + "/console/groups/-/new")
		b.fill("id", "counter")
		b.follow("#submit")
		b.follow("#add")
		b.fill("member", "bob@example.test")
		b.follow("#submit")
		b.says("#members", "bob@example.test")
		for _, to := range []struct{ kind, subject, what, name string }{
			{"group", "counter", "role", "stocker"},
			{"user", "bob@example.test", "role", "stocker"},
			{"user", "bob@example.test", "permission", "shop/products:write"},
		} {
			b.open(r.issuer + "/console/grants/new")
			b.choose("subject.kind", to.kind)
			b.fill("subject", to.subject)
			if to.what == "permission" {
				b.pick("#gives-1")
			}
			b.fill(to.what, to.name)
			b.fill("reason", "Fills the shelves")
			b.follow("#submit")
			b.follow("#submit")
			b.says("[data-testid=flash]", "The grant is made.")
		}
		b.open(r.issuer + "/console/roles/stocker/holders")
		b.says("#holders", "bob@example.test")
		b.says("#holders", "and by 1 more grant")
		b.follow("#holders tbody th a")
		b.says("h1", "Bob Example")
		b.open(b.location() + "/access")
		b.until("three ways are told", "[...document.querySelectorAll('[data-testid=row]')].some(row => row.textContent.includes('shop/products:write') && row.querySelectorAll('[data-testid=path]').length === 3)")
		b.says("main", "counter")
	})
}

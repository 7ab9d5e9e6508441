package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
	"gatehouse/oauth"
)

// An API is added, changed and deleted from the console; what rests on a permission stands beside
// it, and a scope of no permission is refused.
func TestTheConsoleLooksAfterAPIs(t *testing.T) {
	t.Parallel()
	s := newSteering(t)
	s.targets()
	b := atConsole(t, s.Gate, s.Person("ada", gatetest.TOTP, gatetest.Administrator))
	const all, page = "/console/apis", "/console/apis/shop"
	b.Get(all).Is(http.StatusOK).Says(all + "/gatehouse").Says(all + "/-/new")
	b.Get(all + "/gatehouse").Is(http.StatusOK).Says("users:read")
	b.Get(all + "/target").Is(http.StatusOK).Says("things:read").Says("target.read")

	form := b.Get(all + "/-/new").Is(http.StatusOK)
	form.Submit("id", "shop", "audience", "https://shop.test", "permissions", "orders:read Read orders\nwrong").Is(http.StatusUnprocessableEntity).Says("permissions-problem").Says("Line 2 of “Permissions” must be ")
	form.Submit("id", "shop", "audience", "https://shop.test", "permissions", "orders:read Read orders\norders:refund! Pay back").Is(http.StatusOK).At(page).Says("The API is created.").Says("Sensitive")
	stale := b.Get(page + "/edit").Is(http.StatusOK)
	b.Get(page+"/edit").Submit("permissions", "orders:read Read orders\norders:cancel\norders:refund! Pay back").Is(http.StatusOK).At(page).Says("It is changed.").Says("orders:cancel")
	stale.Submit("audience", "https://other.test").Is(http.StatusPreconditionFailed)

	b.Get(page+"/scopes/new").Submit("name", "shop.read").Is(http.StatusUnprocessableEntity)
	binding, bound := b.Get(page+"/scopes/new"), url.Values{"name": {"shop.read"}, "permissions": {"shop/orders:read", "shop/orders:cancel"}}
	fills(t, b, binding, page+"/scopes/new", bound).Is(http.StatusOK).At(page + "/scopes").Says("shop.read").Says("orders:cancel")
	fills(t, b, binding, page+"/scopes/new", bound).Is(http.StatusOK).At(page + "/scopes") // sent twice, it is bound once
	scope, err := s.House.Access.Scope(t.Context(), "shop.read")
	must(t, err)
	if len(scope.Patterns) != 2 {
		t.Errorf("the scope is bound to %v", scope.Patterns)
	}
	b.Get(page + "/applications").Is(http.StatusOK).Says("No application may have tokens for it")
	b.Get(page+"/delete").Submit("confirm", "other").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	b.Get(page+"/delete").Submit("confirm", "shop").Is(http.StatusConflict) // the scope rests on it
	b.Get(page + "/scopes").Is(http.StatusOK).Says(page + "/scopes/shop.read/delete")
	before := b.Get(page + "/scopes/shop.read").Is(http.StatusOK).Says("gatehouse scope update")
	change := b.Get(page + "/scopes/shop.read")
	fills(t, b, change, page+"/scopes/shop.read", url.Values{"permissions": {"shop/orders:read"}, "description": {"See orders"}}).Is(http.StatusOK).At(page + "/scopes").Says("The scope is changed.").Says("See orders")
	fills(t, b, before, page+"/scopes/shop.read", url.Values{"permissions": {"shop/orders:cancel"}}).Is(http.StatusPreconditionFailed)
	fills(t, b, b.Get(page+"/scopes/shop.read"), page+"/scopes/shop.read", url.Values{"permissions": {"target/things:read"}}).Is(http.StatusUnprocessableEntity)
	scope, err = s.House.Access.Scope(t.Context(), "shop.read")
	must(t, err)
	if len(scope.Patterns) != 1 || scope.Description != "See orders" {
		t.Errorf("the scope is bound to %v, and says %q", scope.Patterns, scope.Description)
	}
	b.Get("/console/apis/target/scopes/shop.read").Is(http.StatusNotFound) // it is of another API
	b.Get(page+"/scopes/shop.read/delete").Submit("confirm", "shop").Is(http.StatusUnprocessableEntity).Says("confirm-problem")
	asks := s.App("asks", func(c *oauth.Client) { c.Scopes = []string{"openid", "shop.read"} })
	b.Get(page+"/scopes/shop.read/delete").Submit("confirm", "shop.read").Is(http.StatusConflict).Says(string(asks.ID))
	must(t, s.House.OAuth.DeleteClient(t.Context(), gatetest.Console, asks.ID))
	b.Get(page+"/scopes/shop.read/delete").Submit("confirm", "shop.read").Is(http.StatusOK).At(page + "/scopes").Says("The scope is deleted.")
	b.Get(page+"/delete").Submit("confirm", "shop").Is(http.StatusOK).At(all).Says("The API is deleted.")
	b.Get(page).Is(http.StatusNotFound)
}

// What the API takes fits into the form, too: a catalogue of some 60 KiB.
func TestALongCatalogueIsTakenInTheConsole(t *testing.T) {
	t.Parallel()
	g := gatetest.New(t)
	b := atConsole(t, g, g.Person("boss", gatetest.TOTP, gatetest.Administrator))
	var lines strings.Builder
	for i := range 200 {
		fmt.Fprintf(&lines, "things%d:read %s\r\n", i, strings.Repeat("ä", 100))
	}
	b.Get("/console/apis/-/new").Submit("id", "long", "audience", "https://long.example.test", "permissions", lines.String()).Is(http.StatusOK).At("/console/apis/long").Says("things199:read")
	b.Get("/console/users/new").Submit("email", "a@example.test", "name", strings.Repeat("a", 40<<10)).Is(http.StatusBadRequest)
	b.Get("/console/apis/nothing/at/all").Is(http.StatusNotFound).Says("Gatehouse")
}

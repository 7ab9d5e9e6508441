package housetest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/gatetest"
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
	form.Submit("id", "shop", "audience", "https://shop.test", "permissions", "orders:read Read orders\nwrong").Is(http.StatusUnprocessableEntity).Says("permissions-problem").Says("line 2")
	form.Submit("id", "shop", "audience", "https://shop.test", "permissions", "orders:read Read orders\norders:refund! Pay back").Is(http.StatusOK).At(page).Says("The API is added.").Says("Sensitive")
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
	must(t, s.House.Access.DeleteScope(t.Context(), gatetest.Console, "shop.read"))
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

package housetest

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the shop's own database

	"gatehouse/access"
	"gatehouse/demo/shopapi"
	"gatehouse/internal/gatetest"
)

// listRoutes have a list of the application's that it narrows, and the demo shop's.
const listRoutes = gateRoutes + `---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: lists}
spec: {targets: ["APP"], identity: {filters: true}}
---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec: {targets: ["SHOP"], identity: {audience: AUDIENCE, filters: true}}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: narrowed}
spec:
  match: {hosts: [lists.example.test], paths: ["/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", resource: {filter: assertion}}
  upstream: lists
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: refunds}
spec:
  match: {hosts: [lists.example.test], paths: ["/refunds"], methods: [GET]}
  authorize: {api: shop, permission: "orders:refund", resource: {filter: assertion}}
  upstream: lists
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shadowed}
spec:
  match: {hosts: [lists.example.test], paths: ["/shadow"], methods: [GET]}
  mode: shadow
  authorize: {api: shop, permission: "orders:refund", resource: {filter: assertion}}
  upstream: lists
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop-orders}
spec:
  match: {hosts: [shop.example.test], paths: ["/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", resource: {filter: assertion}}
  upstream: shop
`

// listing is a gate with listRoutes, whose shop has the orders 1 to 5, of which 1 and 2 are
// Ada's.
func listing(t *testing.T) (*gated, string) {
	t.Helper()
	g := newGated(t)
	file := filepath.Join(t.TempDir(), "shop.db")
	shop, err := shopapi.Open(t.Context(), gatetest.Issuer, file, g.Client())
	must(t, err)
	t.Cleanup(shop.Close)
	server := httptest.NewServer(shop.Handler())
	t.Cleanup(server.Close)
	db, err := sql.Open("sqlite", "file:"+file)
	must(t, err)
	defer db.Close()
	for _, owner := range []string{string(g.ada.ID), string(g.ada.ID), "usr_x", "usr_y", "usr_x"} {
		_, err := db.Exec(`INSERT INTO orders (owner_id, product, quantity, cents, status, placed) VALUES (?, 'twine', 1, 450, 'placed', '2026-11-29T08:00:00Z')`, owner)
		must(t, err)
	}
	writeRoutes(t, g.folder, g.app, strings.NewReplacer("SHOP", server.URL, "AUDIENCE", shopapi.Audience).Replace(listRoutes))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	_, err = g.House.Access.Revoke(t.Context(), gatetest.Console, g.grant.ID, "only what the test gives")
	must(t, err)
	g.Settle()
	return g, g.customer().Tokens(g.Browser(), g.ada).Text("access_token")
}

func (g *gated) denies(t *testing.T, where access.Where) {
	t.Helper()
	_, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: access.Subject{Kind: access.User, ID: string(g.ada.ID)}, Effect: access.Deny, Where: where,
		Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for the test",
	})
	must(t, err)
	g.Settle()
}

// The application of a list is told what its caller may see, and shows that and nothing
// else: what is their own, an order that was given by its id, and not what is denied.
func TestAListAtTheGateIsNarrowedToWhatItsCallerMaySee(t *testing.T) {
	t.Parallel()
	g, token := listing(t)
	shown := func(when string, want int, ids string) {
		t.Helper()
		status, _, body := g.get(t, "shop.example.test", "/orders?sort=placed", bearer(token))
		var answer struct{ Orders []struct{ ID int } }
		got := ""
		if json.Unmarshal([]byte(body), &answer) == nil {
			for _, o := range answer.Orders {
				got += fmt.Sprint(o.ID, " ")
			}
		}
		if status != want || strings.TrimSpace(got) != ids {
			t.Errorf("%s: %d %q, want %d %q: %s", when, status, got, want, ids, body)
		}
	}
	told := func(when string, wants ...string) {
		t.Helper()
		status, _, body := g.get(t, "lists.example.test", "/orders", bearer(token))
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", when, status, body)
		}
		c := g.verified(t, g.app.took()[0], "lists")
		text, err := json.Marshal(c.Filter)
		must(t, err)
		if got := fmt.Sprint(c.Permissions, c.PermissionsOwn, c.PermissionsFiltered, " ", string(text)); !slices.Contains(wants, got) {
			t.Errorf("%s: the assertion says %s, want one of %s", when, got, wants)
		}
	}
	shown("without a grant", 403, "")
	g.gives(t, "orders:read", access.Where{Place: access.Listed, IDs: []string{"4", "004", "x"}})
	shown("one by its id", 200, "4")
	own := g.gives(t, "orders:read", access.Where{Place: access.Own})
	shown("and their own", 200, "1 2 4")
	const given = `{"op":"in","attribute":"id","values":["4","004","x"]}`
	theirs := `{"op":"in","attribute":"owner_id","values":["` + string(g.ada.ID) + `"]}`
	told("and their own", `[] [] [shop/orders:read] {"op":"or","of":[`+given+`,`+theirs+`]}`, `[] [] [shop/orders:read] {"op":"or","of":[`+theirs+`,`+given+`]}`) // in the order of the grants
	g.denies(t, access.Where{Place: access.Condition, Expression: `resource.id == "2" && resource.cents < 1000`})
	shown("but for one", 200, "1 4")
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, own.ID, "over")
	must(t, err)
	g.Settle()
	shown("without their own", 200, "4")
	g.gives(t, "orders:read", everywhere)
	shown("all but for one", 200, "1 3 4 5")
	g.denies(t, everywhere)
	shown("none", 403, "")
}

func TestAListAtTheGateIsRefusedWhereNobodyCanNarrowIt(t *testing.T) {
	t.Parallel()
	g, token := listing(t)
	expect := func(when, path string, want int, says string) {
		t.Helper()
		status, header, body := g.get(t, "lists.example.test", path, bearer(token))
		if status != want || !strings.Contains(header.Get("WWW-Authenticate")+body, says) {
			t.Errorf("%s: %d %s, want %d %s", when, status, body, want, says)
		}
		if seen := g.app.took(); (len(seen) > 0) != (want == 200) {
			t.Errorf("%s reached the application: %+v", when, seen)
		}
	}
	expect("nothing granted", "/orders", 403, "shop/orders:read")
	g.gives(t, "orders:refund", access.Where{Place: access.Own})
	expect("without a proof", "/refunds", 401, "insufficient_user_authentication")
	if status, _, _ := g.get(t, "lists.example.test", "/shadow", bearer(token)); status != http.StatusOK {
		t.Errorf("in shadow: %d", status)
	}
	if c := g.verified(t, g.app.took()[0], "lists"); len(c.PermissionsFiltered) != 0 || c.Filter.Op != "none" && c.Filter.Op != "" {
		t.Errorf("in shadow: %+v", c)
	}
	odd := g.gives(t, "orders:read", access.Where{Place: access.Condition, Expression: `size(resource.tags) > 3`})
	expect("a condition of no filter", "/orders", 503, "gate.filter")
	if _, _, body := g.get(t, "lists.example.test", "/orders", bearer(token)); strings.Contains(body, "tags") {
		t.Errorf("who asks is told %s", body)
	}
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, odd.ID, "over")
	must(t, err)
	// With no attributes at all a decision would be yes: that is no yes for a list.
	absent := g.gives(t, "orders:read", access.Where{Place: access.Condition, Expression: `!has(resource.secret)`})
	expect("what lacks an attribute", "/orders", 200, "")
	_, err = g.House.Access.Revoke(t.Context(), gatetest.Console, absent.ID, "over")
	must(t, err)
	var ids []string
	for i := range 90 {
		ids = append(ids, fmt.Sprint(strings.Repeat("a", 60), i))
	}
	g.gives(t, "orders:read", access.Where{Place: access.Listed, IDs: ids})
	expect("more than an assertion takes", "/orders", 503, "gate.filter")
}

// A condition may ask whether a resource has an attribute. Before the application was asked
// it has none, and that is no answer.
func TestWhatAConditionAsksForIsFetchedBeforeItIsSaidToBeMissing(t *testing.T) {
	t.Parallel()
	g, token := listing(t)
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"owner_id":"usr_somebody"}`) })
	expect := func(when, path string, want, asked int) {
		t.Helper()
		status, _, body := g.get(t, "own.example.test", path, bearer(token))
		if seen := g.app.took(); status != want || len(seen) != asked {
			t.Errorf("%s: %d %s, want %d; %d requests reached the application, want %d", when, status, body, want, len(seen), asked)
		}
	}
	one := g.gives(t, "orders:read", access.Where{Place: access.Listed, IDs: []string{"41"}})
	expect("what was given by its id", "/orders/41", 200, 1)
	expect("and another", "/orders/42", 403, 0)
	_, err := g.House.Access.Revoke(t.Context(), gatetest.Console, one.ID, "over")
	must(t, err)
	has := g.gives(t, "orders:read", access.Where{Place: access.Condition, Expression: `has(resource.owner_id)`})
	expect("what has an owner", "/orders/42", 200, 2)
	_, err = g.House.Access.Revoke(t.Context(), gatetest.Console, has.ID, "over")
	must(t, err)
	g.gives(t, "orders:read", everywhere)
	expect("everything", "/orders/42", 200, 1)
	g.denies(t, access.Where{Place: access.Condition, Expression: `has(resource.owner_id)`})
	expect("everything but what has an owner", "/orders/42", 403, 1)
	expect("a list of these", "/orders", 403, 0)
}

package housetest

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gatehouse/access"
	"gatehouse/demo/shopapi"
	"gatehouse/internal/gatetest"
)

// orderRoutes are the shop of the demo, for programs and for people.
const orderRoutes = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec: {targets: ["SHOP"], identity: {audience: AUDIENCE, filters: true}}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [shop.example.test], paths: ["/orders"], methods: [POST]}
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: pages}
spec:
  match: {hosts: [shop.example.test], paths: ["/shop/order/{product}", "/shop/orders", "/shop/orders/{id}/cancel"], methods: [GET, POST]}
  authn: [session]
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
`

// ordering is a gate before the demo's shop, in which Ada may order.
type ordering struct {
	*gated
	db *sql.DB // the shop's
}

func newOrdering(t *testing.T) *ordering {
	t.Helper()
	g := newGated(t)
	api := shop()
	api.Permissions = append(api.Permissions, access.Permission{Resource: "orders", Action: "write", Description: "Order"})
	_, err := g.House.Access.UpdateAPI(t.Context(), gatetest.Console, api)
	must(t, err)
	file := filepath.Join(t.TempDir(), "shop.db")
	behind, err := shopapi.Open(t.Context(), gatetest.Issuer, file, g.Client())
	must(t, err)
	t.Cleanup(behind.Close)
	server := httptest.NewServer(behind.Handler())
	t.Cleanup(server.Close)
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(5000)")
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	writeRoutes(t, g.folder, g.app, strings.NewReplacer("SHOP", server.URL, "AUDIENCE", shopapi.Audience).Replace(orderRoutes))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	g.gives(t, "orders:write", access.Where{Place: access.Own})
	return &ordering{g, db}
}

// expect compares what the shop has of orders, stock and changes.
func (s *ordering) expect(t *testing.T, when string, orders, taken int) {
	t.Helper()
	var have, stock, changes int
	must(t, s.db.QueryRow(`SELECT (SELECT count(*) FROM orders), (SELECT 100 - stock FROM products WHERE id = 'twine'), (SELECT count(*) FROM changes WHERE what = 'order.placed')`).Scan(&have, &stock, &changes))
	if have != orders || stock != taken || changes != orders {
		t.Errorf("%s: %d orders, %d taken, %d noted, want %d, %d and %d", when, have, stock, changes, orders, taken, orders)
	}
}

// A program that sends an order again with its key gets the order that it has.
func TestAnOrderWithAKeyIsPlacedOnce(t *testing.T) {
	t.Parallel()
	s := newOrdering(t)
	token := s.customer().Tokens(s.Browser(), s.ada).Text("access_token")
	order := func(body string, keys ...string) (int, int) {
		lines := fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop.example.test\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n", bearer(token), len(body))
		for _, key := range keys {
			lines += "Idempotency-Key: " + key + "\r\n"
		}
		status, _, answer := s.raw(t, lines+"\r\n"+body)
		var placed struct{ ID int }
		_ = json.Unmarshal([]byte(answer), &placed) // a refusal has none
		return status, placed.ID
	}
	const two, three = `{"product":"twine","quantity":2}`, `{"product":"twine","quantity":3}`
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if status, number := order(two, "one"); status != http.StatusCreated || number != 1 {
				t.Errorf("%d, order %d", status, number)
			}
		})
	}
	all.Wait()
	s.expect(t, "four at once", 1, 2)
	for name, c := range map[string]struct {
		body string
		keys []string
		want int
	}{
		"the key of another order": {three, []string{"one"}, 422},
		"two keys":                 {two, []string{"a", "b"}, 400},
		"an empty one":             {two, []string{""}, 400},
		"one that is too long":     {two, []string{strings.Repeat("k", 65)}, 400},
		"one with a gap":           {two, []string{"a b"}, 400},
		"more than there is":       {`{"product":"twine","quantity":99}`, []string{"many"}, 409},
	} {
		if status, _ := order(c.body, c.keys...); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	s.expect(t, "after what is refused", 1, 2)
	if status, number := order(two, "many"); status != http.StatusCreated || number != 2 {
		t.Errorf("a key that brought nothing about: %d, order %d", status, number)
	}
	for range 2 {
		if status, _ := order(two); status != http.StatusCreated {
			t.Errorf("without a key: %d", status)
		}
	}
	s.expect(t, "each without a key is one of its own", 4, 8)
}

var formKey = regexp.MustCompile(`name="key" value="([^"]+)"`)

// A person who clicks twice orders once, and cancels once.
func TestAFormOfTheShopThatIsSentTwiceDoesItOnce(t *testing.T) {
	t.Parallel()
	s := newOrdering(t)
	v := newVisitor(t, s.Gate, s.Browser())
	const host = "https://shop.example.test"
	v.enter(host+"/shop/order/twine", s.ada)
	key := func() string {
		page := said(v.open(host + "/shop/order/twine"))
		found := formKey.FindStringSubmatch(page)
		if found == nil {
			t.Fatal(page)
		}
		return found[1]
	}
	first := key()
	form := url.Values{"key": {first}, "product": {"twine"}, "quantity": {"2"}}
	for range 2 {
		if answer := v.sendForm(host+"/shop/orders", form); answer.StatusCode != http.StatusSeeOther || answer.Header.Get("Location") != "/shop/orders/1" {
			t.Errorf("%d %v %s", answer.StatusCode, answer.Header, said(answer))
		}
	}
	s.expect(t, "sent twice", 1, 2)
	if second := key(); second == first {
		t.Error("a form that is loaded anew has the key of before")
	}
	form.Set("quantity", "3")
	if answer := v.sendForm(host+"/shop/orders", form); answer.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said(answer), "order No. 1") {
		t.Errorf("an old form with more in it: %d", answer.StatusCode)
	}
	form.Del("key")
	if answer := v.sendForm(host+"/shop/orders", form); answer.StatusCode != http.StatusBadRequest {
		t.Errorf("without a key: %d", answer.StatusCode)
	}
	s.expect(t, "after what is refused", 1, 2)
	for range 2 {
		if answer := v.sendForm(host+"/shop/orders/1/cancel", nil); answer.StatusCode != http.StatusSeeOther {
			t.Errorf("cancelled: %d %s", answer.StatusCode, said(answer))
		}
	}
	var back, noted int
	must(t, s.db.QueryRow(`SELECT (SELECT stock FROM products WHERE id = 'twine'), (SELECT count(*) FROM changes WHERE what = 'order.cancelled')`).Scan(&back, &noted))
	if back != 100 || noted != 1 {
		t.Errorf("%d in stock, cancelled %d times", back, noted)
	}
}

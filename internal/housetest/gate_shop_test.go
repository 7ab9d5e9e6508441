package housetest

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"gatehouse/access"
	"gatehouse/demo/shopapi"
	"gatehouse/internal/gatetest"
)

// shopRoutes are the demo shop's, as far as programs listen to it and order.
const shopRoutes = gateRoutes + `---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec: {targets: ["SHOP"], identity: {audience: AUDIENCE, filters: true}}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop-live}
spec:
  match: {hosts: [shop.example.test], paths: ["/ws/orders", "/sse/orders"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", resource: {defer: true}}
  stream: {websocket: {}, sse: true}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop-place}
spec:
  match: {hosts: [shop.example.test], paths: ["/orders"], methods: [POST]}
  authorize: {api: shop, permission: "orders:write", resource: {defer: true}}
  upstream: shop
`

// shopping is the demo's shop behind a gate that listens.
type shopping struct {
	*gated
	at string
}

func newShopping(t *testing.T) *shopping {
	t.Helper()
	g := newGated(t)
	shop, err := shopapi.Open(t.Context(), gatetest.Issuer, filepath.Join(t.TempDir(), "shop.db"), g.Client())
	must(t, err)
	t.Cleanup(shop.Close)
	server := httptest.NewServer(shop.Handler())
	t.Cleanup(func() { server.CloseClientConnections(); server.Close() })
	api, err := g.House.Access.API(t.Context(), "shop")
	must(t, err)
	api.Permissions = append(api.Permissions, access.Permission{Resource: "orders", Action: "write", Description: "Place orders"})
	_, err = g.House.Access.UpdateAPI(t.Context(), gatetest.Console, api)
	must(t, err)
	writeRoutes(t, g.folder, g.app, strings.NewReplacer("SHOP", server.URL, "AUDIENCE", shopapi.Audience).Replace(shopRoutes))
	g.routed(t)
	if problem := g.House.Routes.Problem(); problem != "" {
		t.Fatal(problem)
	}
	return &shopping{g, serveGate(t, g.Gate)}
}

// shopper is a program with a token of somebody.
type shopper struct {
	t     *testing.T
	s     *shopping
	who   string
	token string
}

// shopper is one who may see and place orders there.
func (s *shopping) shopper(t *testing.T, name string, where access.Where) *shopper {
	t.Helper()
	who := s.Person(name)
	for _, action := range []string{"read", "write"} {
		_, err := s.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
			Subject: access.Subject{Kind: access.User, ID: string(who.ID)}, Effect: access.Allow, Where: where,
			Permission: access.Pattern{API: "shop", Resource: "orders", Action: action}, Reason: "shops",
		})
		must(t, err)
	}
	s.Settle()
	app := s.App("web-" + name)
	c, err := s.House.OAuth.Client(t.Context(), app.ID)
	must(t, err)
	c.Audiences = []string{shopAudience}
	_, err = s.House.OAuth.UpdateClient(t.Context(), gatetest.Console, c)
	must(t, err)
	s.Settle()
	return &shopper{t, s, string(who.ID), app.Tokens(s.Browser(), who).Text("access_token")}
}

func (p *shopper) request(method, path, body string) *http.Request {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.s.at+path, strings.NewReader(body))
	must(p.t, err)
	r.Host = "shop.example.test"
	r.Header.Set("Authorization", "Bearer "+p.token)
	r.Header.Set("Content-Type", "application/json")
	return r
}

// orders orders something, and returns the number of the order.
func (p *shopper) orders(product string) int64 {
	p.t.Helper()
	answer, err := http.DefaultClient.Do(p.request(http.MethodPost, "/orders", `{"product": "`+product+`", "quantity": 1}`))
	must(p.t, err)
	defer answer.Body.Close()
	var order struct{ ID int64 }
	must(p.t, json.NewDecoder(answer.Body).Decode(&order))
	if answer.StatusCode != http.StatusCreated {
		p.t.Fatalf("an order is answered %d", answer.StatusCode)
	}
	return order.ID
}

// listens hears of orders by events, each as "id owner".
func (p *shopper) listens() <-chan string {
	p.t.Helper()
	answer, err := http.DefaultClient.Do(p.request(http.MethodGet, "/sse/orders", ""))
	must(p.t, err)
	if answer.StatusCode != http.StatusOK || !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/event-stream") {
		p.t.Fatalf("%d %v", answer.StatusCode, answer.Header)
	}
	p.t.Cleanup(func() { answer.Body.Close() })
	heard := make(chan string, 16)
	go func() {
		defer close(heard)
		for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
			if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				var o struct {
					ID    int64  `json:"id"`
					Owner string `json:"owner_id"`
				}
				_ = json.Unmarshal([]byte(data), &o) // what is none is no order that is waited for
				heard <- fmt.Sprint(o.ID, " ", o.Owner)
			}
		}
	}()
	return heard
}

// socket is a WebSocket of a shopper's.
type socket struct {
	t *testing.T
	c *websocket.Conn
}

func (p *shopper) talks() *socket {
	p.t.Helper()
	c, _, err := websocket.Dial(p.t.Context(), "ws://"+p.s.at+"/ws/orders", &websocket.DialOptions{
		Host: "shop.example.test", HTTPHeader: http.Header{"Authorization": {"Bearer " + p.token}}, Subprotocols: []string{"orders.v1"},
	})
	must(p.t, err)
	p.t.Cleanup(func() { _ = c.CloseNow() })
	if c.Subprotocol() != "orders.v1" {
		p.t.Errorf("the subprotocol is %q", c.Subprotocol())
	}
	return &socket{p.t, c}
}

func (s *socket) says(text string) {
	s.t.Helper()
	must(s.t, s.c.Write(s.t.Context(), websocket.MessageText, []byte(text)))
}

// hears expects the next word.
func (s *socket) hears(want string) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), hangs)
	defer cancel()
	_, text, err := s.c.Read(ctx)
	must(s.t, err)
	var w struct {
		Type, Channel, From, Text string
		Order                     *struct{ ID int64 }
	}
	must(s.t, json.Unmarshal(text, &w))
	got := strings.Join(slices.DeleteFunc([]string{w.Type, w.Channel, w.From, w.Text}, func(s string) bool { return s == "" }), " ")
	if w.Order != nil {
		got = fmt.Sprint(w.Type, " ", w.Order.ID)
	}
	if got != want {
		s.t.Errorf("it hears %q, want %q", got, want)
	}
}

// A program that listens to the shop hears of the orders that its person may see, on both
// kinds of streams, talks on the channels that are for it, and is cut off with the right.
func TestAProgramListensToTheShopBehindTheGate(t *testing.T) {
	t.Parallel()
	s := newShopping(t)
	ann, desk := s.shopper(t, "ann", access.Where{Place: access.Own}), s.shopper(t, "desk", everywhere)
	own, all := ann.listens(), desk.listens()
	hers, theirs := ann.talks(), desk.talks()

	hers.says(`{"type": "ping", "text": "7"}`)
	hers.hears("pong 7")
	hers.says(`{"type": "subscribe", "channel": "desk"}`)
	hers.hears("error desk There is no such channel for you.")
	hers.says(`{"type": "subscribe", "channel": "orders"}`)
	hers.hears("subscribed orders")
	hers.says(`{"type": "publish", "channel": "orders", "text": "mine"}`)
	hers.hears("error orders A type is subscribe, unsubscribe or ping, and on the desk publish.")
	theirs.says(`{"type": "subscribe", "channel": "orders"}`)
	theirs.hears("subscribed orders")
	theirs.says(`{"type": "subscribe", "channel": "desk"}`)
	theirs.hears("subscribed desk")

	first := desk.orders("twine") // of which Ann hears nothing
	second := ann.orders("twine")
	expect := func(what string, from <-chan string, want string) {
		t.Helper()
		if got, open := <-from; got != want || !open {
			t.Errorf("%s hears %q, want %q", what, got, want)
		}
	}
	expect("Ann", own, fmt.Sprint(second, " ", ann.who))
	expect("the desk", all, fmt.Sprint(first, " ", desk.who))
	expect("the desk", all, fmt.Sprint(second, " ", ann.who))
	hers.hears(fmt.Sprint("order ", second))
	theirs.hears(fmt.Sprint("order ", first))
	theirs.hears(fmt.Sprint("order ", second))
	theirs.says(`{"type": "publish", "channel": "desk", "text": "lunch?"}`)
	theirs.hears("message desk " + desk.who + " lunch?")
	theirs.says(`{"type": "unsubscribe", "channel": "orders"}`)
	theirs.hears("unsubscribed orders")
	third := ann.orders("twine")
	expect("the desk", all, fmt.Sprint(third, " ", ann.who))
	theirs.says(`{"type": "ping"}`) // and not of the order
	theirs.hears("pong")
	hers.hears(fmt.Sprint("order ", third))
	expect("Ann", own, fmt.Sprint(third, " ", ann.who))

	_, err := s.House.Access.PutLock(t.Context(), gatetest.Console, access.LockRecord{Lock: access.Lock{On: access.LockTarget{Kind: access.LockUser, ID: ann.who}, Reason: "asking"}})
	must(t, err)
	if _, _, err := hers.c.Read(t.Context()); websocket.CloseStatus(err) != 4403 {
		t.Errorf("the WebSocket ends with %v", err)
	}
	for range own { // the last word is the gate's, and then it is over
	}
	theirs.says(`{"type": "ping"}`)
	theirs.hears("pong")
}

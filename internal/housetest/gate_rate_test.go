package housetest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testredis"
	"gatehouse/oauth"
)

// rated are routes that count, each by something else.
const rated = gateRoutes + `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-address}
spec:
  match: {hosts: [rate.example.test], paths: ["/ip"], methods: [GET]}
  public: true
  upstream: app
  limits: {rate: [{per: ip, limit: 1/h, burst: 2}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-subject}
spec:
  match: {hosts: [rate.example.test], paths: ["/sub"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: sub, limit: 2/h}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-client}
spec:
  match: {hosts: [rate.example.test], paths: ["/client"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: client, limit: 2/h}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-key}
spec:
  match: {hosts: [rate.example.test], paths: ["/key"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: key, limit: 2/h}]}
`

// rates are two routes that count by two limits each.
const rates = `---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-both}
spec:
  match: {hosts: [rate.example.test], paths: ["/both"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: ip, limit: 4/h}, {per: sub, limit: 2/h}]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: by-two}
spec:
  match: {hosts: [rate.example.test], paths: ["/two"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  upstream: app
  limits: {rate: [{per: sub, limit: 100/h}, {per: sub, limit: 2/h}]}
`

// A request has to be within each limit of its route, and is told of each that it came to: by
// memory and by Redis alike.
func TestARouteMayHaveSeveralLimits(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"in memory", "in Redis"} { // which is not everywhere, and ends the test there
		change := func(*config.Config) {}
		if name == "in Redis" {
			server := testredis.Start(t)
			change = func(c *config.Config) { c.Redis.URL = server.URL }
		}
		g := newRated(t, change)
		writeRoutes(t, g.folder, g.app, rated+rates)
		g.routed(t)
		if name == "in Redis" {
			soon(t, "Redis to be found", func() bool { return g.House.Limiters.Figures().Shared })
		}
		first, second, third := g.keyFor(t, "job"), g.keyFor(t, "other-job"), g.keyFor(t, "third-job")
		for i, c := range []struct {
			path, key string
			want      int
			left      string
		}{
			{"/both", first, 200, `"by-both/ip";r=3 "by-both/sub";r=1`},
			{"/both", first, 200, `"by-both/ip";r=2 "by-both/sub";r=0`},
			{"/both", first, 429, `"by-both/ip";r=1 "by-both/sub";r=0`},
			{"/both", second, 200, `"by-both/ip";r=0 "by-both/sub";r=1`},
			{"/both", second, 429, `"by-both/ip";r=0`}, // nobody was asked who they are
			{"/two", third, 200, `"by-two/sub";r=99 "by-two/sub/2";r=1`},
			{"/two", third, 200, `"by-two/sub";r=98 "by-two/sub/2";r=0`},
			{"/two", third, 429, `"by-two/sub";r=97 "by-two/sub/2";r=0`},
			{"/two", second, 200, `"by-two/sub";r=99 "by-two/sub/2";r=1`},
		} {
			status, header, body := g.get(t, "rate.example.test", c.path, bearer(c.key))
			var left []string
			for one := range strings.SplitSeq(header.Get("RateLimit"), ", ") {
				item, _, _ := strings.Cut(one, ";t=")
				left = append(left, item)
			}
			if got := strings.Join(left, " "); status != c.want || got != c.left || (status == 429) != (header.Get("Retry-After") != "") {
				t.Errorf("%s, request %d: %d %s %s, want %d %s", name, i+1, status, got, body, c.want, c.left)
			}
			if policies := header.Values("RateLimit-Policy"); len(policies) != 1 || strings.Count(policies[0], ";q=") != len(left) {
				t.Errorf("%s, request %d: %q", name, i+1, policies)
			}
		}
	}
}

// newRated is a Gatehouse whose gate counts, at an application that says the same of limits
// of its own.
func newRated(t *testing.T, change ...func(*config.Config)) *gated {
	t.Helper()
	g := newGated(t, change...)
	writeRoutes(t, g.folder, g.app, rated)
	g.routed(t)
	g.app.answers(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("RateLimit", `"app";r=77;t=1`)
		w.Header().Set("RateLimit-Policy", `"app";q=99;w=1`)
	})
	return g
}

// asks sends requests, and wants of them the statuses in order.
func (g *gated) asks(t *testing.T, at, path, credential string, want ...int) {
	t.Helper()
	for i, status := range want {
		lines := "GET " + path + " HTTP/1.1\r\nHost: rate.example.test\r\n"
		if credential != "" {
			lines += bearer(credential) + "\r\n"
		}
		got, header, body := rawAt(t, at, lines+"Connection: close\r\n\r\n")
		if got != status {
			t.Errorf("%s, request %d: %d %s, want %d", path, i+1, got, body, status)
		}
		if got == http.StatusTooManyRequests && (header.Get("Retry-After") == "" || !strings.Contains(body, "gate.rate") || !strings.Contains(header.Get("RateLimit"), "r=0")) {
			t.Errorf("%s is refused with %v %s", path, header, body)
		}
		if policy := header.Values("RateLimit-Policy"); len(policy) != 1 || !strings.Contains(policy[0], "q=2;") || len(header.Values("RateLimit")) != 1 {
			t.Errorf("%s, request %d: %v", path, i+1, header)
		}
	}
}

// givesTo gives somebody the orders to read.
func (g *gated) givesTo(t *testing.T, who access.Subject) {
	t.Helper()
	_, err := g.House.Access.Give(t.Context(), gatetest.Console, access.Grant{
		Subject: who, Effect: access.Allow, Where: everywhere, Permission: access.Pattern{API: "shop", Resource: "orders", Action: "read"}, Reason: "for the test",
	})
	must(t, err)
	g.Settle()
}

// keyFor is the key of a new service account that reads orders.
func (g *gated) keyFor(t *testing.T, name string) string {
	t.Helper()
	made, err := g.House.Access.CreateServiceAccount(t.Context(), gatetest.Console, access.NewServiceAccount{ServiceAccountRecord: access.ServiceAccountRecord{ID: name}})
	must(t, err)
	g.givesTo(t, access.Subject{Kind: access.ServiceAccount, ID: name})
	return made.Text
}

func TestTheGateTakesSoManyRequestsOfOneAndNoMore(t *testing.T) {
	t.Parallel()
	g := newRated(t)
	mobile := g.App("mobile", func(c *oauth.Client) { c.Audiences = []string{shop().Audience} })
	web := g.customer()
	ada, onMobile := web.Tokens(g.Browser(), g.ada).Text("access_token"), mobile.Tokens(g.Browser(), g.ada).Text("access_token")
	bob := g.Person("bob")
	g.givesTo(t, access.Subject{Kind: access.User, ID: string(bob.ID)})
	his := web.Tokens(g.Browser(), bob).Text("access_token")
	key, second := g.keyFor(t, "job"), g.keyFor(t, "other-job")

	g.asks(t, g.address, "/ip", "", 200, 200, 429, 429)
	g.asks(t, g.address, "/ip?another=query", "", 429)
	g.asks(t, g.address, "/ip", ada, 429)

	g.asks(t, g.address, "/sub", ada, 200, 200, 429)
	g.asks(t, g.address, "/sub", onMobile, 429)
	g.asks(t, g.address, "/sub", his, 200)
	g.asks(t, g.address, "/sub", key, 200, 200, 429)

	g.asks(t, g.address, "/client", ada, 200)
	g.asks(t, g.address, "/client", his, 200, 429)
	g.asks(t, g.address, "/client", ada, 429)
	g.asks(t, g.address, "/client", onMobile, 200)

	g.asks(t, g.address, "/key", key, 200, 200, 429)
	g.asks(t, g.address, "/key", second, 200)
	g.asks(t, g.address, "/key", ada, 200, 200, 429)
	g.asks(t, g.address, "/key", his, 200)

	if status, header, _ := g.get(t, "rate.example.test", "/sub", bearer("guess")); status != http.StatusUnauthorized || header.Get("RateLimit") != "" {
		t.Errorf("a guess is answered %d %v: it counts against nobody", status, header)
	}
	if status, header, _ := g.get(t, "api.example.test", "/public/x"); status != http.StatusOK || header.Get("RateLimit") != `"app";r=77;t=1` {
		t.Errorf("where there is no limit: %d %v, want what the application says", status, header)
	}
}

// Two replicas with one Redis have one limit, and two limits without it.
func TestReplicasShareTheLimitsOfTheGate(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	g := newRated(t, func(c *config.Config) { c.Redis.URL = server.URL })
	other := g.Replica()
	must(t, other.House.Routes.Load(t.Context()))
	there := serveGate(t, other)
	for _, h := range []*gatetest.Gate{g.Gate, other} {
		soon(t, "Redis to be found", func() bool { return h.House.Limiters.Figures().Shared })
	}
	g.asks(t, g.address, "/ip", "", 200)
	g.asks(t, there, "/ip", "", 200, 429)
	g.asks(t, g.address, "/ip", "", 429)

	server.Stop()
	key := g.keyFor(t, "job")
	other.Settle()
	for _, at := range []string{g.address, there} {
		g.asks(t, at, "/key", key, 200, 200, 429)
	}
	soon(t, "the loss to be known", func() bool { return !g.House.Limiters.Figures().Shared && !other.House.Limiters.Figures().Shared })
	g.asks(t, g.address, "/ip", "", 429) // what it knew it knows
	if n := strings.Count(g.Log.String(), "Redis does not answer"); n != 1 {
		t.Errorf("the log says %d times that Redis is lost", n)
	}
	server.Restart()
	soon(t, "Redis to be found again", func() bool { return g.House.Limiters.Figures().Shared && other.House.Limiters.Figures().Shared })
	fresh := g.keyFor(t, "another-job")
	other.Settle()
	g.asks(t, there, "/key", fresh, 200)
	g.asks(t, g.address, "/key", fresh, 200, 429)
	if n := strings.Count(g.Log.String(), "Redis answers again"); n != 1 {
		t.Errorf("the log says %d times that Redis is back", n)
	}
}

// What a route says of its limit is looked at when the files are read.
func TestLimitsOfARouteThatCannotBeAreRefused(t *testing.T) {
	t.Parallel()
	g := newGated(t)
	for rate, want := range map[string]string{
		"{per: user, limit: 1/s}":             "must be ip, sub, client or key",
		"{limit: 1/s}":                        "must be ip, sub, client or key",
		"{per: sub, limit: 1/s}":              "spec.public is true",
		"{per: ip}":                           "such as 50/s, 300/m or 10/h",
		"{per: ip, limit: 0/s}":               "such as 50/s, 300/m or 10/h",
		"{per: ip, limit: 1/d}":               "such as 50/s, 300/m or 10/h",
		"{per: ip, limit: 01/s}":              "such as 50/s, 300/m or 10/h",
		"{per: ip, limit: 1000001/s}":         "such as 50/s, 300/m or 10/h",
		"{per: ip, limit: 1/s, burst: -1}":    "must be between 1 and",
		"{per: ip, limit: 1/s, burst: 1.5}":   "whole number",
		"{per: ip, limit: 1/s, burst: \"2\"}": "whole number",
		"{per: ip, limit: 1/s, bursts: 2}":    "bursts",
	} {
		text := strings.Replace(gateRoutes, "limits: {body: 1KiB}", fmt.Sprintf("limits: {rate: [%s]}", rate), 1)
		writeRoutes(t, g.folder, g.app, text)
		g.routed(t)
		if why := g.House.Routes.Problem(); !strings.Contains(why, want) {
			t.Errorf("%s: %s\nwant %s", rate, why, want)
		}
	}
}

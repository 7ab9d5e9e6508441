package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"gatehouse/internal/freeport"
	"gatehouse/oauth"
)

// shopAudience is of the tokens that the gate is shown.
const shopAudience = "https://shop.example.test"

// gate measures the gate beside the upstream alone, a bare httputil.ReverseProxy and, where
// nginx is at hand, nginx: without a check, and with auth_request to servers that check each
// token, and to one that checks nothing, which is as fast as nginx can be with it. Then it
// asks these servers as nginx does, without nginx: what their processors do is their own.
func (b *bench) gate() error {
	defer b.stopAll()
	doors, s, err := b.doors()
	if err != nil {
		return err
	}
	for _, conns := range []int{16, 1} {
		var list []scenario
		var rows [][2]string
		for _, d := range doors {
			if d.name != bareProxy && !strings.Contains(d.name, *ways) {
				continue
			}
			list, rows = append(list, d.scenario(conns)), append(rows, [2]string{d.name, d.beside})
		}
		var results map[string]result
		if err := profileWhile(s, fmt.Sprintf("gate-%d", conns), func() (err error) {
			results, err = b.suite(list)
			return err
		}); err != nil {
			return err
		}
		table(fmt.Sprintf("The gate, %d connections", conns), results, rows)
	}
	return nil
}

// What others are compared with: what goes through a proxy, what nginx asks about first, and
// what is asked.
const (
	bareProxy = "bare ReverseProxy"
	eachTime  = "nginx, auth_request, ES256 verified each time"
	askedEach = "asked as nginx asks: ES256 verified each time"
)

// door is one way to the upstream, or to a server that is asked.
type door struct {
	name, url string
	beside    string   // the name of the one that it is compared with
	tokens    string   // file of those that are shown; "" for none
	pids      []int    // of all that work for a request
	headers   []string // that are sent besides, to a server that is asked
}

func (d door) scenario(conns int) scenario {
	s := scenario{Name: d.name, Mode: "get", URL: d.url, Tokens: d.tokens, Headers: d.headers, Conc: conns, PIDs: d.pids, Want: `"owner_id"`}
	if len(d.headers) > 0 {
		s.Want, s.Expect = "", http.StatusNoContent
	}
	return s
}

// doors starts everything before one upstream.
func (b *bench) doors() ([]door, *subject, error) {
	upstream, up, err := b.bareHelper("-bare-upstream")
	if err != nil {
		return nil, nil, err
	}
	plain, proxy, err := b.bareHelper("-bare-proxy", "-to", upstream)
	if err != nil {
		return nil, nil, err
	}
	s, gate, err := b.gatedSubject(upstream)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := s.rotated()
	if err != nil {
		return nil, nil, err
	}
	list := []door{
		{name: "upstream alone", beside: bareProxy, url: upstream + "/orders/42", pids: []int{up}},
		{name: bareProxy, beside: bareProxy, url: plain + "/orders/42", pids: []int{proxy, up}},
		{name: "bare ReverseProxy, the tokens too", beside: bareProxy, url: plain + "/orders/42", tokens: tokens, pids: []int{proxy, up}},
		{name: "gate, public route", beside: bareProxy, url: gate + "/public/42", pids: []int{s.pid, up}},
		{name: "gate, bearer token checked and decided", beside: bareProxy, url: gate + "/orders/42", tokens: tokens, pids: []int{s.pid, up}},
	}
	more, err := b.nginxDoors(s, upstream, gate, tokens, up)
	return append(list, more...), s, err
}

// routesOfBench are a route that asks nobody, and one that asks for a permission.
const routesOfBench = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: shop}
spec: {targets: ["UPSTREAM"]}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: public}
spec:
  match: {hosts: [127.0.0.1], paths: ["/public/{id}"], methods: [GET]}
  public: true
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: orders}
spec:
  match: {hosts: [127.0.0.1], paths: ["/orders/{id}"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read", resource: {id: "{id}"}}
  upstream: shop
---
apiVersion: gatehouse/v1
kind: Edge
metadata: {id: nginx}
spec: {dialect: nginx, peers: [127.0.0.1], secret_file: "SECRET", routes: [orders]}
`

// gatedSubject serves a house with a gate before an upstream, an API, and a person who may
// read its orders.
func (b *bench) gatedSubject(upstream string) (s *subject, gate string, err error) {
	cfg, err := b.configFor("gate", "")
	if err != nil {
		return nil, "", err
	}
	port, err := freeport.Next()
	if err != nil {
		return nil, "", err
	}
	s = &subject{cfg: cfg, audience: shopAudience}
	if err := s.seed(200, 1); err != nil {
		return nil, "", fmt.Errorf("seed: %w", err)
	}
	if _, err := s.seedShop(); err != nil {
		return nil, "", fmt.Errorf("seed the policy: %w", err)
	}
	routes := filepath.Join(b.dir, "routes")
	if err := os.MkdirAll(routes, 0o700); err != nil {
		return nil, "", err
	}
	secret := filepath.Join(b.dir, "edge.secret")
	text := strings.NewReplacer("UPSTREAM", upstream, "SECRET", secret).Replace(routesOfBench)
	if err := errors.Join(os.WriteFile(secret, []byte(edgeSecret+"\n"), 0o600), os.WriteFile(filepath.Join(routes, "shop.yaml"), []byte(text), 0o600)); err != nil {
		return nil, "", err
	}
	s.env = []string{"GATEHOUSE_GATE_LISTEN=127.0.0.1:" + port, "GATEHOUSE_GATE_ROUTES=" + routes}
	return s, "http://127.0.0.1:" + port, b.serve(s)
}

// rotated rotates each family once, and writes the access tokens to a file.
func (s *subject) rotated() (string, error) {
	refresh, err := os.ReadFile(s.refresh)
	if err != nil {
		return "", err
	}
	var tokens strings.Builder
	for _, old := range strings.Fields(string(refresh)) {
		token, err := s.token(url.Values{"grant_type": {oauth.GrantRefresh}, "refresh_token": {old}})
		if err != nil {
			return "", err
		}
		tokens.WriteString(token + "\n")
	}
	file := filepath.Join(s.cfg.DataDir, "rotated.txt")
	return file, os.WriteFile(file, []byte(tokens.String()), 0o600)
}

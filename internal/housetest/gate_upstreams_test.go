package housetest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/gate"
	"gatehouse/internal/freeport"
)

// A limit of a route is one, whichever proxy asks about its requests, and each says it in
// its words.
func TestTheLimitOfARouteIsOneAtAllFaces(t *testing.T) {
	t.Parallel()
	g := newEdged(t)
	text := rated
	for _, d := range gate.Dialects {
		text += strings.ReplaceAll(edgeRoutes, "DIALECT", string(d))
	}
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(text, "SECRET", g.secretFile))
	g.routed(t)
	passed := 0
	for range 2 {
		for _, d := range []gate.Dialect{gate.Nginx, gate.HAProxy, gate.Traefik, gate.Caddy} {
			status, header, _ := g.ask(t, d, "GET", "rate.example.test", "/ip")
			switch {
			case status == http.StatusNoContent && passed < 2:
				passed++
			case status != http.StatusTooManyRequests || passed < 2 || header.Get("Retry-After") == "":
				t.Errorf("%s: %d %v, after %d that passed", d, status, header, passed)
			}
		}
	}
	g.asks(t, g.address, "/ip", "", 200, 200, 429) // another address
}

// upstreamFiles are routes to two targets; one of them may be in trouble.
const upstreamFiles = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: pair}
spec:
  targets: ["ONE", "APP"]
  timeouts: {connect: 1s, header: 2s}
  health: {path: /healthz, interval: 250ms, timeout: 2s, passive: {failures: 2, eject: 1m}}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: pair}
spec:
  match: {hosts: [api.example.test], paths: ["/pair"], methods: [GET, POST]}
  public: true
  upstream: pair
`

// An upstream of which one target is in trouble answers by the other one: what may be sent
// twice at once, all the rest after a moment. Nobody is told that all is well who was not
// answered.
func TestTheGateGoesAroundATargetInTrouble(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(net.Conn){
		"it hangs":          func(c net.Conn) { _, _ = io.Copy(io.Discard, c) },
		"it hangs up":       func(c net.Conn) { _ = c.Close() },
		"it talks nonsense": func(c net.Conn) { _, _ = io.WriteString(c, "-ERR unknown command\r\n"); _ = c.Close() },
		"it fails": func(c net.Conn) {
			_, _ = c.Read(make([]byte, 4096))
			_, _ = io.WriteString(c, "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			_ = c.Close()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			must(t, err)
			t.Cleanup(func() { _ = l.Close() })
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go serve(c)
				}
			}()
			g := newGated(t)
			writeRoutes(t, g.folder, g.app, strings.ReplaceAll(upstreamFiles, "ONE", "http://"+l.Addr().String()))
			g.routed(t)
			bad := map[int]int{}
			for range 30 {
				if status, _, _ := g.send(t, "POST", "api.example.test", "/pair", "Content-Length: 0"); status != http.StatusOK {
					bad[status]++
				}
			}
			if got := bad[500] + bad[502] + bad[504]; got != 2 || len(bad) != 1 {
				t.Errorf("%v; want the 2 after which it is left out", bad)
			}
			g.app.took()
			go g.Server.KeepGate(t.Context())
			soon(t, "the target to be found ill", func() bool { return strings.Contains(g.Log.String(), "is not well") })
			for range 10 {
				if status, _, body := g.get(t, "api.example.test", "/pair"); status != http.StatusOK {
					t.Errorf("%d %s", status, body)
				}
			}
		})
	}
}

// A target that begins to answer is asked again, and gets requests again.
func TestATargetThatIsWellAgainGetsRequests(t *testing.T) {
	t.Parallel()
	port, err := freeport.Next()
	must(t, err)
	address := "127.0.0.1:" + port
	g := newGated(t)
	writeRoutes(t, g.folder, g.app, strings.ReplaceAll(upstreamFiles, "ONE", "http://"+address))
	g.routed(t)
	go g.Server.KeepGate(t.Context())
	soon(t, "the target to be found ill", func() bool { return strings.Contains(g.Log.String(), "is not well") })
	l, err := net.Listen("tcp", address)
	must(t, err)
	s := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "the other one") })}
	go func() { _ = s.Serve(l) }() // until it is closed
	t.Cleanup(func() { _ = s.Close() })
	soon(t, "a request to go there", func() bool {
		_, _, body := g.get(t, "api.example.test", "/pair")
		return body == "the other one"
	})
}

package housetest

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"gatehouse/internal/gatetest"
	"gatehouse/internal/streamtest"
)

// lastingRoutes are routes for what lasts; APP is the talker's address.
const lastingRoutes = `apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: talker}
spec: {targets: ["APP"]}
---
apiVersion: gatehouse/v1
kind: Upstream
metadata: {id: called}
spec: {targets: ["APP"], protocol: h2c}
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop-lasts}
spec:
  match: {hosts: [gate.example.test], paths: ["/shop/ws", "/shop/sse"], methods: [GET]}
  authorize: {api: shop, permission: "orders:read"}
  stream: {websocket: {}, sse: true}
  upstream: talker
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: shop-calls}
spec:
  match: {hosts: [gate.example.test], paths: ["/shop/grpc"], methods: [POST]}
  authorize: {api: shop, permission: "orders:read"}
  stream: {grpc: true}
  upstream: called
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: gatehouse-lasts}
spec:
  match: {hosts: [gate.example.test], paths: ["/gatehouse/ws", "/gatehouse/sse"], methods: [GET]}
  authorize: {api: gatehouse, permission: "decisions:read"}
  stream: {websocket: {}, sse: true}
  upstream: talker
---
apiVersion: gatehouse/v1
kind: Route
metadata: {id: gatehouse-calls}
spec:
  match: {hosts: [gate.example.test], paths: ["/gatehouse/grpc"], methods: [POST]}
  authorize: {api: gatehouse, permission: "decisions:read"}
  stream: {grpc: true}
  upstream: called
`

// listeningGate is a gate on ports of its own, with TLS and without.
type listeningGate struct {
	plain  string // HOST:PORT
	secure *httptest.Server
	all    streamtest.Gate
}

func listenAtGate(t *testing.T, g *gatetest.Gate) *listeningGate {
	t.Helper()
	app := ""
	for _, u := range g.House.Routes.Current().Upstreams() {
		if u.ID == "talker" {
			app = "http://" + u.Targets[0].Host
		}
	}
	secure := httptest.NewUnstartedServer(nil)
	secure.Config, secure.EnableHTTP2 = g.Server.Gate(), true
	secure.StartTLS()
	t.Cleanup(func() { secure.CloseClientConnections(); secure.Close() })
	plain := serveGate(t, g)
	return &listeningGate{plain: plain, secure: secure, all: streamtest.Gate{
		Plain: plain, Secure: secure.URL, Client: secure.Client(), Host: gateHost, App: app,
	}}
}

// heldOpen is a stream through the gate that somebody holds open.
type heldOpen struct{ *streamtest.Stream }

// goesOn says something and hears it again, or how the stream ended.
func (h *heldOpen) goesOn() outcome {
	const word = "still there?"
	_ = h.Say(word) // one that is over says so
	select {
	case got := <-h.Heard:
		if got != word {
			return outcome("says " + got)
		}
		return goesOn
	case <-h.Ended:
		return h.outcome()
	case <-time.After(hangs):
		return "hangs"
	}
}

func (h *heldOpen) outcome() outcome {
	switch {
	case h.Refused():
		return isRefused
	case h.Unknown():
		return cannotTell
	}
	return outcome("ends with " + h.Status + " " + h.Reason)
}

// errRefusedAtTheDoor is how a stream does not begin.
type errRefusedAtTheDoor = streamtest.ErrRefused

// kindsOfStreams open streams below a path, by a token or a key.
var kindsOfStreams = map[string]func(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error){
	"WebSocket": holdWebSocket,
	"events":    holdEvents,
	"gRPC": func(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
		t.Helper()
		return holds(t, g, "gRPC", path, streamtest.Bearer(token))
	},
}

// holds opens a stream of a kind with whatever says who comes.
func holds(t testing.TB, g *listeningGate, kind, path string, header http.Header) (*heldOpen, error) {
	t.Helper()
	return keepOpen(streamtest.Kinds[kind](t, &g.all, path, header))
}

func keepOpen(s *streamtest.Stream, err error) (*heldOpen, error) {
	if err != nil {
		return nil, err
	}
	return &heldOpen{s}, nil
}

func holdWebSocket(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
	t.Helper()
	return holds(t, g, "WebSocket", path, streamtest.Bearer(token))
}

func holdEvents(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
	t.Helper()
	return holds(t, g, "events", path, streamtest.Bearer(token))
}

func dialWebSocket(t testing.TB, g *listeningGate, path string, header http.Header, subprotocols ...string) (*heldOpen, error) {
	t.Helper()
	return keepOpen(streamtest.WebSocket(t, &g.all, path, header, subprotocols...))
}

package housetest

import (
	"bufio"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"gatehouse/internal/gatetest"
)

// talker is an application behind the gate that answers what lasts: it says back what it
// hears on a WebSocket and in a call of gRPC, and to those who listen to events what a test
// says.
type talker struct {
	*httptest.Server
	mu    sync.Mutex
	heard map[string]chan string // by the name of a listener
	seen  []*http.Request        // the beginnings of WebSockets
}

func newTalker(t *testing.T) *talker {
	t.Helper()
	a := &talker{heard: map[string]chan string{}}
	a.Server = httptest.NewUnstartedServer(a)
	a.Config.Protocols = new(http.Protocols)
	a.Config.Protocols.SetHTTP1(true)
	a.Config.Protocols.SetUnencryptedHTTP2(true)
	a.Start()
	t.Cleanup(func() { a.CloseClientConnections(); a.Close() })
	return a
}

// ServeHTTP implements http.Handler.
func (a *talker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Upgrade") != "":
		a.mu.Lock()
		a.seen = append(a.seen, r)
		a.mu.Unlock()
		saysBack(w, r)
	case strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc"):
		answersCalls(w, r)
	case r.Method == http.MethodPost: // a test says something
		text, _ := io.ReadAll(r.Body)
		a.listener(r.URL.Query().Get("name")) <- string(text)
	default:
		a.tells(w, r)
	}
}

func saysBack(w http.ResponseWriter, r *http.Request) {
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, Subprotocols: []string{"orders.v1"}})
	if err != nil {
		return
	}
	defer c.CloseNow()
	for {
		kind, text, err := c.Read(r.Context())
		if err != nil || c.Write(r.Context(), kind, text) != nil {
			return
		}
	}
}

func answersCalls(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/grpc")
	w.WriteHeader(http.StatusOK)
	to := http.NewResponseController(w)
	for {
		text, err := readMessage(r.Body)
		if err != nil {
			w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
			w.Header().Set(http.TrailerPrefix+"X-Gatehouse-Sub", "forged")
			w.Header().Set(http.TrailerPrefix+"X-Theirs", "kept")
			return
		}
		if _, err := w.Write(message(text)); err != nil || to.Flush() != nil {
			return
		}
	}
}

// tells tells a listener of what the test says to them, until they are gone.
func (a *talker) tells(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.WriteHeader(http.StatusOK)
	to := http.NewResponseController(w)
	_ = to.Flush()
	mine := a.listener(r.URL.Query().Get("name"))
	for {
		select {
		case text := <-mine:
			if _, err := fmt.Fprintf(w, "data: %s\n\n", text); err != nil || to.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (a *talker) listener(name string) chan string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard[name] == nil {
		a.heard[name] = make(chan string, 8)
	}
	return a.heard[name]
}

// message is one of gRPC.
func message(text string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(text))), text...)
}

func readMessage(from io.Reader) (string, error) {
	var head [5]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return "", err
	}
	text := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err := io.ReadFull(from, text)
	return string(text), err
}

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
	app    string // the URL of the talker behind it
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
	return &listeningGate{plain: serveGate(t, g), secure: secure, app: app}
}

// heldOpen is a stream through the gate that somebody holds open.
type heldOpen struct {
	say    func(text string) error
	close  func()
	heard  chan string
	ended  chan struct{} // closed by the end, after
	status string        // which is how it ended: a status of its kind
	reason string        // and the code that was told
	at     time.Time
}

func newHeldOpen() *heldOpen {
	return &heldOpen{heard: make(chan string, 8), ended: make(chan struct{})}
}

func (h *heldOpen) end(status, reason string) {
	h.status, h.reason, h.at = status, reason, time.Now()
	close(h.ended)
}

// goesOn says something and hears it again, or how the stream ended.
func (h *heldOpen) goesOn() outcome {
	const word = "still there?"
	_ = h.say(word) // one that is over says so
	select {
	case got := <-h.heard:
		if got != word {
			return outcome("says " + got)
		}
		return goesOn
	case <-h.ended:
		return h.outcome()
	case <-time.After(hangs):
		return "hangs"
	}
}

func (h *heldOpen) outcome() outcome {
	switch {
	case h.status == "4403" || h.status == "gatehouse" || h.status == "7":
		return isRefused
	case h.status == "1013" || h.status == "14":
		return cannotTell
	}
	return outcome("ends with " + h.status + " " + h.reason)
}

// errRefusedAtTheDoor is how a stream does not begin.
type errRefusedAtTheDoor struct{ status int }

func (e errRefusedAtTheDoor) Error() string { return fmt.Sprint("refused with ", e.status) }

// kindsOfStreams open streams below a path.
var kindsOfStreams = map[string]func(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error){
	"WebSocket": holdWebSocket,
	"events":    holdEvents,
	"gRPC":      holdCall,
}

func holdWebSocket(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
	t.Helper()
	return dialWebSocket(t, g, path+"/ws", http.Header{"Authorization": {"Bearer " + token}})
}

func dialWebSocket(t testing.TB, g *listeningGate, path string, header http.Header, subprotocols ...string) (*heldOpen, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	c, answer, err := websocket.Dial(ctx, "ws://"+g.plain+path, &websocket.DialOptions{
		Host: "gate.example.test", HTTPHeader: header, Subprotocols: subprotocols, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		if answer != nil {
			return nil, errRefusedAtTheDoor{answer.StatusCode}
		}
		return nil, err
	}
	h := newHeldOpen()
	h.say = func(text string) error { return c.Write(ctx, websocket.MessageText, []byte(text)) }
	h.close = func() { _ = c.Close(websocket.StatusNormalClosure, "") }
	go func() {
		for {
			_, text, err := c.Read(ctx)
			if err == nil {
				h.heard <- string(text)
				continue
			}
			var e websocket.CloseError
			if errors.As(err, &e) {
				h.end(fmt.Sprint(int(e.Code)), e.Reason)
			} else {
				h.end("nothing", err.Error())
			}
			return
		}
	}()
	return h, nil
}

var listeners atomic.Int64

func holdEvents(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
	t.Helper()
	name := fmt.Sprint(listeners.Add(1))
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+g.plain+path+"/sse?name="+name, nil)
	if err != nil {
		return nil, err
	}
	r.Host = "gate.example.test"
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, errRefusedAtTheDoor{answer.StatusCode}
	}
	h := newHeldOpen()
	h.say = func(text string) error {
		answer, err := http.Post(g.app+"/say?name="+name, "text/plain", strings.NewReader(text))
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	h.close = func() { answer.Body.Close() }
	t.Cleanup(h.close)
	go func() {
		lines, event := bufio.NewScanner(answer.Body), ""
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case field == "event":
				event = value
			case field == "data" && event == "gatehouse":
				var said struct{ Code string }
				_ = json.Unmarshal([]byte(value), &said)
				_, _ = io.Copy(io.Discard, answer.Body)
				h.end("gatehouse", said.Code)
				return
			case field == "data":
				h.heard <- value
			}
		}
		h.end("nothing", fmt.Sprint(lines.Err()))
	}()
	return h, nil
}

func holdCall(t testing.TB, g *listeningGate, path, token string) (*heldOpen, error) {
	t.Helper()
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, g.secure.URL+path+"/grpc", in)
	if err != nil {
		return nil, err
	}
	r.Host = "gate.example.test"
	r.Header = http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/grpc+proto"}, "Te": {"trailers"}}
	go func() { _, _ = out.Write(message("first")) }() // an answer may wait for it
	answer, err := g.secure.Client().Do(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		_ = in.Close()
		return nil, errRefusedAtTheDoor{answer.StatusCode}
	}
	h := newHeldOpen()
	h.say = func(text string) error { _, err := out.Write(message(text)); return err }
	h.close = func() { _ = out.Close() }
	t.Cleanup(func() { _ = out.Close(); _ = in.Close(); answer.Body.Close() })
	first, err := readMessage(answer.Body)
	if err != nil || first != "first" {
		return nil, fmt.Errorf("%q %w", first, err)
	}
	go func() {
		for {
			text, err := readMessage(answer.Body)
			if err == nil {
				h.heard <- text
				continue
			}
			_ = in.Close()
			if errors.Is(err, io.EOF) {
				h.end(answer.Trailer.Get("Grpc-Status"), answer.Trailer.Get("Grpc-Message"))
			} else {
				h.end("nothing", err.Error())
			}
			return
		}
	}()
	return h, nil
}

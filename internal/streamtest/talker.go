package streamtest

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
)

// Talker is an application behind the gate that answers what lasts: it says back what it
// hears on a WebSocket and in a call of gRPC, and to those who listen to events what a test
// says.
type Talker struct {
	*httptest.Server
	mu    sync.Mutex
	heard map[string]chan string // by the name of a listener
	seen  http.Header            // of the last WebSocket that began
}

// NewTalker starts one, which ends with the test.
func NewTalker(t testing.TB) *Talker {
	t.Helper()
	a := &Talker{heard: map[string]chan string{}}
	a.Server = httptest.NewUnstartedServer(a)
	a.Config.Protocols = new(http.Protocols)
	a.Config.Protocols.SetHTTP1(true)
	a.Config.Protocols.SetUnencryptedHTTP2(true)
	a.Start()
	t.Cleanup(func() { a.CloseClientConnections(); a.Close() })
	return a
}

// ServeHTTP implements http.Handler.
func (a *Talker) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Upgrade") != "":
		a.mu.Lock()
		a.seen = r.Header.Clone()
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

// Seen is the header of the last WebSocket that began.
func (a *Talker) Seen() http.Header {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen
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
		text, err := ReadMessage(r.Body)
		if err != nil {
			w.Header().Set(http.TrailerPrefix+"Grpc-Status", "0")
			w.Header().Set(http.TrailerPrefix+"X-Gatehouse-Sub", "forged")
			w.Header().Set(http.TrailerPrefix+"X-Theirs", "kept")
			return
		}
		if _, err := w.Write(Message(text)); err != nil || to.Flush() != nil {
			return
		}
	}
}

// tells tells a listener of what the test says to them, until they are gone.
func (a *Talker) tells(w http.ResponseWriter, r *http.Request) {
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

func (a *Talker) listener(name string) chan string {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.heard[name] == nil {
		a.heard[name] = make(chan string, 8)
	}
	return a.heard[name]
}

// Message is one of gRPC.
func Message(text string) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(text))), text...)
}

// ReadMessage reads one.
func ReadMessage(from io.Reader) (string, error) {
	var head [5]byte
	if _, err := io.ReadFull(from, head[:]); err != nil {
		return "", err
	}
	text := make([]byte, binary.BigEndian.Uint32(head[1:]))
	_, err := io.ReadFull(from, text)
	return string(text), err
}

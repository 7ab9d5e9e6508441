// Package streamtest holds streams open through a gate: WebSockets, streams of events and
// calls of gRPC, before an application that answers them.
package streamtest

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Gate is where a gate listens, and what stands behind it.
type Gate struct {
	Plain  string       // HOST:PORT without TLS, empty: Secure alone
	Secure string       // https://HOST:PORT, which gRPC needs
	Client *http.Client // that trusts it, over HTTP/2
	Host   string       // that its routes are for
	App    string       // the URL of the Talker behind it
}

// base is where what needs no HTTP/2 is asked for, and by whom.
func (g *Gate) base() (url string, by http.RoundTripper) {
	if g.Plain != "" {
		return "http://" + g.Plain, &http.Transport{DisableKeepAlives: true}
	}
	trusts := g.Client.Transport.(*http.Transport).TLSClientConfig.Clone()
	trusts.NextProtos = []string{"http/1.1"}
	return g.Secure, &http.Transport{DisableKeepAlives: true, TLSClientConfig: trusts}
}

// Stream is one that somebody holds open. Status, Reason and At are final once Ended is
// closed: how it ended in the way of its kind, the code that was told, and when.
type Stream struct {
	Say    func(text string) error
	Close  func() // by who holds it
	Heard  chan string
	Ended  chan struct{}
	Status string
	Reason string
	At     time.Time
}

func newStream() *Stream {
	return &Stream{Heard: make(chan string, 8), Ended: make(chan struct{})}
}

func (h *Stream) end(status, reason string) {
	h.Status, h.Reason, h.At = status, reason, time.Now()
	close(h.Ended)
}

// Refused reports whether it ended because the right to it was over.
func (h *Stream) Refused() bool {
	return h.Status == "4403" || h.Status == "gatehouse" || h.Status == "7"
}

// Unknown reports whether it ended because nobody could know of the right to it. Events end
// as those of Refused do: their code says which it was.
func (h *Stream) Unknown() bool { return h.Status == "1013" || h.Status == "14" }

// ErrRefused is how a stream does not begin.
type ErrRefused struct{ Status int }

// Error implements error.
func (e ErrRefused) Error() string { return fmt.Sprint("refused with ", e.Status) }

// Kinds open streams below a path, with headers that say who comes.
var Kinds = map[string]func(t testing.TB, g *Gate, path string, header http.Header) (*Stream, error){
	"WebSocket": func(t testing.TB, g *Gate, path string, header http.Header) (*Stream, error) {
		t.Helper()
		return WebSocket(t, g, path+"/ws", header)
	},
	"events": Events,
	"gRPC":   Call,
}

// Bearer is the header of somebody with a token or a key.
func Bearer(token string) http.Header {
	return http.Header{"Authorization": {"Bearer " + token}}
}

// WebSocket opens one at a path, offering subprotocols.
func WebSocket(t testing.TB, g *Gate, path string, header http.Header, subprotocols ...string) (*Stream, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	base, by := g.base()
	c, answer, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(base, "http")+path, &websocket.DialOptions{
		Host: g.Host, HTTPHeader: header, Subprotocols: subprotocols, CompressionMode: websocket.CompressionDisabled, HTTPClient: &http.Client{Transport: by},
	})
	if err != nil {
		cancel()
		if answer != nil {
			return nil, ErrRefused{answer.StatusCode}
		}
		return nil, err
	}
	h := newStream()
	h.Say = func(text string) error { return c.Write(ctx, websocket.MessageText, []byte(text)) }
	h.Close = func() { _ = c.Close(websocket.StatusNormalClosure, ""); cancel() }
	go func() {
		for {
			_, text, err := c.Read(ctx)
			if err == nil {
				h.Heard <- string(text)
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

// teller keeps its connections: who tells a thousand listeners something would use up all
// ports of the machine.
var teller = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}

// Events listens to what the application tells.
func Events(t testing.TB, g *Gate, path string, header http.Header) (*Stream, error) {
	t.Helper()
	name := fmt.Sprint(listeners.Add(1))
	base, by := g.base()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, base+path+"/sse?name="+name, nil)
	if err != nil {
		return nil, err
	}
	r.Host, r.Header = g.Host, header.Clone()
	answer, err := by.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, ErrRefused{answer.StatusCode}
	}
	h := newStream()
	h.Say = func(text string) error {
		answer, err := teller.Post(g.App+"/say?name="+name, "text/plain", strings.NewReader(text))
		if err != nil {
			return err
		}
		return answer.Body.Close()
	}
	h.Close = func() { answer.Body.Close() }
	t.Cleanup(h.Close)
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
				h.Heard <- value
			}
		}
		h.end("nothing", fmt.Sprint(lines.Err()))
	}()
	return h, nil
}

// Call is one of gRPC that goes on.
func Call(t testing.TB, g *Gate, path string, header http.Header) (*Stream, error) {
	t.Helper()
	in, out := io.Pipe()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, g.Secure+path+"/grpc", in)
	if err != nil {
		return nil, err
	}
	r.Host = g.Host
	r.Header = http.Header{"Content-Type": {"application/grpc+proto"}, "Te": {"trailers"}}
	maps.Copy(r.Header, header)
	go func() { _, _ = out.Write(Message("first")) }() // an answer may wait for it
	answer, err := g.Client.Do(r)
	if err != nil {
		_ = in.Close()
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		_ = in.Close()
		return nil, ErrRefused{answer.StatusCode}
	}
	h := newStream()
	h.Say = func(text string) error { _, err := out.Write(Message(text)); return err }
	h.Close = sync.OnceFunc(func() { _ = out.Close() })
	t.Cleanup(func() { _ = out.Close(); _ = in.Close(); answer.Body.Close() })
	first, err := ReadMessage(answer.Body)
	if err != nil || first != "first" {
		return nil, fmt.Errorf("%q %w", first, err)
	}
	go func() {
		for {
			text, err := ReadMessage(answer.Body)
			if err == nil {
				h.Heard <- text
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

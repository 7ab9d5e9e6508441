package server

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/testconfig"
)

// pipes is a listener without a network, so that a connection lives in a bubble.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.accept:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.closed); return nil }

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

// dial serves h as a listener of ours does and returns a client's end.
func dial(t *testing.T, h http.Handler) net.Conn {
	t.Helper()
	l := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
	s := httpServer(h, slog.New(slog.DiscardHandler))
	done := make(chan error, 1)
	go func() { done <- s.Serve(keepDeadlines(l)) }()
	client, server := net.Pipe()
	t.Cleanup(func() {
		client.Close()
		if err := errors.Join(s.Close(), <-done); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	})
	l.accept <- server
	return client
}

func say(t *testing.T, c net.Conn, text string) {
	t.Helper()
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatalf("say %.40q: %v", text, err)
	}
}

// hungUp waits until the server hangs up and says when.
func hungUp(c net.Conn, since time.Time) time.Duration {
	_, _ = io.Copy(io.Discard, c) // it ends one way or another
	return time.Since(since)
}

// due reports whether took is what was asked for, or at most a sweep more.
func due(took, asked time.Duration) bool { return took >= asked && took <= asked+sweep }

// A connection that dawdles is given up: who opens a thousand of them shall not
// keep them (CWE-400).
func TestDawdlingConnectionsAreGivenUp(t *testing.T) {
	t.Parallel()
	t.Run("within the header", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, start := dial(t, http.NotFoundHandler()), time.Now()
			say(t, c, "GET / HTTP/1.1\r\nHost: id.example.test\r\nX-Slow: ")
			if took := hungUp(c, start); !due(took, 5*time.Second) {
				t.Errorf("given up after %v, want 5s", took)
			}
		})
	})
	t.Run("within the body", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			took, failure := make(chan time.Duration, 1), make(chan error, 1)
			start := time.Now()
			c := dial(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, err := io.ReadAll(r.Body)
				took <- time.Since(start)
				failure <- err
			}))
			say(t, c, "POST / HTTP/1.1\r\nHost: id.example.test\r\nContent-Length: 100\r\n\r\nslow")
			if took, err := <-took, <-failure; !due(took, 15*time.Second) || err == nil {
				t.Errorf("given up after %v with %v, want 15s and an error", took, err)
			}
		})
	})
	t.Run("with the answer", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			took, failure := make(chan time.Duration, 1), make(chan error, 1)
			start := time.Now()
			c := dial(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, err := io.WriteString(w, strings.Repeat("answer", 100_000))
				took <- time.Since(start)
				failure <- err
			}))
			say(t, c, "GET / HTTP/1.1\r\nHost: id.example.test\r\n\r\n") // and reads nothing
			if took, err := <-took, <-failure; !due(took, 30*time.Second) || err == nil {
				t.Errorf("given up after %v with %v, want 30s and an error", took, err)
			}
		})
	})
	t.Run("between two requests", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c, start := dial(t, http.NotFoundHandler()), time.Now()
			say(t, c, "GET / HTTP/1.1\r\nHost: id.example.test\r\n\r\n")
			if took := hungUp(c, start); !due(took, 90*time.Second) {
				t.Errorf("given up after %v, want 90s", took)
			}
		})
	})
}

// What comes before a handler is bounded too: a header as large as a body would
// be is refused before anything reads it.
func TestHeaderIsBounded(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]int{1 << 10: http.StatusNotFound, 12 << 10: http.StatusNotFound, 24 << 10: http.StatusRequestHeaderFieldsTooLarge, 500 << 10: http.StatusRequestHeaderFieldsTooLarge} {
		synctest.Test(t, func(t *testing.T) {
			c := dial(t, http.NotFoundHandler())
			go func() {
				_, _ = io.WriteString(c, "GET / HTTP/1.1\r\nHost: id.example.test\r\nX-Large: "+strings.Repeat("a", size)+"\r\n\r\n") // the server may hang up before the end
			}()
			resp, err := http.ReadResponse(bufio.NewReader(c), nil)
			if err != nil {
				t.Fatalf("a header of %d bytes: %v", size, err)
			}
			defer resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("a header of %d bytes is answered %d, want %d", size, resp.StatusCode, want)
			}
			hungUp(c, time.Now())
		})
	}
}

// Both listeners are bounded so.
func TestBothListenersBoundTheHeader(t *testing.T) {
	t.Parallel()
	r := start(t, testconfig.New(t), Options{})
	for name, address := range map[string]string{"public": r.public, "internal": r.internal} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+address+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("X-Large", strings.Repeat("a", 64<<10))
		client := http.Client{Timeout: hangs, Transport: &http.Transport{DisableKeepAlives: true}}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("the %s listener answers a header of 64 KiB with %d", name, resp.StatusCode)
		}
	}
}

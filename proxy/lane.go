package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"gatehouse/gate"
)

// lane sends requests without a body to one target by HTTP/1.1, without TLS. Who sends one
// writes and reads by themselves: Go's library has two goroutines for each connection, and to
// wake them costs as much as all that the gate does. Any number may be sent at once.
type lane struct {
	dialer *net.Dialer
	host   string
	header time.Duration // until the head of an answer is there

	mu     sync.Mutex
	idle   []*link // the last one that came back goes out first
	closed bool
}

// lanesFor are those to the targets of an upstream, nil where it is spoken to in another way.
func lanesFor(u *gate.Upstream) map[string]*lane {
	lanes := map[string]*lane{}
	for _, t := range u.Targets {
		if t.Scheme != "http" || u.H2C || !canPeek {
			return nil
		}
		lanes[t.Host] = &lane{dialer: dialerTo(u), host: withPort(t.Host), header: u.Header}
	}
	return lanes
}

func withPort(host string) string {
	if _, _, err := net.SplitHostPort(host); err == nil {
		return host
	}
	return net.JoinHostPort(trimBrackets(host), "80")
}

func trimBrackets(host string) string {
	if n := len(host); n > 1 && host[0] == '[' && host[n-1] == ']' {
		return host[1 : n-1]
	}
	return host
}

// fitsLane reports whether a request can go this way: there is no body, and nothing that the
// two sides would have to agree upon first.
func fitsLane(r *http.Request) bool {
	return r.ContentLength == 0 && len(r.TransferEncoding) == 0 && len(r.Header["Expect"]) == 0 && len(r.Header["Upgrade"]) == 0 && r.Method != http.MethodConnect
}

// send sends r, whose context says when it is to be over. A connection that was used before
// may have been closed by the other side meanwhile: what may be sent twice, or was not sent
// at all, is sent by another one then.
func (l *lane) send(r *http.Request) (*http.Response, arrival, error) {
	if c := l.used(r); c != nil {
		answer, arrived, err := c.exchange(r)
		if err == nil || !stale(r, c, arrived) {
			return answer, arrived, err
		}
	}
	c, err := l.connect(r)
	if err != nil {
		return nil, nothing, err
	}
	return c.exchange(r)
}

// stale reports whether a request got nowhere because its connection was over before.
func stale(r *http.Request, c *link, arrived arrival) bool {
	if c.heard || c.late || r.Context().Err() != nil {
		return false
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	return arrived == nothing
}

// used returns a connection that waits for a request, nil where there is none.
func (l *lane) used(r *http.Request) *link {
	for {
		c := l.pop()
		if c == nil {
			return nil
		}
		if c.begin(r) == nil && c.quiet() {
			return c
		}
		c.quit()
	}
}

func (l *lane) pop() *link {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.idle)
	if n == 0 {
		return nil
	}
	c := l.idle[n-1]
	l.idle[n-1] = nil
	l.idle = l.idle[:n-1]
	return c
}

// push takes a connection back.
func (l *lane) push(c *link) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.idle) >= idleConnections {
		c.quit()
		return
	}
	c.since = time.Now()
	l.idle = append(l.idle, c)
}

// sweep closes the connections that nobody has used for long. The first is the oldest.
func (l *lane) sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for n < len(l.idle) && now.Sub(l.idle[n].since) > idleTimeout {
		l.idle[n].quit()
		n++
	}
	l.idle = append(l.idle[:0], l.idle[n:]...)
}

// close closes the connections that wait, and those that are in use once they are not.
func (l *lane) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for _, c := range l.idle {
		c.quit()
	}
	l.idle = nil
}

func (l *lane) connect(r *http.Request) (*link, error) {
	until, _ := r.Context().Deadline()
	ctx, cancel := context.WithDeadline(r.Context(), until)
	defer cancel()
	conn, err := l.dialer.DialContext(ctx, "tcp", l.host)
	if err != nil {
		return nil, err
	}
	c := newLink(l, conn)
	if c == nil {
		_ = conn.Close()
		return nil, errors.New("the connection is none of TCP")
	}
	return c, c.begin(r)
}

package proxy

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// exchange sends a request that does not last on, and its answer back. What
// httputil.ReverseProxy would do besides, nobody needs here: its copies of the request,
// answers of 1xx, and changes of the protocol.
func (p *passage) exchange(what *told) error {
	route := p.match.Route
	p.hurry(route.Timeout)
	pool, err := p.door.pools.of(route.Upstream)
	if err != nil {
		return p.upstreamFault(err)
	}
	ctx, end := p.timed(pool, route.Timeout)
	defer end()
	out := p.outgoing(ctx)
	if out.Body != nil {
		lent := &lent{ReadCloser: http.MaxBytesReader(&p.status, p.r.Body, route.Body)}
		defer lent.over.Store(true)
		out.Body = lent
	}
	p.rewrite(out, what)
	if _, named := out.Header["User-Agent"]; !named {
		out.Header["User-Agent"] = noAgent // and not that of Go's library
	}
	answer, err := pool.RoundTrip(out)
	if err != nil {
		return p.failure(ctx, err)
	}
	defer answer.Body.Close()
	dropHops(answer.Header)
	if err := p.answered(answer); err != nil {
		return p.failure(ctx, err)
	}
	return p.passOn(answer)
}

// timed bounds the request to the upstream by a time. What looks at the clock itself needs no
// timer for that.
func (p *passage) timed(pool *pool, timeout time.Duration) (context.Context, func()) {
	at := p.start.Add(timeout)
	if pool.looksItself(p.r) {
		return due{p.r.Context(), at}, func() {}
	}
	return context.WithDeadline(p.r.Context(), at)
}

var noAgent = []string{""}

// outgoing returns the request that goes on, with those headers of the visitor's that may.
func (p *passage) outgoing(ctx context.Context) *http.Request {
	out := p.r.WithContext(ctx)
	h := make(http.Header, len(p.r.Header)+6)
	options := p.r.Header["Connection"]
	for name, values := range p.r.Header {
		if !Strips(name) && !hop[name] && (len(options) == 0 || !tokens(options, name)) {
			h[name] = values
		}
	}
	out.Header, out.Close = h, false
	if p.r.ContentLength == 0 {
		out.Body = nil
	}
	return out
}

// hop are the headers that are about one connection (RFC 9110 section 7.6.1), and such as
// were before there was a list.
var hop = map[string]bool{
	"Connection": true, "Proxy-Connection": true, "Keep-Alive": true, "Proxy-Authenticate": true, "Proxy-Authorization": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// dropHops takes away the headers of an answer that are about the upstream's connection.
func dropHops(h http.Header) {
	for _, line := range h["Connection"] {
		for name := range strings.SplitSeq(line, ",") {
			h.Del(strings.TrimSpace(name))
		}
	}
	for name := range h {
		if hop[name] {
			delete(h, name)
		}
	}
}

// lent is the body of a visitor's request, for as long as the request is under way: who sends
// it on may read a little longer, and must not close it.
type lent struct {
	io.ReadCloser
	over atomic.Bool
}

var errOver = errors.New("the request is over")

// Read reads what the visitor sends.
func (l *lent) Read(p []byte) (int, error) {
	if l.over.Load() {
		return 0, errOver
	}
	return l.ReadCloser.Read(p)
}

// Close leaves the visitor's connection as it is.
func (l *lent) Close() error {
	l.over.Store(true)
	return nil
}

// passOn passes an answer on. One that breaks off is broken off.
func (p *passage) passOn(answer *http.Response) error {
	h := p.status.Header()
	for name, values := range answer.Header {
		if before := h[name]; len(before) > 0 {
			values = append(before[:len(before):len(before)], values...)
		}
		h[name] = values
	}
	p.status.WriteHeader(answer.StatusCode)
	if answer.ContentLength == 0 {
		return nil
	}
	if err := p.copyBody(answer); err != nil {
		p.door.Log.Debug("an answer was broken off", "request_id", string(p.info.ID), "why", err.Error())
		panic(http.ErrAbortHandler)
	}
	return nil
}

// copyBody passes a body on: at once what has no length, or is a stream of events.
func (p *passage) copyBody(answer *http.Response) error {
	room := spare.Get().(*[bufferSize]byte)
	defer spare.Put(room)
	atOnce, c := answer.ContentLength < 0 || isEvents(answer.Header), http.NewResponseController(&p.status)
	if atOnce {
		_ = c.Flush() // the head too; a writer that cannot is a test's
	}
	for {
		n, err := answer.Body.Read(room[:])
		if n > 0 {
			if _, err := p.status.Write(room[:n]); err != nil {
				return err
			}
			if atOnce {
				_ = c.Flush() // the next write fails, too
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// due is a context with a moment at which it is to be over. Whoever takes it looks at the
// clock.
type due struct {
	context.Context
	at time.Time
}

// Deadline implements context.Context.
func (d due) Deadline() (time.Time, bool) { return d.at, true }

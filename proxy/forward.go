package proxy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"gatehouse/fault"
)

// forward sends the request on, and the answer back.
func (p *passage) forward() error {
	defer p.settle(nil) // of what may last, and came to no stream
	route := p.match.Route
	if p.r.ContentLength > route.Body {
		return tooLarge(route.Body)
	}
	what, err := p.tells(route.Upstream)
	if err != nil {
		return err
	}
	if p.kind == "" {
		return p.exchange(&what)
	}
	return p.carry(&what)
}

// carry sends on a request that may last, and what follows in both directions.
func (p *passage) carry(what *told) error {
	route := p.match.Route
	ctx, end, err := p.bounded()
	if err != nil {
		return err
	}
	defer end()
	in := p.r.WithContext(ctx)
	if in.Body = http.MaxBytesReader(&p.status, p.r.Body, route.Body); p.kind == kindGRPC {
		in.Body = p.r.Body
		if err := p.calling(in); err != nil {
			return err
		}
	}
	var failed error
	proxy := &httputil.ReverseProxy{
		Rewrite:        func(out *httputil.ProxyRequest) { strip(out.Out.Header); p.rewrite(out.Out, what) },
		Transport:      within{p.door.transport, ctx},
		BufferPool:     smallBuffers{},
		ErrorLog:       slog.NewLogLogger(p.door.Log.Handler(), slog.LevelDebug),
		ErrorHandler:   func(_ http.ResponseWriter, _ *http.Request, err error) { failed = err },
		ModifyResponse: p.answered,
	}
	proxy.ServeHTTP(&p.status, in)
	return p.failure(ctx, failed)
}

// within sends requests in a context of its own. In that of a ReverseProxy somebody waits
// for answers of 1xx, and clears the headers of the answer after each: also those that the
// gate has written there already.
type within struct {
	http.RoundTripper
	ctx context.Context
}

// RoundTrip implements http.RoundTripper.
func (w within) RoundTrip(r *http.Request) (*http.Response, error) {
	return w.RoundTripper.RoundTrip(r.WithContext(w.ctx))
}

// spare keeps what answers are copied by.
var spare = sync.Pool{New: func() any { return new([bufferSize]byte) }}

const bufferSize = 32 << 10

// hurry bounds how slowly a visitor may send and take. Each request sets it: what an
// earlier one on the same connection left there would end this one.
func (p *passage) hurry(d time.Duration) { deadline(p.w, p.start.Add(d)) }

// deadline bounds until when a connection is read and written, but for a moment.
func deadline(w http.ResponseWriter, at time.Time) {
	c, until := http.NewResponseController(w), at.Add(time.Second)
	_ = c.SetReadDeadline(until) // a writer without deadlines is a test's
	_ = c.SetWriteDeadline(until)
}

// ends is when what was decided may be otherwise by the clock alone, or what the caller
// came with is over; zero: never.
func (p *passage) ends() time.Time {
	limit := p.until()
	if p.caller == nil {
		return limit
	}
	if expires := p.caller.Expires(); limit.IsZero() || !expires.IsZero() && expires.Before(limit) {
		limit = expires
	}
	return limit
}

// rewrite writes the request that goes on, whose headers were stripped: nothing of its
// target is left to how somebody else would write it.
func (p *passage) rewrite(out *http.Request, what *told) {
	out.URL = address(p.request.path.String(), p.request.query)
	out.Host = p.request.host
	out.Trailer = nil
	h, one := out.Header, make(singles, 0, 8)
	stripCookies(h)
	p.hand(h)
	h["X-Forwarded-For"] = one.of(p.info.IP)
	h["X-Forwarded-Host"] = one.of(p.request.host)
	h["X-Forwarded-Proto"] = one.of(scheme(p.r))
	h["X-Request-Id"] = one.of(string(p.info.ID))
	if what.assertion != "" {
		h[HeaderAssertion] = one.of(what.assertion)
	}
	what.write(h)
	p.mark(h)
	switch p.kind {
	case kindWebSocket:
		p.upgrade.write(h)
	case kindGRPC:
		h.Set("TE", "trailers")
	}
}

// singles are values of headers that have one each, side by side.
type singles []string

func (s *singles) of(value string) []string {
	*s = append(*s, value)
	n := len(*s)
	return (*s)[n-1 : n : n]
}

// hand leaves of a visitor's headers what the route hands on, and adds what it asks for
// in their place.
func (p *passage) hand(h http.Header) {
	route := p.match.Route
	only(h, route.Pass)
	if theirs := p.r.Header["Authorization"]; route.PassAuthorization && len(theirs) > 0 {
		h["Authorization"] = theirs
	}
	if route.Response.Secret {
		h.Set("Accept-Encoding", "identity")
	}
}

// address is what a request asks a target for, which the pool of the upstream chooses. Opaque
// has the path go out as it is written here, and not as another package would write it: it
// begins with one slash, never with two.
func address(path, query string) *url.URL { return &url.URL{Opaque: path, RawQuery: query} }

func scheme(r *http.Request) string {
	if r.TLS != nil {
		return "https"
	}
	return "http"
}

// answered looks at the head of an upstream's answer.
func (p *passage) answered(answer *http.Response) error {
	stripAnswer(answer.Header)
	p.varyByCookie(answer.Header)
	if p.limited { // ours are in the answer already
		answer.Header.Del("RateLimit")
		answer.Header.Del("RateLimit-Policy")
	}
	answer.Header["X-Request-Id"] = []string{string(p.info.ID)}
	if err := p.dress(answer); err != nil {
		return err
	}
	return p.lasts(answer)
}

// upstreamFault is why no answer came, as the visitor is told.
func (p *passage) upstreamFault(err error) error {
	if large, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLarge(large.Limit)
	}
	if p.r.Context().Err() != nil {
		return fmt.Errorf("forward: the visitor went away: %w", err)
	}
	if errors.Is(err, errAnswer) {
		return fault.Wrap(err, fault.Unanswered, "gate.answer", "The application behind the gate gave an answer that this route does not pass on.")
	}
	if isTimeout(err) {
		return fault.Wrap(err, fault.Unanswered, "gate.upstream_slow", "The application behind the gate took too long to answer.")
	}
	return fault.Wrap(err, fault.Unanswered, "gate.upstream", "The application behind the gate cannot be reached.")
}

func tooLarge(most int64) error {
	return fault.New(fault.Malformed, "gate.too_large", fmt.Sprintf("The request is larger than the %d bytes that this route takes.", most))
}

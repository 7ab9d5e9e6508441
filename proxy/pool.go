package proxy

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"
	"time"

	"gatehouse/gate"
)

// pool sends the requests for an upstream to its targets: of two that are well and taken at
// random, to the one with fewer requests under way. Any number may be sent at once.
type pool struct {
	upstream *gate.Upstream
	targets  []*target
	wire     wire
	budget   budget
	metrics  Metrics
	log      *slog.Logger
}

// target is one of the servers of an upstream.
type target struct {
	gate.Target
	busy   atomic.Int64 // requests under way
	failed atomic.Int32 // requests in a row that were answered badly, or not
	out    atomic.Int64 // until when it gets none for that, in nanoseconds since the Unix epoch
	ill    atomic.Bool  // by what it answers to the question how it is
	health pulse
}

func newPool(u *gate.Upstream, m Metrics, log *slog.Logger) (*pool, error) {
	p := &pool{upstream: u, metrics: m, log: log}
	p.budget.percent = int64(u.Retry.Budget)
	p.budget.left.Store(budgetMost)
	for _, t := range u.Targets {
		p.targets = append(p.targets, &target{Target: t, health: pulse{asking: make(chan struct{}, 1)}})
	}
	return p, p.wire.open(u)
}

// well reports whether a target is to get requests.
func (t *target) well(now time.Time) bool { return !t.ill.Load() && now.UnixNano() >= t.out.Load() }

// pick returns a target, one that was not tried if there is one. Where none is well any is as
// good as the others: that they are not may be our mistake.
func (p *pool) pick(tried []*target) *target {
	if len(p.targets) == 1 {
		return p.targets[0]
	}
	now := time.Now()
	some := make([]*target, 0, 8)
	for _, t := range p.targets {
		if t.well(now) && !slices.Contains(tried, t) {
			some = append(some, t)
		}
	}
	if len(some) == 0 {
		for _, t := range p.targets {
			if !slices.Contains(tried, t) {
				some = append(some, t)
			}
		}
	}
	if len(some) == 0 {
		some = p.targets
	}
	one, other := some[rand.IntN(len(some))], some[rand.IntN(len(some))]
	if other.busy.Load() < one.busy.Load() {
		return other
	}
	return one
}

// What becomes of a request that was sent to an upstream, as metrics count it.
const (
	upstreamAnswered = "answered" // by anything below 500
	upstreamFailed   = "failed"   // by 5xx
	upstreamSlow     = "slow"     // not in time
	upstreamLost     = "lost"     // not at all
	upstreamGone     = "gone"     // the visitor went away, or did not send all of the request
)

// RoundTrip implements http.RoundTripper. The host of r is written here.
func (p *pool) RoundTrip(r *http.Request) (*http.Response, error) {
	p.budget.earn()
	var room [8]*target
	tried := room[:0]
	for {
		t := p.pick(tried)
		answer, arrived, err := p.send(t, r)
		p.judge(t, r, answer, arrived, err)
		if tried = append(tried, t); !p.again(r, answer, arrived, err, len(tried)) {
			return answer, err
		}
		if answer != nil {
			_, _ = io.CopyN(io.Discard, answer.Body, 4<<10) // so that the connection can be used again
			_ = answer.Body.Close()
		}
		p.metrics.GateUpstream(p.upstream.ID, "retried")
	}
}

// arrival is how much of a request may have arrived at a target.
type arrival int32

const (
	nothing arrival = iota // there was no connection
	some
	everything
)

// looksItself reports whether a request that does not last is sent by who looks at the clock
// themselves, and needs no timer.
func (p *pool) looksItself(r *http.Request) bool { return p.wire.lanes() && fitsLane(r) }

// send sends r to t. What is written of r is a copy.
func (p *pool) send(t *target, r *http.Request) (answer *http.Response, arrived arrival, err error) {
	t.busy.Add(1)
	if _, timer := r.Context().(due); timer {
		answer, arrived, err = p.wire.lane(t.Host).send(r)
	} else {
		answer, arrived, err = p.sendUsually(t, r)
	}
	if err != nil {
		t.busy.Add(-1)
		return nil, arrived, err
	}
	answer.Body = freeing(answer.Body, t)
	return answer, everything, nil
}

// sendUsually sends r by Go's library.
func (p *pool) sendUsually(t *target, r *http.Request) (*http.Response, arrival, error) {
	var wrote atomic.Int32
	out := r.WithContext(httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { wrote.Store(int32(some)) },
		WroteRequest: func(w httptrace.WroteRequestInfo) {
			if w.Err == nil {
				wrote.Store(int32(everything))
			}
		},
	}))
	to := *r.URL
	to.Scheme, to.Host = t.Scheme, t.Host
	out.URL = &to
	answer, err := p.wire.transport(kindOf(r.Context())).RoundTrip(out)
	return answer, arrival(wrote.Load()), err
}

// judge notes how a target answered. A visitor who goes away, or takes their time with a
// body, says nothing about it.
func (p *pool) judge(t *target, r *http.Request, answer *http.Response, arrived arrival, err error) {
	outcome := upstreamAnswered
	switch {
	case errors.Is(r.Context().Err(), context.Canceled) && err != nil, err != nil && arrived == some && hasBody(r):
		outcome = upstreamGone
	case isTimeout(err):
		outcome = upstreamSlow
	case err != nil:
		outcome = upstreamLost
	case answer.StatusCode >= http.StatusInternalServerError:
		outcome = upstreamFailed
	}
	p.metrics.GateUpstream(p.upstream.ID, outcome)
	switch outcome {
	case upstreamGone:
	case upstreamAnswered:
		t.failed.Store(0)
	default:
		p.failed(t, outcome)
	}
}

// failed takes a target out that failed too often in a row, where there are others. The
// first request after that decides whether it goes out again.
func (p *pool) failed(t *target, outcome string) {
	most := int32(p.upstream.Health.Failures)
	if t.failed.Add(1) < most || len(p.targets) == 1 {
		return
	}
	t.failed.Store(most - 1)
	now := time.Now()
	if until := t.out.Load(); now.UnixNano() >= until && t.out.CompareAndSwap(until, now.Add(p.upstream.Health.Eject).UnixNano()) {
		p.log.Warn("a target of an upstream is left out for a while", "upstream", p.upstream.ID, "target", t.Host, "why", outcome, "for", p.upstream.Health.Eject.String())
	}
}

// again reports whether r is sent once more: it has no body, it may be sent twice, nothing of
// an answer went on, and not too many are.
func (p *pool) again(r *http.Request, answer *http.Response, arrived arrival, err error, tries int) bool {
	how := &p.upstream.Retry
	if tries >= how.Attempts || r.Context().Err() != nil || hasBody(r) || !slices.Contains(how.Methods, r.Method) || r.Header.Get("Upgrade") != "" {
		return false
	}
	switch {
	case err != nil && arrived == nothing:
		return how.Connect && p.budget.spend()
	case err != nil:
		return how.Reset && !isTimeout(err) && p.budget.spend()
	}
	return slices.Contains(how.Statuses, answer.StatusCode) && p.budget.spend()
}

func hasBody(r *http.Request) bool { return r.Body != nil && r.Body != http.NoBody }

func isTimeout(err error) bool {
	timeout, ok := errors.AsType[interface {
		error
		Timeout() bool
	}](err)
	return ok && timeout.Timeout()
}

// budget bounds how many requests are sent once more: so many of a hundred, and a few at
// once. Without it an upstream that fails would get twice the load.
type budget struct {
	percent int64
	left    atomic.Int64 // in hundredths
}

const (
	budgetMost = 1000
	budgetOne  = 100
)

func (b *budget) earn() {
	if left := b.left.Load(); left < budgetMost {
		b.left.Add(min(b.percent, budgetMost-left))
	}
}

func (b *budget) spend() bool {
	for {
		left := b.left.Load()
		if left < budgetOne {
			return false
		}
		if b.left.CompareAndSwap(left, left-budgetOne) {
			return true
		}
	}
}

// freeing is a body that tells its target when nobody needs it any more. That of a connection
// which speaks another protocol can be written to, too.
func freeing(body io.ReadCloser, t *target) io.ReadCloser {
	if both, ok := body.(io.ReadWriteCloser); ok {
		return &freeConn{ReadWriteCloser: both, target: t}
	}
	return &freeBody{ReadCloser: body, target: t}
}

type freeBody struct {
	io.ReadCloser
	target *target
	closed atomic.Bool
}

// Close frees the target, once.
func (b *freeBody) Close() error {
	if b.closed.CompareAndSwap(false, true) {
		b.target.busy.Add(-1)
	}
	return b.ReadCloser.Close()
}

type freeConn struct {
	io.ReadWriteCloser
	target *target
	closed atomic.Bool
}

// Close frees the target, once.
func (c *freeConn) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.target.busy.Add(-1)
	}
	return c.ReadWriteCloser.Close()
}

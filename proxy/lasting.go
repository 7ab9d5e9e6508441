package proxy

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/web"
)

// asksStream reads what of the request may last. An upgrade that the route does not allow
// is refused here: no upstream hears of it.
func (p *passage) asksStream() error {
	if p.edge != nil { // what lasts at another proxy is not ours to end
		return nil
	}
	bounds := p.match.Route.Stream
	u, err := readUpgrade(p.r)
	switch {
	case err != nil:
		return err
	case u != nil && (bounds == nil || !bounds.WebSocket):
		return badUpgrade("This route takes no WebSockets.")
	case u != nil:
		p.kind, p.upgrade = kindWebSocket, u
		u.only(bounds.Subprotocols)
		return p.present()
	case bounds == nil:
	case bounds.GRPC && isGRPC(p.r):
		p.kind = kindGRPC
	case bounds.SSE && p.r.Method != http.MethodHead:
		p.kind = kindSSE
	}
	return nil
}

// present looks at the credential of a WebSocket: no page of another site uses that of a
// browser, and a ticket is taken for the credential that it stands for. What is not in the
// header for us, or is no bearer's, a browser may send by itself.
func (p *passage) present() error {
	token, _ := web.BearerToken(p.credential())
	if err := p.checkOrigin(token != "" || p.upgrade.hasTicket || p.programShows()); err != nil || !p.upgrade.hasTicket {
		return err
	}
	if len(p.credential()) > 0 {
		return fault.New(fault.Malformed, "gate.header", "There is a ticket beside another credential.")
	}
	return p.redeem()
}

// programShows reports whether a program came with a client certificate. A browser that
// shows one says besides whose page has it do so, always with a WebSocket.
func (p *passage) programShows() bool {
	return p.r.Header.Get("Origin") == "" && p.match.Route.Accepts(gate.ByCertificate) && len(p.shown()) > 0
}

// bounded returns the context of a request that may last to the upstream. It is bounded until
// its answer begins, and counted; end must be called when the request is over.
func (p *passage) bounded() (ctx context.Context, end func(), err error) {
	timeout := p.match.Route.Timeout
	p.hurry(timeout)
	leave, err := p.door.streams.enter(p.countsFor(), p.door.MaxStreams, p.door.MaxStreamsOf)
	if err != nil {
		p.turnedAway(p.decision, err)
		return nil, nil, err
	}
	ctx, stop := context.WithCancelCause(withKind(withUpstream(p.r.Context(), p.match.Route.Upstream), p.kind))
	p.stop, p.late = stop, time.AfterFunc(timeout, func() { stop(context.DeadlineExceeded) })
	return ctx, func() {
		p.late.Stop()
		stop(nil)
		if p.stream != nil {
			p.stream.close()
			p.door.Metrics.GateStreamEnded(p.stream.kind, p.match.Route.ID, p.stream.why())
		}
		leave()
	}, nil
}

// lasts has an answer last that may. What was decided about any other is settled before somebody
// reads it.
func (p *passage) lasts(answer *http.Response) error {
	switch {
	case answer.StatusCode == http.StatusSwitchingProtocols:
		return p.switched(answer)
	case p.reply != nil:
		return p.reply.replied(answer)
	case p.kind == kindSSE && answer.StatusCode == http.StatusOK && isEvents(answer.Header):
		return p.listen(answer)
	}
	p.settle(nil)
	return nil
}

// failure is why no answer came, or why it ended.
func (p *passage) failure(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errRelayed) {
		return nil
	}
	if p.stream != nil {
		if e := p.stream.ended.Load(); e != nil && e.err != nil {
			return e.err
		}
	}
	if _, ours := errors.AsType[*fault.Error](err); ours {
		return err
	}
	if context.Cause(ctx) == context.DeadlineExceeded {
		err = context.DeadlineExceeded
	}
	return p.upstreamFault(err)
}

// smallBuffers keeps what answers that may last are copied by.
type smallBuffers struct{}

var smallPool = sync.Pool{New: func() any { return new([socketBuffer]byte) }}

// Get implements httputil.BufferPool.
func (smallBuffers) Get() []byte { return smallPool.Get().(*[socketBuffer]byte)[:] }

// Put implements httputil.BufferPool.
func (smallBuffers) Put(b []byte) { smallPool.Put((*[socketBuffer]byte)(b)) }

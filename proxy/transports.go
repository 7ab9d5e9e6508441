package proxy

import (
	"context"
	"net/http"

	"gatehouse/gate"
)

// lines connect to an upstream, in the ways that it is spoken to.
type lines struct {
	usual   *http.Transport  // HTTP/1.1, HTTP/2 where TLS agrees on it, or HTTP/2 alone
	upgrade *http.Transport  // HTTP/1.1 alone: no other changes to WebSockets
	lanes   map[string]*lane // by the host of a target; nil: there are none
}

func newLines(u *gate.Upstream) (*lines, error) {
	var plain, old http.Protocols
	plain.SetUnencryptedHTTP2(true)
	old.SetHTTP1(true)
	if u.H2C {
		usual, err := newTransport(u, &plain)
		return &lines{usual, usual, nil}, err
	}
	usual, err := newTransport(u, nil)
	if err != nil {
		return nil, err
	}
	upgrade, err := newTransport(u, &old)
	return &lines{usual, upgrade, lanesFor(u)}, err
}

// of returns what a request is sent by, for a kind of stream, "" for none. The outcome of a
// call of gRPC is behind its answer; of others nobody looks there.
func (l *lines) of(kind string) http.RoundTripper {
	switch kind {
	case kindGRPC:
		return l.usual
	case kindWebSocket:
		return upstreams{l.upgrade}
	}
	return upstreams{l.usual}
}

func (l *lines) close() {
	l.usual.CloseIdleConnections()
	l.upgrade.CloseIdleConnections()
	for _, one := range l.lanes {
		one.close()
	}
}

// kindKey is under which a request's context has the kind of stream that it may become.
type kindKey struct{}

func withKind(ctx context.Context, kind string) context.Context {
	return context.WithValue(ctx, kindKey{}, kind)
}

func kindOf(ctx context.Context) string {
	kind, _ := ctx.Value(kindKey{}).(string)
	return kind
}

// Package envoy is the gate's face for Envoy: the ext_authz service over gRPC, version 3.
// Envoy tells of each request before it goes on, and does with it and its headers what it
// is answered.
//
// What a request comes to, package proxy decides, as for everybody who asks. What is said
// of headers is always complete: those that an application trusts are set or removed, and
// of the visitor's all are removed that the gate would not send on either.
package envoy

import (
	"context"
	"crypto/x509"
	"log/slog"
	"net"
	"net/netip"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"gatehouse/proxy"
)

// Gate decides; *proxy.Door does.
type Gate interface {
	// EdgeKnown returns the edge that asks, nil for who is none.
	EdgeKnown(ctx context.Context, name string, at netip.Addr, secret string, shown *x509.Certificate) *proxy.Edge
	Check(ctx context.Context, edge *proxy.Edge, o proxy.Original, wrong error) proxy.Answer
	// Visitor returns the address of whoever sent a request to a peer of an edge.
	Visitor(edge *proxy.Edge, peer string, forwardedFor []string) string
}

// In which metadata Envoy says which edge it is, and shows its secret.
const (
	keyEdge   = "x-gatehouse-edge"
	keySecret = "x-gatehouse-edge-secret"
)

// Service answers Envoy. Any number may ask at once.
type Service struct {
	authv3.UnimplementedAuthorizationServer
	Gate Gate
	Log  *slog.Logger
}

// Check answers about one request. Its error is Unauthenticated for who is no edge, and
// tells nothing more; Envoy lets nothing through by an error.
func (s *Service) Check(ctx context.Context, q *authv3.CheckRequest) (answer *authv3.CheckResponse, err error) {
	defer func() {
		if broken := recover(); broken != nil {
			s.Log.Error("the gate panicked", "panic", broken)
			answer, err = nil, status.Error(codes.Internal, "")
		}
	}()
	edge := s.edge(ctx)
	if edge == nil {
		return nil, status.Error(codes.Unauthenticated, "")
	}
	o, wrong := read(q)
	o.IP = s.Gate.Visitor(edge, sourceOf(q), o.Header["X-Forwarded-For"])
	delete(o.Header, "X-Forwarded-For")
	a := s.Gate.Check(ctx, edge, o, wrong)
	if a.Allowed() {
		return allowed(&a, &o, q), nil
	}
	return denied(&a), nil
}

// edge is who asks, nil for nobody who is known.
func (s *Service) edge(ctx context.Context) *proxy.Edge {
	md, _ := metadata.FromIncomingContext(ctx)
	at, shown := from(ctx)
	return s.Gate.EdgeKnown(ctx, only(md[keyEdge]), at, only(md[keySecret]), shown)
}

func only(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return ""
}

// from is who is at the other end of the connection, and the certificate that they showed.
func from(ctx context.Context) (at netip.Addr, shown *x509.Certificate) {
	p, ok := peer.FromContext(ctx)
	if !ok {
		return at, nil
	}
	if tcp, ok := p.Addr.(*net.TCPAddr); ok {
		at = tcp.AddrPort().Addr()
	}
	if info, ok := p.AuthInfo.(credentials.TLSInfo); ok && len(info.State.PeerCertificates) > 0 {
		shown = info.State.PeerCertificates[0]
	}
	return at, shown
}

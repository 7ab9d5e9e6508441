package envoy

import (
	"context"
	"crypto/tls"
	"net"
	"time"

	authv3 "github.com/envoyproxy/go-control-plane/envoy/service/auth/v3"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

// Bounds of what Envoy may ask.
const (
	maxQuestion   = 128 << 10 // bytes; a question has headers, and no body
	maxAtOnce     = 1000      // on a connection
	helloTimeout  = 5 * time.Second
	headersAtMost = 32 << 10
)

// Server serves the service.
type Server struct{ grpc *grpc.Server }

// NewServer returns a server of the service, over TLS where there is a config for it.
func NewServer(s *Service, secure *tls.Config) *Server {
	options := []grpc.ServerOption{
		grpc.MaxRecvMsgSize(maxQuestion), grpc.MaxConcurrentStreams(maxAtOnce), grpc.ConnectionTimeout(helloTimeout), grpc.MaxHeaderListSize(headersAtMost),
		grpc.KeepaliveParams(keepalive.ServerParameters{Time: time.Minute, Timeout: 20 * time.Second}),
		grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: 10 * time.Second, PermitWithoutStream: true}),
	}
	if secure != nil {
		options = append(options, grpc.Creds(credentials.NewTLS(secure)))
	}
	server := &Server{grpc.NewServer(options...)}
	authv3.RegisterAuthorizationServer(server.grpc, s)
	return server
}

// Serve answers on l until Stop, and closes it.
func (s *Server) Serve(l net.Listener) error { return s.grpc.Serve(l) }

// Stop ends the server: what is being answered is answered until ctx ends.
func (s *Server) Stop(ctx context.Context) {
	done := make(chan struct{})
	go func() { s.grpc.GracefulStop(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		s.grpc.Stop()
		<-done
	}
}

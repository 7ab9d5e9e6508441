package server

import (
	"context"
	"crypto/tls"
	"fmt"

	"golang.org/x/sync/errgroup"

	"gatehouse/proxy/envoy"
)

// ExtAuthz returns the server that answers Envoy; nil where there is no gate. Without a
// config it speaks no TLS.
func (s *Server) ExtAuthz(secure *tls.Config) *envoy.Server {
	if s.gate == nil {
		return nil
	}
	return envoy.NewServer(&envoy.Service{Gate: s.gate, Log: s.house.Log}, secure)
}

// serveExtAuthz answers Envoy until ctx ends, and then what is under way.
func (s *Server) serveExtAuthz(ctx context.Context, group *errgroup.Group, l *Listeners) {
	server := s.ExtAuthz(l.certificate.configAsking(s.proves))
	group.Go(func() error {
		if err := server.Serve(l.extAuthz); err != nil {
			return fmt.Errorf("serve %s: %w", l.extAuthz.Addr(), err)
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		draining, cancel := s.draining()
		defer cancel()
		server.Stop(draining)
		return nil
	})
}

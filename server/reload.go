package server

import "context"

// reload reads again what can be whenever somebody asks, and says what it did.
func (s *Server) reload(ctx context.Context, c *certificate) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.options.Reload:
		}
		s.house.Log.Info("asked to reload: the certificate is read again; the configuration is read at the start only, so restart for a changed one", "certificate", c.again())
	}
}

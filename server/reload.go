package server

import (
	"context"

	"gatehouse/ui/brand"
)

// reload reads again what can be whenever somebody asks, and says what it did.
func (s *Server) reload(ctx context.Context, c *certificate) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.options.Reload:
		}
		s.house.Log.Info("asked to reload: the certificate and the logo are read again; the configuration is read at the start only, so restart for a changed one", "certificate", c.again(), "logo", s.lookAgain())
	}
}

// lookAgain reads the logo again, and says what came of it. A broken one leaves what
// pages show as it is.
func (s *Server) lookAgain() string {
	if s.house.Config.Brand.Logo == "" {
		return "none is configured"
	}
	look, err := brand.Open(s.house.Now().Brand)
	if err != nil {
		s.house.Log.Error("the changed logo cannot be used; the old one stays", "error", err.Error())
		return "the old one stays"
	}
	if look.LogoURL() != s.look.Brand().LogoURL() {
		s.look.Put(look)
	}
	return "in use"
}

// lookAnew makes pages look as the settings say now, if they said something else before.
// While the logo cannot be read, name and colours are as they were, too.
func (s *Server) lookAnew() {
	s.looking.Lock()
	defer s.looking.Unlock()
	c := s.house.Now().Brand
	if c == s.looks {
		return
	}
	look, err := brand.Open(c)
	if err != nil {
		s.house.Log.Error("the changed name and colours cannot be used while the logo cannot; the old ones stay", "error", err.Error())
		return
	}
	s.look.Put(look)
	s.looks = c
}

package server

import (
	"time"

	"gatehouse/house/check"
)

// warn says what of the configuration will surprise somebody later.
func (s *Server) warn() {
	c := s.house.Config
	if c.InsecureHTTPIssuerForTests {
		s.house.Log.Warn("INSECURE: insecure_http_issuer_for_tests is set. Passwords, cookies and tokens can be read by everybody on the network. This is for tests, and for nothing else", "issuer", c.Issuer)
	}
	for _, a := range check.Advise(c, time.Now()) {
		if a.Serving {
			s.house.Log.Warn(a.Key+" "+a.Text, "issuer", c.Issuer)
		}
	}
}

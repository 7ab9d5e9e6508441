package server

// warn says what of the configuration will surprise somebody later.
func (s *Server) warn() {
	c := s.house.Config
	if c.InsecureHTTPIssuerForTests {
		s.house.Log.Warn("INSECURE: insecure_http_issuer_for_tests is set. Passwords, cookies and tokens can be read by everybody on the network. This is for tests, and for nothing else", "issuer", c.Issuer)
	}
	if secure(c.Issuer) && c.Web.TLS.CertFile == "" && len(c.Web.TrustedProxies) == 0 {
		s.house.Log.Warn("the issuer is https, but neither tls.cert_file nor trusted_proxies is set. If a proxy ends TLS in front, all visitors seem to have its address: the failed sign-ins of one block everybody, and the audit log names the proxy. Name the proxy's address in trusted_proxies", "issuer", c.Issuer)
	}
}

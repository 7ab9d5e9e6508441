package web

import (
	"net/netip"
	"net/url"
	"strings"
)

// OnThisMachine reports whether address is an http or https URL of a host that
// every machine calls itself.
func OnThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	host := u.Hostname()
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}

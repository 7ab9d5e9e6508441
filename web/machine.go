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
	return Loopback(u.Hostname())
}

// Loopback reports whether host, without a port, is this machine by its very name:
// localhost, a name below it (RFC 6761), or a loopback address.
func Loopback(host string) bool {
	host = strings.ToLower(strings.Trim(host, "[]"))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// PortHere is the port of an issuer on this very machine, "" of any other, and of one that names
// none. Cookies know hosts and no ports: of two that run on one machine each would take those of
// the other for its own, and sign its people out.
func PortHere(issuer string) string {
	u, err := url.Parse(issuer)
	if err != nil || !Loopback(u.Hostname()) {
		return ""
	}
	return u.Port()
}

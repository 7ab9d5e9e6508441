package id

import "net/netip"

// Network names what an address counts as where something is limited for each of
// them: in IPv6 its /64 network, of which one subscriber has every address, in IPv4
// the address itself. It is "" for what is no address.
func Network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	if addr.Is4() {
		return address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	network, err := addr.Prefix(64)
	if err != nil {
		return ""
	}
	return network.String()
}

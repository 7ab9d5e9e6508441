package gate

import (
	"net/netip"
	"slices"
	"strings"
)

// Reach is where upstreams may lie. The zero Reach is anywhere, for upstreams whose writer
// has the files of the server. What Only returns is for all others: it has no networks where
// there are none, and then nothing is within it.
type Reach struct {
	bounded  bool
	networks []netip.Prefix
}

// Only is the reach of upstreams in those networks alone, which may name no files either.
func Only(networks []netip.Prefix) Reach { return Reach{bounded: true, networks: networks} }

// Bounded reports whether there are addresses that are not within r.
func (r Reach) Bounded() bool { return r.bounded }

// Within reports whether an address is one that may be connected to. To connect to the
// unspecified one is to connect to this machine, whatever network it is said to be in.
func (r Reach) Within(ip netip.Addr) bool {
	if !r.bounded {
		return true
	}
	ip = ip.Unmap().WithZone("")
	return ip.IsValid() && !ip.IsUnspecified() && slices.ContainsFunc(r.networks, func(n netip.Prefix) bool { return n.Contains(ip) })
}

// reaches holds an upstream to the reach of its writer. A target by name is looked at when
// it is connected to, too.
func (c *compiler) reaches(u *Upstream) {
	if u.Reach = c.Reach; !u.Reach.bounded {
		return
	}
	if u.TLS.CA != "" || u.TLS.Cert != "" || u.TLS.Key != "" {
		c.problem("spec.tls", "names files of the server, which only files may (gate.routes)")
	}
	for i, t := range u.Targets {
		ip, err := netip.ParseAddr(t.hostname())
		switch {
		case len(c.Reach.networks) == 0:
			c.problem(index("spec.targets", i), "cannot be reached: gate.upstream_networks names no network for upstreams that are not in files")
		case err == nil && !c.Reach.Within(ip):
			c.problem(index("spec.targets", i), "lies outside of gate.upstream_networks")
		}
	}
}

// hostname is the host of a target without its port and brackets.
func (t Target) hostname() string {
	host := t.Host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	return strings.Trim(host, "[]")
}

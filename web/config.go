package web

import (
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"gatehouse/fault"
)

// Config says where Gatehouse listens and whose forwarded headers count.
type Config struct {
	Listen ListenConfig `setting:"listen"`
	TLS    TLSConfig    `setting:"tls"`
	// TrustedProxies are the networks of reverse proxies whose X-Forwarded-For
	// header counts, in CIDR form; an address stands for itself. Everybody is no network.
	TrustedProxies []string `setting:"trusted_proxies"`
}

// ListenConfig names the addresses, each HOST:PORT; an empty host listens on all
// of the machine's addresses.
type ListenConfig struct {
	// Public is the address of the pages and protocol endpoints.
	Public string `setting:"public"`
	// Internal is the address of health, readiness and metrics, not for the
	// public.
	Internal string `setting:"internal"`
}

// TLSConfig names the certificate. Both empty: plain HTTP, for loopback or
// behind a proxy that ends TLS. The files are read again when they change.
type TLSConfig struct {
	// CertFile is the certificate chain in PEM form.
	CertFile string `setting:"cert_file"`
	// KeyFile is the certificate's private key in PEM form.
	KeyFile string `setting:"key_file"`
}

// DefaultConfig listens on loopback only.
func DefaultConfig() Config {
	return Config{Listen: ListenConfig{Public: "127.0.0.1:8080", Internal: "127.0.0.1:9090"}}
}

// Validate says what is wrong with c. The files are opened later, by who serves.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if p := addressProblem(c.Listen.Public); p != "" {
		bad = append(bad, fault.Field{Name: "listen.public", Problem: p})
	}
	if p := addressProblem(c.Listen.Internal); p != "" {
		bad = append(bad, fault.Field{Name: "listen.internal", Problem: p})
	}
	if c.Listen.Public == c.Listen.Internal && !strings.HasSuffix(c.Listen.Public, ":0") {
		bad = append(bad, fault.Field{Name: "listen.internal", Problem: "is the address of listen.public too; metrics must not be public, choose another port"})
	}
	if c.TLS.CertFile == "" && c.TLS.KeyFile != "" {
		bad = append(bad, fault.Field{Name: "tls.cert_file", Problem: "is missing; tls.key_file is set, and one needs the other"})
	}
	if c.TLS.CertFile != "" && c.TLS.KeyFile == "" {
		bad = append(bad, fault.Field{Name: "tls.key_file", Problem: "is missing; tls.cert_file is set, and one needs the other"})
	}
	if _, fields := c.Proxies(); len(fields) > 0 {
		bad = append(bad, fields...)
	}
	return bad
}

// Proxies returns TrustedProxies as networks, or what is wrong with them.
func (c Config) Proxies() ([]netip.Prefix, []fault.Field) {
	var nets []netip.Prefix
	var bad []fault.Field
	for i, s := range c.TrustedProxies {
		net, err := parseNetwork(s)
		if err != nil {
			bad = append(bad, fault.Field{Name: "trusted_proxies[" + strconv.Itoa(i) + "]", Problem: notNetwork})
			continue
		}
		nets = append(nets, net)
	}
	return nets, bad
}

const notNetwork = `is not a network; write "10.0.0.0/8", "fd00::/8" or an address like "192.0.2.7"`

// parseNetwork reads a network or an address. Of a network of everybody any visitor would be,
// and say for themselves where they come from; one of IPv4 in the letters of IPv6 has nobody.
func parseNetwork(s string) (netip.Prefix, error) {
	if addr, err := netip.ParseAddr(s); err == nil {
		addr = addr.Unmap().WithZone("")
		return netip.PrefixFrom(addr, addr.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	if err == nil && (p.Bits() == 0 || p.Addr().Is4In6()) {
		err = errors.New("a network of everybody, or of nobody")
	}
	if err != nil {
		return netip.Prefix{}, err
	}
	return p.Masked(), nil
}

func addressProblem(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return `is not an address; write "127.0.0.1:8080", "[::1]:8080", or ":8080" for all addresses`
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n > 65535 {
		return "has no usable port; write a number from 0 to 65535 after the last colon"
	}
	if strings.ContainsAny(host, "/ ") {
		return `has no usable host; write an IP address, a host name, or nothing for all addresses`
	}
	return ""
}

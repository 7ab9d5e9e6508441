package gate

import (
	"net/netip"
	"strconv"
	"strings"
)

// maxHost bounds a name of the domain name system, in bytes (RFC 1035 section 2.3.4).
const maxHost = 253

// ParseHost reads the host of a request, as it was sent: a name in ASCII or an address,
// perhaps with a port. It returns its one spelling, in small letters and without the dot
// at the end, and the port, 0 where none is written. Its error is Malformed.
func ParseHost(raw string) (host string, port int, err error) {
	host = raw
	if strings.HasPrefix(raw, "[") {
		return parseBracketed(raw)
	}
	if i := strings.IndexByte(raw, ':'); i >= 0 {
		if port, err = parsePort(raw[i+1:]); err != nil {
			return "", 0, err
		}
		host = raw[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !isName(host) {
		return "", 0, badHost("The host is not a name or an address.")
	}
	return host, port, nil
}

func parseBracketed(raw string) (host string, port int, err error) {
	inside, rest, closed := strings.Cut(raw[1:], "]")
	addr, parseErr := netip.ParseAddr(inside)
	if !closed || parseErr != nil || !addr.Is6() || addr.Zone() != "" {
		return "", 0, badHost("The host is not a name or an address.")
	}
	if rest != "" {
		if rest[0] != ':' {
			return "", 0, badHost("The host is not a name or an address.")
		}
		if port, err = parsePort(rest[1:]); err != nil {
			return "", 0, err
		}
	}
	return "[" + addr.String() + "]", port, nil
}

func parsePort(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil || n == 0 || text[0] == '0' || text[0] == '+' {
		return 0, badHost("The host has no usable port.")
	}
	return int(n), nil
}

// isName reports whether host is a name of the domain name system in small letters, or an
// IPv4 address.
func isName(host string) bool {
	if host == "" || len(host) > maxHost {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for i := range len(label) {
			if c := label[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
				return false
			}
		}
	}
	return true
}

// isAddressOf reports whether a host is an address and no name.
func isAddressOf(host string) bool {
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

package config

import (
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"gatehouse/web"
)

// derive fills in what follows from other values, and says from which.
func (c *Config) derive() map[string]Source {
	from := map[string]Source{}
	if c.Store.URL == "" && c.DataDir != "" {
		c.Store.URL = "sqlite:" + filepath.Join(c.DataDir, "gatehouse.db")
		from["store.url"] = Source{Layer: Derived, Name: "data_dir"}
	}
	if c.MasterKeyFile == "" && c.DataDir != "" {
		c.MasterKeyFile = filepath.Join(c.DataDir, "master.key")
		from["master_key_file"] = Source{Layer: Derived, Name: "data_dir"}
	}
	if c.Issuer == "" {
		c.Issuer = c.localIssuer()
		from["issuer"] = Source{Layer: Derived, Name: "listen.public"}
	}
	return from
}

// localIssuer returns the URL under which a browser on this machine reaches the
// public listener, "" when there is none that one could know.
func (c *Config) localIssuer() string {
	host, port, err := net.SplitHostPort(c.Web.Listen.Public)
	if err != nil || port == "0" {
		return ""
	}
	switch addr, err := netip.ParseAddr(host); {
	case host == "" || host == "127.0.0.1" || host == "::1":
		host = "localhost"
	case err == nil && addr.IsUnspecified():
		host = "localhost"
	case !web.Loopback(host):
		return ""
	}
	scheme, usual := "http", "80"
	if c.Web.TLS.CertFile != "" {
		scheme, usual = "https", "443"
	}
	if port != usual {
		return scheme + "://" + net.JoinHostPort(strings.ToLower(host), port)
	}
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return scheme + "://" + strings.ToLower(host)
}

// addressed reports whether listen.public is an address at all.
func (c Config) addressed() bool {
	_, _, err := net.SplitHostPort(c.Web.Listen.Public)
	return err == nil
}

// issuerProblem says what is wrong with the issuer and what would be right.
// Everybody compares it byte by byte (OpenID Connect Discovery 4.3), so there is
// exactly one way to write one.
func (c Config) issuerProblem() string {
	if c.Issuer == "" && !c.addressed() {
		return "" // listen.public is wrong, and says so itself
	}
	if c.Issuer == "" {
		return `is not set, and listen.public does not say how browsers get here; write the public URL, like "https://id.example.com"`
	}
	u, err := url.Parse(c.Issuer)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return `is not a URL; write one like "https://id.example.com"`
	case u.Scheme != "http" && u.Scheme != "https":
		return `must begin with "https://" (or "http://" for localhost)`
	case u.User != nil:
		return "must not hold a user name or password"
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(c.Issuer, "#"):
		return "must have neither a query nor a fragment (OpenID Connect Discovery 3)"
	case strings.Trim(u.Path, "/") != "":
		return "must have no path: Gatehouse answers well-known addresses and sets cookies for a whole host; give it a host name of its own, like " + quote(u.Scheme+"://id."+trimPort(u))
	}
	right, problem := canonical(u)
	if problem != "" {
		return problem
	}
	if c.Issuer != right {
		return "must be written exactly " + quote(right)
	}
	return c.schemeProblem(u)
}

func (c Config) schemeProblem(u *url.URL) string {
	if u.Scheme == "https" && c.InsecureHTTPIssuerForTests {
		return "is https, so insecure_http_issuer_for_tests must not be set: it would count when the issuer changes"
	}
	if u.Scheme == "https" {
		return ""
	}
	if c.InsecureHTTPIssuerForTests && !web.Loopback(u.Hostname()) && !privateHost(u.Hostname()) {
		return "must begin with https:// because " + u.Hostname() + " is no name of a private network; insecure_http_issuer_for_tests is for those only"
	}
	if !web.Loopback(u.Hostname()) && !c.InsecureHTTPIssuerForTests {
		return "must begin with https:// because " + u.Hostname() + " is not this machine; plain http is for localhost, *.localhost, 127.0.0.0/8 and [::1] only"
	}
	if c.Web.TLS.CertFile != "" {
		return "must begin with https:// because tls.cert_file is set"
	}
	return ""
}

// canonical returns the one way to write u's origin: lower case, no default
// port, no trailing slash.
func canonical(u *url.URL) (string, string) {
	host := u.Hostname()
	for _, r := range host {
		if r <= ' ' || r >= 0x7f || strings.ContainsRune(`"%'<>\^{|}`+"`", r) {
			return "", "has a host name with characters beyond ASCII or out of place; write it in its xn-- form"
		}
	}
	if host == "" {
		return "", `has no host; write one like "https://id.example.com"`
	}
	if addr, err := netip.ParseAddr(host); err == nil {
		host = addr.String()
	}
	host = strings.ToLower(host)
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if p := u.Port(); p != "" && !(u.Scheme == "https" && p == "443") && !(u.Scheme == "http" && p == "80") {
		host += ":" + p
	}
	return u.Scheme + "://" + host, ""
}

func trimPort(u *url.URL) string { return strings.TrimPrefix(strings.ToLower(u.Hostname()), "id.") }

func quote(s string) string { return `"` + s + `"` }

// privateHost reports whether host is by its very form nobody's on the Internet:
// a private address, a name without a dot, or one below a domain that is for
// private use (RFC 6761, RFC 6762, RFC 8375).
func privateHost(host string) bool {
	if addr, err := netip.ParseAddr(host); err == nil {
		return addr.Unmap().IsPrivate() || addr.Unmap().IsLinkLocalUnicast()
	}
	if !strings.Contains(host, ".") {
		return host[0] > '9' // browsers take "134744072" and "0x8080808" for addresses
	}
	for _, domain := range []string{".test", ".internal", ".local", ".lan", ".home.arpa"} {
		if strings.HasSuffix(host, domain) {
			return true
		}
	}
	return false
}

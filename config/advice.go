package config

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
)

// Advice is something about a configuration that can be used and will surprise
// somebody later.
type Advice struct {
	Key  string // whose value it is about
	Text string // continues the key's name: what is so, what comes of it, what to do
	// Serving says that every start of a server should tell it; the rest is for who
	// checks the configuration.
	Serving bool
}

// expiresSoon is when the end of a certificate is worth a word: a renewal that
// works has happened by then.
const expiresSoon = 14 * 24 * time.Hour

// Advice looks at c and at the certificate that it names, as they are at now.
func (c Config) Advice(now time.Time) []Advice {
	var all []Advice
	add := func(serving bool, key, format string, args ...any) {
		all = append(all, Advice{Key: key, Text: fmt.Sprintf(format, args...), Serving: serving})
	}
	if strings.HasPrefix(c.Issuer, "https://") && c.Web.TLS.CertFile == "" && len(c.Web.TrustedProxies) == 0 {
		add(true, "issuer", "is https, but neither tls.cert_file nor trusted_proxies is set. If a proxy ends TLS in front, all visitors seem to have its address: the failed sign-ins of one block everybody, and the audit log names the proxy. Name the proxy's address in trusted_proxies")
	}
	if c.InsecureHTTPIssuerForTests {
		add(false, "insecure_http_issuer_for_tests", "is set: everybody on the network can read passwords, cookies and tokens. It is for tests, and for nothing else")
	}
	if exposed(c.Web.Listen.Internal) {
		add(false, "listen.internal", "is %s: metrics and profiles can be read by whoever reaches that port. Choose a loopback or private address, or keep the port behind a firewall", c.Web.Listen.Internal)
	}
	if problem := c.dataDirAdvice(); problem != "" {
		add(false, "data_dir", "%s", problem)
	}
	for _, text := range c.certificateAdvice(now) {
		add(true, "tls.cert_file", "%s", text)
	}
	return all
}

// exposed reports whether listening there may be reached from the Internet. A host
// name may mean anything; nothing is said about one.
func exposed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil || host == "" {
		return err == nil
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && !addr.Unmap().IsLoopback() && !addr.Unmap().IsPrivate() && !addr.Unmap().IsLinkLocalUnicast()
}

// dataDirAdvice says so when a data directory was chosen that is not there: a slip
// in its name makes a new and empty house.
func (c Config) dataDirAdvice() string {
	if c.DataDir == Default().DataDir {
		return ""
	}
	if _, err := os.Stat(c.DataDir); !errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return fmt.Sprintf("is %s, which is not there. The first start makes it, with a new database and master key. If there should be one already, look at the name", c.DataDir)
}

// certificateAdvice says what browsers will object to. A certificate that cannot
// be read is a mistake and told elsewhere.
func (c Config) certificateAdvice(now time.Time) []string {
	if c.Web.TLS.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.Web.TLS.CertFile, c.Web.TLS.KeyFile)
	if err != nil {
		return nil
	}
	var all []string
	leaf := pair.Leaf
	if u, err := url.Parse(c.Issuer); err == nil && leaf.VerifyHostname(u.Hostname()) != nil {
		all = append(all, fmt.Sprintf("is a certificate for %s, and not for %s, the host of the issuer: browsers and applications will refuse it", names(leaf.DNSNames, leaf.IPAddresses), u.Hostname()))
	}
	until := leaf.NotAfter.UTC().Format(time.RFC3339)
	switch {
	case now.Before(leaf.NotBefore):
		all = append(all, "is a certificate that is not valid before "+leaf.NotBefore.UTC().Format(time.RFC3339)+": browsers will refuse it until then. Is the clock of this machine right?")
	case !now.Before(leaf.NotAfter):
		all = append(all, "is a certificate that ended at "+until+": browsers and applications refuse it. Renew it; the new files are read without a restart")
	case leaf.NotAfter.Sub(now) < expiresSoon:
		all = append(all, "is a certificate that ends soon, at "+until+". Renew it; the new files are read without a restart")
	}
	return all
}

func names(dns []string, ips []net.IP) string {
	all := append([]string(nil), dns...)
	for _, ip := range ips {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no name at all"
	}
	return strings.Join(all, ", ")
}

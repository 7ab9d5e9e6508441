package check

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/config"
	"gatehouse/web"
)

// Advice is something about a configuration that can be used and will surprise
// somebody later.
type Advice struct {
	Key  string // whose value it is about
	Text string // continues the key's name: what is so, what comes of it, what to do
	// Serving says that every start of a server should tell it; the rest is for who
	// checks the configuration.
	Serving bool

	severity Severity // Warning where it is empty
	remedy   string   // what to do, in a line
}

// Advise looks at c and at the certificate that it names, as they are at now.
func Advise(c config.Config, now time.Time) []Advice {
	var all []Advice
	if strings.HasPrefix(c.Issuer, "https://") && c.Web.TLS.CertFile == "" && len(c.Web.TrustedProxies) == 0 {
		all = append(all, Advice{
			Key: "issuer", Serving: true, remedy: "trusted_proxies: [ADDRESS OF THE PROXY]",
			Text: "is https, but neither tls.cert_file nor trusted_proxies is set. If a proxy ends TLS in front, all visitors seem to have its address: the failed sign-ins of one block everybody, and the audit log names the proxy. Name the proxy's address in trusted_proxies",
		})
	}
	if c.InsecureHTTPIssuerForTests {
		all = append(all, Advice{
			Key: "insecure_http_issuer_for_tests", severity: Problem, remedy: "Give Gatehouse an https issuer, and take insecure_http_issuer_for_tests out.",
			Text: "is set: everybody on the network can read passwords, cookies and tokens. It is for tests, and for nothing else",
		})
	}
	if exposed(c.Web.Listen.Internal) {
		all = append(all, Advice{
			Key: "listen.internal", remedy: "Listen on loopback (listen.internal: 127.0.0.1:9090), or let a firewall keep the port for your monitoring.",
			Text: fmt.Sprintf("is %s: metrics and profiles can be read by whoever reaches that port. Choose a loopback or private address, or keep the port behind a firewall", c.Web.Listen.Internal),
		})
	}
	if chosen := c.DataDir != config.Default().DataDir; chosen && missing(c.DataDir) {
		all = append(all, Advice{
			Key: "data_dir", remedy: "gatehouse config explain data_dir",
			Text: fmt.Sprintf("is %s, which is not there. The first start makes it, with a new database and master key. If there should be one already, look at the name", c.DataDir),
		})
	}
	if a, is := OfDemo(c); is {
		all = append(all, a)
	}
	if u, err := url.Parse(c.Redis.URL); err == nil && u.Scheme == "redis" && !web.Loopback(u.Hostname()) {
		all = append(all, Advice{
			Key: "redis.url", remedy: "redis.url: rediss://HOST:6379",
			Text: "names another machine, and there is no TLS on the way: who is there can read the password of Redis and change what is counted. Write rediss://",
		})
	}
	return append(all, adviseCertificate(c, now)...)
}

// DemoFile is where the demo keeps who can sign in, in the data directory.
const DemoFile = "demo.json"

// OfDemo says so where the data are the demo's, which a server of one's own should
// not begin with. The demo itself has nothing to be told.
func OfDemo(c config.Config) (Advice, bool) {
	file := filepath.Join(c.DataDir, DemoFile)
	return Advice{
		Key: "data_dir", remedy: "data_dir: ANOTHER DIRECTORY",
		Text: fmt.Sprintf("is %s, which the demo has filled: its people can sign in, an administrator among them, and their passwords stand in %s. Choose another directory for a house of your own", c.DataDir, file),
	}, !missing(file)
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

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}

// adviseCertificate says what browsers will object to. A certificate that cannot
// be read is a mistake, and Unusable's.
func adviseCertificate(c config.Config, now time.Time) []Advice {
	if c.Web.TLS.CertFile == "" {
		return nil
	}
	pair, err := tls.LoadX509KeyPair(c.Web.TLS.CertFile, c.Web.TLS.KeyFile)
	if err != nil {
		return nil
	}
	var all []Advice
	say := func(format string, args ...any) {
		all = append(all, Advice{
			Key: "tls.cert_file", Text: fmt.Sprintf(format, args...), Serving: true,
			remedy: "Get a certificate for the issuer's host, or renew it; changed files are read within seconds.",
		})
	}
	leaf := pair.Leaf
	if u, err := url.Parse(c.Issuer); err == nil && leaf.VerifyHostname(u.Hostname()) != nil {
		say("is a certificate for %s, and not for %s, the host of the issuer: browsers and applications will refuse it", named(leaf.DNSNames, leaf.IPAddresses), u.Hostname())
	}
	begin, end := leaf.NotBefore.UTC().Format(time.RFC3339), leaf.NotAfter.UTC().Format(time.RFC3339)
	switch stageOf(leaf, now) {
	case early:
		say("is a certificate that is not valid before %s: browsers will refuse it until then. Is the clock of this machine right?", begin)
	case over:
		say("is a certificate that ended at %s: browsers and applications refuse it. Renew it; the new files are read without a restart", end)
	case soonOver:
		say("is a certificate that ends soon, at %s. Renew it; the new files are read without a restart", end)
	}
	return all
}

// named are the names of a certificate.
func named(dns []string, ips []net.IP) string {
	all := append([]string(nil), dns...)
	for _, ip := range ips {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no name at all"
	}
	return strings.Join(all, ", ")
}

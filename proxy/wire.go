package proxy

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"

	"gatehouse/gate"
)

// wire is what connects to the targets of an upstream. Its certificates are read again when
// their files change: requests under way go on as they began.
type wire struct {
	upstream *gate.Upstream
	current  atomic.Pointer[lines]
	seen     string // what the files looked like at the last look; refresh's
}

func (w *wire) open(u *gate.Upstream) error {
	w.upstream, w.seen = u, look(u.TLS)
	l, err := newLines(u)
	if err != nil {
		return err
	}
	w.current.Store(l)
	return nil
}

func (w *wire) lanes() bool { return w.current.Load().lanes != nil }

func (w *wire) lane(host string) *lane { return w.current.Load().lanes[host] }

// sweep closes connections that were not used for long.
func (w *wire) sweep(now time.Time) {
	for _, one := range w.current.Load().lanes {
		one.sweep(now)
	}
}

func (w *wire) transport(kind string) http.RoundTripper { return w.current.Load().of(kind) }

// refresh reads the files again if they look different. What cannot be used changes nothing.
// It is not called twice at a time.
func (w *wire) refresh() (changed bool, err error) {
	seen := look(w.upstream.TLS)
	if seen == w.seen {
		return false, nil
	}
	w.seen = seen
	l, err := newLines(w.upstream)
	if err != nil {
		return false, err
	}
	w.current.Swap(l).close()
	return true, nil
}

func (w *wire) close() { w.current.Load().close() }

// look tells whether files are other ones.
func look(t gate.TLS) string {
	text := ""
	for _, name := range []string{t.CA, t.Cert, t.Key} {
		if info, err := os.Stat(name); name != "" && err == nil {
			text += fmt.Sprintf("%s %d;", info.ModTime(), info.Size())
		}
	}
	return text
}

// Bounds towards upstreams.
const (
	headerBound     = 64 << 10
	idleConnections = 256 // of one target
	idleTimeout     = 90 * time.Second
)

// newTransport returns what connects to an upstream by some protocols, nil for the usual
// ones. It knows no proxies of the environment, and does not ask for compression that nobody
// asked it for.
func newTransport(u *gate.Upstream, protocols *http.Protocols) (*http.Transport, error) {
	secure, err := secureBy(u.TLS)
	if err != nil {
		return nil, fmt.Errorf("prepare for the upstream %s: %w", u.ID, err)
	}
	return &http.Transport{
		DialContext:         dialerTo(u).DialContext,
		TLSClientConfig:     secure,
		ForceAttemptHTTP2:   protocols == nil,
		Protocols:           protocols,
		DisableCompression:  true,
		MaxIdleConnsPerHost: idleConnections, IdleConnTimeout: idleTimeout,
		TLSHandshakeTimeout: u.Connect, ResponseHeaderTimeout: u.Header,
		MaxResponseHeaderBytes: headerBound, ExpectContinueTimeout: time.Second,
	}, nil
}

// dialerTo connects to the targets of an upstream, within the networks that they may lie in.
func dialerTo(u *gate.Upstream) *net.Dialer {
	d := &net.Dialer{Timeout: u.Connect, KeepAlive: 30 * time.Second}
	if u.Reach.Bounded() {
		d.Control = func(_, address string, _ syscall.RawConn) error { return liesWithin(u.Reach, address) }
	}
	return d
}

// errElsewhere is that the name of a target leads out of the networks of upstreams.
var errElsewhere = errors.New("the target lies outside of the networks that upstreams may lie in")

// liesWithin holds an address that is about to be connected to: whatever its name was said to
// be before.
func liesWithin(reach gate.Reach, address string) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil || !reach.Within(at.Addr()) {
		return errElsewhere
	}
	return nil
}

func secureBy(t gate.TLS) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName}
	if t.CA != "" {
		pem, err := os.ReadFile(t.CA)
		if err != nil {
			return nil, err
		}
		if c.RootCAs = x509.NewCertPool(); !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("there is no certificate in %s", t.CA)
		}
	}
	if t.Cert != "" {
		own, err := tls.LoadX509KeyPair(t.Cert, t.Key)
		if err != nil {
			return nil, err
		}
		c.Certificates = []tls.Certificate{own}
	}
	return c, nil
}

package server

import (
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"gatehouse/fault"
	"gatehouse/web"
)

// recheck is how often the certificate's files are looked at, at most.
const recheck = 5 * time.Second

// certificate serves the pair in two files, and the new pair when they change.
// A broken new pair is logged and the old one stays.
type certificate struct {
	cfg web.TLSConfig
	log *slog.Logger

	mu      sync.Mutex
	pair    *tls.Certificate
	stamp   string
	checked time.Time
}

// openCertificate loads the pair and refuses to start without a good one.
func openCertificate(cfg web.TLSConfig, log *slog.Logger) (*certificate, error) {
	c := &certificate{cfg: cfg, log: log}
	pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "tls.load", fmt.Sprintf("The certificate in %s and %s cannot be used.", cfg.CertFile, cfg.KeyFile))
	}
	c.pair, c.stamp, c.checked = &pair, c.filesStamp(), time.Now()
	return c, nil
}

func (c *certificate) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, CipherSuites: suites, GetCertificate: c.get}
}

// listener speaks TLS on the connections of another.
func (c *certificate) listener(inner net.Listener) net.Listener {
	config := c.config()
	config.NextProtos = []string{"h2", "http/1.1"}
	return tls.NewListener(inner, config)
}

// asking is listener, and asks for a client certificate whom it is told to ask.
func (c *certificate) asking(inner net.Listener, whom func(*tls.ClientHelloInfo) bool) net.Listener {
	if c == nil {
		return inner
	}
	return tls.NewListener(inner, c.configAsking(whom))
}

// configAsking is the config that asks some for a client certificate, and no others: a
// browser would show its person a choice of them. A connection that is taken up again would
// not show it, so none is. Without a certificate of ours there is none.
func (c *certificate) configAsking(whom func(*tls.ClientHelloInfo) bool) *tls.Config {
	if c == nil {
		return nil
	}
	config := c.config()
	config.NextProtos = []string{"h2", "http/1.1"}
	with := config.Clone()
	with.ClientAuth, with.SessionTicketsDisabled = tls.RequestClientCert, true
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if whom(hello) {
			return with, nil
		}
		return nil, nil
	}
	return config
}

// suites are those of TLS 1.2, forward secret and AEAD only: what Go offers
// besides encrypts in CBC mode. TLS 1.3 has no others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Since(c.checked) > recheck {
		c.checked = time.Now()
		c.reload()
	}
	return c.pair, nil
}

// again reads the pair now, changed or not, and says what came of it. Without a
// certificate there is nothing to read.
func (c *certificate) again() string {
	if c == nil {
		return "none is configured"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked, c.stamp = time.Now(), ""
	if !c.reload() {
		return "the old one stays"
	}
	return "in use until " + c.pair.Leaf.NotAfter.UTC().Format(time.RFC3339)
}

// reload reports whether the files hold what is served now.
func (c *certificate) reload() bool {
	stamp := c.filesStamp()
	if stamp == c.stamp {
		return true
	}
	pair, err := tls.LoadX509KeyPair(c.cfg.CertFile, c.cfg.KeyFile)
	if err != nil {
		c.log.Error("the changed certificate cannot be used; the old one stays", "error", err.Error())
		return false
	}
	c.pair, c.stamp = &pair, stamp
	c.log.Info("certificate reloaded")
	return true
}

// filesStamp changes when either file does.
func (c *certificate) filesStamp() string {
	stamp := ""
	for _, f := range []string{c.cfg.CertFile, c.cfg.KeyFile} {
		if info, err := os.Stat(f); err == nil {
			stamp += fmt.Sprint(info.ModTime().UnixNano(), info.Size(), ";")
		}
	}
	return stamp
}

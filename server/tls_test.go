package server

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/internal/testconfig"

	"gatehouse/fault"
	"gatehouse/web"
)

// pairFiles are a certificate's two files.
func pairFiles(t *testing.T) web.TLSConfig {
	t.Helper()
	dir := t.TempDir()
	return web.TLSConfig{CertFile: filepath.Join(dir, "tls.crt"), KeyFile: filepath.Join(dir, "tls.key")}
}

// issue writes a fresh self-signed pair that is called name.
func issue(t *testing.T, files web.TLSConfig, name string) *x509.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, files.CertFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	put(t, files.KeyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert
}

func put(t *testing.T, name string, content []byte) {
	t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestChangedCertificateIsServedAndABrokenOneIsNot(t *testing.T) {
	t.Parallel()
	files := pairFiles(t)
	synctest.Test(t, func(t *testing.T) {
		issue(t, files, "first")
		var log bytes.Buffer
		c, err := openCertificate(files, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		shown := func() string {
			t.Helper()
			pair, err := c.config().GetCertificate(nil)
			if err != nil {
				t.Fatal(err)
			}
			return pair.Leaf.Subject.CommonName
		}
		later := func() { time.Sleep(recheck + time.Second) }

		issue(t, files, "second")
		if got := shown(); got != "first" {
			t.Errorf("within %s it shows %s", recheck, got)
		}
		later()
		if got := shown(); got != "second" {
			t.Errorf("the changed pair is not served: it shows %s", got)
		}
		put(t, files.KeyFile, []byte("no key at all"))
		later()
		if got := shown(); got != "second" || !strings.Contains(log.String(), "the old one stays") {
			t.Errorf("with a broken key it shows %s and logs %s", got, &log)
		}
		if err := os.Remove(files.CertFile); err != nil {
			t.Fatal(err)
		}
		later()
		if got := shown(); got != "second" {
			t.Errorf("without files it shows %s", got)
		}
		issue(t, files, "third")
		later()
		if got := shown(); got != "third" {
			t.Errorf("after it was mended it shows %s", got)
		}
	})
}

func TestServerWithABrokenCertificateDoesNotStart(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Issuer, cfg.Web.TLS = "https://localhost", pairFiles(t)
	issue(t, cfg.Web.TLS, "x")
	put(t, cfg.Web.TLS.KeyFile, []byte("no key at all"))
	s, err := New(openHouse(t, cfg), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); fault.CodeOf(err) != "tls.load" || !strings.Contains(err.Error(), cfg.Web.TLS.KeyFile) {
		t.Errorf("got %v, want tls.load that names the files", err)
	}
}

func TestServerSpeaksHTTP2OverTLSAndRefusesOldVersions(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Issuer, cfg.Web.TLS = "https://localhost", pairFiles(t)
	cert := issue(t, cfg.Web.TLS, "x")
	r := start(t, cfg, Options{})
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true}}
	resp, err := client.Get("https://" + r.public + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		t.Fatal(err)
	}
	if resp.ProtoMajor != 2 || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got HTTP/%d with Strict-Transport-Security %q", resp.ProtoMajor, resp.Header.Get("Strict-Transport-Security"))
	}
	old, err := tls.Dial("tcp", r.public, &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11})
	if err == nil {
		old.Close()
		t.Error("TLS 1.1 was spoken")
	}
	plain, err := http.Get("http://" + r.public + "/")
	if err != nil {
		return
	}
	defer plain.Body.Close()
	if plain.StatusCode != http.StatusBadRequest {
		t.Errorf("plain HTTP on the TLS port answers %d", plain.StatusCode)
	}
}

// TLS 1.2 with CBC is what Lucky Thirteen and its heirs are about.
func TestTLS12IsSpokenWithAuthenticatedEncryptionOnly(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Issuer, cfg.Web.TLS = "https://localhost", pairFiles(t)
	roots := x509.NewCertPool()
	roots.AddCert(issue(t, cfg.Web.TLS, "x"))
	r := start(t, cfg, Options{})
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		if !slices.Contains(suite.SupportedVersions, tls.VersionTLS12) {
			continue
		}
		conn, err := tls.Dial("tcp", r.public, &tls.Config{RootCAs: roots, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite.ID}})
		if err == nil {
			conn.Close()
		}
		// The certificate's key is an elliptic one.
		aead := strings.Contains(suite.Name, "_GCM_") || strings.Contains(suite.Name, "_POLY1305")
		if want := aead && strings.HasPrefix(suite.Name, "TLS_ECDHE_ECDSA_"); (err == nil) != want {
			t.Errorf("%s is spoken: %t (%v), want %t", suite.Name, err == nil, err, want)
		}
	}
}

// kill -HUP is what certbot's hooks and log rotation send.
func TestReloadReadsTheCertificateAtOnceAndEndsNothing(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Issuer, cfg.Web.TLS = "https://localhost", pairFiles(t)
	issue(t, cfg.Web.TLS, "first")
	ask := make(chan os.Signal)
	r := start(t, cfg, Options{Reload: ask})
	served := func() string {
		t.Helper()
		conn, err := tls.Dial("tcp", r.public, &tls.Config{InsecureSkipVerify: true}) // the name is what is looked at
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		return conn.ConnectionState().PeerCertificates[0].Subject.CommonName
	}
	reload := func() {
		ask <- syscall.SIGHUP
		ask <- syscall.SIGHUP // taken when the first is done
	}
	issue(t, cfg.Web.TLS, "second")
	if reload(); served() != "second" {
		t.Errorf("it serves %s", served())
	}
	put(t, cfg.Web.TLS.KeyFile, []byte("no key at all"))
	if reload(); served() != "second" {
		t.Errorf("after a broken one it serves %s", served())
	}
}

// A new logo is on every page from the reload on, pages of before still have theirs,
// and what is no picture changes nothing.
func TestReloadReadsTheLogo(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Brand.Logo = filepath.Join(t.TempDir(), "logo.svg")
	drawing := func(colour string) []byte {
		return []byte(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="` + colour + `"/></svg>`)
	}
	put(t, cfg.Brand.Logo, drawing("#112233"))
	ask := make(chan os.Signal)
	r := start(t, cfg, Options{Reload: ask})
	shown := func() string {
		t.Helper()
		_, page := fetch(t, "http://"+r.public+"/problems/signin.wrong")
		_, rest, _ := strings.Cut(page, `<img src="`)
		address, _, _ := strings.Cut(rest, `"`)
		return address
	}
	holds := func(address, colour string) {
		t.Helper()
		if status, body := fetch(t, "http://"+r.public+address); status != http.StatusOK || !strings.Contains(body, colour) {
			t.Errorf("%s is answered %d %s, want %s in it", address, status, body, colour)
		}
	}
	reload := func(content []byte) string {
		put(t, cfg.Brand.Logo, content)
		ask <- syscall.SIGHUP
		ask <- syscall.SIGHUP // taken when the first is done
		return shown()
	}
	first := shown()
	second := reload(drawing("#445566"))
	if second == first {
		t.Errorf("the page still shows %s", second)
	}
	holds(second, "#445566")
	holds(first, "#112233")
	if third := reload([]byte("no picture")); third != second {
		t.Errorf("after a broken one the page shows %s, want %s", third, second)
	}
}

func TestReloadWithoutACertificateEndsNothing(t *testing.T) {
	t.Parallel()
	ask := make(chan os.Signal)
	r := start(t, testconfig.New(t), Options{Reload: ask})
	for range 3 {
		ask <- syscall.SIGHUP
	}
	if status, _ := fetch(t, "http://"+r.internal+"/livez"); status != http.StatusOK {
		t.Errorf("livez says %d", status)
	}
}

// A certificate is asked of other proxies alone, and of them at each connection.
func TestTheGateAsksOtherProxiesForACertificate(t *testing.T) {
	t.Parallel()
	files := pairFiles(t)
	issue(t, files, "gate")
	c, err := openCertificate(files, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(files.CertFile, files.KeyFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, asked := range []bool{true, false} {
		inner, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		l := c.asking(inner, func(*tls.ClientHelloInfo) bool { return asked })
		shown := make(chan int, 2)
		s := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { shown <- len(r.TLS.PeerCertificates) })}
		go func() { _ = s.Serve(l) }() // until it is closed
		t.Cleanup(func() { _ = s.Close() })
		cache := tls.NewLRUClientSessionCache(1)
		for range 2 {
			client := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{pair}, ClientSessionCache: cache}} // it is our own
			r, _ := http.NewRequest(http.MethodGet, "https://"+l.Addr().String(), nil)
			answer, err := client.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			client.CloseIdleConnections()
			if n := <-shown; (n == 1) != asked {
				t.Errorf("asked: %t, and %d were shown", asked, n)
			}
		}
	}
}

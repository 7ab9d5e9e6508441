package check

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
)

var now = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// names are the checks of findings, with their severity.
func names(found []Finding) (all []string) {
	for _, f := range found {
		all = append(all, f.Check+" "+string(f.Severity))
	}
	return all
}

func good(t *testing.T) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.DataDir = t.TempDir()
	cfg.Issuer, cfg.Web.TrustedProxies = "https://id.example.test", []string{"127.0.0.1"}
	cfg.Store.URL = "sqlite:" + filepath.Join(cfg.DataDir, "gatehouse.db")
	cfg.MasterKeyFile = filepath.Join(t.TempDir(), "master.key")
	write(t, cfg.MasterKeyFile, strings.Repeat("A", 43)+"\n", 0o600)
	write(t, strings.TrimPrefix(cfg.Store.URL, "sqlite:"), "", 0o600)
	return cfg
}

func write(t *testing.T, file, text string, mode os.FileMode) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}

func TestConfigurationsThatSurpriseAreFound(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		set  func(*config.Config)
		want []string
	}{
		"a good one":             {func(*config.Config) {}, nil},
		"one's own machine":      {func(c *config.Config) { c.Issuer, c.Web.TrustedProxies = "http://localhost:8080", nil }, nil},
		"a proxy nobody trusts":  {func(c *config.Config) { c.Web.TrustedProxies = nil }, []string{"issuer warning"}},
		"an http issuer":         {func(c *config.Config) { c.Issuer, c.InsecureHTTPIssuerForTests = "http://gate:8080", true }, []string{"insecure_http_issuer_for_tests problem"}},
		"internal for all":       {func(c *config.Config) { c.Web.Listen.Internal = ":9090" }, []string{"listen.internal warning"}},
		"internal on the wire":   {func(c *config.Config) { c.Web.Listen.Internal = "203.0.113.1:9090" }, []string{"listen.internal warning"}},
		"internal on localhost":  {func(c *config.Config) { c.Web.Listen.Internal = "localhost:9090" }, nil},
		"internal on [::1]":      {func(c *config.Config) { c.Web.Listen.Internal = "[::1]:9090" }, nil},
		"plain http for the net": {func(c *config.Config) { c.Web.Listen.Public = "0.0.0.0:8080" }, []string{"listen.public note"}},
	} {
		cfg := good(t)
		c.set(&cfg)
		if got := names(Configuration(cfg, now)); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", what, got, c.want)
		}
	}
}

func TestFilesThatOthersMayUseAreFound(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		set  func(t *testing.T, c *config.Config)
		want []string
	}{
		"good ones":             {func(*testing.T, *config.Config) {}, nil},
		"an open database":      {func(t *testing.T, c *config.Config) { chmod(t, strings.TrimPrefix(c.Store.URL, "sqlite:"), 0o644) }, []string{"file.database warning"}},
		"an open key":           {func(t *testing.T, c *config.Config) { chmod(t, c.MasterKeyFile, 0o644) }, []string{"key.file problem"}},
		"no key":                {func(t *testing.T, c *config.Config) { c.MasterKeyFile += ".not" }, []string{"key.file problem"}},
		"a key that is none":    {func(t *testing.T, c *config.Config) { write(t, c.MasterKeyFile, "hello", 0o600) }, []string{"key.file problem"}},
		"an open TLS key":       {func(t *testing.T, c *config.Config) { c.Web.TLS.KeyFile = file(t, 0o604) }, []string{"file.tls_key warning"}},
		"a TLS key for a group": {func(t *testing.T, c *config.Config) { c.Web.TLS.KeyFile = file(t, 0o640) }, nil},
		"an open password":      {func(t *testing.T, c *config.Config) { c.Bootstrap.PasswordFile = file(t, 0o644) }, []string{"file.bootstrap warning"}},
		"a key beside the database": {func(t *testing.T, c *config.Config) {
			c.MasterKeyFile = filepath.Join(c.DataDir, "master.key")
			write(t, c.MasterKeyFile, strings.Repeat("A", 43), 0o600)
		}, []string{"key.place note"}},
	} {
		cfg := good(t)
		c.set(t, &cfg)
		if got := names(Files(cfg, nil)); !slices.Equal(got, c.want) {
			t.Errorf("%s: found %v, want %v", what, got, c.want)
		}
	}
}

func TestAConfigurationFileWithAPasswordIsForItsOwner(t *testing.T) {
	t.Parallel()
	for mode, want := range map[os.FileMode][]string{0o600: nil, 0o640: nil, 0o644: {"file.config warning"}} {
		key, path := file(t, 0o600), filepath.Join(t.TempDir(), "gatehouse.yaml")
		write(t, key, strings.Repeat("A", 43), 0o600)
		write(t, path, "issuer: https://id.example.test\nmaster_key_file: "+key+"\nstore:\n  url: postgres://gate:hush@db.example.test/gate\n", mode)
		cfg, sources, err := config.Load(config.Options{File: path})
		if err != nil {
			t.Fatal(err)
		}
		found := Files(cfg, sources)
		if got := names(found); !slices.Equal(got, want) {
			t.Errorf("mode %04o: found %v, want %v", mode, got, want)
		}
		for _, f := range found {
			if strings.Contains(f.Says+f.Remedy, "hush") {
				t.Errorf("a finding holds the password: %v", f)
			}
		}
	}
}

func chmod(t *testing.T, file string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}

func file(t *testing.T, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	write(t, path, "x", mode)
	return path
}

func TestCertificatesAreLookedAtAsBrowsersDo(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	for what, c := range map[string]struct {
		host       string
		begin, end time.Duration
		want       []string
	}{
		"of a CA of one's own": {"id.example.test", -day, 90 * day, []string{"tls.chain warning"}},
		"of another host":      {"www.example.test", -day, 90 * day, []string{"tls.cert_file warning", "tls.chain warning"}},
		"of a host below":      {"*.example.test", -day, 90 * day, []string{"tls.chain warning"}},
		"soon over":            {"id.example.test", -day, 13 * day, []string{"tls.cert_file warning", "tls.chain warning"}},
		"over":                 {"id.example.test", -90 * day, -day, []string{"tls.cert_file warning"}},
		"of tomorrow":          {"id.example.test", day, 90 * day, []string{"tls.cert_file warning"}},
	} {
		cfg := good(t)
		cfg.Web.TLS.CertFile, cfg.Web.TLS.KeyFile = pair(t, c.host, now.Add(c.begin), now.Add(c.end))
		found := append(Configuration(cfg, now), Certificate(cfg, now, nil)...)
		if got := names(found); !slices.Equal(got, c.want) {
			t.Errorf("a certificate %s: found %v, want %v", what, got, c.want)
		}
	}
	cfg := good(t)
	if found := Certificate(cfg, now, nil); len(found) > 0 {
		t.Errorf("without a certificate: %v", found)
	}
	cfg.Web.TLS.CertFile, cfg.Web.TLS.KeyFile = file(t, 0o600), file(t, 0o600)
	if got := names(Certificate(cfg, now, nil)); !slices.Equal(got, []string{"tls.load problem"}) {
		t.Errorf("files that are none: %v", got)
	}
}

// pair writes a certificate that signed itself, and its key.
func pair(t *testing.T, host string, begin, end time.Time) (certFile, keyFile string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{host}, NotBefore: begin, NotAfter: end,
	}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	write(t, certFile, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert})), 0o644)
	write(t, keyFile, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})), 0o600)
	return certFile, keyFile
}

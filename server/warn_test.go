package server

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/testconfig"
)

func TestStartWarnsOfAProxyThatNobodyTrusts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		set  func(*config.Config)
		want bool
	}{
		"a proxy in front": {func(c *config.Config) { c.Issuer = "https://id.example.test" }, true},
		"one that is trusted": {func(c *config.Config) {
			c.Issuer, c.Web.TrustedProxies = "https://id.example.test", []string{"10.0.0.1"}
		}, false},
		"TLS of its own":       {func(c *config.Config) { c.Issuer, c.Web.TLS.CertFile = "https://id.example.test", "tls.crt" }, false},
		"on one's own machine": {func(*config.Config) {}, false},
	} {
		cfg := testconfig.New(t)
		c.set(&cfg)
		s, err := New(openHouse(t, cfg), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var logged bytes.Buffer
		s.house.Log = slog.New(slog.NewTextHandler(&logged, nil))
		if err := s.greet(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(logged.String(), "trusted_proxies"); got != c.want {
			t.Errorf("%s: warned %t, want %t", name, got, c.want)
		}
	}
}

func TestEachStartSaysThatAnHTTPIssuerIsInsecure(t *testing.T) {
	t.Parallel()
	for _, set := range []bool{false, true} {
		cfg := testconfig.New(t)
		cfg.Issuer, cfg.InsecureHTTPIssuerForTests = "http://gatehouse:8080", set
		s, err := New(openHouse(t, cfg), Options{})
		if err != nil {
			t.Fatal(err)
		}
		var logged bytes.Buffer
		s.house.Log = slog.New(slog.NewTextHandler(&logged, nil))
		for start := range 2 {
			if err := s.greet(t.Context()); err != nil {
				t.Fatal(err)
			}
			want := 0
			if set {
				want = start + 1
			}
			if n := strings.Count(logged.String(), "level=WARN msg=\"INSECURE"); n != want {
				t.Errorf("set %t: said %d times after %d starts", set, n, start+1)
			}
		}
	}
}

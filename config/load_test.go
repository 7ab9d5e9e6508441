package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestNothingAtAllIsAConfiguration(t *testing.T) {
	t.Parallel()
	c, sources := load(t, Options{Env: []string{"HOME=/root", "PATH=/bin"}})
	want := Default()
	want.Issuer = "http://localhost:8080"
	want.Store.URL = "sqlite:gatehouse-data/gatehouse.db"
	want.MasterKeyFile = "gatehouse-data/master.key"
	want.Sources = sources
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := sources.Of("issuer").String(); got != "follows from listen.public" {
		t.Errorf("the issuer's source is %q", got)
	}
}

// Each layer sets one key more than the layer above it, which wins the rest.
func TestLaterLayersWin(t *testing.T) {
	t.Parallel()
	file := write(t, "g.yaml", `
session:
  idle: 1d
  absolute: 10d
tokens: {code_ttl: 10s, access_token_ttl: 10m}
log:
  level: debug
`)
	c, s := load(t, Options{
		File:  file,
		Env:   []string{"GATEHOUSE_SESSION_ABSOLUTE=11d", "GATEHOUSE_LOG_LEVEL=warn", "GATEHOUSE_TOKENS_CODE_TTL=11s"},
		Flags: []Flag{{Name: "--log-level", Key: "log.level", Value: "error"}, {Name: "--code", Key: "tokens.code_ttl", Value: "12s"}},
		Sets:  []string{"tokens.code_ttl=13s"},
	})
	for _, v := range []struct {
		key, source string
		got, want   any
	}{
		{"keys.rotate", "default", c.Keys.Rotate, Default().Keys.Rotate},
		{"session.idle", file + ":3", c.Session.Idle, 24 * time.Hour},
		{"tokens.access_token_ttl", file + ":5", c.Tokens.AccessTokenTTL, 10 * time.Minute},
		{"session.absolute", "GATEHOUSE_SESSION_ABSOLUTE", c.Session.Absolute, 11 * 24 * time.Hour},
		{"log.level", "--log-level", c.Log.Level, "error"},
		{"tokens.code_ttl", "--set tokens.code_ttl", c.Tokens.CodeTTL, 13 * time.Second},
	} {
		if v.got != v.want || s.Of(v.key).String() != v.source {
			t.Errorf("%s is %v from %s, want %v from %s", v.key, v.got, s.Of(v.key), v.want, v.source)
		}
	}
}

func TestListsComeFromEveryLayer(t *testing.T) {
	t.Parallel()
	want := []string{"10.0.0.0/8", "fd00::/8"}
	for name, o := range map[string]Options{
		"block": {File: write(t, "a.yaml", "trusted_proxies:\n  - 10.0.0.0/8\n  - fd00::/8\n")},
		"flow":  {File: write(t, "b.yaml", "trusted_proxies: [10.0.0.0/8, 'fd00::/8']\n")},
		"env":   {Env: []string{"GATEHOUSE_TRUSTED_PROXIES=10.0.0.0/8, fd00::/8,"}},
		"set":   {Sets: []string{"trusted_proxies=10.0.0.0/8,fd00::/8"}},
	} {
		c, _ := load(t, o)
		if diff := cmp.Diff(want, c.Web.TrustedProxies); diff != "" {
			t.Errorf("%s: (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheFileIsNamedByTheEnvironmentUnlessAFlagNamesOne(t *testing.T) {
	t.Parallel()
	env := []string{"GATEHOUSE_CONFIG=" + write(t, "env.yaml", "log: {level: warn}\n")}
	c, _ := load(t, Options{Env: env})
	if c.Log.Level != "warn" {
		t.Errorf("the variable's file was not read: %q", c.Log.Level)
	}
	c, _ = load(t, Options{Env: env, File: write(t, "flag.yaml", "log: {level: error}\n")})
	if c.Log.Level != "error" {
		t.Errorf("the flag's file did not win: %q", c.Log.Level)
	}
}

func TestSecretsComeFromFiles(t *testing.T) {
	t.Parallel()
	url := "postgres://gate:pass@db/gate"
	file := write(t, "store-url", url+"\n")
	c, s := load(t, Options{Env: []string{"GATEHOUSE_STORE_URL_FILE=" + file}})
	if c.Store.URL != url || s.Of("store.url").String() != "GATEHOUSE_STORE_URL_FILE" {
		t.Errorf("store.url is %q from %s", c.Store.URL, s.Of("store.url"))
	}
}

func TestEmptyVariablesAndThoseOfOthersAreLeftAlone(t *testing.T) {
	t.Parallel()
	c, _ := load(t, Options{Env: []string{
		"GATEHOUSE_SESSION_IDLE=", "GATEHOUSE_TEST_POSTGRES=x", "GATEHOUSELIKE=1", "nonsense",
		"GATEHOUSE_SERVICE_HOST=10.0.0.1", "GATEHOUSE_SERVICE_PORT=80", "GATEHOUSE_SERVICE_PORT_HTTP=80", "GATEHOUSE_PORT=tcp://10.0.0.1:80",
		"GATEHOUSE_PORT_80_TCP=tcp://10.0.0.1:80", "GATEHOUSE_PORT_80_TCP_ADDR=10.0.0.1",
		"GATEHOUSE_INTERNAL_SERVICE_HOST=10.0.0.1", "GATEHOUSE_POSTGRESQL_PORT=tcp://10.0.0.2:5432",
		"GATEHOUSE_POSTGRESQL_SERVICE_PORT_TCP_POSTGRESQL=5432", "GATEHOUSE_POSTGRESQL_PORT_5432_TCP_PROTO=tcp",
		"GATEHOUSE_DNS_2_PORT=udp://10.0.0.3:53", "GATEHOUSE_DNS_2_PORT_53_UDP=udp://10.0.0.3:53",
	}})
	if c.Session.Idle != Default().Session.Idle {
		t.Errorf("session.idle is %v", c.Session.Idle)
	}
}

// Who means the address to listen on must hear that it is called otherwise.
func TestVariablesThatOnlyLookLikeKubernetesAreRefused(t *testing.T) {
	t.Parallel()
	for _, kv := range []string{"GATEHOUSE_PORT=8080", "GATEHOUSE_LISTEN_PORT=8080", "GATEHOUSE_SERVICE=x", "GATEHOUSE_DB_HOST=10.0.0.1"} {
		name, _, _ := strings.Cut(kv, "=")
		if _, _, err := Load(Options{Env: []string{kv}}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v, want an error that names it", kv, err)
		}
	}
}

func TestIssuerFollowsTheListener(t *testing.T) {
	t.Parallel()
	tls := []string{"tls.cert_file=c.pem", "tls.key_file=k.pem"}
	for _, v := range []struct {
		listen string
		tls    bool
		want   string
	}{
		{"127.0.0.1:8080", false, "http://localhost:8080"},
		{"127.0.0.1:9000", false, "http://localhost:9000"},
		{"[::1]:9000", false, "http://localhost:9000"},
		{"localhost:80", false, "http://localhost"},
		{"127.0.0.5:9000", false, "http://127.0.0.5:9000"},
		{"id.localhost:9000", false, "http://id.localhost:9000"},
		{":8080", false, "http://localhost:8080"},
		{"0.0.0.0:8080", false, "http://localhost:8080"},
		{"[::]:8443", true, "https://localhost:8443"},
		{":443", true, "https://localhost"},
	} {
		o := Options{Sets: []string{"listen.public=" + v.listen}}
		if v.tls {
			o.Sets = append(o.Sets, tls...)
		}
		c, _ := load(t, o)
		if c.Issuer != v.want {
			t.Errorf("listening on %s the issuer is %q, want %q", v.listen, c.Issuer, v.want)
		}
	}
	for _, listen := range []string{"192.0.2.1:8080", "id.example.com:8080", "127.0.0.1:0"} {
		if got := refusal(t, Options{Sets: []string{"listen.public=" + listen}}); !strings.HasPrefix(got, "issuer is not set") {
			t.Errorf("listening on %s: %s", listen, got)
		}
	}
}

func TestIssuerHasOneSpelling(t *testing.T) {
	t.Parallel()
	for _, good := range []string{
		"https://id.example.com", "https://id.example.com:8443", "http://localhost", "http://localhost:8080",
		"http://127.0.0.1:8080", "http://127.9.9.9", "http://[::1]:8080", "http://id.localhost:8080", "https://192.0.2.1", "https://xn--bcher-kva.example",
	} {
		if c, _ := load(t, Options{Sets: []string{"issuer=" + good}}); c.Issuer != good {
			t.Errorf("%s became %s", good, c.Issuer)
		}
	}
	for bad, want := range map[string]string{
		"https://id.example.com/":        `must be written exactly "https://id.example.com"`,
		"https://ID.example.com":         `must be written exactly "https://id.example.com"`,
		"https://id.example.com:443":     `must be written exactly "https://id.example.com"`,
		"http://localhost:80":            `must be written exactly "http://localhost"`,
		"HTTPS://id.example.com":         `must be written exactly "https://id.example.com"`,
		"https://[0:0::1]":               `must be written exactly "https://[::1]"`,
		"https://example.com/auth":       `must have no path: Gatehouse answers well-known addresses and sets cookies for a whole host; give it a host name of its own, like "https://id.example.com"`,
		"https://id.example.com?x=1":     "must have neither a query nor a fragment",
		"https://id.example.com?":        "must have neither a query nor a fragment",
		"https://id.example.com#":        "must have neither a query nor a fragment",
		"https://me@id.example.com":      "must not hold a user name or password",
		"ftp://id.example.com":           `must begin with "https://"`,
		"id.example.com":                 "is not a URL",
		"https:id.example.com":           "is not a URL",
		"https://":                       "is not a URL",
		"https://bücher.example":         "xn-- form",
		"http://id.example.com":          "must begin with https:// because id.example.com is not this machine",
		"http://localhost.example.com":   "must begin with https:// because",
		"http://notlocalhost":            "must begin with https:// because",
		"http://128.0.0.1":               "must begin with https:// because",
		"http://127.0.0.1.example.com":   "must begin with https:// because",
		"http://0.0.0.0:8080":            "must begin with https:// because",
		"https://id.example.com\n.other": "is not a URL",
	} {
		got := refusal(t, Options{Sets: []string{"issuer=" + bad}})
		if !strings.HasPrefix(got, "--set issuer: issuer ") || !strings.Contains(got, want) {
			t.Errorf("%q: %s; want %s", bad, got, want)
		}
	}
	loud := "insecure_http_issuer_for_tests=true"
	for _, good := range []string{
		"http://gatehouse:8080", "http://gatehouse", "http://id.test", "http://gate.internal:8080", "http://nas.local", "http://nas.lan",
		"http://10.0.0.7:8080", "http://192.168.1.2", "http://[fd00::7]:8080", "http://localhost:8080",
	} {
		if c, _ := load(t, Options{Sets: []string{"issuer=" + good, loud}}); c.Issuer != good {
			t.Errorf("%s became %s", good, c.Issuer)
		}
	}
	for bad, want := range map[string]string{
		"http://id.example.com": "is no name of a private network", "http://8.8.8.8": "is no name of a private network",
		"http://134744072": "is no name of a private network", "http://0x8080808": "is no name of a private network", "http://test.example": "is no name of a private network",
		"https://id.example.com": "must not be set", "https://gatehouse": "must not be set",
	} {
		if got := refusal(t, Options{Sets: []string{"issuer=" + bad, loud}}); !strings.Contains(got, want) {
			t.Errorf("%q: %s; want %s", bad, got, want)
		}
	}
	got := refusal(t, Options{Sets: []string{"issuer=http://localhost:8080", "tls.cert_file=c", "tls.key_file=k"}})
	if !strings.Contains(got, "because tls.cert_file is set") {
		t.Error(got)
	}
}

package check

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gatehouse/config"
)

// certified are the settings that name a certificate for host.
func certified(t *testing.T, host string, from, until time.Time) []string {
	t.Helper()
	cert, key := pair(t, host, from, until)
	return []string{"tls.cert_file=" + cert, "tls.key_file=" + key}
}

func TestWhatWillSurpriseSomebodyIsAdvised(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	day := 24 * time.Hour
	https := "issuer=https://id.example.test"
	demo := t.TempDir()
	if err := os.WriteFile(filepath.Join(demo, DemoFile), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		sets []string
		want string // of the only advice; empty: there is none
	}{
		"nothing at all":            {nil, ""},
		"a good certificate":        {append(certified(t, "id.example.test", now.Add(-day), now.Add(60*day)), https), ""},
		"a certificate for others":  {append(certified(t, "www.example.test", now.Add(-day), now.Add(60*day)), https), "tls.cert_file is a certificate for www.example.test, and not for id.example.test"},
		"one that ended":            {append(certified(t, "id.example.test", now.Add(-9*day), now.Add(-day)), https), "tls.cert_file is a certificate that ended at 2026-03-03T05:06:07Z"},
		"one that ends soon":        {append(certified(t, "id.example.test", now.Add(-9*day), now.Add(3*day)), https), "tls.cert_file is a certificate that ends soon, at 2026-03-07T05:06:07Z"},
		"one of later":              {append(certified(t, "id.example.test", now.Add(day), now.Add(60*day)), https), "tls.cert_file is a certificate that is not valid before 2026-03-05T05:06:07Z"},
		"https without TLS":         {[]string{https}, "issuer is https, but neither"},
		"https behind a proxy":      {[]string{https, "trusted_proxies=127.0.0.1"}, ""},
		"metrics for everybody":     {[]string{"listen.internal=:9090"}, "listen.internal is :9090"},
		"metrics on all of IPv6":    {[]string{"listen.internal=[::]:9090"}, "listen.internal is [::]:9090"},
		"metrics on the Internet":   {[]string{"listen.internal=203.0.113.7:9090"}, "listen.internal is 203.0.113.7:9090"},
		"metrics in a private net":  {[]string{"listen.internal=10.0.0.7:9090"}, ""},
		"a data directory to come":  {[]string{"data_dir=" + filepath.Join(t.TempDir(), "gatehuose")}, "data_dir is "},
		"a data directory there is": {[]string{"data_dir=" + t.TempDir()}, ""},
		"the data of the demo":      {[]string{"data_dir=" + demo}, "data_dir is " + demo + ", which the demo has filled"},
		"a Redis elsewhere":         {[]string{"redis.url=redis://cache:6379"}, "redis.url names another machine"},
		"a Redis behind TLS":        {[]string{"redis.url=rediss://cache:6379"}, ""},
		"a Redis on this machine":   {[]string{"redis.url=redis://localhost:6379"}, ""},
		"an http issuer of tests":   {[]string{"issuer=http://gatehouse:8080", "insecure_http_issuer_for_tests=true"}, "insecure_http_issuer_for_tests is set"},
	} {
		cfg, _, err := config.Load(config.Options{Sets: c.sets})
		if err != nil {
			t.Fatal(err)
		}
		got := Advise(cfg, now)
		switch {
		case c.want == "" && len(got) > 0:
			t.Errorf("%s: advised %v", name, got)
		case c.want != "" && (len(got) != 1 || !strings.HasPrefix(got[0].Key+" "+got[0].Text, c.want)):
			t.Errorf("%s: advised %v, want %q", name, got, c.want)
		}
	}
}

package web_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"gatehouse/web"
)

// outer is the layer as a server has it.
func outer() *web.Outer {
	return &web.Outer{Log: slog.New(slog.DiscardHandler), Timeout: 15 * time.Second, Limit: 1 << 20}
}

// Whoever may say where a request came from decides whom the flood limits hit
// and whom the audit log names. Only proxies that are trusted may, and each only
// about the hop before it.
func TestForwardedAddressesCountFromTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	for name, c := range map[string]struct {
		peer      string
		trusted   []netip.Prefix
		forwarded []string // header lines
		want      string
	}{
		"nobody is trusted":                   {"10.0.0.1:4000", nil, []string{"203.0.113.9"}, "10.0.0.1"},
		"a stranger":                          {"192.0.2.1:4000", proxies, []string{"203.0.113.9"}, "192.0.2.1"},
		"a stranger names a proxy":            {"192.0.2.1:4000", proxies, []string{"10.0.0.1"}, "192.0.2.1"},
		"a stranger beside the network":       {"11.0.0.1:4000", proxies, []string{"203.0.113.9"}, "11.0.0.1"},
		"a proxy":                             {"10.0.0.1:4000", proxies, []string{"203.0.113.9"}, "203.0.113.9"},
		"a proxy without the header":          {"10.0.0.1:4000", proxies, nil, "10.0.0.1"},
		"a proxy adds to what a client wrote": {"10.0.0.1:4000", proxies, []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		"on a line of its own":                {"10.0.0.1:4000", proxies, []string{"198.51.100.1", "203.0.113.9"}, "203.0.113.9"},
		"a client pretends to be a proxy":     {"10.0.0.1:4000", proxies, []string{"198.51.100.1, 10.0.0.7, 203.0.113.9"}, "203.0.113.9"},
		"two proxies":                         {"10.0.0.1:4000", proxies, []string{"198.51.100.1, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		"proxies all the way":                 {"10.0.0.1:4000", proxies, []string{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
		"garbage hides what lies behind it":   {"10.0.0.1:4000", proxies, []string{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2"},
		"nothing but garbage":                 {"10.0.0.1:4000", proxies, []string{"unknown"}, "10.0.0.1"},
		"an IPv6 proxy":                       {"[2001:db8:ffff::1]:4000", proxies, []string{"2001:db8::9"}, "2001:db8::9"},
		"an IPv4 proxy on an IPv6 socket":     {"[::ffff:10.0.0.1]:4000", proxies, []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"with a port":                         {"10.0.0.1:4000", proxies, []string{"198.51.100.1, 203.0.113.9:51234"}, "203.0.113.9"},
		"IPv6 with a port":                    {"10.0.0.1:4000", proxies, []string{"[2001:db8::1]:443"}, "2001:db8::1"},
		"IPv6 in brackets":                    {"10.0.0.1:4000", proxies, []string{"[2001:db8::1]"}, "2001:db8::1"},
		"IPv4 in IPv6 with a port":            {"10.0.0.1:4000", proxies, []string{"[::ffff:203.0.113.9]:443"}, "203.0.113.9"},
		"a zone says nothing to others":       {"10.0.0.1:4000", proxies, []string{"fe80::1%eth0"}, "fe80::1"},
		"a proxy with a port on the way":      {"10.0.0.1:4000", proxies, []string{"203.0.113.9:1, 10.0.0.2:2"}, "203.0.113.9"},
		"IPv4 in brackets is garbage":         {"10.0.0.1:4000", proxies, []string{"[203.0.113.9]"}, "10.0.0.1"},
		"an open bracket is garbage":          {"10.0.0.1:4000", proxies, []string{"[2001:db8::1"}, "10.0.0.1"},
		"a port that is none is garbage":      {"10.0.0.1:4000", proxies, []string{"203.0.113.9:70000"}, "10.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o, got := outer(), "nothing"
			o.Trusted = c.trusted
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.RemoteAddr = c.peer
			for _, line := range c.forwarded {
				r.Header.Add("X-Forwarded-For", line)
			}
			for _, other := range []string{"X-Real-Ip", "True-Client-Ip", "Cf-Connecting-Ip", "X-Client-Ip"} {
				r.Header.Set(other, "198.51.100.77")
			}
			r.Header.Set("Forwarded", "for=198.51.100.77")
			o.Wrap(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				got = web.InfoOf(r.Context()).IP
				if actor := web.Actor(r).IP; actor != got {
					t.Errorf("the actor's address is %s, the request's %s", actor, got)
				}
			})).ServeHTTP(httptest.NewRecorder(), r)
			if got != c.want {
				t.Errorf("%s forwards %q: the client is %s, want %s", c.peer, c.forwarded, got, c.want)
			}
		})
	}
}

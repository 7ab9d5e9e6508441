package doctor

import (
	"net/url"
	"testing"
)

func TestReachable(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		"127.0.0.1:9090": "127.0.0.1:9090",
		":9090":          "127.0.0.1:9090",
		"0.0.0.0:9090":   "127.0.0.1:9090",
		"[::]:9090":      "[::1]:9090",
		"[::1]:9090":     "[::1]:9090",
		"10.0.0.1:9090":  "10.0.0.1:9090",
	} {
		if got := Reachable(listen); got != want {
			t.Errorf("Reachable(%q) = %q, want %q", listen, got, want)
		}
	}
}

// An address of one interface has a mark that a URL writes otherwise.
func TestInsideIsAURL(t *testing.T) {
	t.Parallel()
	for listen, want := range map[string]string{
		":9090":               "http://127.0.0.1:9090/readyz",
		"[::]:9090":           "http://[::1]:9090/readyz",
		"[fe80::1%eth0]:9090": "http://[fe80::1%25eth0]:9090/readyz",
		"localhost:9090":      "http://localhost:9090/readyz",
	} {
		if got := inside(listen, "/readyz"); got != want {
			t.Errorf("inside(%q) = %q, want %q", listen, got, want)
		}
		if u, err := url.Parse(inside(listen, "/readyz")); err != nil || u.Host != Reachable(listen) {
			t.Errorf("%q is read as %v (%v)", listen, u, err)
		}
	}
}

package doctor

import (
	"maps"
	"net/url"
	"testing"

	"gatehouse/house/check"
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

// What a server doubts of the routes of its gate is told with what to do.
func TestDoubtsOfTheGateAreTold(t *testing.T) {
	t.Parallel()
	doubts := map[string]string{"routes": "not used", "permissions": "in vain", "certificates": "in vain, too", "folder": "x", "seal": "y"}
	told := map[string]string{}
	for _, f := range judgeDoubts(doubts) {
		if f.Severity != check.Warning || f.Remedy == "" {
			t.Errorf("%+v", f)
		}
		told[f.Check] = f.Says
	}
	if want := map[string]string{"gate.routes": "not used", "gate.permissions": "in vain", "gate.certificates": "in vain, too"}; !maps.Equal(told, want) {
		t.Errorf("%v, want %v", told, want)
	}
	if found := judgeDoubts(nil); len(found) != 0 {
		t.Errorf("of nothing: %+v", found)
	}
}

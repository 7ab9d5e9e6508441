package id

import "testing"

func TestAnAddressCountsAsItsNetwork(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"192.0.2.1":          "192.0.2.1",
		"::ffff:192.0.2.1":   "192.0.2.1",
		"2001:db8:1:2::1":    "2001:db8:1:2::/64",
		"2001:db8:1:2:f::9":  "2001:db8:1:2::/64",
		"fe80::1%eth0":       "fe80::/64",
		"":                   "",
		"somewhere":          "",
		"192.0.2.1:8080":     "",
		"2001:db8:1:3:f::9 ": "",
	} {
		if got := Network(address); got != want {
			t.Errorf("%q counts as %q, want %q", address, got, want)
		}
	}
}

package web_test

import (
	"testing"

	"gatehouse/web"
)

// Whom everybody is, may say for themselves where they come from.
func TestEverybodyIsNoTrustedProxy(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"10.0.0.0/8": true, "fd00::/8": true, "192.0.2.7": true, "::1": true, "::ffff:192.0.2.7": true, "0.0.0.0/1": true,
		"0.0.0.0/0": false, "10.0.0.0/0": false, "::/0": false, "::ffff:0.0.0.0/96": false, "everybody": false, "": false,
	} {
		nets, bad := web.Config{TrustedProxies: []string{text}}.Proxies()
		if got := len(bad) == 0; got != want || got && len(nets) != 1 {
			t.Errorf("%q: %v %v", text, nets, bad)
		}
	}
}

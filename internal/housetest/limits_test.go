package housetest

import (
	"net/http"
	"net/url"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
)

// The limits are those of the configuration, per address; and there are none when
// somebody turned them off.
func TestBadRequestsAreLimitedAsConfigured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		limits func(*config.Config)
		want   int // the answer to the third bad request in a row
	}{
		{"two at once", func(c *config.Config) { c.Limits.Burst, c.Limits.PerMinute = 2, 1 }, http.StatusTooManyRequests},
		{"the default", func(*config.Config) {}, http.StatusUnauthorized},
		{"off", func(c *config.Config) { c.Limits.Enabled, c.Limits.Burst = false, 1 }, http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := gatetest.New(t, c.limits)
			g.App("web")
			for i, want := range []int{http.StatusUnauthorized, http.StatusUnauthorized, c.want} {
				if got := g.PostForm("/oauth2/token", "web", "wrong", url.Values{"grant_type": {"client_credentials"}}).Status; got != want {
					t.Errorf("bad request %d is answered %d, want %d", i+1, got, want)
				}
			}
		})
	}
}

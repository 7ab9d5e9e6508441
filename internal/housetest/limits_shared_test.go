package housetest

import (
	"net/http"
	"testing"

	"gatehouse/config"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testredis"
)

// With one Redis all replicas together have the bounds of one.
func TestReplicasWithOneRedisHaveOneBound(t *testing.T) {
	t.Parallel()
	server := testredis.Start(t)
	g := gatetest.New(t, func(c *config.Config) {
		c.Redis.URL = server.URL
		c.Limits.API.Enabled, c.Limits.API.Burst, c.Limits.API.PerMinute = true, 3, 1
		c.Limits.Bad.Burst, c.Limits.Bad.PerMinute = 4, 1
		c.Limits.Address.Enabled, c.Limits.Address.Burst, c.Limits.Address.PerMinute = true, 3, 1
	})
	both := replicas(t, g)
	for _, s := range both {
		soon(t, "Redis to be found", func() bool { return s.House.Limiters.Figures().Shared })
	}
	app := g.App("app")
	wrong := *app
	wrong.Secret = "guess"
	both[1].Settle()
	for name, c := range map[string]struct {
		ask  func(s *steering) int
		most int  // that pass at both
		late bool // a replica knows of the other's only once it has counted one itself
	}{
		"the admin API": {func(s *steering) int { return s.call(s.boss, http.MethodGet, "/api/v1/users", nil).Status }, 3, false},
		"pages": {func(s *steering) int {
			r, err := http.NewRequest(http.MethodGet, gatetest.Issuer+"/signin", nil)
			must(t, err)
			return s.Do(r).Status
		}, 3, false},
		"bad secrets at the token endpoint": {func(s *steering) int { return wrong.At(s.Gate).ClientCredentials().Status }, 4, true},
		"bad keys": {func(s *steering) int {
			return s.call("gatehouse_pat_guess", http.MethodGet, "/api/v1/users", nil).Status
		}, 4, true},
	} {
		passed := 0
		for range 6 {
			for _, s := range both {
				if c.ask(s) != http.StatusTooManyRequests {
					passed++
				}
			}
		}
		if more := passed - c.most; more < 0 || more > 0 && !c.late || more > 1 {
			t.Errorf("%s: %d passed at two replicas, want %d", name, passed, c.most)
		}
	}
}

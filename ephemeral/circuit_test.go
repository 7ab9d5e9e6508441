package ephemeral

import (
	"errors"
	"log/slog"
	"testing"
)

// Redis is away after some failures in a row, and there again after some successes in a
// row: one between them begins the count anew.
func TestOnlyWhatComesInARowOpensAndClosesTheCircuit(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	c := &circuit{log: slog.New(slog.DiscardHandler)}
	c.away.Store(true)
	probes := func(want bool, all ...error) {
		t.Helper()
		for _, err := range all {
			c.probed(err)
		}
		if is := !c.away.Load(); is != want {
			t.Errorf("after %v it is asked: %v", all, is)
		}
	}
	hears := func(want bool, all ...error) {
		t.Helper()
		for _, err := range all {
			c.heard(err)
		}
		if is := !c.away.Load(); is != want {
			t.Errorf("after having heard %v it is asked: %v", all, is)
		}
	}
	probes(true, nil) // the first of all
	hears(true, away, away, nil, away, away)
	hears(false, away)
	probes(false, nil, nil, away, nil, nil)
	probes(true, nil)
	hears(true, away, away) // what was bad before does not count
	hears(false, away)
}

// Nothing is sent to Redis twice, nothing waits longer than its context, and who we are
// and which database is meant comes from the URL.
func TestRedisIsAskedOnceAndImpatiently(t *testing.T) {
	t.Parallel()
	o, err := Redis{URL: "redis://gate:p%40ss@cache:6380/2"}.options()
	if err != nil {
		t.Fatal(err)
	}
	if o.MaxRetries != -1 || !o.ContextTimeoutEnabled || o.PoolTimeout > patience {
		t.Errorf("retries %d, by the context %v, for a connection %s", o.MaxRetries, o.ContextTimeoutEnabled, o.PoolTimeout)
	}
	if o.Addr != "cache:6380" || o.Username != "gate" || o.Password != "p@ss" || o.DB != 2 {
		t.Errorf("%s as %s in %d", o.Addr, o.Username, o.DB)
	}
}

package ephemeral_test

import (
	"testing"
	"testing/synctest"

	"gatehouse/ephemeral"
	"gatehouse/ephemeral/ephemeraltest"
	"gatehouse/fault"
)

func open(t *testing.T, c ephemeral.Config) ephemeral.Limiter {
	t.Helper()
	l, err := ephemeral.Alone().New("test", c)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestMemoryKeepsTheContract(t *testing.T) {
	t.Parallel()
	ephemeraltest.Run(t, ephemeraltest.Subject{Open: open, In: synctest.Test})
}

func TestNobodyWaitsWhenLimitsAreOff(t *testing.T) {
	t.Parallel()
	l := open(t, ephemeral.Config{Burst: 1, PerMinute: 1, Remembered: 1})
	for range 3 {
		if err := l.Count(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
	}
	if wait, err := l.Blocked(t.Context(), "a"); wait != 0 || err != nil {
		t.Errorf("Blocked = %v, %v", wait, err)
	}
}

func TestNewRefusesLimitsThatAreNotPossible(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*ephemeral.Config)
	}{
		{"burst", func(c *ephemeral.Config) { c.Burst = 0 }},
		{"burst", func(c *ephemeral.Config) { c.Burst = 1_000_001 }},
		{"per_minute", func(c *ephemeral.Config) { c.PerMinute = -1 }},
		{"per_minute", func(c *ephemeral.Config) { c.PerMinute = 1_000_001 }},
		{"remembered", func(c *ephemeral.Config) { c.Remembered = 0 }},
		{"remembered", func(c *ephemeral.Config) { c.Remembered = 100_000_001 }},
	} {
		config := ephemeral.DefaultConfig()
		c.change(&config)
		_, err := ephemeral.Alone().New("test", config)
		if !fault.Is(err, fault.Invalid) || config.Validate()[0].Name != c.name {
			t.Errorf("New(%+v) = %v, want an Invalid fault about %s", config, err, c.name)
		}
	}
}

package oauth_test

import (
	"testing"

	"gatehouse/oauth"
)

// Lifetimes may be changed while tokens are made: each grant reads them once, so that no
// token outlives what was looked ahead for it.
func TestEveryGrantReadsTheConfigurationOnce(t *testing.T) {
	t.Parallel()
	for name, begin := range grants {
		g := newGranting(t)
		step, read, was := begin(t, g), 0, g.Config
		g.Config = func() oauth.Config { read++; return was() }
		if _, err := step(); err != nil || read != 1 {
			t.Errorf("%s: read %d times, %v", name, read, err)
		}
	}
	g := newGranting(t)
	read, was := 0, g.Config
	g.Config = func() oauth.Config { read++; return was() }
	if _, err := g.code(t.Context()); err != nil || read != 1 {
		t.Errorf("a code: read %d times, %v", read, err)
	}
}

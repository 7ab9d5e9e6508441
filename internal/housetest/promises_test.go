package housetest

import (
	"testing"
	"time"
)

// hangs is how long something may take before it counts as one that never ends. It is
// no measure of speed: a busy machine takes long for much.
const hangs = 2 * time.Minute

// promised holds a promise of time on a machine of any speed: what is asked once that long
// is over must be so, or nobody can tell. ask reports either of it.
func promised(t *testing.T, after time.Duration, what string, ask func() (is, unknown bool)) {
	t.Helper()
	for begun := time.Now(); ; <-time.After(5 * time.Millisecond) {
		asked := time.Since(begun)
		is, unknown := ask()
		switch {
		case is:
			return
		case !unknown && asked > after:
			t.Errorf("asked after %s, it is not so: %s", asked.Round(time.Millisecond), what)
			return
		case asked > hangs:
			t.Errorf("nobody could ever tell: %s", what)
			return
		}
	}
}

// soon waits for what comes by itself.
func soon(t *testing.T, what string, is func() bool) {
	t.Helper()
	promised(t, hangs, what, func() (bool, bool) { return is(), false })
	if t.Failed() {
		t.FailNow()
	}
}

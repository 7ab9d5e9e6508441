package flow

import (
	"testing"

	"pgregory.net/rapid"

	"gatehouse/proof"
)

// Whatever was proved and asked, who is locked gets nothing, and is led nowhere but
// to the sign-in, as everybody is: the step tells nobody of the lock.
func TestWhoIsLockedIsAskedToSignInWhateverTheyProved(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := anyState(t)
		s.Locked = true
		switch d := Next(s); d.Step {
		case StepSignIn, StepSelect, StepRefuse:
			if d.Level != proof.None || len(d.Methods) > 0 {
				t.Errorf("%+v is told %+v", s, d)
			}
		default:
			t.Errorf("%+v leads to %+v", s, d)
		}
	})
}

package identity

import (
	"context"
	"testing"
	"testing/synctest"

	"gatehouse/audit"
	"gatehouse/clock"
)

// hangingUp ends the caller's context at the moment when the attempt is counted.
type hangingUp struct {
	Store
	hangUp context.CancelFunc
}

func (s hangingUp) InTx(ctx context.Context, f func(context.Context) error) error {
	s.hangUp()
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.Store.InTx(ctx, f)
}

// Who hangs up before the answer has guessed all the same: account and address
// are counted, and the refusal is recorded.
func TestWhoHangsUpIsCountedAndRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		store := h.Store
		guess := func(login string) {
			ctx, hangUp := context.WithCancel(t.Context())
			h.Store = hangingUp{store, hangUp}
			_, _, err := h.CheckPassword(ctx, here, login, "not the password")
			h.wants("signin.wrong", err)
			h.Store = store
		}
		for _, login := range []string{"ada@example.test", "eve@example.test", "x\x00", "\x00", "x\ny"} {
			before, events := h.memory.attempts[h.addressKey(here.IP, clock.Now())].Failures, len(h.memory.events)
			guess(login)
			if n := h.memory.attempts[h.addressKey(here.IP, clock.Now())].Failures; n != before+1 {
				t.Errorf("%q: the address counts %d failures after %d", login, n, before)
			}
			if len(h.memory.events) != events+1 || h.memory.events[events].Outcome != audit.Refused {
				t.Errorf("%q: %d events, want one refusal", login, len(h.memory.events)-events)
			}
		}
		if n := h.memory.attempts[h.accountKey("ada@example.test")].Failures; n != 1 {
			t.Errorf("the account counts %d failures", n)
		}
	})
}

// A right password leaves nothing behind at the address, a wrong one does.
func TestSuccessDoesNotCountAgainstTheAddress(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.person("ada@example.test")
		for range 2 * freePerAddress {
			_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword)
			h.wants("", err)
		}
		if a := h.memory.attempts[h.addressKey(here.IP, clock.Now())]; a.Failures != 0 || !a.BlockedUntil.IsZero() {
			t.Errorf("the address counts %+v", a)
		}
	})
}

package identity

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/audit"
)

// Guessed recovery codes pause and end as guessed codes of an authenticator do,
// and are counted apart from them.
func TestRecoveryGuessesPauseAfterFiveAndEndAfterTwenty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, recovery := h.enrolled("ada@example.test")
		time.Sleep(time.Hour)
		guess := func(code, want string) {
			t.Helper()
			_, _, err := h.CheckRecovery(t.Context(), here, user, code)
			h.wants(want, err)
		}
		for round := range 4 {
			for range 5 {
				guess("AAAAAA-AAAAAA-AAAAAA-AAAAAA", "recovery.wrong")
			}
			guess(recovery[0], "factor.throttled")
			if round < 3 {
				time.Sleep(5 * time.Minute)
			}
		}
		time.Sleep(24*time.Hour - time.Second)
		guess(recovery[0], "factor.throttled")
		h.wants("", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0)))) // the other way is open
		time.Sleep(time.Second)
		guess(recovery[0], "")
	})
}

// Who resets somebody's factors spares no session, whoever they are and wherever
// they do it from: it is done because the factor is in other hands.
func TestResetOfFactorsSparesNoSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, _, _ := h.enrolled("ada@example.test")
	by := audit.Actor{Kind: audit.Person, ID: "usr_root", Session: "ses_root"}
	h.wants("", h.ResetFactors(t.Context(), by, user))
	last := h.memory.ended[len(h.memory.ended)-1]
	if last.User != user || last.Except != "" {
		t.Errorf("ended %+v, want all of %s", last, user)
	}
	if left, err := h.RecoveryLeft(t.Context(), user); left != 0 || err != nil {
		t.Errorf("%d recovery codes of the lost factors are left, %v", left, err)
	}
}

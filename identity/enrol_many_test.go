package identity

import (
	"strconv"
	"testing"
	"testing/synctest"

	"gatehouse/identity/totp"
)

// A code may be of any authenticator, so that a person with many is easier to
// guess. Also those enrolments count that began while there was room.
func TestAPersonHasSoManyAuthenticatorsAndNoMore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, _, _ := h.enrolled("ada@example.test")
		enrol := func(browser string) error {
			e, err := h.StartEnrol(t.Context(), here, user, []byte(browser))
			if err != nil {
				return err
			}
			_, _, err = h.ConfirmEnrol(t.Context(), here, user, []byte(browser), h.code(e.Secret, 0))
			return err
		}
		for i := range MaxFactors - 2 {
			h.wants("", enrol(strconv.Itoa(i)))
		}
		waiting, err := h.newTOTP(user, []byte("waiting"))
		h.wants("", err)
		h.wants("", enrol("last"))
		h.wants("factor.too_many", enrol("one more"))
		h.wants("", h.memory.PutPendingFactor(t.Context(), waiting))
		key, err := h.unseal(waiting)
		h.wants("", err)
		code, err := totp.Code(key, totp.Step(waiting.Created))
		h.wants("", err)
		_, _, err = h.ConfirmEnrol(t.Context(), here, user, []byte("waiting"), code)
		h.wants("factor.too_many", err)
		all, err := h.Factors(t.Context(), user)
		h.wants("", err)
		if len(all) != MaxFactors {
			t.Errorf("there are %d authenticators", len(all))
		}
		h.wants("", h.ResetFactors(t.Context(), nobody, user))
		h.wants("", enrol("afterwards"))
	})
}

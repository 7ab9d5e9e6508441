package identity

import (
	"testing"
	"testing/synctest"
	"time"
)

// Who knew the old password may have begun an enrolment and seen its secret. The
// person who changed the password must not be shown the same one.
func TestNewPasswordEndsAnEnrolmentThatSomebodyMayHaveSeen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ada := h.person("ada@example.test")
		seen, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		time.Sleep(time.Minute)
		h.wants("", h.SetPassword(t.Context(), here, ada.ID, 0, "another long enough sentence"))
		time.Sleep(time.Minute)
		fresh, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		if fresh.Secret == seen.Secret {
			t.Error("the secret from before the new password is shown again")
		}
		_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, nil, h.code(seen.Secret, 0))
		h.wants("totp.wrong", err)
		again, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		if again.Secret != fresh.Secret {
			t.Error("a reload after the new password changed the enrolment")
		}
	})
}

package identity

import (
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/identity/totp"
)

// The code that confirms an authenticator lies in the same window as every
// later one: a clock that is off is noticed when it is set up.
func TestEnrolmentTakesTheCodesOfAMinuteAndNoMore(t *testing.T) {
	t.Parallel()
	for off, want := range map[int64]string{-3: "totp.wrong", -2: "totp.wrong", -1: "", 0: "", 1: "totp.wrong", 2: "totp.wrong"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			ada := h.person("ada@example.test")
			time.Sleep(10 * totp.Period)
			e, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
			h.wants("", err)
			for range 2 { // a code outside teaches nothing before there is an authenticator
				_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, nil, h.code(e.Secret, off))
				if want == "" {
					break
				}
				h.wants(want, err)
				time.Sleep(totp.Period)
			}
			h.wants(want, err)
			if has, err := h.HasFactor(t.Context(), ada.ID); err != nil || has != (want == "") {
				t.Errorf("a code off by %d: there is a factor: %v, %v", off, has, err)
			}
		})
	}
}

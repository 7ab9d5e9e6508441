package identity

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/identity/totp"
)

func TestEnrolmentShowsTheSameSecretUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ada := h.person("ada@example.test")
		first, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		again, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		if diff := cmp.Diff(first, again); diff != "" {
			t.Errorf("a reload changed the enrolment:\n%s", diff)
		}
		if len(first.Secret) != 32 || !strings.Contains(first.URL, first.Secret) || !strings.HasPrefix(first.URL, "otpauth://totp/Gatehouse:ada@example.test?") {
			t.Errorf("got %+v", first)
		}
		if has, err := h.HasFactor(t.Context(), ada.ID); has || err != nil {
			t.Errorf("an unconfirmed authenticator counts: %v, %v", has, err)
		}
		_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, nil, "000 000x")
		h.wants("totp.wrong", err)
		time.Sleep(2 * time.Hour)
		later, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		if later.Secret == first.Secret {
			t.Error("a secret that waited two hours is still shown")
		}
	})
}

func TestEnrolmentUsesItsCodeUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, recovery := h.enrolled("ada@example.test")
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, -1))))
		if n, err := h.RecoveryLeft(t.Context(), user); n != 10 || err != nil || len(recovery) != 10 {
			t.Errorf("%d recovery codes stored, %d shown, %v", n, len(recovery), err)
		}
		_, _, err := h.ConfirmEnrol(t.Context(), here, user, nil, h.code(key, 0))
		h.wants("factor.not_pending", err)
		time.Sleep(totp.Period)
		h.wants("", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
		if all, err := h.Factors(t.Context(), user); err != nil || len(all) != 1 || all[0].LastUsed.IsZero() {
			t.Errorf("the factors are %+v, %v", all, err)
		}
	})
}

func TestEachBrowserEnrolsASecretOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	mine, err := h.StartEnrol(t.Context(), here, ada.ID, []byte("mine"))
	h.wants("", err)
	theirs, err := h.StartEnrol(t.Context(), here, ada.ID, []byte("theirs"))
	h.wants("", err)
	again, err := h.StartEnrol(t.Context(), here, ada.ID, []byte("mine"))
	h.wants("", err)
	if mine.Secret == theirs.Secret || again.Secret != mine.Secret {
		t.Error("two browsers see one secret, or one browser two")
	}
	_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, []byte("theirs"), h.code(mine.Secret, 0))
	h.wants("totp.wrong", err)
	_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, []byte("another"), h.code(mine.Secret, 0))
	h.wants("factor.not_pending", err)
	_, codes, err := h.ConfirmEnrol(t.Context(), here, ada.ID, []byte("mine"), h.code(mine.Secret, 0))
	if err != nil || len(codes) != 10 {
		t.Fatalf("%d recovery codes, %v", len(codes), err)
	}
	_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, []byte("theirs"), h.code(theirs.Secret, 0))
	h.wants("factor.not_pending", err)
}

func TestAnEnrolmentThatWaitedAnHourIsNotConfirmed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ada := h.person("ada@example.test")
		e, err := h.StartEnrol(t.Context(), here, ada.ID, nil)
		h.wants("", err)
		time.Sleep(PendingLife)
		_, _, err = h.ConfirmEnrol(t.Context(), here, ada.ID, nil, h.code(e.Secret, 0))
		h.wants("factor.not_pending", err)
	})
}

func TestSealedSecretsOpenInTheirOwnRowOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada, _, _ := h.enrolled("ada@example.test")
	mallory, key, _ := h.enrolled("mallory@example.test")
	mine, hers := h.onlyFactor(mallory), h.onlyFactor(ada)
	hers.Sealed, hers.LastStep = mine.Sealed, 0
	h.memory.factors[hers.ID] = hers
	_, err := h.CheckTOTP(t.Context(), here, ada, h.code(key, 0))
	if err == nil || fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a secret moved to another row gave %v", err)
	}
}

package identity

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/identity/totp"
)

// meanwhileKeeper lets something happen while a secret is opened, which is after
// a factor was read and before its step is spent.
type meanwhileKeeper struct {
	Keeper
	meanwhile func()
}

func (k *meanwhileKeeper) Open(purpose, row, sealed string) ([]byte, error) {
	if f := k.meanwhile; f != nil {
		k.meanwhile = nil
		f()
	}
	return k.Keeper.Open(purpose, row, sealed)
}

// Two who hold the same code at the same moment: both have read that its step is
// free, and one of them is in.
func TestCodeThatSomebodyElseSpendsMeanwhileIsRefused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, _ := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		typed, rival := h.code(key, 0), *h.Service
		keeper := &meanwhileKeeper{Keeper: h.Keeper}
		keeper.meanwhile = func() { h.wants("", failing(rival.CheckTOTP(t.Context(), here, user, typed))) }
		h.Keeper = keeper
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, typed)))
		if keeper.meanwhile != nil {
			t.Fatal("nobody was faster")
		}
		h.wants("totp.used", failing(rival.CheckTOTP(t.Context(), here, user, typed)))
		time.Sleep(totp.Period)
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, typed))) // still within the window
		h.wants("", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
	})
}

// meanwhileStore lets something happen once a password was proved.
type meanwhileStore struct {
	*memory
	meanwhile func()
}

func (s *meanwhileStore) ClearAttempts(ctx context.Context, key string) error {
	err := s.memory.ClearAttempts(ctx, key)
	if f := s.meanwhile; f != nil && ctx.Value(txKey{}) == nil {
		s.meanwhile = nil
		f()
	}
	return err
}

// The operator sets a new password at the moment when somebody who knows the
// old one changes it. The operator's stays.
func TestPasswordThatWasChangedMeanwhileIsNotChangedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	operator := *h.Service
	store := &meanwhileStore{memory: h.memory}
	store.meanwhile = func() {
		h.wants("", operator.SetPassword(t.Context(), nobody, ada.ID, 0, "chosen by the operator just now"))
	}
	h.Store = store
	h.wants("password.changed", failing(h.ChangePassword(t.Context(), here, ada.ID, goodPassword, "chosen by an intruder just now", "", nil)))
	if store.meanwhile != nil {
		t.Fatal("nobody was faster")
	}
	_, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", "chosen by the operator just now")
	h.wants("", err)
}

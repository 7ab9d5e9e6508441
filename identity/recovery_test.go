package identity

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestRecoveryCodesWorkOnceHoweverTheyAreTyped(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, _, codes := h.enrolled("ada@example.test")
	other, _, _ := h.enrolled("bob@example.test")
	if len(codes[0]) != 27 || strings.ContainsAny(strings.Join(codes, ""), "OIL") {
		t.Errorf("codes look like %q", codes[0])
	}
	_, _, err := h.CheckRecovery(t.Context(), here, other, codes[0])
	h.wants("recovery.wrong", err)

	lookalike := strings.NewReplacer("0", "o", "1", "l").Replace(codes[2])
	for i, typed := range []string{
		codes[0], strings.ToLower(strings.ReplaceAll(codes[1], "-", "")), lookalike,
		" " + strings.ReplaceAll(codes[3], "-", " ") + " ",
	} {
		_, left, err := h.CheckRecovery(t.Context(), here, user, typed)
		if left != 9-i || err != nil {
			t.Errorf("code %d: %d left, %v", i, left, err)
		}
		_, _, err = h.CheckRecovery(t.Context(), here, user, typed)
		h.wants("recovery.wrong", err)
	}
	for _, typed := range []string{"", "-", codes[4][:26], codes[4] + "0"} {
		_, _, err := h.CheckRecovery(t.Context(), here, user, typed)
		h.wants("recovery.wrong", err)
	}
}

func TestRecoveryCodesDieWhenNewOnesAreMade(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, _, old := h.enrolled("ada@example.test")
	set, err := h.RecoverySet(t.Context(), user)
	h.wants("", err)
	fresh, err := h.NewRecoveryCodes(t.Context(), here, user, set)
	h.wants("", err)
	_, _, err = h.CheckRecovery(t.Context(), here, user, old[0])
	h.wants("recovery.wrong", err)
	_, _, err = h.CheckRecovery(t.Context(), here, user, fresh[0])
	h.wants("", err)
	_, err = h.NewRecoveryCodes(t.Context(), here, h.person("bob@example.test").ID, "")
	h.wants("factor.not_found", err)
}

func TestRecoveryCodesAreReplacedByWhoKnowsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, _, codes := h.enrolled("ada@example.test")
	set, err := h.RecoverySet(t.Context(), user)
	h.wants("", err)
	for _, wrong := range []string{"", "abc", set + "0"} {
		_, err = h.NewRecoveryCodes(t.Context(), here, user, wrong)
		h.wants("recovery.renewed", err)
	}
	_, _, err = h.CheckRecovery(t.Context(), here, user, codes[0])
	h.wants("", err)
	if same, err := h.RecoverySet(t.Context(), user); same != set || err != nil {
		t.Errorf("one code less is the set %q, want %q (%v)", same, set, err)
	}
}

// A button that was pressed twice comes again within milliseconds: the codes of the
// first are on the screen, and stay good.
func TestRecoveryCodesAreNotReplacedTwiceInASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, _, _ := h.enrolled("ada@example.test")
		set, err := h.RecoverySet(t.Context(), user)
		h.wants("", err)
		time.Sleep(time.Millisecond)
		shown, err := h.NewRecoveryCodes(t.Context(), here, user, set)
		h.wants("", err)
		_, err = h.NewRecoveryCodes(t.Context(), here, user, set)
		h.wants("recovery.renewed", err)
		_, _, err = h.CheckRecovery(t.Context(), here, user, shown[0])
		h.wants("", err)
	})
}

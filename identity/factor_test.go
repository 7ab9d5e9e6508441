package identity

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity/password"
	"gatehouse/identity/totp"
	"gatehouse/proof"
)

// enrolled gives a new person an authenticator and lets its first code pass.
func (h *house) enrolled(email string) (user id.User, key string, recovery []string) {
	h.Helper()
	u := h.person(email)
	e, err := h.StartEnrol(h.Context(), here, u.ID, nil)
	h.wants("", err)
	_, recovery, err = h.ConfirmEnrol(h.Context(), here, u.ID, nil, h.code(e.Secret, 0))
	h.wants("", err)
	return u.ID, e.Secret, recovery
}

// code is what an authenticator shows whose clock is off by so many steps.
func (h *house) code(key string, off int64) string {
	h.Helper()
	code, err := totp.Code(key, totp.Step(time.Now())+off)
	h.wants("", err)
	return code
}

func TestCheckTOTPTakesAMinuteOfCodesAndNoMore(t *testing.T) {
	t.Parallel()
	for off, code := range map[int64]string{-3: "totp.wrong", -2: "totp.wrong", -1: "", 0: "", 1: "totp.wrong", 2: "totp.wrong"} {
		synctest.Test(t, func(t *testing.T) {
			h := newHouse(t)
			user, key, _ := h.enrolled("ada@example.test")
			time.Sleep(10 * totp.Period)
			typed := h.code(key, off)
			h.wants(code, failing(h.CheckTOTP(t.Context(), here, user, " "+typed[:3]+" "+typed[3:]+" ")))
		})
	}
}

// Each case is a story of codes: how far the authenticator's clock is off when
// it is asked, and the answer. One period passes between two codes.
func TestCheckTOTPLearnsTheDriftOfOneClock(t *testing.T) {
	t.Parallel()
	type answer struct {
		off  int64
		code string
	}
	for name, story := range map[string][]answer{
		"fast":                       {{1, "totp.wrong"}, {1, ""}, {1, ""}, {0, "totp.used"}, {1, ""}},
		"slow":                       {{-2, "totp.wrong"}, {-2, ""}, {-2, ""}, {-1, ""}},
		"slow, then in time again":   {{-2, "totp.wrong"}, {-2, ""}, {0, "totp.wrong"}, {0, ""}, {0, ""}, {1, "totp.wrong"}},
		"once outside teaches none":  {{1, "totp.wrong"}, {0, ""}, {1, "totp.wrong"}, {0, ""}},
		"two sides teach none":       {{1, "totp.wrong"}, {-2, "totp.wrong"}, {1, "totp.wrong"}, {-2, "totp.wrong"}},
		"beyond reach teaches none":  {{2, "totp.wrong"}, {2, "totp.wrong"}},
		"far behind teaches nothing": {{-3, "totp.wrong"}, {-3, "totp.wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t)
				user, key, _ := h.enrolled("ada@example.test")
				time.Sleep(10 * totp.Period)
				for i, a := range story {
					if _, err := h.CheckTOTP(t.Context(), here, user, h.code(key, a.off)); fault.CodeOf(err) != a.code {
						t.Fatalf("code %d, off by %d: got %v, want %q", i, a.off, err, a.code)
					}
					time.Sleep(totp.Period)
				}
			})
		})
	}
}

func TestCheckTOTPLearnsNothingFromCodesFarApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, _ := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 1))))
		h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 1)))) // the same one again
		time.Sleep(2 * totp.Period)
		h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 1)))) // not in a row
		time.Sleep(4 * totp.Period)
		h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, -2)))) // in a row, but long after
	})
}

func TestFactorGuessesPauseAfterFiveAndEndAfterTwenty(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, recovery := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		guess := func() error { return failing(h.CheckTOTP(t.Context(), here, user, "000000")) }
		for round := range 4 {
			for range freeFactor {
				h.wants("totp.wrong", guess())
			}
			h.wants("factor.throttled", guess())
			if round < 3 {
				time.Sleep(factorPause)
			}
		}
		time.Sleep(factorBlock - time.Minute)
		h.wants("factor.throttled", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
		if _, _, err := h.CheckPassword(t.Context(), here, "ada@example.test", goodPassword); err != nil {
			t.Errorf("guessed codes block the password: %v", err)
		}
		_, left, err := h.CheckRecovery(t.Context(), here, user, recovery[0])
		if left != 9 || err != nil {
			t.Fatalf("guessed codes block the recovery codes: %d, %v", left, err)
		}
		h.wants("", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0)))) // the person proved themselves
	})
}

func TestRemovingTheFactorTakesItsCodesAndSessionsAlong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, key, codes := h.enrolled("ada@example.test")
	h.wants("", h.RemoveFactors(t.Context(), here, user, "ses_kept"))
	h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 1))))
	_, _, err := h.CheckRecovery(t.Context(), here, user, codes[0])
	h.wants("recovery.wrong", err)
	h.wants("factor.not_found", h.RemoveFactors(t.Context(), here, user, ""))

	again, err := h.StartEnrol(t.Context(), here, user, nil)
	h.wants("", err)
	if again.Secret == key {
		t.Error("the removed secret came back")
	}
	_, _, err = h.ConfirmEnrol(t.Context(), here, user, nil, h.code(again.Secret, 0))
	h.wants("", err)
	h.wants("", h.ResetFactors(t.Context(), nobody, user))
	want := []ending{{user, "ses_kept", "factor_changed"}, {user, "", "grants"}, {user, "", "factor_changed"}, {user, "", "grants"}}
	if diff := cmp.Diff(want, h.memory.ended); diff != "" {
		t.Errorf("endings (-want +got):\n%s", diff)
	}
}

func (h *house) onlyFactor(user id.User) Factor {
	h.Helper()
	all, err := h.Factors(h.Context(), user)
	if err != nil || len(all) != 1 {
		h.Fatalf("second factors %+v, %v", all, err)
	}
	return all[0]
}

// another enrols one more authenticator of a person who has one.
func (h *house) another(user id.User) (key string) {
	h.Helper()
	from := here
	from.Session = "ses_mine"
	e, err := h.StartEnrol(h.Context(), from, user, []byte("tablet"))
	h.wants("", err)
	p, codes, err := h.ConfirmEnrol(h.Context(), from, user, []byte("tablet"), h.code(e.Secret, 0))
	h.wants("", err)
	if codes != nil || p.Factor != e.Factor {
		h.Errorf("one more authenticator brings %d recovery codes and proves %+v", len(codes), p)
	}
	return e.Secret
}

func TestAnotherAuthenticatorStandsBesideTheFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, first, codes := h.enrolled("ada@example.test")
		phone := h.onlyFactor(user)
		time.Sleep(10 * totp.Period)
		second := h.another(user)
		if diff := cmp.Diff([]ending{{user, "ses_mine", "factor_changed"}}, h.memory.ended); diff != "" {
			t.Errorf("endings (-want +got):\n%s", diff)
		}
		time.Sleep(10 * totp.Period)
		byFirst, err := h.CheckTOTP(t.Context(), here, user, h.code(first, 0))
		h.wants("", err)
		bySecond, err := h.CheckTOTP(t.Context(), here, user, h.code(second, 0)) // the same step, of another factor
		h.wants("", err)
		if byFirst.Factor != phone.ID || bySecond.Factor == phone.ID || bySecond.Factor == "" || bySecond.Source != proof.ByAuthenticator {
			t.Errorf("proved %+v and %+v", byFirst, bySecond)
		}
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, h.code(first, 0))))
		h.wants("totp.used", failing(h.CheckTOTP(t.Context(), here, user, h.code(second, 0))))
		byCode, left, err := h.CheckRecovery(t.Context(), here, user, codes[0])
		if err != nil || left != 9 || byCode.Factor != phone.ID || byCode.Source != proof.ByRecoveryCode {
			t.Errorf("a recovery code of before proves %+v, %d are left, %v", byCode, left, err)
		}
	})
}

func TestGuessesCountForThePersonHoweverManyAuthenticators(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, _ := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		h.another(user)
		time.Sleep(10 * totp.Period)
		for range freeFactor {
			h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, "000000")))
		}
		h.wants("factor.throttled", failing(h.CheckTOTP(t.Context(), here, user, h.code(key, 0))))
	})
}

func TestClocksOfTwoAuthenticatorsDriftApart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, fast, _ := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		slow := h.another(user)
		time.Sleep(10 * totp.Period)
		for _, code := range []string{"totp.wrong", "", ""} {
			h.wants(code, failing(h.CheckTOTP(t.Context(), here, user, h.code(fast, 1))))
			h.wants(code, failing(h.CheckTOTP(t.Context(), here, user, h.code(slow, -2))))
			time.Sleep(totp.Period)
		}
	})
}

func TestAPasswordIsAnotherFactorAfterEachChangeAndNotAfterARenewal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.person("ada@example.test")
	proves := func(password string) proof.Proof {
		t.Helper()
		user, p, err := h.CheckPassword(t.Context(), here, "ada@example.test", password)
		if err != nil || user != ada.ID || p.Method != proof.Password || p.Source != proof.ByPassword {
			t.Fatalf("%s proves %+v, %v", user, p, err)
		}
		return p
	}
	first := proves(goodPassword)
	changed, err := h.ChangePassword(t.Context(), here, ada.ID, goodPassword, "another long enough sentence", "ses_kept", nil)
	h.wants("", err)
	if second := proves("another long enough sentence"); second.Factor == first.Factor || second.Factor != changed.Factor {
		t.Errorf("the password was %s, the change says %s, and it is %s", first.Factor, changed.Factor, second.Factor)
	}
	stored := h.memory.passwords[ada.ID]
	costlier := cheap
	costlier.Params.Passes++
	h.Hasher = password.NewHasher(costlier)
	renewed := proves("another long enough sentence")
	if now := h.memory.passwords[ada.ID]; now.Hash == stored.Hash || renewed.Factor != changed.Factor || now.ID != changed.Factor {
		t.Errorf("hashed anew it is %s, and was %s", renewed.Factor, changed.Factor)
	}
	h.wants("", h.SetPassword(t.Context(), nobody, ada.ID, 0, goodPassword))
	if third := proves(goodPassword); third.Factor == first.Factor {
		t.Error("the first password, set again, is the first factor again")
	}
}

func TestStandingTellsWhatMayProveThePerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	user, _, _ := h.enrolled("ada@example.test")
	st, err := h.Standing(t.Context(), user)
	if err != nil || st.Password == "" || !slices.Equal(st.Second, []id.Factor{h.onlyFactor(user).ID}) || st.Email != "ada@example.test" {
		t.Errorf("got %+v, %v", st, err)
	}
	bare, err := h.Create(t.Context(), nobody, User{Email: "bob@example.test"}, "")
	h.wants("", err)
	st, err = h.Standing(t.Context(), bare.ID)
	if err != nil || st.Password != "" || len(st.Second) != 0 {
		t.Errorf("got %+v, %v", st, err)
	}
}

// Who slips on the keyboard has guessed nothing, and a right code is right in any
// width.
func TestSlipsOfACodeAreNoGuesses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		user, key, recovery := h.enrolled("ada@example.test")
		time.Sleep(10 * totp.Period)
		for range factorMost + 1 {
			for _, slip := range []string{"12345", "12-3456-7", "\uff11\uff12\uff13", "", "code", "1234567"} {
				h.wants("totp.wrong", failing(h.CheckTOTP(t.Context(), here, user, slip)))
				_, _, err := h.CheckRecovery(t.Context(), here, user, slip)
				h.wants("recovery.wrong", err)
			}
		}
		code := h.code(key, 0)
		wide := strings.Map(func(r rune) rune { return r - '0' + '\uff10' }, code)
		h.wants("", failing(h.CheckTOTP(t.Context(), here, user, wide[:9]+"-"+wide[9:])))
		_, _, err := h.CheckRecovery(t.Context(), here, user, recovery[0])
		h.wants("", err)
	})
}

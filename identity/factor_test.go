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
	h.wants("", h.SetPassword(t.Context(), nobody, ada.ID, goodPassword))
	if third := proves(goodPassword); third.Factor == first.Factor {
		t.Error("the first password, set again, is the first factor again")
	}
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

func TestSetupMakesOneAdministratorAndIsOverThen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx := t.Context()
		token, made, err := h.SetupLink(ctx, nobody, false)
		if err != nil || !made || len(token) != 43 {
			t.Fatalf("got %d characters, %v, %v", len(token), made, err)
		}
		second, made, err := h.SetupLink(ctx, nobody, false)
		if second != "" || made || err != nil {
			t.Errorf("a second link: %v, %v", made, err)
		}
		replaced, made, err := h.SetupLink(ctx, nobody, true)
		if err != nil || !made {
			t.Fatalf("replace: %v, %v", made, err)
		}
		h.wants("setup.link", h.CheckSetup(ctx, token))
		h.wants("", h.CheckSetup(ctx, replaced))
		h.wants("", h.CheckSetup(ctx, replaced)) // looking uses nothing up

		_, err = h.Setup(ctx, here, token, "ada@example.test", "Ada", goodPassword)
		h.wants("setup.link", err)
		_, err = h.Setup(ctx, here, replaced, "ada@example.test", "Ada", "short")
		h.wants("password.weak", err)
		_, err = h.Setup(ctx, here, replaced, "not an email", "Ada", goodPassword)
		h.wants("user.invalid", err)
		time.Sleep(59 * time.Minute)
		ada, err := h.Setup(ctx, here, replaced, "ada@example.test", "Ada", goodPassword)
		if err != nil || !ada.Administrator {
			t.Fatalf("got %+v, %v", ada, err)
		}
		_, err = h.Setup(ctx, here, replaced, "eve@example.test", "Eve", goodPassword)
		h.wants("setup.done", err)
		h.wants("setup.done", h.CheckSetup(ctx, replaced))
		_, _, err = h.SetupLink(ctx, nobody, true)
		h.wants("setup.done", err)
		user, _, err := h.CheckPassword(ctx, here, "ada@example.test", goodPassword)
		if user != ada.ID || err != nil {
			t.Errorf("the administrator signs in: %q, %v", user, err)
		}
	})
}

func TestSetupLinkIsGoodForAnHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		token, _, err := h.SetupLink(t.Context(), nobody, false)
		h.wants("", err)
		time.Sleep(time.Hour)
		h.wants("setup.link", h.CheckSetup(t.Context(), token))
		_, err = h.Setup(t.Context(), here, token, "ada@example.test", "Ada", goodPassword)
		h.wants("setup.link", err)
		_, made, err := h.SetupLink(t.Context(), nobody, false)
		if !made || err != nil {
			t.Errorf("no new link after the old one ended: %v, %v", made, err)
		}
	})
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

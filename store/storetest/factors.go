package storetest

import (
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/store"
)

func testFactors(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u := insertUser(t, s)

	t.Run("KeepOnePassword", func(t *testing.T) {
		_, err := s.Password(ctx, u.ID)
		missing(t, err)
		for _, hash := range []string{"first", "second"} {
			p := identity.Password{User: u.ID, Hash: hash, Changed: now}
			ok(t, s.PutPassword(ctx, p))
			same(t, must[identity.Password](t)(s.Password(ctx, u.ID)), p)
		}
	})

	older := identity.TOTP{ID: id.NewFactor(), User: u.ID, Name: "phone", Sealed: "sealed", Created: now}
	newer := identity.TOTP{ID: id.NewFactor(), User: u.ID, Name: "tablet", Sealed: "other", Created: now.Add(time.Hour)}

	t.Run("EnrolOneAtATime", func(t *testing.T) {
		_, err := s.TOTPOf(ctx, u.ID, true)
		missing(t, err)
		ok(t, s.InsertTOTP(ctx, identity.TOTP{ID: id.NewFactor(), User: u.ID, Created: now}))
		ok(t, s.InsertTOTP(ctx, older))
		same(t, must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, true)), older)
		_, err = s.TOTPOf(ctx, u.ID, false)
		missing(t, err)
	})
	t.Run("ConfirmOnce", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return s.ConfirmTOTP(ctx, older.ID, 41, now) })
		older.LastStep, older.Confirmed, older.LastUsed = 41, now, now
		same(t, must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, false)), older)
		_, err := s.TOTPOf(ctx, u.ID, true)
		missing(t, err)
		no(t)(s.ConfirmTOTP(ctx, id.NewFactor(), 1, now))
	})
	t.Run("ReplaceTheOlderOnConfirmationOnly", func(t *testing.T) {
		ok(t, s.InsertTOTP(ctx, newer))
		same(t, must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, false)).ID, older.ID)
		yes(t)(s.ConfirmTOTP(ctx, newer.ID, 50, now))
		same(t, must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, false)).ID, newer.ID)
		no(t)(s.SpendTOTPStep(ctx, older.ID, 99, 0, now))
	})
	t.Run("SpendAStepOnce", func(t *testing.T) {
		later := now.Add(time.Minute)
		no(t)(s.SpendTOTPStep(ctx, newer.ID, 50, 0, later))
		oneWinner(t, func(int) (bool, error) { return s.SpendTOTPStep(ctx, newer.ID, 52, -1, later) })
		got := must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, false))
		same(t, []int64{got.LastStep, got.Drift}, []int64{52, -1})
		same(t, got.LastUsed, later)
		no(t)(s.SpendTOTPStep(ctx, newer.ID, 51, 0, later))
	})
	t.Run("AcceptOneThatIsConfirmedAlready", func(t *testing.T) {
		confirmed := identity.TOTP{ID: id.NewFactor(), User: u.ID, Confirmed: now, Created: now}
		refused(t, s.InsertTOTP(ctx, confirmed), fault.Conflict)
		ok(t, s.DeleteTOTP(ctx, u.ID))
		ok(t, s.InsertTOTP(ctx, confirmed))
		same(t, must[identity.TOTP](t)(s.TOTPOf(ctx, u.ID, false)), confirmed)
	})
	t.Run("AreRemovedTogether", func(t *testing.T) {
		ok(t, s.InsertTOTP(ctx, newer))
		ok(t, s.DeleteTOTP(ctx, u.ID))
		for _, pending := range []bool{false, true} {
			_, err := s.TOTPOf(ctx, u.ID, pending)
			missing(t, err)
		}
		ok(t, s.DeleteTOTP(ctx, u.ID))
	})
}

func testRecoveryCodes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, other := insertUser(t, s), insertUser(t, s)
	count := func() int { t.Helper(); return must[int](t)(s.CountRecoveryCodes(ctx, u.ID)) }

	old := [][]byte{hash(), hash(), hash()}
	fresh := [][]byte{hash(), hash()}
	ok(t, s.PutRecoveryCodes(ctx, u.ID, old, now))
	same(t, count(), 3)
	ok(t, s.PutRecoveryCodes(ctx, u.ID, fresh, now))
	same(t, count(), 2)
	no(t)(s.SpendRecoveryCode(ctx, u.ID, old[0]))
	no(t)(s.SpendRecoveryCode(ctx, other.ID, fresh[0]))
	oneWinner(t, func(int) (bool, error) { return s.SpendRecoveryCode(ctx, u.ID, fresh[0]) })
	same(t, count(), 1)
	missing(t, s.PutRecoveryCodes(ctx, id.NewUser(), fresh, now))
	ok(t, s.PutRecoveryCodes(ctx, u.ID, nil, now))
	same(t, count(), 0)

	// Two who ask for new codes at once do not get both sets.
	race(t, 8, func(int) (bool, error) {
		return true, s.PutRecoveryCodes(ctx, u.ID, [][]byte{hash(), hash(), hash(), hash()}, now)
	})
	same(t, count(), 4)
}

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
			p := identity.Password{User: u.ID, ID: id.NewFactor(), Hash: hash, Changed: now}
			ok(t, s.PutPassword(ctx, p))
			same(t, must[identity.Password](t)(s.Password(ctx, u.ID)), p)
		}
	})

	t.Run("HaveANeighbour", func(t *testing.T) {
		last, first := id.User("usr_zzzz"+string(u.ID[4:])), id.User("usr_2222"+string(u.ID[4:]))
		for user, hash := range map[id.User]string{first: "of the first", last: "of the last"} {
			ok(t, s.InsertUser(ctx, identity.User{ID: user, Email: string(user) + "@example.test", Created: now, Updated: now, Rev: 1}))
			ok(t, s.PutPassword(ctx, identity.Password{User: user, ID: id.NewFactor(), Hash: hash, Changed: now}))
		}
		for from, want := range map[id.User]string{
			last: "of the last", last + "z": "of the first", "": "of the first", first: "of the first", first[:8]: "of the first", last[:8]: "of the last",
		} {
			same(t, must[string](t)(s.PasswordHashFrom(ctx, from)), want)
		}
	})

	t.Run("AreReadForMany", func(t *testing.T) {
		want, ids := map[id.User]identity.Standing{}, []id.User{"usr_nobody"}
		for i := range 60 { // more than one question asks for
			v := insertUser(t, s)
			st := identity.Standing{User: v}
			if i%2 == 0 {
				st.Password = id.NewFactor()
				ok(t, s.PutPassword(ctx, identity.Password{User: v.ID, ID: st.Password, Hash: "phc", Changed: now}))
			}
			if i%3 == 0 {
				f := pendingFactor(v.ID)
				ok(t, s.PutPendingFactor(ctx, f))
				if i%6 == 0 { // the others wait, and prove nothing
					yes(t)(s.ConfirmFactor(ctx, f.ID, 1, now))
					st.Second = []id.Factor{f.ID}
				}
			}
			want[v.ID] = st
			ids = append(ids, v.ID)
		}
		same(t, must[map[id.User]identity.Standing](t)(s.Standings(ctx, ids)), want)
		same(t, len(must[map[id.User]identity.Standing](t)(s.Standings(ctx, nil))), 0)
	})

	phone := pendingFactor(u.ID)
	phone.Name, phone.Browser = "phone", hash()

	t.Run("WaitForOneBrowserEach", func(t *testing.T) {
		_, err := s.PendingFactor(ctx, u.ID, phone.Browser)
		missing(t, err)
		elsewhere, first := pendingFactor(u.ID), pendingFactor(u.ID)
		first.Browser = phone.Browser
		ok(t, s.PutPendingFactor(ctx, elsewhere))
		ok(t, s.PutPendingFactor(ctx, first))
		ok(t, s.PutPendingFactor(ctx, phone))
		same(t, must[identity.Factor](t)(s.PendingFactor(ctx, u.ID, phone.Browser)), phone)
		same(t, must[identity.Factor](t)(s.PendingFactor(ctx, u.ID, nil)), elsewhere)
		_, err = s.PendingFactor(ctx, insertUser(t, s).ID, phone.Browser)
		missing(t, err)
		same(t, len(must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID))), 0)
		no(t)(s.ConfirmFactor(ctx, first.ID, 1, now))
	})
	t.Run("WaitInSmallNumbers", func(t *testing.T) {
		v := insertUser(t, s)
		var all []identity.Factor
		for i := range identity.MaxPending + 3 {
			f := pendingFactor(v.ID)
			f.Browser, f.Created = hash(), now.Add(time.Duration(i)*time.Second)
			ok(t, s.PutPendingFactor(ctx, f))
			all = append(all, f)
		}
		for i, f := range all {
			if _, err := s.PendingFactor(ctx, v.ID, f.Browser); fault.Is(err, fault.NotFound) != (i < 3) {
				t.Errorf("number %d of %d: %v", i, len(all), err)
			}
		}
	})
	t.Run("ConfirmOnce", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return s.ConfirmFactor(ctx, phone.ID, 41, now) })
		phone.LastStep, phone.Confirmed, phone.LastUsed, phone.Browser = 41, now, now, nil
		same(t, must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID)), []identity.Factor{phone})
		no(t)(s.ConfirmFactor(ctx, id.NewFactor(), 1, now))
	})
	t.Run("EndTheOtherEnrolmentsWhenOneIsConfirmed", func(t *testing.T) {
		_, err := s.PendingFactor(ctx, u.ID, nil)
		missing(t, err)
		v := insertUser(t, s)
		var all []identity.Factor
		for range identity.MaxPending {
			f := pendingFactor(v.ID)
			f.Browser = hash()
			ok(t, s.PutPendingFactor(ctx, f))
			all = append(all, f)
		}
		if n := race(t, len(all), func(i int) (bool, error) { return s.ConfirmFactor(ctx, all[i].ID, 1, now) }); n != 1 {
			t.Errorf("%d of %d enrolments of one person were confirmed at once", n, len(all))
		}
	})
	tablet := pendingFactor(u.ID)
	t.Run("StandBesideEachOther", func(t *testing.T) {
		ok(t, s.PutPendingFactor(ctx, tablet))
		yes(t)(s.ConfirmFactor(ctx, tablet.ID, 50, now.Add(time.Minute)))
		all := must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID))
		same(t, []id.Factor{all[0].ID, all[1].ID}, []id.Factor{phone.ID, tablet.ID})
	})
	t.Run("SpendAStepOnceEach", func(t *testing.T) {
		later := now.Add(time.Minute)
		no(t)(s.SpendStep(ctx, tablet.ID, 50, 0, later))
		oneWinner(t, func(int) (bool, error) { return s.SpendStep(ctx, tablet.ID, 52, -1, later) })
		all := must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID))
		same(t, []int64{all[1].LastStep, all[1].Drift, all[0].LastStep}, []int64{52, -1, 41})
		same(t, all[1].LastUsed, later)
		no(t)(s.SpendStep(ctx, tablet.ID, 51, 0, later))
		yes(t)(s.SpendStep(ctx, phone.ID, 51, 0, later))
	})
	t.Run("AreRemovedTogether", func(t *testing.T) {
		ok(t, s.PutPendingFactor(ctx, pendingFactor(u.ID)))
		ok(t, s.DeleteFactors(ctx, u.ID))
		same(t, len(must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID))), 0)
		_, err := s.PendingFactor(ctx, u.ID, nil)
		missing(t, err)
		ok(t, s.DeleteFactors(ctx, u.ID))
	})
	t.Run("AreForgottenWhenNobodyConfirmsThem", func(t *testing.T) {
		f := pendingFactor(u.ID)
		ok(t, s.PutPendingFactor(ctx, f))
		must[map[string]int64](t)(s.Sweep(ctx, now.Add(identity.PendingLife-1)))
		must[identity.Factor](t)(s.PendingFactor(ctx, u.ID, nil))
		yes(t)(s.ConfirmFactor(ctx, f.ID, 1, now))
		ok(t, s.PutPendingFactor(ctx, pendingFactor(u.ID)))
		must[map[string]int64](t)(s.Sweep(ctx, now.Add(identity.PendingLife)))
		_, err := s.PendingFactor(ctx, u.ID, nil)
		missing(t, err)
		same(t, len(must[[]identity.Factor](t)(s.FactorsOf(ctx, u.ID))), 1)
	})
}

func pendingFactor(user id.User) identity.Factor {
	return identity.Factor{ID: id.NewFactor(), User: user, Kind: identity.KindTOTP, Name: "authenticator", Sealed: "sealed", Created: now}
}

func testRecoveryCodes(t *testing.T, s *store.Store) {
	ctx := t.Context()
	u, other := insertUser(t, s), insertUser(t, s)
	count := func() int { t.Helper(); return must[int](t)(s.CountRecoveryCodes(ctx, u.ID)) }

	old := [][]byte{hash(), hash(), hash()}
	fresh := [][]byte{hash(), hash()}
	made := func() time.Time { t.Helper(); return must[time.Time](t)(s.RecoveryCodesMade(ctx, u.ID)) }
	same(t, made(), time.Time{})
	ok(t, s.PutRecoveryCodes(ctx, u.ID, old, now))
	same(t, count(), 3)
	same(t, made(), now)
	ok(t, s.PutRecoveryCodes(ctx, u.ID, fresh, now.Add(time.Minute)))
	same(t, count(), 2)
	same(t, made(), now.Add(time.Minute))
	no(t)(s.SpendRecoveryCode(ctx, u.ID, old[0]))
	no(t)(s.SpendRecoveryCode(ctx, other.ID, fresh[0]))
	oneWinner(t, func(int) (bool, error) { return s.SpendRecoveryCode(ctx, u.ID, fresh[0]) })
	same(t, count(), 1)
	missing(t, s.PutRecoveryCodes(ctx, id.NewUser(), fresh, now))
	same(t, made(), now.Add(time.Minute))
	ok(t, s.PutRecoveryCodes(ctx, u.ID, nil, now))
	same(t, count(), 0)
	same(t, made(), time.Time{})

	// Two who ask for new codes at once do not get both sets.
	race(t, 8, func(int) (bool, error) {
		return true, s.PutRecoveryCodes(ctx, u.ID, [][]byte{hash(), hash(), hash(), hash()}, now)
	})
	same(t, count(), 4)
}

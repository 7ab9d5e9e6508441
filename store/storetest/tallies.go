package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/audit"
	"gatehouse/store"
)

func testTallies(t *testing.T, s *store.Store) {
	ctx := t.Context()
	today := audit.DayOf(now)
	yesterday := today.Add(-24 * time.Hour)
	count := func(day time.Time, n int64) []audit.Tally {
		return []audit.Tally{{Day: day, What: "user.create", Outcome: audit.Done, Detail: "", N: n}}
	}
	read := func() []audit.Tally {
		return must[[]audit.Tally](t)(s.Tallies(ctx, yesterday, today.Add(24*time.Hour)))
	}

	t.Run("AddUp", func(t *testing.T) {
		same(t, must[int64](t)(s.Tallied(ctx)), int64(0))
		yes(t)(s.AddTallies(ctx, 0, 3, count(today, 3), nil))
		yes(t)(s.AddTallies(ctx, 3, 5, append(count(yesterday, 1), count(today, 1)...), nil))
		same(t, must[int64](t)(s.Tallied(ctx)), int64(5))
		same(t, read(), append(count(yesterday, 1), count(today, 4)...))
		same(t, must[[]audit.Tally](t)(s.Tallies(ctx, yesterday, today)), count(yesterday, 1))
	})
	t.Run("AreOfOneOfManyAtOnce", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return s.AddTallies(ctx, 5, 6, count(today, 1), nil) })
		same(t, read(), append(count(yesterday, 1), count(today, 5)...))
		no(t)(s.AddTallies(ctx, 5, 7, count(today, 1), nil))
	})
	t.Run("TellWhatThereIs", func(t *testing.T) {
		u := insertUser(t, s)
		for _, end := range []time.Time{now, now.Add(time.Hour)} {
			n := newSession(u.ID)
			n.Expires = end
			ok(t, s.InsertSession(ctx, n, 10))
		}
		for range 2 {
			same(t, must[int64](t)(s.CountWhatIs(ctx, now)), int64(1))
		}
		got := read()[1:]
		if got[0].What != store.CountedBytes || got[0].N < 1<<14 {
			t.Errorf("the size of the database is counted as %+v", got[0])
		}
		same(t, got[1:], append([]audit.Tally{
			{Day: today, What: store.CountedEnding, N: 0},
			{Day: today, What: store.CountedPeople, N: 1},
			{Day: today, What: store.CountedSecured, N: 0},
			{Day: today, What: store.CountedSessions, N: 1},
		}, count(today, 5)...))
	})
	t.Run("OfTheGateAddUp", func(t *testing.T) {
		of := func(n int64) []audit.Tally {
			return []audit.Tally{{Day: today.Add(24 * time.Hour), What: "gate", Outcome: "allow", Detail: "orders", N: n}}
		}
		ok(t, s.AddCounts(ctx, of(2)))
		ok(t, s.AddCounts(ctx, of(3)))
		same(t, must[[]audit.Tally](t)(s.Tallies(ctx, today.Add(24*time.Hour), today.Add(48*time.Hour))), of(5))
	})
	t.Run("GoAtTheirAge", func(t *testing.T) {
		yes(t)(s.AddTallies(ctx, 6, 7, count(today.Add(-401*24*time.Hour), 1), nil))
		sweepAll(t, s)
		same(t, len(must[[]audit.Tally](t)(s.Tallies(ctx, time.Unix(0, 0), today.Add(24*time.Hour)))), 7)
	})
	t.Run("OfWhatFailsMostStayFew", func(t *testing.T) {
		var flood []audit.Top
		for i := range 3 * audit.MostTops {
			flood = append(flood, audit.Top{Day: today, Kind: audit.TopAddress, Name: fmt.Sprintf("2001:db8::%x", i), N: 1})
		}
		loud := audit.Top{Day: today, Kind: audit.TopAddress, Name: "192.0.2.7", N: 9}
		yes(t)(s.AddTallies(ctx, 7, 8, nil, append(flood, loud)))
		yes(t)(s.AddTallies(ctx, 8, 9, nil, []audit.Top{loud, {Day: yesterday, Kind: audit.TopAddress, Name: "192.0.2.8", N: 2}}))
		no(t)(s.AddTallies(ctx, 8, 10, nil, []audit.Top{loud}))
		of := must[[]audit.Top](t)(s.Tops(ctx, today, today.Add(24*time.Hour)))
		same(t, len(of), audit.MostTops)
		same(t, audit.SumTops(of, audit.TopAddress, 1), []audit.Top{{Day: today, Kind: audit.TopAddress, Name: "192.0.2.7", N: 18}})
		same(t, must[[]audit.Top](t)(s.Tops(ctx, yesterday, today)), []audit.Top{{Day: yesterday, Kind: audit.TopAddress, Name: "192.0.2.8", N: 2}})
	})
	t.Run("OfAPersonGoWithThem", func(t *testing.T) {
		ada, bob := insertUser(t, s), insertUser(t, s)
		yes(t)(s.AddTallies(ctx, 9, 10, nil, []audit.Top{
			{Day: yesterday, Kind: audit.TopAccount, Name: string(ada.ID), N: 1},
			{Day: today, Kind: audit.TopAccount, Name: string(ada.ID), N: 1},
			{Day: today, Kind: audit.TopAccount, Name: string(bob.ID), N: 1},
		}))
		ok(t, s.DeleteUser(ctx, ada.ID))
		left := audit.SumTops(must[[]audit.Top](t)(s.Tops(ctx, yesterday, today.Add(24*time.Hour))), audit.TopAccount, 5)
		same(t, left, []audit.Top{{Day: today, Kind: audit.TopAccount, Name: string(bob.ID), N: 1}})
	})
}

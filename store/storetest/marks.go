package storetest

import (
	"testing"
	"time"

	"gatehouse/store"
)

func testMarks(t *testing.T, s *store.Store) {
	ctx := t.Context()
	until := now.Add(time.Hour)
	put := func(kind string, hash []byte, at time.Time, replace bool) (bool, error) {
		return s.PutMark(ctx, kind, hash, at.Add(time.Hour), at, replace)
	}

	t.Run("AreOneOfAKind", func(t *testing.T) {
		first, second, third := hash(), hash(), hash()
		yes(t)(put("setup", first, now, false))
		no(t)(put("setup", second, now, false))
		yes(t)(s.HasMark(ctx, "setup", first, now))
		no(t)(s.HasMark(ctx, "setup", second, now))
		yes(t)(put("setup", second, now, true))
		no(t)(s.HasMark(ctx, "setup", first, now))
		yes(t)(put("setup", third, until, false)) // the second one has expired
		yes(t)(put("other", first, now, false))
	})
	t.Run("AreSpentOnce", func(t *testing.T) {
		mark := hash()
		yes(t)(put("spent", mark, now, false))
		no(t)(s.SpendMark(ctx, "spent", hash(), now))
		no(t)(s.SpendMark(ctx, "setup", mark, now))
		oneWinner(t, func(int) (bool, error) { return s.SpendMark(ctx, "spent", mark, now) })
		no(t)(s.HasMark(ctx, "spent", mark, now))
	})
	t.Run("AreDroppedByTheirKind", func(t *testing.T) {
		mark := hash()
		yes(t)(put("dropped", mark, now, false))
		if end := must[time.Time](t)(s.MarkUntil(ctx, "dropped", now)); !end.Equal(until) {
			t.Errorf("it is alive until %s, want %s", end, until)
		}
		no(t)(s.DropMark(ctx, "dropped", until))
		no(t)(s.DropMark(ctx, "of no kind", now))
		oneWinner(t, func(int) (bool, error) { return s.DropMark(ctx, "dropped", now) })
		no(t)(s.HasMark(ctx, "dropped", mark, now))
		for _, at := range []time.Time{now, until} {
			if end := must[time.Time](t)(s.MarkUntil(ctx, "dropped", at)); !end.IsZero() {
				t.Errorf("it is alive until %s, and was dropped", end)
			}
		}
	})
	t.Run("Expire", func(t *testing.T) {
		mark := hash()
		yes(t)(put("expired", mark, now, false))
		no(t)(s.HasMark(ctx, "expired", mark, until))
		no(t)(s.SpendMark(ctx, "expired", mark, until))
	})
	t.Run("AreMadeOnceByManyReplicas", func(t *testing.T) {
		oneWinner(t, func(int) (bool, error) { return put("raced", hash(), now, false) })
	})
	t.Run("UseOnceIsForOne", func(t *testing.T) {
		yes(t)(s.UseOnce(ctx, "jti", "a", until))
		no(t)(s.UseOnce(ctx, "jti", "a", until))
		yes(t)(s.UseOnce(ctx, "jti", "b", until))
		yes(t)(s.UseOnce(ctx, "dpop", "a", until))
		oneWinner(t, func(int) (bool, error) { return s.UseOnce(ctx, "jti", "raced", until) })
	})
}

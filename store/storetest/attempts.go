package storetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/identity"
	"gatehouse/store"
)

func testAttempts(t *testing.T, s *store.Store) {
	ctx := t.Context()
	never := func(int) time.Duration { return 0 }
	after := func(limit int) func(int) time.Duration {
		return func(failures int) time.Duration {
			if failures < limit {
				return 0
			}
			return time.Minute
		}
	}

	t.Run("CountEach", func(t *testing.T) {
		const n = 100
		if made := race(t, n, func(int) (bool, error) {
			_, may, err := s.TakeAttempt(ctx, "counted", now, never)
			return may, err
		}); made != n {
			t.Errorf("%d of %d attempts were allowed", made, n)
		}
		a, _, err := s.TakeAttempt(ctx, "counted", now, never)
		ok(t, err)
		same(t, a, identity.Attempts{Failures: n + 1, Updated: now})
	})
	t.Run("StopAtTheLimitEvenAtOnce", func(t *testing.T) {
		if made := race(t, 100, func(int) (bool, error) {
			_, may, err := s.TakeAttempt(ctx, "limited", now, after(5))
			return may, err
		}); made != 5 {
			t.Errorf("%d attempts were allowed at once, want 5", made)
		}
	})
	t.Run("GoOnAfterTheBlock", func(t *testing.T) {
		until := now.Add(time.Minute)
		for i := range 2 {
			a, may, err := s.TakeAttempt(ctx, "blocked", now, after(2))
			ok(t, err)
			same(t, []any{a.Failures, may}, []any{i + 1, true})
		}
		a, may, err := s.TakeAttempt(ctx, "blocked", until.Add(-time.Microsecond), after(2))
		ok(t, err)
		same(t, []any{a, may}, []any{identity.Attempts{Failures: 2, BlockedUntil: until, Updated: now}, false})
		a, may, err = s.TakeAttempt(ctx, "blocked", until, after(9))
		ok(t, err)
		same(t, []any{a, may}, []any{identity.Attempts{Failures: 3, Updated: until}, true})
	})
	t.Run("AreReturnedWithTheBlockThatTheyBrought", func(t *testing.T) {
		first, _, err := s.TakeAttempt(ctx, "returned", now, after(3))
		ok(t, err)
		_, _, err = s.TakeAttempt(ctx, "returned", now, after(3))
		ok(t, err)
		third, _, err := s.TakeAttempt(ctx, "returned", now, after(3))
		ok(t, err)
		ok(t, s.ReturnAttempt(ctx, "returned", first)) // the block is not its own
		until, err := s.Blocked(ctx, [3]string{"", "returned", "nobody"}, now)
		ok(t, err)
		same(t, until, third.BlockedUntil)
		ok(t, s.ReturnAttempt(ctx, "returned", third))
		until, err = s.Blocked(ctx, [3]string{"", "returned", "nobody"}, now)
		ok(t, err)
		same(t, until, time.Time{})
		a, may, err := s.TakeAttempt(ctx, "returned", now, never)
		ok(t, err)
		same(t, []any{a.Failures, may}, []any{2, true})
	})
	t.Run("AreNotBlockedByAClockThatJumped", func(t *testing.T) {
		_, _, err := s.TakeAttempt(ctx, "jumped", now.AddDate(0, 0, 40), after(1))
		ok(t, err)
		until, err := s.Blocked(ctx, [3]string{"jumped", "", ""}, now)
		ok(t, err)
		same(t, until, time.Time{})
		_, may, err := s.TakeAttempt(ctx, "jumped", now, never)
		ok(t, err)
		same(t, may, true)
	})
	t.Run("AreForgottenOnSuccess", func(t *testing.T) {
		for range 3 {
			_, _, err := s.TakeAttempt(ctx, "cleared", now, after(1))
			ok(t, err)
		}
		ok(t, s.ClearAttempts(ctx, "cleared"))
		ok(t, s.ClearAttempts(ctx, "cleared"))
		a, may, err := s.TakeAttempt(ctx, "cleared", now, never)
		ok(t, err)
		same(t, []any{a.Failures, may}, []any{1, true})
	})
	t.Run("OfDifferentKeysDoNotMeet", func(t *testing.T) {
		var wg sync.WaitGroup
		for _, key := range []string{"a", "b"} {
			wg.Go(func() {
				for want := 1; want <= 20; want++ {
					if a, _, err := s.TakeAttempt(ctx, key, now, never); err != nil || a.Failures != want {
						t.Errorf("key %s: got %d (%v), want %d", key, a.Failures, err, want)
					}
				}
			})
		}
		wg.Wait()
	})
}

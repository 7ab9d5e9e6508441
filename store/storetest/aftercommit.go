package storetest

import (
	"context"
	"errors"
	"slices"
	"testing"

	"gatehouse/fault"
	"gatehouse/store"
)

func testAfterCommit(t *testing.T, s *store.Store) {
	put := func(ctx context.Context, kind string) error {
		_, err := s.UseOnce(ctx, kind, "key", now)
		return err
	}
	t.Run("FollowsTheOuterCommitInOrder", func(t *testing.T) {
		var order []string
		inTx := true
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			note := func(what string) func() {
				return func() {
					order = append(order, what)
					if inTx {
						t.Errorf("%s ran before the commit", what)
					}
					no(t)(s.UseOnce(t.Context(), "followed", "key", now)) // what was written is there for everybody
				}
			}
			s.AfterCommit(ctx, note("first"))
			ok(t, s.InTx(ctx, func(ctx context.Context) error {
				s.AfterCommit(ctx, note("nested"))
				return put(ctx, "followed")
			}))
			ok(t, s.View(ctx, func(ctx context.Context) error {
				s.AfterCommit(ctx, note("viewed"))
				return nil
			}))
			s.AfterCommit(ctx, note("last"))
			inTx = false
			return nil
		}))
		if want := []string{"first", "nested", "viewed", "last"}; !slices.Equal(order, want) {
			t.Errorf("ran %v, want %v before InTx returned", order, want)
		}
	})
	t.Run("DoesNotFollowWhatWasUndone", func(t *testing.T) {
		user := insertUser(t, s)
		never := func() { t.Error("it ran although nothing was kept") }
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			s.AfterCommit(ctx, never)
			ok(t, put(ctx, "undone"))
			return errChanged
		})
		if !errors.Is(err, errChanged) {
			t.Fatal(err)
		}
		refused(t, s.InTx(t.Context(), func(ctx context.Context) error {
			s.AfterCommit(ctx, never)
			_ = s.InsertUser(ctx, user) // it fails, and spoils the transaction
			return nil
		}), fault.Conflict)
		func() {
			defer func() { same(t, recover(), "oh") }()
			_ = s.InTx(t.Context(), func(ctx context.Context) error {
				s.AfterCommit(ctx, never)
				panic("oh")
			})
		}()
	})
	t.Run("RunsOnceForEachOfManyNeighbours", func(t *testing.T) {
		race(t, racers, func(i int) (bool, error) {
			ran := 0
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				s.AfterCommit(ctx, func() { ran++ })
				if err := put(ctx, "neighbour"); err != nil || i%3 != 0 {
					return err
				}
				return errChanged
			})
			if kept := err == nil; ran != 0 && !kept || ran != 1 && kept {
				t.Errorf("transaction %d ended with %v, and it ran %d times", i, err, ran)
			}
			if errors.Is(err, errChanged) {
				err = nil
			}
			return true, err
		})
	})
	t.Run("RunsAtOnceWithoutATransaction", func(t *testing.T) {
		ran := 0
		s.AfterCommit(t.Context(), func() { ran++ })
		same(t, ran, 1)
		ok(t, s.View(t.Context(), func(ctx context.Context) error {
			s.AfterCommit(ctx, func() { ran++ })
			same(t, ran, 2)
			return nil
		}))
		same(t, ran, 2)
	})
}

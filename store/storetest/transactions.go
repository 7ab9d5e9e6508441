package storetest

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/identity"
	"gatehouse/store"
)

var errChanged = errors.New("the caller changed its mind")

func testTransactions(t *testing.T, s *store.Store) {
	put := func(ctx context.Context, kind string) error {
		did, err := s.UseOnce(ctx, kind, "key", now)
		if err == nil && !did {
			return fmt.Errorf("%s was there", kind)
		}
		return err
	}
	there := func(t *testing.T, kind string) bool {
		t.Helper()
		did, err := s.UseOnce(t.Context(), kind, "key", now)
		ok(t, err)
		return !did
	}

	t.Run("KeepsWhatWasDone", func(t *testing.T) {
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error { return put(ctx, "kept") }))
		if !there(t, "kept") {
			t.Error("what a transaction did is not there")
		}
	})
	t.Run("UndoesOnError", func(t *testing.T) {
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, put(ctx, "undone"))
			return errChanged
		})
		if err != errChanged {
			t.Fatalf("got %v, want the very error of the closure", err)
		}
		if there(t, "undone") {
			t.Error("what a failed transaction did is still there")
		}
	})
	t.Run("TellsOnceItIsKept", func(t *testing.T) {
		told := func(kind string, end error) (during, after int) {
			n := 0
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				ok(t, s.InTx(ctx, func(ctx context.Context) error {
					s.AfterCommit(ctx, func() {
						if n++; !there(t, kind) {
							t.Errorf("%s: told before it was kept", kind)
						}
					})
					return put(ctx, kind)
				}))
				during = n
				return end
			})
			if err != end {
				t.Fatalf("%s: %v", kind, err)
			}
			return during, n
		}
		if during, after := told("told", nil); during != 0 || after != 1 {
			t.Errorf("told %d times before the commit and %d times in all, want once after it", during, after)
		}
		if _, after := told("untold", errChanged); after != 0 {
			t.Errorf("told %d times of what was undone", after)
		}
		n := 0
		s.AfterCommit(t.Context(), func() { n++ })
		if n != 1 {
			t.Errorf("without a transaction: told %d times", n)
		}
	})
	t.Run("UndoesOnPanic", func(t *testing.T) {
		func() {
			defer func() { same(t, recover(), "oh") }()
			_ = s.InTx(t.Context(), func(ctx context.Context) error {
				ok(t, put(ctx, "panicked"))
				panic("oh")
			})
		}()
		if there(t, "panicked") {
			t.Error("what a panicking transaction did is still there")
		}
	})
	t.Run("GoesOnAfterAClosureEndedItsGoroutine", func(t *testing.T) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			err := s.InTx(t.Context(), func(ctx context.Context) error {
				ok(t, put(ctx, "ended"))
				runtime.Goexit()
				return nil
			})
			if err == nil {
				t.Error("a closure that ended its goroutine was committed")
			}
		}()
		<-done
		if there(t, "ended") {
			t.Error("what a closure did that ended its goroutine is still there")
		}
	})
	t.Run("SeesItsOwnWritesAndNobodyElseDoes", func(t *testing.T) {
		user := identity.User{ID: id.NewUser(), Email: "own@example.test", Created: now, Updated: now, Rev: 1}
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.InsertUser(ctx, user))
			got, err := s.User(ctx, user.ID)
			ok(t, err)
			same(t, got, user)
			_, err = s.User(t.Context(), user.ID)
			missing(t, err)
			return nil
		}))
		_, err := s.User(t.Context(), user.ID)
		ok(t, err)
	})
	t.Run("JoinsWhenNested", func(t *testing.T) {
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, s.InTx(ctx, func(ctx context.Context) error { return put(ctx, "nested") }))
			return errChanged
		})
		if !errors.Is(err, errChanged) {
			t.Fatal(err)
		}
		if there(t, "nested") {
			t.Error("the inner transaction was kept although the outer one failed")
		}
	})
	t.Run("IsSpoiledByAStatementThatFailed", func(t *testing.T) {
		user := insertUser(t, s)
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			ok(t, put(ctx, "spoiled"))
			refused(t, s.InsertUser(ctx, user), fault.Conflict)
			if err := put(ctx, "after"); err == nil {
				t.Error("a statement after a failed one was accepted")
			}
			return nil // the closure forgets the failure
		})
		refused(t, err, fault.Conflict)
		if there(t, "spoiled") {
			t.Error("a transaction with a failed statement was kept")
		}
	})
	t.Run("RefusesAContextThatIsOver", func(t *testing.T) {
		var leaked context.Context
		ok(t, s.InTx(t.Context(), func(ctx context.Context) error { leaked = ctx; return nil }))
		refused(t, put(leaked, "leaked"), fault.Internal)
		_, err := s.User(leaked, "usr_x")
		refused(t, err, fault.Internal)
		refused(t, s.InTx(leaked, func(context.Context) error { return nil }), fault.Internal)
	})
	t.Run("DoesNotBeginForACancelledCaller", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.InTx(ctx, func(context.Context) error { t.Error("it began"); return nil })
		refused(t, err, fault.Unavailable)
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want it to say that the context was cancelled", err)
		}
		refused(t, put(ctx, "cancelled"), fault.Unavailable)
	})
	t.Run("HasNeighboursThatDoNotHurtEachOther", func(t *testing.T) { testNeighbours(t, s) })
	t.Run("KeepsWhatItAcknowledgedWhileCallersGiveUp", func(t *testing.T) { testGivingUp(t, s) })
}

// Of many transactions at once every third fails and every third panics; they
// may share a commit, and the others are kept all the same.
func testNeighbours(t *testing.T, s *store.Store) {
	const n = 192
	keep := func(i int) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = errChanged
			}
		}()
		return s.InTx(t.Context(), func(ctx context.Context) error {
			if _, err := s.UseOnce(ctx, "neighbour", fmt.Sprint(i), now); err != nil {
				return err
			}
			switch i % 3 {
			case 1:
				return errChanged
			case 2:
				panic("a neighbour panics")
			}
			return nil
		})
	}
	race(t, n, func(i int) (bool, error) {
		err := keep(i)
		if i%3 != 0 && errors.Is(err, errChanged) {
			err = nil
		}
		return true, err
	})
	for i := range n {
		fresh, err := s.UseOnce(t.Context(), "neighbour", fmt.Sprint(i), now)
		ok(t, err)
		if wasKept := !fresh; wasKept != (i%3 == 0) {
			t.Errorf("transaction %d: kept is %v", i, wasKept)
		}
	}
}

// Callers give up at random moments. Whoever was told yes has it.
func testGivingUp(t *testing.T, s *store.Store) {
	const n = 200
	acknowledged := make([]bool, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i%20)*300*time.Microsecond)
			defer cancel()
			acknowledged[i] = s.InTx(ctx, func(ctx context.Context) error {
				_, err := s.UseOnce(ctx, "giving up", fmt.Sprint(i), now)
				return err
			}) == nil
		})
	}
	wg.Wait()
	for i := range n {
		fresh, err := s.UseOnce(t.Context(), "giving up", fmt.Sprint(i), now)
		ok(t, err)
		if fresh && acknowledged[i] {
			t.Errorf("write %d was acknowledged and is lost", i)
		}
	}
}

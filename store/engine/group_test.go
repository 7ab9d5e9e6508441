package engine

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/fault"
)

// doubling is a group that doubles numbers and fails together for odd ones.
func doubling(t *testing.T, workers int) *Group[int, int] {
	t.Helper()
	g := &Group[int, int]{
		One: func(_ context.Context, n int) (int, error) {
			if n < 0 {
				return 0, errors.New("negative")
			}
			return 2 * n, nil
		},
		All: func(_ context.Context, ns []int) ([]int, error) {
			out := make([]int, len(ns))
			for i, n := range ns {
				if n < 0 {
					return nil, errors.New("one of them is negative")
				}
				out[i] = 2 * n
			}
			return out, nil
		},
	}
	g.Start(workers)
	return g
}

func TestGroupAnswersEverybodyTheirOwn(t *testing.T) {
	t.Parallel()
	g := doubling(t, 2)
	defer g.Stop()
	var wait sync.WaitGroup
	for n := range 500 {
		wait.Go(func() {
			if got, err := g.Ask(t.Context(), n); err != nil || got != 2*n {
				t.Errorf("%d doubled is %d, %v", n, got, err)
			}
		})
	}
	wait.Wait()
}

func TestGroupNeighbourOfAFailureIsAnswered(t *testing.T) {
	t.Parallel()
	g := doubling(t, 1)
	defer g.Stop()
	var wait sync.WaitGroup
	for n := range 200 {
		wait.Go(func() {
			q := n
			if n%7 == 0 {
				q = -n - 1
			}
			got, err := g.Ask(t.Context(), q)
			if (err != nil) != (q < 0) || err == nil && got != 2*q {
				t.Errorf("%d doubled is %d, %v", q, got, err)
			}
		})
	}
	wait.Wait()
}

func TestGroupRefusesOnceItIsStopped(t *testing.T) {
	t.Parallel()
	g := doubling(t, 2)
	var wait sync.WaitGroup
	for n := range 100 {
		wait.Go(func() {
			if got, err := g.Ask(t.Context(), n); err == nil && got != 2*n || err != nil && fault.CodeOf(err) != "store.closed" {
				t.Errorf("%d doubled is %d, %v", n, got, err)
			}
		})
	}
	g.Stop()
	wait.Wait()
	if _, err := g.Ask(t.Context(), 1); fault.CodeOf(err) != "store.closed" {
		t.Errorf("a stopped group answers %v", err)
	}
}

func TestGroupGoesRoundACallThatHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	wait := func(ctx context.Context, n int) (int, error) {
		if n == 0 {
			<-release
		}
		return n, nil
	}
	g := &Group[int, int]{One: wait, All: func(ctx context.Context, ns []int) ([]int, error) { return ns, nil }}
	g.Start(1)
	hung := make(chan struct{})
	go func() {
		defer close(hung)
		_, _ = g.Ask(context.Background(), 0)
	}()
	for n := 1; n < 20; n++ {
		if got, err := g.Ask(t.Context(), n); err != nil || got != n {
			t.Fatalf("behind a call that hangs %d is answered %d, %v", n, got, err)
		}
	}
	close(release)
	<-hung
	g.Stop()
}

func TestGroupLeavesOutWhoGaveUp(t *testing.T) {
	t.Parallel()
	g := doubling(t, 1)
	defer g.Stop()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.Ask(ctx, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("who gave up hears %v", err)
	}
}

func TestGroupLetsGoOfWhoGivesUpInTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		asked := make(chan int, groupMost)
		g := &Group[int, int]{
			One: func(_ context.Context, n int) (int, error) { asked <- n; <-release; return n, nil },
			All: func(_ context.Context, ns []int) ([]int, error) { return ns, nil },
		}
		g.Start(groupWorkers)
		var hung sync.WaitGroup
		for range groupWorkers { // every worker hangs
			hung.Go(func() { _, _ = g.Ask(context.Background(), 0) })
			<-asked
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := g.Ask(ctx, 1); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Errorf("who gave up in the queue hears %v after %s", err, time.Since(begun))
		}
		close(release)
		hung.Wait()
		g.Stop()
		if len(asked) != 0 {
			t.Errorf("what was taken back was asked all the same")
		}
	})
}

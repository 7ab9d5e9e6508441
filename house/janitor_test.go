package house

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gatehouse/flow"
	"gatehouse/internal/testconfig"
)

// Of several replicas one sweeps; when it is gone another takes over.
func TestJanitorSweepsUnderItsLease(t *testing.T) {
	t.Parallel()
	h := openHouse(t, testconfig.New(t))
	log := slog.New(slog.DiscardHandler)
	first, second := &Janitor{h.Store, "first", log}, &Janitor{h.Store, "second", log}
	now := time.Now()
	begin := func() flow.Interaction {
		t.Helper()
		i, err := h.Flow.Begin(t.Context(), "browser", flow.Ask{ReturnTo: "/account"})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	there := func(i flow.Interaction) bool {
		_, err := h.Store.Interaction(t.Context(), i.ID)
		return err == nil
	}
	step := func(j *Janitor, at time.Time) {
		t.Helper()
		if err := j.Step(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	old := begin()
	step(first, now)
	if !there(old) {
		t.Error("a living interaction was swept")
	}
	later := now.Add(100 * 24 * time.Hour)
	step(first, later)
	if there(old) {
		t.Error("an interaction of long ago is still there")
	}
	next := begin()
	step(second, later.Add(sweepLease-time.Second))
	if !there(next) {
		t.Error("the second swept under the lease of the first")
	}
	step(second, later.Add(2*sweepLease))
	if there(next) {
		t.Error("nobody took over from the first")
	}
}

// failing is a store that fails until it is told not to.
type failing struct{ sweeps, fails int }

func (f *failing) Lease(context.Context, string, string, time.Time, time.Time) (bool, error) {
	return true, nil
}

func (f *failing) Sweep(context.Context, time.Time) (map[string]int64, error) {
	f.sweeps++
	if f.sweeps <= f.fails {
		return nil, errors.New("the disk is full")
	}
	return map[string]int64{"codes": 1}, nil
}

func TestJanitorTriesAgainAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f, log := &failing{fails: 2}, &bytes.Buffer{}
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		j := &Janitor{f, "x", slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))}
		go func() { done <- j.Run(ctx) }()
		time.Sleep(3*sweepEvery + time.Second)
		stop()
		if err := <-done; err != nil {
			t.Errorf("it ended with %v", err)
		}
		if f.sweeps != 4 || strings.Count(log.String(), "the disk is full") != 2 || strings.Count(log.String(), "swept") != 2 {
			t.Errorf("%d sweeps:\n%s", f.sweeps, log)
		}
	})
}

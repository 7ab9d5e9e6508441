package engine

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// The log is copied beside those who write, and a while after the last round at
// the earliest.
func TestTheWriteAheadLogIsCopiedBesideTheWriter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d, err := Open(t.Context(), Config{URL: "sqlite:" + filepath.Join(t.TempDir(), "gatehouse.db"), MaxConns: 2}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		copier := d.backend.(*sqliteBackend).copier
		write := func(jobs int) {
			t.Helper()
			for range jobs {
				if err := d.InTx(t.Context(), func(context.Context) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			synctest.Wait()
		}
		for _, c := range []struct {
			jobs   int
			after  time.Duration
			rounds int64
		}{
			{checkpointAfter - 1, 0, 0},
			{1, 0, 1},
			{3 * checkpointAfter, 0, 1}, // it rests
			{0, checkpointRest, 2},
			{0, time.Hour, 2}, // there is nothing new
			{checkpointAfter, 0, 3},
		} {
			time.Sleep(c.after)
			if write(c.jobs); copier.rounds.Load() != c.rounds {
				t.Errorf("%d jobs and %v later: %d rounds, want %d", c.jobs, c.after, copier.rounds.Load(), c.rounds)
			}
		}
		for range 2 { // closing twice is closing once
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

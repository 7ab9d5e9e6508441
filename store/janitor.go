package store

import (
	"context"
	"time"
)

// broom removes the rows of one kind that are past, in slices: nobody waits
// long for a lock, and a backlog is worked off over several sweeps.
type broom struct {
	name string        // what its count is called
	keep time.Duration // how long what is past stays
	st   *statement    // $1: past before here, $2: at most so many
}

// A slice is short, and is followed by a pause of many times the length that it
// had with its commit and the wait for its turn: a busy house is swept slowly. It
// begins with few rows, and has as many as the database removes in its time. For that
// long everybody waits who writes to SQLite meanwhile. On Postgres only who writes the
// very rows does, but a round trip counts: a database that is two milliseconds away
// would be swept row by row, and never be done. What is not done within the budget is
// left to the next sweep.
const (
	firstRows    = 4
	sliceRows    = 100 // at most
	sqliteTime   = time.Millisecond
	postgresTime = 25 * time.Millisecond
	slicePauses  = 40
	longestRest  = time.Second
	sweepBudget  = 45 * time.Second
)

// sweep is the statement of a broom: of table, whose primary key is the columns key, it
// removes what past says. past needs an index.
func sweep(table, key, past string) *statement {
	return newStatement(`
DELETE FROM ` + table + `
WHERE (` + key + `) IN (
    SELECT ` + key + `
    FROM ` + table + `
    WHERE ` + past + `
    LIMIT $2)`)
}

// Sweep removes what is past at now, in slices, one of each kind after the other
// until nothing is left or the budget is spent, and returns how much of each
// kind. Nothing depends on it but space: expiry is a comparison with the clock.
// Two sweeps at once do no harm. What was removed before an error is counted.
func (s *Store) Sweep(ctx context.Context, now time.Time) (map[string]int64, error) {
	removed, begun := map[string]int64{}, time.Now()
	for due := firstSlices(); len(due) > 0 && time.Since(begun) < sweepBudget; {
		var more []slice
		for _, b := range due {
			started := time.Now()
			n, held, err := s.removeSlice(ctx, b, now)
			removed[b.name] += n
			if err != nil {
				return removed, doing("sweep "+b.name, err)
			}
			if n < b.rows {
				continue
			}
			more = append(more, slice{b.broom, rowsAfter(b.rows, held, s.sliceTime())})
			if err := rest(ctx, min(slicePauses*time.Since(started), longestRest)); err != nil {
				return removed, doing("sweep "+b.name, err)
			}
		}
		due = more
	}
	return removed, nil
}

// slice is what a broom removes next.
type slice struct {
	broom
	rows int64
}

// removeSlice reports how many rows it removed, and how long that held up others:
// without the wait for its turn, and the commit that it shares with whoever writes
// at the same time.
func (s *Store) removeSlice(ctx context.Context, b slice, now time.Time) (n int64, held time.Duration, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		begun := time.Now()
		n, err = s.exec(ctx, b.st, micros(now.Add(-b.keep)), b.rows)
		held = time.Since(begun)
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return n, held, nil
}

func firstSlices() (all []slice) {
	for _, b := range brooms() {
		all = append(all, slice{b, firstRows})
	}
	return all
}

func (s *Store) sliceTime() time.Duration {
	if s.db.Postgres() {
		return postgresTime
	}
	return sqliteTime
}

// rowsAfter is how many rows the slice after one that took so long has, when it is to
// take the time at most.
func rowsAfter(rows int64, took, atMost time.Duration) int64 {
	switch {
	case took > atMost:
		return max(rows/2, 1)
	case took < atMost/2:
		return min(2*rows, sliceRows)
	}
	return rows
}

func brooms() (all []broom) {
	for _, t := range tables {
		all = append(all, t.brooms...)
	}
	return all
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

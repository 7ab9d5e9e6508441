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

// A slice is short, and is followed by a pause of several times its own length,
// in which others write. What is not done within the budget is left to the next
// sweep.
const (
	sliceRows   = 100
	slicePauses = 4
	longestRest = time.Second
	sweepBudget = 45 * time.Second
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
	for due := brooms(); len(due) > 0 && time.Since(begun) < sweepBudget; {
		var more []broom
		for _, b := range due {
			slice := time.Now()
			n, err := s.exec(ctx, b.st, micros(now.Add(-b.keep)), int64(sliceRows))
			removed[b.name] += n
			if err != nil {
				return removed, doing("sweep "+b.name, err)
			}
			if n < sliceRows {
				continue
			}
			more = append(more, b)
			if err := rest(ctx, min(slicePauses*time.Since(slice), longestRest)); err != nil {
				return removed, doing("sweep "+b.name, err)
			}
		}
		due = more
	}
	return removed, nil
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

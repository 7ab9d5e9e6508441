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

// sliceRows is how many rows one statement of a broom removes, and sliceCount
// how many such statements one sweep makes of it.
const (
	sliceRows  = 500
	sliceCount = 40
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

// Sweep removes what is past at now, in slices, and returns how much of each
// kind. Nothing depends on it but space: expiry is a comparison with the clock.
// Two sweeps at once do no harm. What was removed before an error is counted.
func (s *Store) Sweep(ctx context.Context, now time.Time) (map[string]int64, error) {
	removed := map[string]int64{}
	for _, t := range tables {
		for _, b := range t.brooms {
			n, err := s.sweepOne(ctx, b, now.Add(-b.keep))
			removed[b.name] += n
			if err != nil {
				return removed, doing("sweep "+b.name, err)
			}
		}
	}
	return removed, nil
}

func (s *Store) sweepOne(ctx context.Context, b broom, before time.Time) (removed int64, err error) {
	for range sliceCount {
		n, err := s.exec(ctx, b.st, micros(before), int64(sliceRows))
		removed += n
		if err != nil || n < sliceRows {
			return removed, err
		}
	}
	return removed, nil
}

package store

import (
	"context"
	"time"
)

// How long what is over stays.
const (
	keepClaimedCodes = 24 * time.Hour      // so that a second use is recognised
	keepFamilies     = 30 * 24 * time.Hour // so that a late replay is recognised
	keepSessions     = 30 * 24 * time.Hour // so that "signed out, and why" can be answered
	keepAttempts     = 24 * time.Hour
)

// sliceRows is how many rows one statement of the janitor removes, and
// sliceCount how many such statements one sweep makes of a kind: nobody waits
// long for the lock, and a backlog is worked off over several sweeps.
const (
	sliceRows  = 500
	sliceCount = 40
)

// broom removes one kind of thing that is past.
type broom struct {
	name string
	keep time.Duration
	st   *statement // $1: past before here, $2: at most so many
}

// Each statement uses the index named after it.
var brooms = []broom{
	{"interactions", 0, sweep("interactions", "id", "expires_at <= $1")},            // interactions_expires
	{"codes", 0, sweep("codes", "hash", "expires_at <= $1 AND claimed_at IS NULL")}, // codes_expires
	{"codes", keepClaimedCodes, sweep("codes", "hash", "expires_at <= $1")},         // codes_expires
	{"once", 0, sweepOnce},                                                                                      // once_until
	{"marks", 0, sweep("marks", "kind", "until_at <= $1")},                                                      // a handful of rows
	{"revocations", 0, sweep("revocations", "seq", "until_at <= $1")},                                           // revocations_until
	{"families", keepFamilies, sweep("refresh_families", "id", "expires_at <= $1")},                             // refresh_families_expires
	{"families", keepFamilies, sweep("refresh_families", "id", "revoked_at IS NOT NULL AND revoked_at <= $1")},  // refresh_families_revoked
	{"sessions", 0, sweep("sessions", "id", "expires_at <= $1 AND revoked_at IS NULL")},                         // sessions_expires
	{"sessions", keepSessions, sweep("sessions", "id", "revoked_at IS NOT NULL AND revoked_at <= $1"+unneeded)}, // sessions_revoked
	{"attempts", keepAttempts, sweep("attempts", "name", "updated_at <= $1"+unblocked)},                         // attempts_updated
}

const (
	// A session that was ended is a reason to refuse as long as a family names it.
	unneeded = ` AND NOT EXISTS (SELECT 1 FROM refresh_families f WHERE f.session_id = sessions.id AND f.revoked_at IS NULL)`
	// A counter that still blocks is not idle.
	unblocked = ` AND (blocked_until IS NULL OR blocked_until <= $1)`
)

func sweep(table, key, past string) *statement {
	return newStatement(`
DELETE FROM ` + table + `
WHERE ` + key + ` IN (
    SELECT ` + key + `
    FROM ` + table + `
    WHERE ` + past + `
    LIMIT $2)`)
}

var sweepOnce = newStatement(`
DELETE FROM once
WHERE (kind, name) IN (
    SELECT kind, name
    FROM once
    WHERE until_at <= $1
    LIMIT $2)`)

// Sweep removes what is past at now, in slices, and returns how much of each
// kind. Nothing depends on it but space: expiry is a comparison with the clock.
// Two sweeps at once do no harm. What was removed before an error is counted.
func (s *Store) Sweep(ctx context.Context, now time.Time) (map[string]int64, error) {
	removed := map[string]int64{}
	for _, b := range brooms {
		n, err := s.sweepOne(ctx, b, now.Add(-b.keep))
		removed[b.name] += n
		if err != nil {
			return removed, doing("sweep "+b.name, err)
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

package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/identity"
)

var (
	// It changes nothing of a counter that blocks, but holds its row until the
	// transaction ends.
	countAttempt = newStatement(`
INSERT INTO attempts (name, failures, blocked_until, updated_at)
VALUES ($1, 1, NULL, $2)
ON CONFLICT (name) DO UPDATE
SET failures = attempts.failures + 1, blocked_until = NULL, updated_at = excluded.updated_at
WHERE attempts.blocked_until IS NULL OR attempts.blocked_until <= excluded.updated_at OR attempts.blocked_until > $3
RETURNING failures`)

	returnAttempt = newStatement(`
UPDATE attempts
SET failures = failures - 1, blocked_until = CASE WHEN blocked_until = $2 THEN NULL ELSE blocked_until END
WHERE name = $1 AND failures > 0`)

	selectBlocked = newStatement(`
SELECT MAX(blocked_until)
FROM attempts
WHERE name IN ($1, $2, $3) AND blocked_until <= $4`)

	blockAttempts = newStatement(`
UPDATE attempts
SET blocked_until = $2
WHERE name = $1`)

	deleteAttempts = newStatement(`
DELETE FROM attempts
WHERE name = $1`)
)

// TakeAttempt counts one attempt against key unless it is blocked at now.
// block is called with the number of failures including this one and says how
// long the key is then blocked; it may be called twice. TakeAttempt returns the
// counter after, and whether the attempt may be made. Concurrent calls each
// count.
func (s *Store) TakeAttempt(ctx context.Context, key string, now time.Time, block func(failures int) time.Duration) (identity.Attempts, bool, error) {
	var a identity.Attempts
	var may bool
	err := s.InTx(ctx, func(ctx context.Context) error {
		a, may = identity.Attempts{Updated: time.UnixMicro(micros(now)).UTC()}, false
		err := s.each(ctx, countAttempt, []any{key, micros(now), micros(now.Add(identity.LongestBlock))}, func(rows *sql.Rows) error {
			may = true
			return rows.Scan(&a.Failures)
		})
		if err != nil {
			return err
		}
		if !may {
			a, err = s.Attempts(ctx, key)
			return err
		}
		d := block(a.Failures)
		if d <= 0 {
			return nil
		}
		a.BlockedUntil = time.UnixMicro(micros(now.Add(d))).UTC()
		_, err = s.exec(ctx, blockAttempts, key, micros(a.BlockedUntil))
		return err
	})
	if err != nil {
		return identity.Attempts{}, false, doing("take attempt", err)
	}
	return a, may, nil
}

// ReturnAttempt takes back one attempt that turned out to be none, and the block
// that it brought; taken is what TakeAttempt returned.
func (s *Store) ReturnAttempt(ctx context.Context, key string, taken identity.Attempts) error {
	until := int64(-1)
	if !taken.BlockedUntil.IsZero() {
		until = micros(taken.BlockedUntil)
	}
	_, err := s.exec(ctx, returnAttempt, key, until)
	return doing("return attempt", err)
}

// Blocked returns until when one of the keys is blocked, the zero time when none
// is. A block that no clock can have set is none.
func (s *Store) Blocked(ctx context.Context, keys [3]string, now time.Time) (time.Time, error) {
	var until time.Time
	args := []any{keys[0], keys[1], keys[2], micros(now.Add(identity.LongestBlock))}
	err := s.each(ctx, selectBlocked, args, func(rows *sql.Rows) error {
		return rows.Scan(instant{&until})
	})
	return until, doing("read blocked attempts", err)
}

// ClearAttempts forgets the counter.
func (s *Store) ClearAttempts(ctx context.Context, key string) error {
	_, err := s.exec(ctx, deleteAttempts, key)
	return doing("clear attempts", err)
}

var selectAttempts = newStatement(`
SELECT failures, blocked_until, updated_at
FROM attempts
WHERE name = $1`)

// Attempts returns the counter of key, the zero value when there is none.
func (s *Store) Attempts(ctx context.Context, key string) (identity.Attempts, error) {
	var a identity.Attempts
	err := s.each(ctx, selectAttempts, []any{key}, func(rows *sql.Rows) error {
		return rows.Scan(&a.Failures, instant{&a.BlockedUntil}, instant{&a.Updated})
	})
	return a, doing("read attempts", err)
}

// keepAttempts is how long a counter stays that nobody raises.
const keepAttempts = 24 * time.Hour

var attemptsTable = table{
	statements: []*statement{
		countAttempt, returnAttempt, blockAttempts, deleteAttempts, selectAttempts, selectBlocked,
	},
	brooms: []broom{
		// A counter that still blocks is not idle. Index attempts_updated.
		{"attempts", keepAttempts, sweep("attempts", "name", "updated_at <= $1 AND (blocked_until IS NULL OR blocked_until <= $1)")},
	},
}

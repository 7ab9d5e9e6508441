package store

import (
	"context"
	"time"
)

var takeLease = newStatement(`
INSERT INTO leases (name, holder, until_at)
VALUES ($1, $2, $3)
ON CONFLICT (name) DO UPDATE
SET holder = excluded.holder, until_at = excluded.until_at
WHERE leases.holder = excluded.holder OR leases.until_at <= $4 OR leases.until_at > $5`)

// longestLease bounds every lease: one that ends later was taken by a clock that
// had jumped, and nobody waits for it.
const longestLease = time.Hour

// Lease takes or renews the lease name for holder until the given time, and
// reports whether holder has it now: of several holders at once exactly one
// gets true. It is for an hour at most.
func (s *Store) Lease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	ok, err := s.changed(ctx, takeLease, name, holder, micros(until), micros(now), micros(now.Add(longestLease)))
	return ok, doing("take lease", err)
}

// It has a row of its own, which nobody takes a turn by.
var tryWrite = newStatement(`
INSERT INTO leases (name, holder, until_at)
VALUES ('write', '', $1)
ON CONFLICT (name) DO UPDATE
SET until_at = excluded.until_at`)

// TryWrite commits a change that means nothing: a full disk, a standby, or a
// missing right let every read pass.
func (s *Store) TryWrite(ctx context.Context, now time.Time) error {
	_, err := s.exec(ctx, tryWrite, micros(now))
	return doing("try to write", err)
}

var leasesTable = table{
	statements: []*statement{
		takeLease, tryWrite, selectClock,
	},
}

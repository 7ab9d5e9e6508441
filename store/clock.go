package store

import (
	"context"
	"database/sql"
	"time"
)

// It is the one statement that asks for a time: to compare clocks, and to decide
// nothing by it.
var selectClock = postgresStatement(`
SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`)

// Clock returns what time it is by the database's own clock. SQLite has none but
// that of this machine, and has is false.
func (s *Store) Clock(ctx context.Context) (at time.Time, has bool, err error) {
	if !s.db.Postgres() {
		return time.Time{}, false, nil
	}
	err = s.each(ctx, selectClock, nil, func(rows *sql.Rows) error { return rows.Scan(instant{&at}) })
	return at, true, doing("read the clock", err)
}

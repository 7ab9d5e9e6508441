package store

import (
	"context"
	"database/sql"
	"time"
)

var (
	putServed = newStatement(`
INSERT INTO served (one, issuer, at)
VALUES (1, $1, $2)
ON CONFLICT (one) DO UPDATE
SET issuer = excluded.issuer, at = excluded.at`)

	selectServed = newStatement(`
SELECT issuer
FROM served
WHERE one = 1`)
)

// PutServed notes under which issuer a server started at a time; of several
// replicas the last one counts.
func (s *Store) PutServed(ctx context.Context, issuer string, at time.Time) error {
	_, err := s.exec(ctx, putServed, issuer, micros(at))
	return doing("note the issuer", err)
}

// Served returns the issuer of the server that started last, "" if none ever did.
func (s *Store) Served(ctx context.Context) (issuer string, err error) {
	err = s.each(ctx, selectServed, nil, func(rows *sql.Rows) error { return rows.Scan(&issuer) })
	return issuer, doing("read the issuer", err)
}

var servedTable = table{
	statements: []*statement{
		putServed, selectServed,
	},
}

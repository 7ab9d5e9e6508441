package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
)

var (
	selectUserDisabled = newStatement(`
SELECT disabled
FROM users
WHERE id = $1`)

	selectClientDisabled = newStatement(`
SELECT disabled
FROM clients
WHERE id = $1`)

	selectServiceDisabled = newStatement(`
SELECT disabled
FROM service_accounts
WHERE id = $1`)
)

// Disabled reports whether who is there and disabled.
func (s *Store) Disabled(ctx context.Context, who access.Subject) (disabled bool, err error) {
	st := map[access.Kind]*statement{access.User: selectUserDisabled, access.Client: selectClientDisabled, access.ServiceAccount: selectServiceDisabled}[who.Kind]
	if st == nil {
		return false, nil // others cannot be
	}
	err = s.each(ctx, st, []any{who.ID}, func(rows *sql.Rows) error { return rows.Scan(&disabled) })
	return disabled, doing("ask whether somebody is disabled", err)
}

var disabledTable = table{
	statements: []*statement{selectUserDisabled, selectClientDisabled, selectServiceDisabled},
}

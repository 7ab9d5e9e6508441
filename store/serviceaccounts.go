package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

var (
	insertServiceAccount = newStatement(`
INSERT INTO service_accounts (id, description, disabled, created_at, created_by, updated_at, rev)
VALUES ($1, $2, $3, $4, $5, $6, 1)`)

	insertManyServiceAccounts = several(insertServiceAccount)

	updateServiceAccount = newStatement(`
UPDATE service_accounts
SET description = $2, disabled = $3, updated_at = $4, rev = rev + 1
WHERE id = $1 AND rev = $5`)

	// Its keys go with it.
	deleteServiceAccount = newStatement(`
DELETE FROM service_accounts
WHERE id = $1`)

	selectServiceAccounts = newStatement(`
SELECT id, description, disabled, created_at, created_by, updated_at, rev
FROM service_accounts`)
)

// InsertServiceAccount stores a as revision 1. Conflict: the id is taken.
func (s *Store) InsertServiceAccount(ctx context.Context, a access.ServiceAccountRecord) error {
	_, err := s.exec(ctx, insertServiceAccount, serviceAccountArgs(a)...)
	return doing("insert service account", taken(err, "service.exists", there("a service account", a.ID)))
}

// InsertServiceAccounts is InsertServiceAccount for many.
func (s *Store) InsertServiceAccounts(ctx context.Context, all []access.ServiceAccountRecord) error {
	return doing("insert service accounts", serviceTaken(insertAll(ctx, s, insertServiceAccount, insertManyServiceAccounts, all, serviceAccountArgs)))
}

func serviceTaken(err error) error {
	return taken(err, "service.exists", "There is a service account with this id already.")
}

func serviceAccountArgs(a access.ServiceAccountRecord) []any {
	return []any{a.ID, a.Description, a.Disabled, micros(a.Created), a.CreatedBy, micros(a.Updated)}
}

// UpdateServiceAccount writes Description, Disabled and Updated where the revision is
// still a.Rev, and raises it. Conflict: somebody else changed it.
func (s *Store) UpdateServiceAccount(ctx context.Context, a access.ServiceAccountRecord) error {
	ok, err := s.changed(ctx, updateServiceAccount, a.ID, a.Description, a.Disabled, micros(a.Updated), a.Rev)
	if err == nil && !ok {
		err = stale("service account")
	}
	return doing("update service account", err)
}

// DeleteServiceAccount removes an account with its keys and its requests. NotFound: there
// is none.
func (s *Store) DeleteServiceAccount(ctx context.Context, name string) error {
	return doing("delete service account", s.InTx(ctx, func(ctx context.Context) error {
		ok, err := s.changed(ctx, deleteServiceAccount, name)
		if err == nil && !ok {
			return fault.Missing("service")
		}
		if err != nil {
			return err
		}
		return s.forgetRequests(ctx, access.Subject{Kind: access.ServiceAccount, ID: name})
	}))
}

// ServiceAccounts returns all of them, in no order.
func (s *Store) ServiceAccounts(ctx context.Context) ([]access.ServiceAccountRecord, error) {
	all, err := list(ctx, s, selectServiceAccounts, nil, func(rows *sql.Rows) (a access.ServiceAccountRecord, err error) {
		err = rows.Scan(&a.ID, &a.Description, &a.Disabled, instant{&a.Created}, &a.CreatedBy, instant{&a.Updated}, &a.Rev)
		return a, err
	})
	return all, doing("list service accounts", err)
}

var serviceAccountsTable = table{
	statements: []*statement{
		insertServiceAccount, insertManyServiceAccounts, updateServiceAccount, deleteServiceAccount, selectServiceAccounts,
	},
}

package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

var (
	insertOrg = newStatement(`
INSERT INTO orgs (id, description, created_at, rev)
VALUES ($1, $2, $3, 1)`)

	insertManyOrgs = several(insertOrg)

	updateOrg = newStatement(`
UPDATE orgs
SET description = $2, rev = rev + 1
WHERE id = $1 AND rev = $3`)

	deleteOrg = newStatement(`
DELETE FROM orgs
WHERE id = $1`)

	selectOrgs = newStatement(`
SELECT id, description, created_at, rev
FROM orgs`)
)

// InsertOrg stores o as revision 1. Conflict: the id is taken.
func (s *Store) InsertOrg(ctx context.Context, o access.OrgRecord) error {
	_, err := s.exec(ctx, insertOrg, orgArgs(o)...)
	return doing("insert organisation", taken(err, "org.exists", there("an organisation", o.ID)))
}

// InsertOrgs is InsertOrg for many.
func (s *Store) InsertOrgs(ctx context.Context, all []access.OrgRecord) error {
	return doing("insert organisations", orgTaken(insertAll(ctx, s, insertOrg, insertManyOrgs, all, orgArgs)))
}

func orgTaken(err error) error {
	return taken(err, "org.exists", "There is an organisation with this id already.")
}

func orgArgs(o access.OrgRecord) []any { return []any{o.ID, o.Description, micros(o.Created)} }

// UpdateOrg writes the description where the revision is still o.Rev, and raises it.
// Conflict: somebody else changed or removed it.
func (s *Store) UpdateOrg(ctx context.Context, o access.OrgRecord) error {
	ok, err := s.changed(ctx, updateOrg, o.ID, o.Description, o.Rev)
	if err == nil && !ok {
		err = stale("organisation")
	}
	return doing("update organisation", err)
}

// DeleteOrg removes an organisation with its members. NotFound: there is no such
// organisation.
func (s *Store) DeleteOrg(ctx context.Context, name string) error {
	return doing("delete organisation", s.InTx(ctx, func(ctx context.Context) error {
		if err := s.dropMembers(ctx, access.Subject{Kind: access.Organisation, ID: name}); err != nil {
			return err
		}
		ok, err := s.changed(ctx, deleteOrg, name)
		if err == nil && !ok {
			err = fault.Missing("org")
		}
		return err
	}))
}

// Orgs returns all of them, in no order.
func (s *Store) Orgs(ctx context.Context) ([]access.OrgRecord, error) {
	all, err := list(ctx, s, selectOrgs, nil, func(rows *sql.Rows) (o access.OrgRecord, err error) {
		err = rows.Scan(&o.ID, &o.Description, instant{&o.Created}, &o.Rev)
		return o, err
	})
	return all, doing("list organisations", err)
}

var orgsTable = table{
	statements: []*statement{
		insertOrg, insertManyOrgs, updateOrg, deleteOrg, selectOrgs,
	},
}

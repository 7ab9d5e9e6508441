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

	deleteOrg = newStatement(`
DELETE FROM orgs
WHERE id = $1`)

	selectOrgs = newStatement(`
SELECT id, description, created_at, rev
FROM orgs`)
)

// InsertOrg stores o as revision 1. Conflict: the id is taken.
func (s *Store) InsertOrg(ctx context.Context, o access.OrgRecord) error {
	_, err := s.exec(ctx, insertOrg, o.ID, o.Description, micros(o.Created))
	return doing("insert organisation", taken(err, "org.exists", there("an organisation", o.ID)))
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
		insertOrg, deleteOrg, selectOrgs,
	},
}

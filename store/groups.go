package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

var (
	insertGroup = newStatement(`
INSERT INTO groups (id, description, created_at, rev)
VALUES ($1, $2, $3, 1)`)

	deleteGroup = newStatement(`
DELETE FROM groups
WHERE id = $1`)

	selectGroups = newStatement(`
SELECT id, description, created_at, rev
FROM groups`)
)

// InsertGroup stores g as revision 1. Conflict: the id is taken.
func (s *Store) InsertGroup(ctx context.Context, g access.GroupRecord) error {
	_, err := s.exec(ctx, insertGroup, g.ID, g.Description, micros(g.Created))
	return doing("insert group", taken(err, "group.exists", there("a group", g.ID)))
}

// DeleteGroup removes a group with its members, and from the groups and
// organisations in which it is. NotFound: there is no such group.
func (s *Store) DeleteGroup(ctx context.Context, name string) error {
	return doing("delete group", s.InTx(ctx, func(ctx context.Context) error {
		who := access.Subject{Kind: access.Group, ID: name}
		if _, err := s.DropMemberships(ctx, who); err != nil {
			return err
		}
		if err := s.dropMembers(ctx, who); err != nil {
			return err
		}
		ok, err := s.changed(ctx, deleteGroup, name)
		if err == nil && !ok {
			err = fault.Missing("group")
		}
		return err
	}))
}

// Groups returns all of them, in no order.
func (s *Store) Groups(ctx context.Context) ([]access.GroupRecord, error) {
	all, err := list(ctx, s, selectGroups, nil, func(rows *sql.Rows) (g access.GroupRecord, err error) {
		err = rows.Scan(&g.ID, &g.Description, instant{&g.Created}, &g.Rev)
		return g, err
	})
	return all, doing("list groups", err)
}

var groupsTable = table{
	statements: []*statement{
		insertGroup, deleteGroup, selectGroups,
	},
}

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

	insertManyGroups = several(insertGroup)

	updateGroup = newStatement(`
UPDATE groups
SET description = $2, rev = rev + 1
WHERE id = $1 AND rev = $3`)

	deleteGroup = newStatement(`
DELETE FROM groups
WHERE id = $1`)

	selectGroups = newStatement(`
SELECT id, description, created_at, rev
FROM groups`)
)

// InsertGroup stores g as revision 1. Conflict: the id is taken.
func (s *Store) InsertGroup(ctx context.Context, g access.GroupRecord) error {
	_, err := s.exec(ctx, insertGroup, groupArgs(g)...)
	return doing("insert group", taken(err, "group.exists", there("a group", g.ID)))
}

// InsertGroups is InsertGroup for many.
func (s *Store) InsertGroups(ctx context.Context, all []access.GroupRecord) error {
	return doing("insert groups", groupTaken(insertAll(ctx, s, insertGroup, insertManyGroups, all, groupArgs)))
}

func groupTaken(err error) error {
	return taken(err, "group.exists", "There is a group with this id already.")
}

func groupArgs(g access.GroupRecord) []any { return []any{g.ID, g.Description, micros(g.Created)} }

// UpdateGroup writes the description where the revision is still g.Rev, and raises it.
// Conflict: somebody else changed or removed it.
func (s *Store) UpdateGroup(ctx context.Context, g access.GroupRecord) error {
	ok, err := s.changed(ctx, updateGroup, g.ID, g.Description, g.Rev)
	if err == nil && !ok {
		err = stale("group")
	}
	return doing("update group", err)
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
		insertGroup, insertManyGroups, updateGroup, deleteGroup, selectGroups,
	},
}

package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

const membershipColumns = `group_id, member_kind, member_id, not_before, expires_at, reason, created_at, created_by, rev`

var (
	insertGroup = newStatement(`
INSERT INTO groups (id, description, created_at, rev)
VALUES ($1, $2, $3, 1)`)

	// Memberships of it go with it. The index memberships_member finds those that it
	// has itself.
	deleteGroup = newStatement(`
DELETE FROM groups
WHERE id = $1`)

	selectGroups = newStatement(`
SELECT id, description, created_at, rev
FROM groups`)

	putMembership = newStatement(`
INSERT INTO memberships (` + membershipColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)
ON CONFLICT (group_id, member_kind, member_id) DO UPDATE
SET not_before = excluded.not_before, expires_at = excluded.expires_at, reason = excluded.reason,
    created_at = excluded.created_at, created_by = excluded.created_by, rev = memberships.rev + 1`)

	deleteMembership = newStatement(`
DELETE FROM memberships
WHERE group_id = $1 AND member_kind = $2 AND member_id = $3`)

	// Index memberships_member.
	deleteMembershipsOf = newStatement(`
DELETE FROM memberships
WHERE member_kind = $1 AND member_id = $2`)

	selectMembership = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE group_id = $1 AND member_kind = $2 AND member_id = $3`)

	// The primary key.
	selectMembers = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE group_id = $1 AND (member_kind, member_id) > ($2, $3)
ORDER BY member_kind, member_id
LIMIT $4`)

	// Index memberships_member.
	selectMemberships = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE member_kind = $1 AND (member_id, group_id) > ($2, $3)
ORDER BY member_id, group_id
LIMIT $4`)

	// Index memberships_member.
	selectMembershipsOf = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE member_kind = $1 AND member_id = $2`)
)

// InsertGroup stores g as revision 1. Conflict: the id is taken.
func (s *Store) InsertGroup(ctx context.Context, g access.GroupRecord) error {
	_, err := s.exec(ctx, insertGroup, g.ID, g.Description, micros(g.Created))
	return doing("insert group", taken(err, "group.exists", "There is a group with this id already."))
}

// DeleteGroup removes a group with its members, and from the groups in which it
// is. NotFound: there is no such group.
func (s *Store) DeleteGroup(ctx context.Context, name string) error {
	return doing("delete group", s.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.DropMemberships(ctx, access.Subject{Kind: access.Group, ID: name}); err != nil {
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

// PutMembership stores m, in the place of one of the same member in the same group.
func (s *Store) PutMembership(ctx context.Context, m access.MembershipRecord) error {
	_, err := s.exec(ctx, putMembership, m.Of.ID, string(m.Member.Kind), m.Member.ID, when(m.NotBefore), when(m.ExpiresAt), m.Reason, micros(m.Created), m.CreatedBy)
	return doing("put membership", err)
}

// DeleteMembership answers NotFound for one that is not there.
func (s *Store) DeleteMembership(ctx context.Context, group string, member access.Subject) error {
	ok, err := s.changed(ctx, deleteMembership, group, string(member.Kind), member.ID)
	if err == nil && !ok {
		err = fault.Missing("member")
	}
	return doing("delete membership", err)
}

// DropMemberships takes member out of all groups, and returns of how many.
func (s *Store) DropMemberships(ctx context.Context, member access.Subject) (int64, error) {
	n, err := s.exec(ctx, deleteMembershipsOf, string(member.Kind), member.ID)
	return n, doing("drop memberships", err)
}

// Membership answers NotFound for one that is not there.
func (s *Store) Membership(ctx context.Context, group string, member access.Subject) (m access.MembershipRecord, err error) {
	err = s.one(ctx, "member", selectMembership, []any{group, string(member.Kind), member.ID}, func(rows *sql.Rows) error {
		m, err = scanMembership(rows)
		return err
	})
	return m, doing("read membership", err)
}

// Members lists those of a group behind after, in the order of their kinds and ids.
func (s *Store) Members(ctx context.Context, group string, after access.Subject, limit int) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMembers, []any{group, string(after.Kind), after.ID, int64(limit)}, scanMembership)
	return found, doing("list members", err)
}

// MembershipsAfter lists those of members of one kind behind the membership of
// member in group, in the order of members and groups.
func (s *Store) MembershipsAfter(ctx context.Context, kind access.Kind, member, group string, limit int) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMemberships, []any{string(kind), member, group, int64(limit)}, scanMembership)
	return found, doing("list memberships", err)
}

// MembershipsOf lists those of one member, in no order.
func (s *Store) MembershipsOf(ctx context.Context, member access.Subject) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMembershipsOf, []any{string(member.Kind), member.ID}, scanMembership)
	return found, doing("list memberships", err)
}

func scanMembership(rows *sql.Rows) (m access.MembershipRecord, err error) {
	m.Of.Kind = access.Group
	err = rows.Scan(&m.Of.ID, &m.Member.Kind, &m.Member.ID, instant{&m.NotBefore}, instant{&m.ExpiresAt}, &m.Reason, instant{&m.Created}, &m.CreatedBy, &m.Rev)
	return m, err
}

var groupsTable = table{
	statements: []*statement{
		insertGroup, deleteGroup, selectGroups, putMembership, deleteMembership, deleteMembershipsOf, selectMembership, selectMembers, selectMemberships, selectMembershipsOf,
	},
}

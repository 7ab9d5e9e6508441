package store

import (
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

const membershipColumns = `of_kind, of_id, member_kind, member_id, not_before, expires_at, reason, created_at, created_by, rev`

var (
	putMembership = newStatement(`
INSERT INTO memberships (` + membershipColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)
ON CONFLICT (of_kind, of_id, member_kind, member_id) DO UPDATE
SET not_before = excluded.not_before, expires_at = excluded.expires_at, reason = excluded.reason,
    created_at = excluded.created_at, created_by = excluded.created_by, rev = memberships.rev + 1`)

	putManyMemberships = several(putMembership)

	deleteMembership = newStatement(`
DELETE FROM memberships
WHERE of_kind = $1 AND of_id = $2 AND member_kind = $3 AND member_id = $4`)

	// Index memberships_member.
	deleteMembershipsOf = newStatement(`
DELETE FROM memberships
WHERE member_kind = $1 AND member_id = $2`)

	// The primary key.
	deleteMembers = newStatement(`
DELETE FROM memberships
WHERE of_kind = $1 AND of_id = $2`)

	selectMembership = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE of_kind = $1 AND of_id = $2 AND member_kind = $3 AND member_id = $4`)

	// The primary key.
	selectMembers = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE of_kind = $1 AND of_id = $2 AND (member_kind, member_id) > ($3, $4)
ORDER BY member_kind, member_id
LIMIT $5`)

	// Likewise, of one kind.
	selectMembersOfKind = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE of_kind = $1 AND of_id = $2 AND member_kind = $3 AND member_id > $4
ORDER BY member_id
LIMIT $5`)

	// Index memberships_member.
	selectMemberships = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE member_kind = $1 AND (member_id, of_kind, of_id) > ($2, $3, $4)
ORDER BY member_id, of_kind, of_id
LIMIT $5`)

	// Index memberships_member.
	selectMembershipsOf = newStatement(`
SELECT ` + membershipColumns + `
FROM memberships
WHERE member_kind = $1 AND member_id = $2`)
)

// PutMembership stores m, in the place of one of the same member in the same group
// or organisation.
func (s *Store) PutMembership(ctx context.Context, m access.MembershipRecord) error {
	_, err := s.exec(ctx, putMembership, membershipArgs(m)...)
	return doing("put membership", err)
}

// PutMemberships is PutMembership for many, none of which is there twice.
func (s *Store) PutMemberships(ctx context.Context, all []access.MembershipRecord) error {
	return doing("put memberships", insertAll(ctx, s, putMembership, putManyMemberships, all, membershipArgs))
}

func membershipArgs(m access.MembershipRecord) []any {
	return []any{
		string(m.Of.Kind), m.Of.ID, string(m.Member.Kind), m.Member.ID,
		when(m.NotBefore), when(m.ExpiresAt), m.Reason, micros(m.Created), m.CreatedBy,
	}
}

// DeleteMembership answers NotFound for one that is not there.
func (s *Store) DeleteMembership(ctx context.Context, of, member access.Subject) error {
	ok, err := s.changed(ctx, deleteMembership, string(of.Kind), of.ID, string(member.Kind), member.ID)
	if err == nil && !ok {
		err = fault.Missing("member")
	}
	return doing("delete membership", err)
}

// DropMemberships takes member out of all that they are in, and returns of how many.
func (s *Store) DropMemberships(ctx context.Context, member access.Subject) (int64, error) {
	n, err := s.exec(ctx, deleteMembershipsOf, string(member.Kind), member.ID)
	return n, doing("drop memberships", err)
}

// dropMembers takes all out of a group or an organisation.
func (s *Store) dropMembers(ctx context.Context, of access.Subject) error {
	_, err := s.exec(ctx, deleteMembers, string(of.Kind), of.ID)
	return doing("drop members", err)
}

// Membership answers NotFound for one that is not there.
func (s *Store) Membership(ctx context.Context, of, member access.Subject) (m access.MembershipRecord, err error) {
	err = s.one(ctx, "member", selectMembership, []any{string(of.Kind), of.ID, string(member.Kind), member.ID}, func(rows *sql.Rows) error {
		m, err = scanMembership(rows)
		return err
	})
	return m, doing("read membership", err)
}

// Members lists those of a group or an organisation behind after, in the order of
// their kinds and ids.
func (s *Store) Members(ctx context.Context, of, after access.Subject, limit int) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMembers, []any{string(of.Kind), of.ID, string(after.Kind), after.ID, int64(limit)}, scanMembership)
	return found, doing("list members", err)
}

// MembersOfKind lists those members of a group or an organisation that are of one kind,
// behind after, in the order of their ids.
func (s *Store) MembersOfKind(ctx context.Context, of access.Subject, kind access.Kind, after string, limit int) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMembersOfKind, []any{string(of.Kind), of.ID, string(kind), after, int64(limit)}, scanMembership)
	return found, doing("list members", err)
}

// MembershipsAfter lists those of members of one kind behind the membership of
// member in of, in the order of members and what they are in.
func (s *Store) MembershipsAfter(ctx context.Context, kind access.Kind, member string, of access.Subject, limit int) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMemberships, []any{string(kind), member, string(of.Kind), of.ID, int64(limit)}, scanMembership)
	return found, doing("list memberships", err)
}

// MembershipsOf lists those of one member, in no order.
func (s *Store) MembershipsOf(ctx context.Context, member access.Subject) ([]access.MembershipRecord, error) {
	found, err := list(ctx, s, selectMembershipsOf, []any{string(member.Kind), member.ID}, scanMembership)
	return found, doing("list memberships", err)
}

func scanMembership(rows *sql.Rows) (m access.MembershipRecord, err error) {
	err = rows.Scan(&m.Of.Kind, &m.Of.ID, &m.Member.Kind, &m.Member.ID, instant{&m.NotBefore}, instant{&m.ExpiresAt},
		&m.Reason, instant{&m.Created}, &m.CreatedBy, &m.Rev)
	return m, err
}

var membershipsTable = table{
	statements: []*statement{
		putMembership, putManyMemberships, deleteMembership, deleteMembershipsOf, deleteMembers, selectMembership, selectMembers, selectMembersOfKind, selectMemberships, selectMembershipsOf,
	},
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"gatehouse/access"
	"gatehouse/fault"
)

const roleColumns = `id, permissions, parents, max_grant, created_at, updated_at, rev`

var (
	insertRole = newStatement(`
INSERT INTO roles (` + roleColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, 1)`)

	insertManyRoles = several(insertRole)

	updateRole = newStatement(`
UPDATE roles
SET permissions = $2, parents = $3, max_grant = $4, updated_at = $5, rev = rev + 1
WHERE id = $1 AND rev = $6`)

	deleteRole = newStatement(`
DELETE FROM roles
WHERE id = $1`)

	selectRoles = newStatement(`
SELECT ` + roleColumns + `
FROM roles`)
)

// InsertRole stores r as revision 1. Conflict: the id is taken.
func (s *Store) InsertRole(ctx context.Context, r access.Role) error {
	_, err := s.exec(ctx, insertRole, newRoleArgs(r)...)
	return doing("insert role", taken(err, "role.exists", there("a role", r.ID)))
}

// InsertRoles is InsertRole for many.
func (s *Store) InsertRoles(ctx context.Context, all []access.Role) error {
	return doing("insert roles", roleTaken(insertAll(ctx, s, insertRole, insertManyRoles, all, newRoleArgs)))
}

func roleTaken(err error) error {
	return taken(err, "role.exists", "There is a role with this id already.")
}

func newRoleArgs(r access.Role) []any {
	return append(roleArgs(r), micros(r.Created), micros(r.Updated))
}

// UpdateRole writes everything but ID and Created where the revision is still
// r.Rev, and raises the revision. Conflict: somebody else changed or removed it.
func (s *Store) UpdateRole(ctx context.Context, r access.Role) error {
	ok, err := s.changed(ctx, updateRole, append(roleArgs(r), micros(r.Updated), r.Rev)...)
	if err == nil && !ok {
		err = stale("role")
	}
	return doing("update role", err)
}

// DeleteRole answers NotFound for one that is not there.
func (s *Store) DeleteRole(ctx context.Context, name string) error {
	ok, err := s.changed(ctx, deleteRole, name)
	if err == nil && !ok {
		err = fault.Missing("role")
	}
	return doing("delete role", err)
}

// Roles returns all of them, in no order.
func (s *Store) Roles(ctx context.Context) ([]access.Role, error) {
	all, err := list(ctx, s, selectRoles, nil, func(rows *sql.Rows) (r access.Role, err error) {
		var patterns []string
		var most int64
		err = rows.Scan(&r.ID, wordsIn{&patterns}, wordsIn{&r.Parents}, &most, instant{&r.Created}, instant{&r.Updated}, &r.Rev)
		r.MaxGrant = time.Duration(most) * time.Microsecond
		for _, text := range patterns {
			p, bad := access.ParsePattern(text)
			err = errors.Join(err, bad)
			r.Permissions = append(r.Permissions, p)
		}
		return r, err
	})
	return all, doing("list roles", err)
}

func roleArgs(r access.Role) []any {
	patterns := make([]string, len(r.Permissions))
	for i, p := range r.Permissions {
		patterns[i] = p.String()
	}
	return []any{r.ID, words(patterns), words(r.Parents), r.MaxGrant.Microseconds()}
}

// patternIn scans a pattern, and an empty text as the zero Pattern. A text that is
// none is an error: a row that nobody understands gives nothing.
type patternIn struct{ to *access.Pattern }

// Scan implements sql.Scanner.
func (p patternIn) Scan(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("a pattern is kept as text")
	}
	return p.read(text)
}

// ScanText implements pgtype.TextScanner.
func (p patternIn) ScanText(v pgtype.Text) error {
	if !v.Valid {
		return errors.New("a pattern is kept as text, not as NULL")
	}
	return p.read(v.String)
}

func (p patternIn) read(text string) (err error) {
	if *p.to = (access.Pattern{}); text != "" {
		*p.to, err = access.ParsePattern(text)
	}
	return err
}

var rolesTable = table{
	statements: []*statement{
		insertRole, insertManyRoles, updateRole, deleteRole, selectRoles,
	},
}

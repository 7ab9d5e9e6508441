package store

import (
	"context"
	"database/sql"
	"math"

	"gatehouse/oauth"
)

// The newest first, behind a place. Which of them live is seen by what they rest on, so
// that no more rows are looked at than are asked for.
var (
	familiesOfUser   = familiesOf("f.user_id")   // index refresh_families_user
	familiesOfClient = familiesOf("f.client_id") // index refresh_families_client
)

func familiesOf(column string) *statement {
	return newStatement(onBoth + `
WHERE ` + column + ` = $1 AND (f.created_at, f.id) < ($2, $3)
ORDER BY f.created_at DESC, f.id DESC
LIMIT $4`)
}

// Families returns the families of a person, or else of a client, that follow after,
// newest first, with what they rest on: at most limit, those that are over among them.
func (s *Store) Families(ctx context.Context, f oauth.FamilyFilter, limit int) ([]oauth.FamilyState, error) {
	st, owner := familiesOfUser, string(f.User)
	if owner == "" {
		st, owner = familiesOfClient, string(f.Client)
	}
	created := int64(math.MaxInt64)
	if f.After != (oauth.FamilyCursor{}) {
		created = micros(f.After.Created)
	}
	found, err := list(ctx, s, st, []any{owner, created, string(f.After.ID), int64(limit)}, func(rows *sql.Rows) (one oauth.FamilyState, err error) {
		var row familyRow
		if err := row.scan(rows); err != nil {
			return one, err
		}
		one.Family = row.family
		one.Grounds, err = row.beside.grounds(&row.family)
		return one, err
	})
	return found, doing("list families", err)
}

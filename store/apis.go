package store

import (
	"cmp"
	"context"
	"database/sql"

	"gatehouse/access"
	"gatehouse/fault"
)

const apiColumns = `id, audience, permissions, owners, servers, delegation, created_at, updated_at, rev`

var (
	insertAPI = newStatement(`
INSERT INTO apis (` + apiColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)`)

	updateAPI = newStatement(`
UPDATE apis
SET audience = $2, permissions = $3, owners = $4, servers = $5, delegation = $6, updated_at = $7, rev = rev + 1
WHERE id = $1 AND rev = $8`)

	deleteAPI = newStatement(`
DELETE FROM apis
WHERE id = $1`)

	selectAPIs = newStatement(`
SELECT ` + apiColumns + `
FROM apis`)
)

// RaisePolicy raises the version of all that access decides by, and holds it
// until the transaction ends: whoever changes a policy does this first, and so
// reads what those before have written.
func (s *Store) RaisePolicy(ctx context.Context) (int64, error) {
	return s.raise(ctx, access.VersionPolicy, 1)
}

// InsertAPI stores a as revision 1. Conflict: the id or the audience is taken.
func (s *Store) InsertAPI(ctx context.Context, a access.API) error {
	_, err := s.exec(ctx, insertAPI, append(apiArgs(a), micros(a.Created), micros(a.Updated))...)
	return doing("insert API", apiTaken(err))
}

// UpdateAPI writes everything but ID and Created where the revision is still
// a.Rev, and raises the revision. Conflict: somebody else changed or removed it, or
// the audience is taken.
func (s *Store) UpdateAPI(ctx context.Context, a access.API) error {
	ok, err := s.changed(ctx, updateAPI, append(apiArgs(a), micros(a.Updated), a.Rev)...)
	if err == nil && !ok {
		err = stale("API")
	}
	return doing("update API", apiTaken(err))
}

// stale is the answer to who changes what was changed or removed since they read it.
func stale(thing string) error {
	return fault.New(fault.Conflict, "access.changed", "Somebody else changed this "+thing+" meanwhile. Look at it again.")
}

func apiTaken(err error) error {
	return taken(err, "api.exists", "There is an API with this id or this audience already.")
}

// DeleteAPI answers NotFound for one that is not there.
func (s *Store) DeleteAPI(ctx context.Context, name string) error {
	ok, err := s.changed(ctx, deleteAPI, name)
	if err == nil && !ok {
		err = fault.Missing("api")
	}
	return doing("delete API", err)
}

// APIs returns all of them, in no order.
func (s *Store) APIs(ctx context.Context) ([]access.API, error) {
	all, err := list(ctx, s, selectAPIs, nil, func(rows *sql.Rows) (a access.API, err error) {
		err = rows.Scan(&a.ID, &a.Audience, documentIn{&a.Permissions}, documentIn{&a.Owners}, documentIn{&a.Servers}, &a.Delegation, instant{&a.Created}, instant{&a.Updated}, &a.Rev)
		return a, err
	})
	return all, doing("list APIs", err)
}

func apiArgs(a access.API) []any {
	return []any{a.ID, a.Audience, document(a.Permissions), document(a.Owners), document(a.Servers), string(cmp.Or(a.Delegation, access.ByAudience))}
}

var apisTable = table{
	statements: []*statement{
		insertAPI, updateAPI, deleteAPI, selectAPIs,
	},
}

package store

import (
	"context"
	"database/sql"
	"errors"

	"gatehouse/access"
	"gatehouse/fault"
)

const scopeColumns = `name, api, permissions, description, created_at, updated_at, rev`

var (
	insertScope = newStatement(`
INSERT INTO scopes (` + scopeColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, 1)`)

	insertManyScopes = several(insertScope)

	updateScope = newStatement(`
UPDATE scopes
SET api = $2, permissions = $3, description = $4, updated_at = $5, rev = rev + 1
WHERE name = $1 AND rev = $6`)

	deleteScope = newStatement(`
DELETE FROM scopes
WHERE name = $1`)

	selectScopes = newStatement(`
SELECT ` + scopeColumns + `
FROM scopes`)
)

// InsertScope stores one as revision 1. Conflict: the name is bound already.
func (s *Store) InsertScope(ctx context.Context, one access.Scope) error {
	_, err := s.exec(ctx, insertScope, newScopeArgs(one)...)
	return doing("insert scope", taken(err, "scope.exists", there("a bound scope", one.Name)))
}

// InsertScopes is InsertScope for many.
func (s *Store) InsertScopes(ctx context.Context, all []access.Scope) error {
	return doing("insert scopes", scopeTaken(insertAll(ctx, s, insertScope, insertManyScopes, all, newScopeArgs)))
}

func scopeTaken(err error) error {
	return taken(err, "scope.exists", "This scope is bound to permissions already.")
}

func newScopeArgs(one access.Scope) []any {
	return append(scopeArgs(one), micros(one.Created), micros(one.Updated))
}

// UpdateScope writes everything but Name and Created where the revision is still
// one.Rev, and raises the revision. Conflict: somebody else changed or removed it.
func (s *Store) UpdateScope(ctx context.Context, one access.Scope) error {
	ok, err := s.changed(ctx, updateScope, append(scopeArgs(one), micros(one.Updated), one.Rev)...)
	if err == nil && !ok {
		err = stale("scope")
	}
	return doing("update scope", err)
}

// DeleteScope answers NotFound for one that is not there.
func (s *Store) DeleteScope(ctx context.Context, name string) error {
	ok, err := s.changed(ctx, deleteScope, name)
	if err == nil && !ok {
		err = fault.Missing("scope")
	}
	return doing("delete scope", err)
}

// Scopes returns all of them, in no order.
func (s *Store) Scopes(ctx context.Context) ([]access.Scope, error) {
	all, err := list(ctx, s, selectScopes, nil, func(rows *sql.Rows) (one access.Scope, err error) {
		var patterns []string
		err = rows.Scan(&one.Name, &one.API, wordsIn{&patterns}, &one.Description, instant{&one.Created}, instant{&one.Updated}, &one.Rev)
		for _, text := range patterns {
			p, bad := access.ParsePattern(text)
			err = errors.Join(err, bad)
			one.Patterns = append(one.Patterns, p)
		}
		return one, err
	})
	return all, doing("list scopes", err)
}

func scopeArgs(one access.Scope) []any {
	patterns := make([]string, len(one.Patterns))
	for i, p := range one.Patterns {
		patterns[i] = p.String()
	}
	return []any{one.Name, one.API, words(patterns), one.Description}
}

var scopesTable = table{
	statements: []*statement{
		insertScope, insertManyScopes, updateScope, deleteScope, selectScopes,
	},
}

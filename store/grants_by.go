package store

import (
	"context"
	"slices"

	"gatehouse/access"
)

// A list by one thing. The name stands in the order, too: so its index answers, and no
// other, whatever a planner thinks of how many there are.
func grantsBy(column string) turning {
	return turning{newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE ` + column + ` <> '' AND (` + column + `, ends_at, id) > ($1, $2, $3)
ORDER BY ` + column + `, ends_at, id
LIMIT $4`), newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE ` + column + ` <> '' AND (` + column + `, ends_at, id) < ($1, $2, $3)
ORDER BY ` + column + ` DESC, ends_at DESC, id DESC
LIMIT $4`)}
}

// turning is a list in its order, and in the opposite one.
type turning struct{ on, back *statement }

func (t turning) to(backwards bool) *statement {
	if backwards {
		return t.back
	}
	return t.on
}

var (
	// Indexes grants_ends and grants_subject.
	grantsOfAll     = turning{selectGrants, selectEndedGrants}
	grantsOfSubject = turning{selectGrantsOf, selectEndedGrantsOf}

	// Indexes grants_role, grants_api, grants_permission and grants_org.
	grantsByRole       = grantsBy("role")
	grantsByAPI        = grantsBy("api")
	grantsByPermission = grantsBy("permission")
	grantsByOrg        = grantsBy("org")

	// Index grants_begins.
	grantsByBeginning = turning{newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE not_before IS NOT NULL AND (not_before, id) > ($1, $2)
ORDER BY not_before, id
LIMIT $3`), newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE not_before IS NOT NULL AND (not_before, id) < ($1, $2)
ORDER BY not_before DESC, id DESC
LIMIT $3`)}
)

// GrantsBy returns grants by a key behind a place in the order of their ends and ids, or
// backwards in front of it, at most limit; by Beginning in the order of their beginnings.
func (s *Store) GrantsBy(ctx context.Context, by access.GrantKey, at access.GrantCursor, backwards bool, limit int) ([]access.GrantRecord, error) {
	switch {
	case by.Beginning:
		found, err := list(ctx, s, grantsByBeginning.to(backwards), []any{endMicros(at.Ends), string(at.ID), int64(limit)}, scanGrant)
		return found, doing("list grants", err)
	case by.Role != "":
		return s.grantsNamed(ctx, grantsByRole.to(backwards), by.Role, at, limit, func(g *access.GrantRecord) string { return g.Role })
	case by.API != "":
		return s.grantsNamed(ctx, grantsByAPI.to(backwards), by.API, at, limit, func(g *access.GrantRecord) string { return g.Permission.API })
	case by.Permission != "":
		return s.grantsNamed(ctx, grantsByPermission.to(backwards), by.Permission, at, limit, func(g *access.GrantRecord) string { return g.Permission.String() })
	case by.Org != "":
		return s.grantsNamed(ctx, grantsByOrg.to(backwards), by.Org, at, limit, func(g *access.GrantRecord) string { return g.Org })
	}
	return s.grants(ctx, grantsOfAll.to(backwards), grantsOfSubject.to(backwards), by.Subject, at, limit)
}

// grantsNamed leaves out those of the next name, which stand behind.
func (s *Store) grantsNamed(ctx context.Context, st *statement, name string, at access.GrantCursor, limit int, of func(*access.GrantRecord) string) ([]access.GrantRecord, error) {
	found, err := list(ctx, s, st, []any{name, endMicros(at.Ends), string(at.ID), int64(limit)}, scanGrant)
	if end := slices.IndexFunc(found, func(g access.GrantRecord) bool { return of(&g) != name }); end >= 0 {
		found = found[:end]
	}
	return found, doing("list grants", err)
}

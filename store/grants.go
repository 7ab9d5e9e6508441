package store

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

const grantColumns = `id, subject_kind, subject_id, effect, role, permission, api, org, place, resource_ids, expression,
    not_before, expires_at, require_level, require_age, source, name, reason, ticket, request_id, created_at, created_by,
    revoked_at, revoked_by, revoked_reason, ends_at, rev`

var (
	insertGrant = newStatement(`
INSERT INTO grants (` + grantColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, 1)`)

	insertManyGrants = several(insertGrant)

	updateGrant = newStatement(`
UPDATE grants
SET expires_at = $2, revoked_at = $3, revoked_by = $4, revoked_reason = $5, ends_at = $6, rev = rev + 1
WHERE id = $1 AND rev = $7`)

	selectGrant = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE id = $1`)

	selectGrantsNamed = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE id IN ` + places(namedGrants))

	// The primary key.
	selectGrantsByID = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE id > $1
ORDER BY id
LIMIT $2`)

	// Those that end soonest come first, those without an end last. Index grants_ends.
	selectGrants = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE (ends_at, id) > ($1, $2)
ORDER BY ends_at, id
LIMIT $3`)

	selectEndedGrants = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE (ends_at, id) < ($1, $2)
ORDER BY ends_at DESC, id DESC
LIMIT $3`)

	// Index grants_subject.
	selectGrantsOf = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE subject_kind = $1 AND subject_id = $2 AND (ends_at, id) > ($3, $4)
ORDER BY ends_at, id
LIMIT $5`)

	selectEndedGrantsOf = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE subject_kind = $1 AND subject_id = $2 AND (ends_at, id) < ($3, $4)
ORDER BY ends_at DESC, id DESC
LIMIT $5`)

	// The first one behind the name and the time, maybe of another name: so the index
	// grants_role answers, whatever a planner thinks of how many there are.
	selectGrantOfRole = newStatement(`
SELECT id, role
FROM grants
WHERE role <> '' AND (role, ends_at) > ($1, $2)
ORDER BY role, ends_at
LIMIT 1`)

	// Likewise, index grants_api.
	selectGrantOfAPI = newStatement(`
SELECT id, api
FROM grants
WHERE api <> '' AND (api, ends_at) > ($1, $2)
ORDER BY api, ends_at
LIMIT 1`)

	// Likewise, index grants_org.
	selectGrantInOrg = newStatement(`
SELECT id, org
FROM grants
WHERE org <> '' AND (org, ends_at) > ($1, $2)
ORDER BY org, ends_at
LIMIT 1`)

	// Index grants_subject.
	selectGrantsOfKind = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE subject_kind = $1 AND (subject_id, ends_at, id) > ($2, $3, $4) AND ends_at > $5
ORDER BY subject_id, ends_at, id
LIMIT $6`)

	// Index grants_role.
	selectGranteesOfRole = newStatement(`
SELECT subject_kind, subject_id, effect
FROM grants
WHERE role <> '' AND role = $1 AND ends_at > $2
ORDER BY ends_at
LIMIT $3`)

	// Index grants_deny.
	selectDenies = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE effect = 'deny' AND (ends_at, id) > ($1, $2)
ORDER BY ends_at, id
LIMIT $3`)

	// Index grants_condition.
	selectConditions = newStatement(`
SELECT ` + grantColumns + `
FROM grants
WHERE place = 'cel' AND (ends_at, id) > ($1, $2)
ORDER BY ends_at, id
LIMIT $3`)

	// Index grants_subject.
	endGrantsOf = newStatement(`
UPDATE grants
SET revoked_at = $3, revoked_by = $4, revoked_reason = $5, ends_at = $3, rev = rev + 1
WHERE subject_kind = $1 AND subject_id = $2 AND ends_at > $3`)
)

// InsertGrant stores g as revision 1.
func (s *Store) InsertGrant(ctx context.Context, g access.GrantRecord) error {
	_, err := s.exec(ctx, insertGrant, grantArgs(g)...)
	return doing("insert grant", err)
}

// InsertGrants is InsertGrant for many.
func (s *Store) InsertGrants(ctx context.Context, all []access.GrantRecord) error {
	return doing("insert grants", insertAll(ctx, s, insertGrant, insertManyGrants, all, grantArgs))
}

// UpdateGrant writes when g ends and whether it was revoked, where the revision is
// still g.Rev, and raises the revision. Conflict: somebody else changed it.
func (s *Store) UpdateGrant(ctx context.Context, g access.GrantRecord) error {
	ok, err := s.changed(ctx, updateGrant, string(g.ID), when(g.ExpiresAt), when(g.Revoked), g.RevokedBy, g.RevokedReason, endOf(g), g.Rev)
	if err == nil && !ok {
		err = stale("grant")
	}
	return doing("update grant", err)
}

// Grant answers NotFound for one that is not there; one that ended is.
func (s *Store) Grant(ctx context.Context, grant id.Grant) (g access.GrantRecord, err error) {
	err = s.one(ctx, "grant", selectGrant, []any{string(grant)}, func(rows *sql.Rows) error {
		g, err = scanGrant(rows)
		return err
	})
	return g, doing("read grant", err)
}

// namedGrants is how many grants are looked for at once.
const namedGrants = 100

// GrantsNamed returns those of these ids that there are, over or not, in no order.
func (s *Store) GrantsNamed(ctx context.Context, names []id.Grant) (all []access.GrantRecord, err error) {
	for some := range slices.Chunk(names, namedGrants) {
		args := make([]any, namedGrants)
		for i := range args {
			args[i] = string(some[min(i, len(some)-1)]) // the last one stands for what is missing
		}
		found, err := list(ctx, s, selectGrantsNamed, args, scanGrant)
		if err != nil {
			return nil, doing("read grants by their ids", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

// GrantsAfter returns grants of who (the zero Subject: of everybody) behind after,
// at most limit: those that end soonest first, those without an end last.
func (s *Store) GrantsAfter(ctx context.Context, who access.Subject, after access.GrantCursor, limit int) ([]access.GrantRecord, error) {
	return s.grants(ctx, selectGrants, selectGrantsOf, who, after, limit)
}

// GrantsByID returns grants, those that are over too, behind after in the order of
// their ids, at most limit.
func (s *Store) GrantsByID(ctx context.Context, after id.Grant, limit int) ([]access.GrantRecord, error) {
	found, err := list(ctx, s, selectGrantsByID, []any{string(after), int64(limit)}, scanGrant)
	return found, doing("list grants", err)
}

// GrantsBefore returns grants in the opposite order, from before on.
func (s *Store) GrantsBefore(ctx context.Context, who access.Subject, before access.GrantCursor, limit int) ([]access.GrantRecord, error) {
	return s.grants(ctx, selectEndedGrants, selectEndedGrantsOf, who, before, limit)
}

func (s *Store) grants(ctx context.Context, all, ofOne *statement, who access.Subject, at access.GrantCursor, limit int) ([]access.GrantRecord, error) {
	args := []any{endMicros(at.Ends), string(at.ID), int64(limit)}
	if who != (access.Subject{}) {
		all, args = ofOne, append([]any{string(who.Kind), who.ID}, args...)
	}
	found, err := list(ctx, s, all, args, scanGrant)
	return found, doing("list grants", err)
}

// GrantOfRole returns a grant of the role that is not over at now, "" for none.
func (s *Store) GrantOfRole(ctx context.Context, role string, now time.Time) (id.Grant, error) {
	return s.grantOf(ctx, selectGrantOfRole, role, now)
}

// GrantOfAPI returns a grant of permissions of the API that is not over at now, ""
// for none. Those of roles are not asked.
func (s *Store) GrantOfAPI(ctx context.Context, api string, now time.Time) (id.Grant, error) {
	return s.grantOf(ctx, selectGrantOfAPI, api, now)
}

// GrantInOrg returns a grant that counts within an organisation and is not over at
// now, "" for none.
func (s *Store) GrantInOrg(ctx context.Context, org string, now time.Time) (id.Grant, error) {
	return s.grantOf(ctx, selectGrantInOrg, org, now)
}

func (s *Store) grantOf(ctx context.Context, st *statement, name string, now time.Time) (g id.Grant, err error) {
	var of string
	err = s.each(ctx, st, []any{name, micros(now)}, func(rows *sql.Rows) error { return rows.Scan(&g, &of) })
	if of != name {
		return "", doing("look for grants", err)
	}
	return g, doing("look for grants", err)
}

// GrantsOfKind lists grants of all subjects of the kind of after, behind its grant
// at the cursor, at most limit, without those that were over by a moment.
func (s *Store) GrantsOfKind(ctx context.Context, after access.Subject, at access.GrantCursor, over time.Time, limit int) ([]access.GrantRecord, error) {
	args := []any{string(after.Kind), after.ID, endMicros(at.Ends), string(at.ID), micros(over), int64(limit)}
	found, err := list(ctx, s, selectGrantsOfKind, args, scanGrant)
	return found, doing("list grants", err)
}

// GranteesOfRole returns for whom the grants of a role are that are not over at now,
// at most limit.
func (s *Store) GranteesOfRole(ctx context.Context, role string, now time.Time, limit int) ([]access.RoleGrantee, error) {
	found, err := list(ctx, s, selectGranteesOfRole, []any{role, micros(now), int64(limit)}, func(rows *sql.Rows) (h access.RoleGrantee, err error) {
		err = rows.Scan(&h.Subject.Kind, &h.Subject.ID, &h.Effect)
		return h, err
	})
	return found, doing("list who has a role", err)
}

// SomeGrantsAfter returns the grants that are like that behind after, in the order of
// GrantsAfter, at most limit.
func (s *Store) SomeGrantsAfter(ctx context.Context, like access.Likeness, after access.GrantCursor, limit int) ([]access.GrantRecord, error) {
	st := selectConditions
	switch {
	case like.Denies:
		st = selectDenies
	case !like.Condition:
		return s.GrantsBy(ctx, access.GrantKey{Role: like.Role, API: like.API, Org: like.Org}, after, false, limit)
	}
	found, err := list(ctx, s, st, []any{endMicros(after.Ends), string(after.ID), int64(limit)}, scanGrant)
	return found, doing("list grants", err)
}

// EndGrantsOf revokes all grants of who that are not over at now, and returns how
// many those were.
func (s *Store) EndGrantsOf(ctx context.Context, who access.Subject, now time.Time, by, reason string) (int64, error) {
	n, err := s.exec(ctx, endGrantsOf, string(who.Kind), who.ID, micros(now), by, reason)
	return n, doing("end grants", err)
}

// endOf is when g is over.
func endOf(g access.GrantRecord) int64 { return endMicros(g.Ends()) }

// endMicros is micros, with the largest number for the zero time, which is never.
func endMicros(t time.Time) int64 {
	if t.IsZero() {
		return math.MaxInt64
	}
	return micros(t)
}

func grantArgs(g access.GrantRecord) []any {
	return []any{
		string(g.ID), string(g.Subject.Kind), g.Subject.ID, string(g.Effect), g.Role, g.Permission.String(), g.Permission.API, g.Org,
		string(g.Where.Place), words(g.Where.IDs), g.Where.Expression, when(g.NotBefore), when(g.ExpiresAt),
		g.Requires.Level.String(), g.Requires.MaxAge.Microseconds(), string(g.Source), g.Name, g.Reason, g.Ticket, g.Request,
		micros(g.Created), g.CreatedBy, when(g.Revoked), g.RevokedBy, g.RevokedReason, endOf(g),
	}
}

func scanGrant(rows *sql.Rows) (g access.GrantRecord, err error) {
	var api string
	var age, ends int64
	err = rows.Scan(&g.ID, &g.Subject.Kind, &g.Subject.ID, &g.Effect, &g.Role, patternIn{&g.Permission}, &api, &g.Org,
		&g.Where.Place, wordsIn{&g.Where.IDs}, &g.Where.Expression, instant{&g.NotBefore}, instant{&g.ExpiresAt},
		levelIn{&g.Requires.Level}, &age, &g.Source, &g.Name, &g.Reason, &g.Ticket, &g.Request,
		instant{&g.Created}, &g.CreatedBy, instant{&g.Revoked}, &g.RevokedBy, &g.RevokedReason, &ends, &g.Rev)
	g.Requires.MaxAge = time.Duration(age) * time.Microsecond
	return g, err
}

var grantsTable = table{
	statements: []*statement{
		insertGrant, insertManyGrants, updateGrant, selectGrant, selectGrantsNamed, selectGrantsByID, selectGrants, selectEndedGrants, selectGrantsOf, selectEndedGrantsOf,
		selectGrantsOfKind, selectGrantOfRole, selectGrantOfAPI, selectGrantInOrg, selectGranteesOfRole, endGrantsOf,
		selectDenies, selectConditions,
		grantsByRole.on, grantsByRole.back, grantsByPermission.on, grantsByPermission.back, grantsByOrg.on, grantsByOrg.back,
		grantsByAPI.on, grantsByAPI.back, grantsByBeginning.on, grantsByBeginning.back,
	},
}

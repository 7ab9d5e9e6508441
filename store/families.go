package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/jackc/pgx/v5/pgtype"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

const familyColumns = `f.id, f.authorization_id, f.client_id, f.user_id, f.session_id, f.scopes, f.audiences, f.auth_time, f.level,
    f.amr, f.nonce, f.claims, f.generation, f.current_hash, f.previous_hash, f.sealed_successor, f.static, f.offline,
    f.created_at, f.rotated_at, f.idle_expires_at, f.expires_at, f.revoked_at, f.revoke_reason`

var (
	insertFamily = newStatement(`
INSERT INTO refresh_families (id, ` + authorizationColumns + `, generation, current_hash, previous_hash, sealed_successor,
    static, offline, created_at, rotated_at, idle_expires_at, expires_at, revoked_at, revoke_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)`)

	// The primary keys of all four tables.
	selectFamily = hotStatement(`
SELECT ` + familyColumns + `,
    u.disabled, s.revoked_at, s.idle_expires_at, s.expires_at, c.scopes
FROM refresh_families f
LEFT JOIN users u ON u.id = f.user_id
LEFT JOIN sessions s ON s.id = f.session_id
LEFT JOIN consents c ON c.user_id = f.user_id AND c.client_id = f.client_id
WHERE f.id = $1`)

	rotateFamily = newStatement(`
UPDATE refresh_families
SET previous_hash = current_hash, current_hash = $4, sealed_successor = $5, generation = generation + 1,
    rotated_at = $6, idle_expires_at = $7
WHERE id = $1 AND client_id = $2 AND current_hash = $3
    AND revoked_at IS NULL AND idle_expires_at > $6 AND expires_at > $6`)

	touchFamily = newStatement(`
UPDATE refresh_families
SET idle_expires_at = $5
WHERE id = $1 AND client_id = $2 AND current_hash = $3
    AND static AND revoked_at IS NULL AND idle_expires_at > $4 AND expires_at > $4`)

	// The first condition is the one that narrows most, and has an index.
	revokeByFamily        = revokeFamilies("id = $3")
	revokeByAuthorization = revokeFamilies("authorization_id = $4")
	revokeBySession       = revokeFamilies("session_id = $7")
	revokeByUser          = revokeFamilies("user_id = $5")
	revokeByClient        = revokeFamilies("client_id = $6")
)

func revokeFamilies(first string) *statement {
	return newStatement(`
UPDATE refresh_families
SET revoked_at = $1, revoke_reason = $2
WHERE ` + first + ` AND revoked_at IS NULL
    AND ($3 = '' OR id = $3) AND ($4 = '' OR authorization_id = $4) AND ($5 = '' OR user_id = $5)
    AND ($6 = '' OR client_id = $6) AND ($7 = '' OR session_id = $7)
    AND ($8 = '' OR session_id <> $8) AND NOT ($9 AND offline)
RETURNING authorization_id`)
}

// InsertFamily stores f.
func (s *Store) InsertFamily(ctx context.Context, f oauth.Family) error {
	args := append([]any{string(f.ID)}, authorizationArgs(f.Authorization)...)
	args = append(args, int64(f.Generation), f.CurrentHash, blob(f.PreviousHash), blob(f.SealedSuccessor), f.Static, f.Offline,
		micros(f.Created), micros(f.RotatedAt), micros(f.IdleExpires), micros(f.Expires), when(f.RevokedAt), string(f.RevokeReason))
	_, err := s.exec(ctx, insertFamily, args...)
	return doing("insert family", err)
}

// Family returns the row and what it rests on, in one query.
func (s *Store) Family(ctx context.Context, family id.Family, now time.Time) (oauth.Family, oauth.Grounds, error) {
	row, err := s.familyRow(ctx, family)
	if err == nil && row == nil {
		err = noFamily
	}
	var grounds oauth.Grounds
	if err == nil {
		grounds, err = row.beside.grounds(micros(now))
	}
	if err != nil {
		return oauth.Family{}, oauth.Grounds{}, doing("read family", err)
	}
	return row.family, grounds, nil
}

// noFamily never reaches a visitor: to a client a token of no family is invalid_grant.
var noFamily = &fault.Error{Kind: fault.NotFound, Detail: "There is no such refresh family."}

// familyRow reads together with others where that is cheaper; within a
// transaction it reads by itself, to see what the transaction wrote.
func (s *Store) familyRow(ctx context.Context, family id.Family) (*familyRow, error) {
	if s.groups == nil || s.db.Within(ctx) {
		return s.familyAlone(ctx, family)
	}
	return s.groups.reads.Ask(ctx, family)
}

// groundsRow is what a family rests on; what is not there is NULL.
type groundsRow struct {
	disabled               sql.NullBool // SQLite knows no booleans
	revoked, idle, expires pgtype.Int8
	consented              pgtype.Text
}

func (r *groundsRow) fields() []any {
	return []any{&r.disabled, &r.revoked, &r.idle, &r.expires, &r.consented}
}

func (r *groundsRow) grounds(now int64) (oauth.Grounds, error) {
	s := oauth.Grounds{
		UserEnabled:    r.disabled.Valid && !r.disabled.Bool,
		SessionRevoked: r.revoked.Valid,
		SessionExpired: !r.expires.Valid || r.idle.Int64 <= now || r.expires.Int64 <= now,
	}
	if !r.consented.Valid {
		return s, nil
	}
	err := wordsIn{&s.Consented}.read(r.consented.String)
	if s.Consented == nil {
		s.Consented = []string{} // there is a consent, to nothing
	}
	if err != nil {
		return oauth.Grounds{}, fault.Wrap(err, fault.Internal, "store.failed", "")
	}
	return s, nil
}

// RotateFamily is one conditional UPDATE and reports whether it changed the
// row: of several concurrent calls with the same presented hash exactly one
// gets true.
func (s *Store) RotateFamily(ctx context.Context, r oauth.Rotation) (bool, error) {
	if s.groups == nil || s.db.Within(ctx) {
		ok, err := s.rotateAlone(ctx, r)
		return ok, doing("rotate family", err)
	}
	ok, err := s.groups.rotations.Ask(ctx, r)
	return ok, doing("rotate family", err)
}

// rotateAlone is one statement and one commit.
func (s *Store) rotateAlone(ctx context.Context, r oauth.Rotation) (bool, error) {
	return s.changed(ctx, rotateFamily, string(r.Family), string(r.Client), r.Presented, r.Next, blob(r.Sealed),
		micros(r.Now), micros(r.IdleExpires))
}

// TouchFamily moves the idle limit of a static family that is alive and whose
// current token hashes to presented, and reports whether it was.
func (s *Store) TouchFamily(ctx context.Context, family id.Family, client id.Client, presented []byte, now, idle time.Time) (bool, error) {
	ok, err := s.changed(ctx, touchFamily, string(family), string(client), presented, micros(now), micros(idle))
	return ok, doing("touch family", err)
}

// RevokeFamilies ends the families that match every non-empty field of f and
// were not ended before, and returns their authorizations, each once. An empty filter,
// or one that only excepts, matches nothing.
func (s *Store) RevokeFamilies(ctx context.Context, f oauth.FamilyFilter, reason audit.Reason, now time.Time) ([]id.Authorization, error) {
	st := revokeBy(f)
	if st == nil {
		return nil, nil
	}
	args := []any{
		micros(now), string(reason), string(f.Family), string(f.Authorization), string(f.User), string(f.Client), string(f.Session),
		string(f.ExceptSession), f.OnlineOnly,
	}
	var authorizations []id.Authorization
	seen := map[id.Authorization]bool{}
	err := s.each(ctx, st, args, func(rows *sql.Rows) error {
		var a id.Authorization
		if err := rows.Scan(&a); err != nil {
			return err
		}
		if !seen[a] {
			seen[a] = true
			authorizations = append(authorizations, a)
		}
		return nil
	})
	if err != nil {
		return nil, doing("revoke families", err)
	}
	return authorizations, nil
}

// revokeBy picks the statement that begins with the narrowest field of f.
func revokeBy(f oauth.FamilyFilter) *statement {
	switch {
	case f.Family != "":
		return revokeByFamily
	case f.Authorization != "":
		return revokeByAuthorization
	case f.Session != "":
		return revokeBySession
	case f.User != "":
		return revokeByUser
	case f.Client != "":
		return revokeByClient
	}
	return nil
}

// familyFields are where familyColumns go.
func familyFields(f *oauth.Family) []any {
	fields := make([]any, 0, 32)
	fields = append(fields, (*string)(&f.ID))
	fields = append(fields, authorizationFields(&f.Authorization)...)
	return append(fields, &f.Generation, &f.CurrentHash, &f.PreviousHash, &f.SealedSuccessor, &f.Static, &f.Offline,
		instant{&f.Created}, instant{&f.RotatedAt}, instant{&f.IdleExpires}, instant{&f.Expires}, instant{&f.RevokedAt}, (*string)(&f.RevokeReason))
}

// keepFamilies is how long a late replay is recognised.
const keepFamilies = 30 * 24 * time.Hour

var familiesTable = table{
	statements: []*statement{
		insertFamily, selectFamily, rotateFamily, touchFamily, revokeByFamily, revokeByAuthorization,
		revokeBySession, revokeByUser, revokeByClient, selectFamilies, rotateFamilies,
	},
	brooms: []broom{ // indexes refresh_families_expires and refresh_families_revoked
		{"families", keepFamilies, sweep("refresh_families", "id", "expires_at <= $1")},
		{"families", keepFamilies, sweep("refresh_families", "id", "revoked_at IS NOT NULL AND revoked_at <= $1")},
	},
}

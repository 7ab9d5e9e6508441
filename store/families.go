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
	"gatehouse/proof"
)

const familyColumns = `f.id, f.authorization_id, f.client_id, f.user_id, f.session_id, f.scopes, f.audiences, f.auth_time, f.level,
    f.amr, f.nonce, f.claims, f.generation, f.current_hash, f.previous_hash, f.sealed_successor, f.static,
    f.created_at, f.rotated_at, f.idle_expires_at, f.expires_at, f.revoked_at, f.revoke_reason`

// withGrounds reads families and what they rest on; revoked says of the session that it
// was ended. Nobody's consent is looked at where the client asks for none.
func withGrounds(users, revoked, sessions string) string {
	return `
SELECT ` + familyColumns + `,
    u.disabled, ` + hasSecond + `, u.ended_at, u.ended_but, ` + revoked + `,
    k.created_at, k.ended_at, k.disabled, k.skip_consent, c.scopes
FROM refresh_families f
LEFT JOIN users u` + users + ` ON u.id = f.user_id` + sessions + `
LEFT JOIN clients k ON k.id = f.client_id
LEFT JOIN consents c ON c.user_id = CASE WHEN k.skip_consent THEN NULL ELSE f.user_id END AND c.client_id = f.client_id`
}

// The primary keys of all five tables, and index factors_user. SQLite is kept to two
// indexes that have all which is asked for, the second with no more than the sessions
// that were ended: it would read the rows of people and sessions by their primary keys.
var (
	onBoth   = withGrounds("", "s.revoked_at IS NOT NULL", "\nLEFT JOIN sessions s ON s.id = f.session_id")
	onSQLite = withGrounds(" INDEXED BY users_standing",
		"EXISTS (SELECT 1 FROM sessions s INDEXED BY sessions_ended WHERE s.id = f.session_id AND s.revoked_at IS NOT NULL)", "")

	familyOnPostgres   = newStatement(onBoth + " WHERE f.id = $1")
	familyOnSQLite     = sqliteStatement(onSQLite + " WHERE f.id = $1")
	familiesOnPostgres = postgresStatement(onBoth + " WHERE f.id = ANY($1::text[])")
	familiesOnSQLite   = sqliteStatement(onSQLite + " WHERE f.id IN (SELECT value FROM json_each($1))")
)

var (
	insertFamily = newStatement(`
INSERT INTO refresh_families (id, ` + authorizationColumns + `, generation, current_hash, previous_hash, sealed_successor,
    static, created_at, rotated_at, idle_expires_at, expires_at, revoked_at, revoke_reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)`)

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

	// Index refresh_families_authorization.
	endFamiliesOfAuthorization = newStatement(`
UPDATE refresh_families
SET revoked_at = $1, revoke_reason = $2
WHERE authorization_id = $3 AND revoked_at IS NULL`)

	// Index refresh_families_user: a person has few.
	endFamiliesOfConsent = newStatement(`
UPDATE refresh_families
SET revoked_at = $1, revoke_reason = $2
WHERE user_id = $3 AND client_id = $4 AND revoked_at IS NULL`)

	endFamiliesOfUser = newStatement(`
UPDATE users
SET ended_at = CASE WHEN ended_at > $2 THEN ended_at ELSE $2 END, ended_but = $3
WHERE id = $1`)

	endFamiliesOfClient = newStatement(`
UPDATE clients
SET ended_at = CASE WHEN ended_at > $2 THEN ended_at ELSE $2 END
WHERE id = $1`)
)

// All rows: operators register clients, and a server holds all of them in memory.
var endFamiliesOfAll = newStatement(`
UPDATE clients
SET ended_at = CASE WHEN ended_at > $1 THEN ended_at ELSE $1 END`)

// InsertFamily stores f.
func (s *Store) InsertFamily(ctx context.Context, f oauth.Family) error {
	args := append([]any{string(f.ID)}, authorizationArgs(f.Authorization)...)
	args = append(args, int64(f.Generation), f.CurrentHash, blob(f.PreviousHash), blob(f.SealedSuccessor), f.Static,
		micros(f.Created), micros(f.RotatedAt), micros(f.IdleExpires), micros(f.Expires), when(f.RevokedAt), string(f.RevokeReason))
	_, err := s.exec(ctx, insertFamily, args...)
	return doing("insert family", err)
}

// Family returns the row and what it rests on, in one query.
func (s *Store) Family(ctx context.Context, family id.Family) (oauth.Family, oauth.Grounds, error) {
	row, err := s.familyRow(ctx, family)
	if err == nil && row == nil {
		err = noFamily
	}
	var grounds oauth.Grounds
	if err == nil {
		grounds, err = row.beside.grounds(&row.family)
	}
	if err != nil {
		return oauth.Family{}, oauth.Grounds{}, doing("read family", err)
	}
	return row.family, grounds, nil
}

// noFamily never reaches a visitor: to a client a token of no family is invalid_grant.
var noFamily = &fault.Error{Kind: fault.NotFound, Detail: "There is no such refresh family."}

// familyRow reads together with others; within a transaction it reads by itself, to
// see what the transaction wrote.
func (s *Store) familyRow(ctx context.Context, family id.Family) (*familyRow, error) {
	if s.db.Within(ctx) {
		return s.familyAlone(ctx, family)
	}
	return s.groups.reads.Ask(ctx, family)
}

// groundsRow is what a family rests on; what is not there is NULL.
type groundsRow struct {
	disabled, clientDisabled   sql.NullBool // SQLite knows no booleans
	second                     bool
	userEnded                  pgtype.Int8
	but                        pgtype.Text
	revoked                    bool
	clientCreated, clientEnded pgtype.Int8
	unasked                    sql.NullBool
	consented                  pgtype.Text
}

func (r *groundsRow) fields() []any {
	return []any{
		&r.disabled, &r.second, &r.userEnded, &r.but, &r.revoked,
		&r.clientCreated, &r.clientEnded, &r.clientDisabled, &r.unasked, &r.consented,
	}
}

// ended reports whether f went with its person or its client. A client of the
// same id that was made later has nothing to do with it.
func (r *groundsRow) ended(f *oauth.Family) bool {
	created := micros(f.Created)
	return r.userEnded.Valid && created <= r.userEnded.Int64 && r.but.String != string(f.Session) ||
		!r.clientCreated.Valid || r.clientDisabled.Bool || created < r.clientCreated.Int64 ||
		r.clientEnded.Valid && created <= r.clientEnded.Int64
}

func (r *groundsRow) grounds(f *oauth.Family) (oauth.Grounds, error) {
	s := oauth.Grounds{
		Ended:          r.ended(f),
		UserEnabled:    r.disabled.Valid && !r.disabled.Bool,
		User:           proof.Subject{Second: r.second},
		SessionRevoked: r.revoked,
		Unasked:        r.unasked.Bool,
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
	if s.groups.rotations == nil || s.db.Within(ctx) {
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

// EndFamiliesOfUser ends the families that the person has at now but for those
// of one session (empty: none is spared): it says so in the person's row, and
// Family looks there. A later end takes the place of the one before, whose
// spared session it ended or spares too; one by a clock that is behind brings
// nothing back.
func (s *Store) EndFamiliesOfUser(ctx context.Context, user id.User, except id.Session, now time.Time) error {
	_, err := s.exec(ctx, endFamiliesOfUser, string(user), micros(now), string(except))
	return doing("end the families of a person", err)
}

// EndFamiliesOfClient does the same for a client, until the given time.
func (s *Store) EndFamiliesOfClient(ctx context.Context, client id.Client, until time.Time) error {
	_, err := s.exec(ctx, endFamiliesOfClient, string(client), micros(until))
	return doing("end the families of a client", err)
}

// EndFamiliesOfEverybody ends the families of all clients at now, in the rows of these.
func (s *Store) EndFamiliesOfEverybody(ctx context.Context, now time.Time) error {
	_, err := s.exec(ctx, endFamiliesOfAll, micros(now))
	return doing("end the families of everybody", err)
}

// EndFamiliesOfAuthorization ends those of one authorization that were not ended
// before.
func (s *Store) EndFamiliesOfAuthorization(ctx context.Context, authorization id.Authorization, reason audit.Reason, now time.Time) error {
	_, err := s.exec(ctx, endFamiliesOfAuthorization, micros(now), string(reason), string(authorization))
	return doing("end the families of an authorization", err)
}

// EndFamiliesOfConsent ends those that the person has with the client and that
// were not ended before.
func (s *Store) EndFamiliesOfConsent(ctx context.Context, user id.User, client id.Client, reason audit.Reason, now time.Time) error {
	_, err := s.exec(ctx, endFamiliesOfConsent, micros(now), string(reason), string(user), string(client))
	return doing("end the families of a consent", err)
}

// familyFields are where familyColumns go.
func familyFields(f *oauth.Family) []any {
	fields := make([]any, 0, 32)
	fields = append(fields, (*string)(&f.ID))
	fields = append(fields, authorizationFields(&f.Authorization)...)
	return append(fields, &f.Generation, &f.CurrentHash, &f.PreviousHash, &f.SealedSuccessor, &f.Static,
		instant{&f.Created}, instant{&f.RotatedAt}, instant{&f.IdleExpires}, instant{&f.Expires}, instant{&f.RevokedAt}, (*string)(&f.RevokeReason))
}

// keepFamilies is how long a late replay is recognised.
const keepFamilies = 30 * 24 * time.Hour

// What went with its session goes before the row that says so. Indexes
// sessions_revoked and then refresh_families_session: a CROSS JOIN keeps SQLite
// to that order.
var sweepFamiliesOfSessions = newStatement(`
DELETE FROM refresh_families
WHERE id IN (
    SELECT f.id
    FROM sessions s
    CROSS JOIN refresh_families f
    WHERE s.revoked_at IS NOT NULL AND s.revoked_at <= $1 AND f.session_id = s.id
    LIMIT $2)`)

var familiesTable = table{
	statements: []*statement{
		insertFamily, rotateFamily, touchFamily, endFamiliesOfAuthorization, endFamiliesOfConsent,
		endFamiliesOfUser, endFamiliesOfClient, endFamiliesOfAll, familyOnPostgres, familyOnSQLite, familiesOnPostgres, familiesOnSQLite, rotateFamilies,
		familiesOfUser, familiesOfClient,
	},
	brooms: []broom{ // indexes refresh_families_expires and refresh_families_revoked
		{"families", keepFamilies, sweep("refresh_families", "id", "expires_at <= $1")},
		{"families", keepFamilies, sweep("refresh_families", "id", "revoked_at IS NOT NULL AND revoked_at <= $1")},
		{"families", keepFamilies, sweepFamiliesOfSessions},
	},
}

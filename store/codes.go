package store

import (
	"context"
	"database/sql"
	"time"

	"gatehouse/oauth"
)

const authorizationColumns = `authorization_id, client_id, user_id, session_id, scopes, audiences, auth_time, level, amr, nonce, claims`

var (
	// Index codes_user.
	insertCode = newStatement(`
INSERT INTO codes (hash, ` + authorizationColumns + `, redirect_uri, challenge, created_at, expires_at, claimed_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17
WHERE (SELECT COUNT(*) FROM codes o WHERE o.user_id = $4 AND o.expires_at > $19) < $18`)

	selectCode = hotStatement(`
SELECT hash, ` + authorizationColumns + `, redirect_uri, challenge, created_at, expires_at, claimed_at
FROM codes
WHERE hash = $1`)

	claimCode = newStatement(`
UPDATE codes
SET claimed_at = $2
WHERE hash = $1 AND claimed_at IS NULL AND expires_at > $2`)
)

// InsertCode stores c, unless there are so many of its person already, and reports
// whether it did; several at once may pass that by their own number. What the
// janitor could have removed does not count.
func (s *Store) InsertCode(ctx context.Context, c oauth.Code, most int) (bool, error) {
	args := append([]any{c.Hash}, authorizationArgs(c.Authorization)...)
	args = append(args, c.RedirectURI, c.Challenge, micros(c.Created), micros(c.Expires), when(c.Claimed), int64(most), micros(c.Created.Add(-keepClaimedCodes)))
	ok, err := s.changed(ctx, insertCode, args...)
	return ok, doing("insert code", err)
}

// Code returns the code that hashes to hash, whatever its state: one that was
// exchanged before stays for a day, so that its second use is recognised.
func (s *Store) Code(ctx context.Context, hash []byte) (c oauth.Code, err error) {
	err = s.one(ctx, "code", selectCode, []any{hash}, func(rows *sql.Rows) error {
		fields := append([]any{&c.Hash}, authorizationFields(&c.Authorization)...)
		return rows.Scan(append(fields, &c.RedirectURI, &c.Challenge, instant{&c.Created}, instant{&c.Expires}, instant{&c.Claimed})...)
	})
	return c, doing("read code", err)
}

// ClaimCode marks the code exchanged and reports whether this call did it: of
// several concurrent calls exactly one gets true (RFC 6749 section 4.1.2). It
// is one conditional UPDATE: not claimed, not expired at now.
func (s *Store) ClaimCode(ctx context.Context, hash []byte, now time.Time) (bool, error) {
	ok, err := s.changed(ctx, claimCode, hash, micros(now))
	return ok, doing("claim code", err)
}

// authorizationArgs are the values of authorizationColumns.
func authorizationArgs(a oauth.Authorization) []any {
	return []any{
		string(a.ID), string(a.Client), string(a.User), string(a.Session), words(a.Scopes), words(a.Audiences),
		micros(a.AuthTime), a.Level.String(), words(a.AMR), a.Nonce, a.Claims,
	}
}

// authorizationFields are where authorizationColumns go.
func authorizationFields(a *oauth.Authorization) []any {
	return []any{
		(*string)(&a.ID), (*string)(&a.Client), (*string)(&a.User), (*string)(&a.Session), // a driver knows strings best
		wordsIn{&a.Scopes},
		wordsIn{&a.Audiences},
		instant{&a.AuthTime},
		levelIn{&a.Level},
		wordsIn{&a.AMR},
		&a.Nonce, &a.Claims,
	}
}

// keepClaimedCodes is how long a second use of a code is recognised.
const keepClaimedCodes = 24 * time.Hour

var codesTable = table{
	statements: []*statement{
		insertCode, selectCode, claimCode,
	},
	brooms: []broom{ // indexes codes_expires and codes_claimed
		{"codes", 0, sweep("codes", "hash", "expires_at <= $1 AND claimed_at IS NULL")},
		{"codes", keepClaimedCodes, sweep("codes", "hash", "expires_at <= $1 AND claimed_at IS NOT NULL")},
	},
}

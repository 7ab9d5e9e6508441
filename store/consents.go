package store

import (
	"context"
	"database/sql"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
)

var (
	putConsent = newStatement(`
INSERT INTO consents (user_id, client_id, scopes, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (user_id, client_id) DO UPDATE
SET scopes = excluded.scopes, created_at = excluded.created_at, updated_at = excluded.updated_at`)

	selectConsent = newStatement(`
SELECT user_id, client_id, scopes, created_at, updated_at
FROM consents
WHERE user_id = $1 AND client_id = $2`)

	selectConsentsOf = newStatement(`
SELECT user_id, client_id, scopes, created_at, updated_at
FROM consents
WHERE user_id = $1
ORDER BY updated_at DESC, client_id`)

	// Index consents_client.
	selectConsentsTo = newStatement(`
SELECT user_id, client_id, scopes, created_at, updated_at
FROM consents
WHERE client_id = $1 AND user_id > $2
ORDER BY user_id
LIMIT $3`)

	deleteConsent = newStatement(`
DELETE FROM consents
WHERE user_id = $1 AND client_id = $2`)
)

// PutConsent stores c, replacing what was there for the person and client.
// Conflict: one of them is gone.
func (s *Store) PutConsent(ctx context.Context, c oauth.Consent) error {
	_, err := s.exec(ctx, putConsent, string(c.User), string(c.Client), words(c.Scopes), micros(c.Created), micros(c.Updated))
	return doing("put consent", err)
}

// Consent answers NotFound when the person has allowed the client nothing. In a
// transaction all consents of the person stay as they are, also those that are
// not there yet, so that who writes one loses nobody's change.
func (s *Store) Consent(ctx context.Context, user id.User, client id.Client) (c oauth.Consent, err error) {
	if s.db.Writing(ctx) {
		if _, err := s.HoldUser(ctx, user); err != nil {
			return oauth.Consent{}, doing("read consent", err)
		}
	}
	err = s.one(ctx, "consent", selectConsent, []any{string(user), string(client)}, func(rows *sql.Rows) error {
		c, err = scanConsent(rows)
		return err
	})
	return c, doing("read consent", err)
}

// ConsentsOf lists what the person has allowed, the newest change first.
func (s *Store) ConsentsOf(ctx context.Context, user id.User) ([]oauth.Consent, error) {
	found, err := list(ctx, s, selectConsentsOf, []any{string(user)}, scanConsent)
	return found, doing("list consents", err)
}

// ConsentsTo lists what people behind after allowed the client, at most limit, in the order that
// the database has for ids.
func (s *Store) ConsentsTo(ctx context.Context, client id.Client, after id.User, limit int) ([]oauth.Consent, error) {
	found, err := list(ctx, s, selectConsentsTo, []any{string(client), string(after), int64(limit)}, scanConsent)
	return found, doing("list consents", err)
}

// DeleteConsent answers NotFound when there was none.
func (s *Store) DeleteConsent(ctx context.Context, user id.User, client id.Client) error {
	ok, err := s.changed(ctx, deleteConsent, string(user), string(client))
	if err == nil && !ok {
		return fault.Missing("consent")
	}
	return doing("delete consent", err)
}

func scanConsent(rows *sql.Rows) (c oauth.Consent, err error) {
	return c, rows.Scan(&c.User, &c.Client, wordsIn{&c.Scopes}, instant{&c.Created}, instant{&c.Updated})
}

var consentsTable = table{
	statements: []*statement{
		putConsent, selectConsent, selectConsentsOf, selectConsentsTo, deleteConsent,
	},
}

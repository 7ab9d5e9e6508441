package store

import (
	"context"
	"database/sql"
	"maps"
	"slices"
	"time"

	"gatehouse/access"
	"gatehouse/id"
)

const serviceKeyColumns = `id, COALESCE(service_id, ''), COALESCE(user_id, ''), name, mac, permissions, expires_at, created_at, created_by,
    revoked_at, revoked_by, used_at, ends_at`

var (
	insertServiceKey = newStatement(`
INSERT INTO service_keys (id, service_id, user_id, name, mac, permissions, expires_at, created_at, created_by, revoked_by, ends_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10)`)

	selectServiceKey = newStatement(`
SELECT ` + serviceKeyColumns + `
FROM service_keys
WHERE id = $1`)

	revokeServiceKey = newStatement(`
UPDATE service_keys
SET revoked_at = $2, revoked_by = $3, ends_at = $2
WHERE id = $1 AND revoked_at IS NULL AND ends_at > $2`)

	// Index service_keys_service.
	selectServiceKeysOf = newStatement(`
SELECT ` + serviceKeyColumns + `
FROM service_keys
WHERE service_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2`)

	// Index service_keys_user.
	selectPersonalTokensOf = newStatement(`
SELECT ` + serviceKeyColumns + `
FROM service_keys
WHERE user_id = $1
ORDER BY created_at DESC, id DESC
LIMIT $2`)

	// The primary key: those that are over are few.
	selectLivingServiceKeys = newStatement(`
SELECT ` + serviceKeyColumns + `
FROM service_keys
WHERE id > $1 AND ends_at > $2
ORDER BY id
LIMIT $3`)

	// Index service_keys_service.
	deleteServiceKeys = newStatement(`
DELETE FROM service_keys
WHERE service_id = $1 AND ends_at < $2`)

	// Index service_keys_user.
	deletePersonalTokens = newStatement(`
DELETE FROM service_keys
WHERE user_id = $1 AND ends_at < $2`)

	useServiceKey = newStatement(`
UPDATE service_keys
SET used_at = $2
WHERE id = $1 AND (used_at IS NULL OR used_at < $2)`)
)

// InsertServiceKey stores k.
func (s *Store) InsertServiceKey(ctx context.Context, k access.KeyRecord) error {
	_, err := s.exec(ctx, insertServiceKey, string(k.ID), orNull(k.Owner), orNull(string(k.User)), k.Name, k.MAC, document(patternTexts(k.Permissions)),
		when(k.ExpiresAt), micros(k.Created), k.CreatedBy, endMicros(k.ExpiresAt))
	return doing("insert key", err)
}

// ServiceKey answers NotFound for one that is not there; one that is over is.
func (s *Store) ServiceKey(ctx context.Context, key id.ServiceKey) (k access.KeyRecord, err error) {
	err = s.one(ctx, "servicekey", selectServiceKey, []any{string(key)}, func(rows *sql.Rows) error {
		k, err = scanServiceKey(rows)
		return err
	})
	return k, doing("read key", err)
}

// RevokeServiceKey ends a key, and reports whether it was not over before.
func (s *Store) RevokeServiceKey(ctx context.Context, key id.ServiceKey, now time.Time, by string) (bool, error) {
	ok, err := s.changed(ctx, revokeServiceKey, string(key), micros(now), by)
	return ok, doing("revoke key", err)
}

// ServiceKeysOf lists the keys of an account, the newest first.
func (s *Store) ServiceKeysOf(ctx context.Context, account string, limit int) ([]access.KeyRecord, error) {
	all, err := list(ctx, s, selectServiceKeysOf, []any{account, int64(limit)}, scanServiceKey)
	return all, doing("list keys", err)
}

// PersonalTokensOf lists the tokens of a person, the newest first.
func (s *Store) PersonalTokensOf(ctx context.Context, user id.User, limit int) ([]access.KeyRecord, error) {
	all, err := list(ctx, s, selectPersonalTokensOf, []any{string(user), int64(limit)}, scanServiceKey)
	return all, doing("list personal tokens", err)
}

// LivingServiceKeys lists those of everybody that are not over at now, behind after
// in the order of their ids.
func (s *Store) LivingServiceKeys(ctx context.Context, now time.Time, after id.ServiceKey, limit int) ([]access.KeyRecord, error) {
	all, err := list(ctx, s, selectLivingServiceKeys, []any{string(after), micros(now), int64(limit)}, scanServiceKey)
	return all, doing("list keys", err)
}

// DropServiceKeys removes those of an account that were over before, and returns how
// many.
func (s *Store) DropServiceKeys(ctx context.Context, account string, before time.Time) (int64, error) {
	n, err := s.exec(ctx, deleteServiceKeys, account, micros(before))
	return n, doing("drop keys", err)
}

// DropPersonalTokens removes those of a person that were over before, and returns how
// many.
func (s *Store) DropPersonalTokens(ctx context.Context, user id.User, before time.Time) (int64, error) {
	n, err := s.exec(ctx, deletePersonalTokens, string(user), micros(before))
	return n, doing("drop personal tokens", err)
}

// UseServiceKeys notes when keys were last used, in the order of their ids: two that
// note the same ones at once wait for each other, and not in a circle. What is there
// and later stays.
func (s *Store) UseServiceKeys(ctx context.Context, used map[id.ServiceKey]time.Time) error {
	for _, key := range slices.Sorted(maps.Keys(used)) {
		if _, err := s.exec(ctx, useServiceKey, string(key), micros(used[key])); err != nil {
			return doing("note the use of a key", err)
		}
	}
	return nil
}

func scanServiceKey(rows *sql.Rows) (k access.KeyRecord, err error) {
	var ends int64
	var permissions []string
	err = rows.Scan(&k.ID, &k.Owner, &k.User, &k.Name, &k.MAC, documentIn{&permissions}, instant{&k.ExpiresAt}, instant{&k.Created}, &k.CreatedBy,
		instant{&k.Revoked}, &k.RevokedBy, instant{&k.Used}, &ends)
	for _, text := range permissions {
		p, bad := access.ParsePattern(text)
		if bad != nil { // what nobody understands allows nothing
			return k, bad
		}
		k.Permissions = append(k.Permissions, p)
	}
	return k, err
}

// orNull is a name, or NULL for none.
func orNull(name string) sql.NullString { return sql.NullString{String: name, Valid: name != ""} }

func patternTexts(list []access.Pattern) []string {
	texts := make([]string, len(list))
	for i, p := range list {
		texts[i] = p.String()
	}
	return texts
}

var serviceKeysTable = table{
	statements: []*statement{
		insertServiceKey, selectServiceKey, revokeServiceKey, selectServiceKeysOf, selectPersonalTokensOf, selectLivingServiceKeys, deleteServiceKeys, deletePersonalTokens, useServiceKey,
	},
}

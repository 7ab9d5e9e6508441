package store

import (
	"context"
	"database/sql"

	"gatehouse/keys"
)

var (
	selectKeys = newStatement(`
SELECT id, algorithm, state, public, sealed, created_at, signs_from, until_at
FROM signing_keys
WHERE $1 OR state <> 'retired'
ORDER BY created_at, id`)

	// Index signing_keys_one_signs: one signing key of an algorithm.
	insertKey = newStatement(`
INSERT INTO signing_keys (id, algorithm, state, public, sealed, created_at, signs_from, until_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)

	moveKey = newStatement(`
UPDATE signing_keys
SET state = $2, sealed = $3, signs_from = $4, until_at = $5
WHERE id = $1 AND state = $6`)
)

// Keys returns all keys that are not retired, oldest first, and the retired
// ones too when all is true.
func (s *Store) Keys(ctx context.Context, all bool) ([]keys.Key, error) {
	found, err := list(ctx, s, selectKeys, []any{all}, func(rows *sql.Rows) (k keys.Key, err error) {
		return k, rows.Scan(&k.ID, &k.Algorithm, &k.State, &k.Public, &k.Sealed,
			instant{&k.Created}, instant{&k.SignsFrom}, instant{&k.Until})
	})
	return found, doing("read keys", err)
}

// InsertKey stores k and raises the version of keys. Conflict: its id exists,
// or it would be a second signing key of its algorithm.
func (s *Store) InsertKey(ctx context.Context, k keys.Key) error {
	err := s.changing(ctx, keys.VersionName, func(ctx context.Context) error {
		_, err := s.exec(ctx, insertKey, k.ID, k.Algorithm, string(k.State), k.Public, k.Sealed,
			micros(k.Created), when(k.SignsFrom), when(k.Until))
		return err
	})
	return doing("insert key", taken(err, "key.exists", "Another signing key was made at the same moment."))
}

// MoveKey changes state, SignsFrom, Until and Sealed of a key that is in state
// from, and reports whether it was. It raises the version of keys. Conflict: it
// would be a second signing key of its algorithm.
func (s *Store) MoveKey(ctx context.Context, k keys.Key, from keys.State) (moved bool, err error) {
	err = s.InTx(ctx, func(ctx context.Context) error {
		var err error
		moved, err = s.changed(ctx, moveKey, k.ID, string(k.State), k.Sealed, when(k.SignsFrom), when(k.Until), string(from))
		if err != nil || !moved {
			return err
		}
		_, err = s.raise(ctx, keys.VersionName, 1)
		return err
	})
	if err != nil {
		return false, doing("move key", taken(err, "key.exists", "Another key of this algorithm signs already."))
	}
	return moved, nil
}

var keysTable = table{
	statements: []*statement{
		selectKeys, insertKey, moveKey,
	},
}

package store

import (
	"context"
	"database/sql"

	"gatehouse/secret"
)

var (
	selectDataKeys = newStatement(`
SELECT id, purpose, wrapped, created_at
FROM data_keys
ORDER BY created_at, id`)

	insertDataKey = newStatement(`
INSERT INTO data_keys (id, purpose, wrapped, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (purpose) DO NOTHING`)
)

// DataKeys returns all data keys, oldest first.
func (s *Store) DataKeys(ctx context.Context) ([]secret.DataKey, error) {
	keys, err := list(ctx, s, selectDataKeys, nil, func(rows *sql.Rows) (k secret.DataKey, err error) {
		return k, rows.Scan(&k.ID, &k.Purpose, &k.Wrapped, instant{&k.Created})
	})
	return keys, doing("read data keys", err)
}

// InsertDataKey stores k unless there is a key of its purpose, and reports
// whether it did: of several concurrent calls exactly one gets true.
func (s *Store) InsertDataKey(ctx context.Context, k secret.DataKey) (bool, error) {
	ok, err := s.changed(ctx, insertDataKey, k.ID, k.Purpose, k.Wrapped, micros(k.Created))
	return ok, doing("insert data key", err)
}

var dataKeysTable = table{
	statements: []*statement{
		selectDataKeys, insertDataKey,
	},
}

package store

import (
	"context"
	"database/sql"

	"gatehouse/settings"
)

var (
	// There are as many as there are keys that may be changed.
	selectSettings = newStatement(`
SELECT key, value, rev, updated_at
FROM settings
ORDER BY key`)

	putSetting = newStatement(`
INSERT INTO settings (key, value, rev, updated_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (key) DO UPDATE
SET value = excluded.value, rev = excluded.rev, updated_at = excluded.updated_at`)

	deleteSetting = newStatement(`
DELETE FROM settings
WHERE key = $1`)
)

// RaiseSettings raises the counter of settings and returns it. Whoever changes one holds
// it until the transaction ends.
func (s *Store) RaiseSettings(ctx context.Context) (int64, error) {
	return s.raise(ctx, settings.Version, 1)
}

// Settings returns what is stored of the configuration, in the order of the keys.
func (s *Store) Settings(ctx context.Context) ([]settings.Setting, error) {
	all, err := list(ctx, s, selectSettings, nil, func(rows *sql.Rows) (one settings.Setting, err error) {
		return one, rows.Scan(&one.Key, &one.Value, &one.Rev, instant{&one.Updated})
	})
	return all, doing("read settings", err)
}

// PutSetting stores a setting in the place of the one of its key.
func (s *Store) PutSetting(ctx context.Context, one settings.Setting) error {
	_, err := s.exec(ctx, putSetting, one.Key, one.Value, one.Rev, micros(one.Updated))
	return doing("store a setting", err)
}

// DeleteSetting removes the setting of a key, if there is one.
func (s *Store) DeleteSetting(ctx context.Context, key string) error {
	_, err := s.exec(ctx, deleteSetting, key)
	return doing("remove a setting", err)
}

var settingsTable = table{statements: []*statement{selectSettings, putSetting, deleteSetting}}

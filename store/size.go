package store

import (
	"context"
	"database/sql"
	"time"
)

var (
	selectFileSize = sqliteStatement(`
SELECT page_count * page_size
FROM pragma_page_count, pragma_page_size`)

	selectDatabaseSize = postgresStatement(`
SELECT pg_database_size(current_database())`)
)

// Size returns how many bytes the database takes on its disk, without the log of what was
// written last.
func (s *Store) Size(ctx context.Context) (bytes int64, err error) {
	st := selectFileSize
	if s.db.Postgres() {
		st = selectDatabaseSize
	}
	err = s.one(ctx, "size", st, nil, func(rows *sql.Rows) error { return rows.Scan(&bytes) })
	return bytes, doing("measure the database", err)
}

// Answers returns how long the database takes to answer now.
func (s *Store) Answers(ctx context.Context) (time.Duration, error) {
	begun := time.Now()
	err := s.Ping(ctx)
	return time.Since(begun), err
}

var sizeTable = table{statements: []*statement{selectFileSize, selectDatabaseSize}}

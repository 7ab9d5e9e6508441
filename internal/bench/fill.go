package main

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"gatehouse/internal/crowd"
)

// fill writes the rows of a crowd into a migrated database that nobody serves.
// Indexes are dropped for it and made again: that is how a million rows come in
// some seconds.
func fill(storeURL string, size crowd.Size) (err error) {
	db, postgres, err := openToFill(storeURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	names, texts, err := indexes(db, postgres)
	if err != nil {
		return err
	}
	var todo []string
	for _, name := range names {
		todo = append(todo, "DROP INDEX "+name)
	}
	todo = append(append(todo, size.Statements(postgres, time.Now())...), texts...)
	if postgres {
		todo = append(todo, "VACUUM ANALYZE", "CHECKPOINT") // the server's own would have, meanwhile
	}
	for _, text := range todo {
		if _, err := db.Exec(text); err != nil {
			return fmt.Errorf("%.200s: %w", text, err)
		}
	}
	return nil
}

// openToFill opens one connection that does without all that keeps a house safe.
func openToFill(storeURL string) (db *sql.DB, postgres bool, err error) {
	driver, address := "pgx", storeURL
	prepare := []string{"SET session_replication_role = replica", "SET synchronous_commit = off", "SET maintenance_work_mem = '512MB'"}
	if file, is := strings.CutPrefix(storeURL, "sqlite:"); is {
		driver, address = "sqlite", "file:"+file
		prepare = []string{"PRAGMA journal_mode = OFF", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -1000000", "PRAGMA foreign_keys = OFF"}
	}
	if db, err = sql.Open(driver, address); err != nil {
		return nil, false, err
	}
	db.SetMaxOpenConns(1)
	for _, text := range prepare {
		if _, err := db.Exec(text); err != nil {
			return nil, false, errors.Join(fmt.Errorf("%s: %w", text, err), db.Close())
		}
	}
	return db, driver == "pgx", nil
}

// indexes returns the names of those that stand beside their table, and what makes
// them.
func indexes(db *sql.DB, postgres bool) (names, texts []string, err error) {
	question := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
	if postgres {
		question = `SELECT indexname, indexdef FROM pg_indexes
WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)`
	}
	rows, err := db.Query(question)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, nil, err
		}
		names, texts = append(names, name), append(texts, text)
	}
	return names, texts, rows.Err()
}

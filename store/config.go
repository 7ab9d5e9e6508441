package store

import (
	"gatehouse/fault"
	"gatehouse/setting"
	"gatehouse/store/engine"
)

// Config says where everything is kept.
type Config struct {
	// URL is the database: sqlite:PATH or postgres://user:password@host/name.
	URL string `setting:"url,secret-url"`
	// MaxConns is how many connections to the database one process holds at
	// most; of SQLite one of them writes.
	MaxConns int `setting:"max_conns"`
}

// DefaultConfig names no database: package config puts a SQLite file into the
// data directory.
func DefaultConfig() Config { return Config{MaxConns: 16} }

// SQLite returns the path of the file, and whether the database is one: else it is a
// Postgres.
func (c Config) SQLite() (file string, is bool) { return engine.SQLite(c.URL) }

// Validate says what is wrong with c. It never repeats the URL, which may hold a
// password.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if p := engine.URLProblem(c.URL); p != "" {
		bad = append(bad, fault.Field{Name: "url", Problem: p})
	}
	if p := setting.Count(c.MaxConns, 2, 1000); p != "" {
		bad = append(bad, fault.Field{Name: "max_conns", Problem: p})
	}
	return bad
}

package store

import (
	"net/url"
	"strings"

	"gatehouse/fault"
	"gatehouse/setting"
)

// Config says where everything is kept.
type Config struct {
	// URL is the database: sqlite:PATH or postgres://user:password@host/name.
	URL string `setting:"url,secret"`
	// MaxConns is how many connections to the database one process holds at
	// most; of SQLite one of them writes.
	MaxConns int `setting:"max_conns"`
}

// DefaultConfig names no database: package config puts a SQLite file into the
// data directory.
func DefaultConfig() Config { return Config{MaxConns: 16} }

// Validate says what is wrong with c. It never repeats the URL, which may hold a
// password.
func (c Config) Validate() []fault.Field {
	var bad []fault.Field
	if p := urlProblem(c.URL); p != "" {
		bad = append(bad, fault.Field{Name: "url", Problem: p})
	}
	if p := setting.Count(c.MaxConns, 2, 1000); p != "" {
		bad = append(bad, fault.Field{Name: "max_conns", Problem: p})
	}
	return bad
}

func urlProblem(raw string) string {
	const right = `must be "sqlite:PATH" or "postgres://user:password@host:5432/database"`
	if path, ok := strings.CutPrefix(raw, "sqlite:"); ok {
		if path == "" {
			return `names no file; write "sqlite:PATH"`
		}
		return ""
	}
	if !strings.HasPrefix(raw, "postgres://") && !strings.HasPrefix(raw, "postgresql://") {
		return right
	}
	if _, err := url.Parse(raw); err != nil {
		return "cannot be read as a URL; it " + right + ", with special characters of the password percent-encoded"
	}
	return ""
}

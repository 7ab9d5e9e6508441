// Package testpg gives each test a Postgres database of its own: a copy of a
// migrated template on the server that GATEHOUSE_TEST_POSTGRES names (the
// address of an administrator's connection; scripts/with-servers starts one).
package testpg

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"gatehouse/migrations"
	"gatehouse/store"
)

// Variable names the server.
const Variable = "GATEHOUSE_TEST_POSTGRES"

const timeout = 2 * time.Minute

// Server returns the address of the server. It skips the test when there is
// none, and fails it under CI=true: there a missing server is a mistake.
func Server(t testing.TB) string {
	t.Helper()
	server := os.Getenv(Variable)
	if server != "" {
		return server
	}
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is not set; run the tests with scripts/with-servers", Variable)
	}
	t.Skipf("%s is not set; scripts/with-servers sets it", Variable)
	return ""
}

// URL returns the address of a fresh, migrated database that is dropped when
// the test ends.
func URL(t testing.TB) string {
	t.Helper()
	server := Server(t)
	template, err := templateOnce(server)
	if err != nil {
		t.Fatalf("make the template database: %v", err)
	}
	return database(t, server, template)
}

// Empty returns the address of a fresh database without any tables that is
// dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	return database(t, Server(t), "template0")
}

func database(t testing.TB, server, template string) string {
	t.Helper()
	name := "gatehouse_test_" + strings.ToLower(rand.Text())
	if err := create(server, name, template); err != nil {
		t.Fatalf("make a database: %v", err)
	}
	t.Cleanup(func() {
		err := with(server, func(ctx context.Context, c *pgx.Conn) error {
			_, err := c.Exec(ctx, "DROP DATABASE "+name+" WITH (FORCE)")
			return err
		})
		if err != nil {
			t.Errorf("drop the database: %v", err)
		}
	})
	return address(server, name)
}

func create(server, name, template string) error {
	return with(server, func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE "+template)
		return err
	})
}

var (
	templates = map[string]func() (string, error){}
	mutex     sync.Mutex
)

// templateOnce makes the template once in this process.
func templateOnce(server string) (string, error) {
	mutex.Lock()
	once := templates[server]
	if once == nil {
		once = sync.OnceValues(func() (string, error) { return ensureTemplate(server) })
		templates[server] = once
	}
	mutex.Unlock()
	return once()
}

// ensureTemplate makes the template once on the server. Other test binaries do
// the same at the same time: an advisory lock lets the first one work, and a
// template gets its name only when it is complete.
func ensureTemplate(server string) (string, error) {
	name, err := templateName()
	if err != nil {
		return "", err
	}
	err = with(server, func(ctx context.Context, c *pgx.Conn) error {
		if _, err := c.Exec(ctx, "SELECT pg_advisory_lock(hashtext('gatehouse test template'))"); err != nil {
			return err
		}
		var there bool
		if err := c.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM pg_database WHERE datname = $1)", name).Scan(&there); err != nil || there {
			return err
		}
		return makeTemplate(ctx, c, server, name)
	})
	return name, err
}

func makeTemplate(ctx context.Context, c *pgx.Conn, server, name string) error {
	draft := name + "_draft"
	if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+draft+" WITH (FORCE)"); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "CREATE DATABASE "+draft+" TEMPLATE template0"); err != nil {
		return err
	}
	if err := migrate(ctx, address(server, draft)); err != nil {
		return err
	}
	_, err := c.Exec(ctx, "ALTER DATABASE "+draft+" RENAME TO "+name)
	return err
}

func migrate(ctx context.Context, url string) (err error) {
	s, err := store.Open(ctx, store.Config{URL: url, MaxConns: 2}, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.Migrate(ctx)
}

// templateName changes with the migrations.
func templateName() (string, error) {
	h := sha256.New()
	err := fs.WalkDir(migrations.Postgres(), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(migrations.Postgres(), path)
		fmt.Fprintf(h, "%s %d\n%s", path, len(text), text)
		return err
	})
	return "gatehouse_template_" + hex.EncodeToString(h.Sum(nil)[:8]), err
}

// with runs f on an administrator's connection, and again while somebody else
// is copying the same template.
func with(server string, f func(ctx context.Context, c *pgx.Conn) error) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(ctx)) }()
	for {
		err = f(ctx, c)
		var pg *pgconn.PgError
		if !errors.As(err, &pg) || pg.Code != "55006" { // object_in_use
			return err
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-ctx.Done():
			return err
		}
	}
}

// address is server's, with another database.
func address(server, name string) string {
	u, err := url.Parse(server)
	if err != nil || u.Scheme == "" {
		return server + " dbname=" + name // a keyword=value string; the last one counts
	}
	u.Path = "/" + name
	return u.String()
}

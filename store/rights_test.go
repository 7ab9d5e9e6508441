package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/fault"
	"gatehouse/internal/testpg"
	"gatehouse/store"
)

// admin runs statements on the server itself, as its administrator.
func admin(t *testing.T, address string, statements ...string) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(t.Context()))
	for _, s := range statements {
		if _, err := c.Exec(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// From Postgres 15 on a new role may make nothing in the schema public. The
// operator must not wait to hear it, and must hear what to grant.
func TestMissingRightToMakeTablesIsSaidAtOnceWithTheGrant(t *testing.T) {
	t.Parallel()
	address := testpg.Empty(t)
	_, after, _ := strings.Cut(address, "gatehouse_test_")
	name, _, _ := strings.Cut(after, "?")
	role := "poor-" + name
	admin(t, address, `CREATE ROLE "`+role+`" LOGIN`, "REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	t.Cleanup(func() { // after the database, whose grants hold it
		c, err := pgx.Connect(context.Background(), testpg.Server(t))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
		if _, err := c.Exec(context.Background(), `DROP ROLE "`+role+`"`); err != nil {
			t.Error(err)
		}
	})
	as := strings.Replace(address, "gatehouse@", role+"@", 1)
	s := open(t, as)
	begun := time.Now()
	err := s.Migrate(t.Context())
	grant := `GRANT USAGE, CREATE ON SCHEMA "public" TO "` + role + `";`
	if fault.CodeOf(err) != "store.rights" || !strings.Contains(err.Error(), grant) || time.Since(begun) > 12*time.Second { // a server that starts up is awaited for 15
		t.Fatalf("after %s: %v, want store.rights with %s", time.Since(begun), err, grant)
	}
	admin(t, address, grant)
	if err := s.Migrate(t.Context()); err != nil {
		t.Errorf("after the grant: %v", err)
	}
	admin(t, address, `DROP OWNED BY "`+role+`"`)
}

func TestConnectionThatIsRefusedIsExplainedInOneSentence(t *testing.T) {
	t.Parallel()
	server := testpg.Server(t)
	for address, want := range map[string]string{
		strings.Replace(server, "/postgres?", "/nowhere_to_be_seen?", 1): `make it: CREATE DATABASE "nowhere_to_be_seen" ENCODING 'UTF8' TEMPLATE template0;`,
		strings.Replace(server, "gatehouse@", "nobody:swordfish@", 1):    "refuses the user or the password of store.url",
	} {
		begun := time.Now()
		_, err := store.Open(t.Context(), store.Config{URL: address}, nil)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || !strings.Contains(f.Detail, want) || f.Err != nil || strings.Contains(err.Error(), "fish") {
			t.Errorf("%v, want a sentence with %q and no driver's words", err, want)
		}
		if took := time.Since(begun); took > 12*time.Second {
			t.Errorf("it took %s", took)
		}
	}
}

// Tables that another role made.
func TestMissingRightOnATableIsSaidToTheOperatorAlone(t *testing.T) {
	t.Parallel()
	address := testpg.URL(t)
	_, after, _ := strings.Cut(address, "gatehouse_test_")
	name, _, _ := strings.Cut(after, "?")
	role := "other-" + name
	admin(t, address, `CREATE ROLE "`+role+`" LOGIN`)
	t.Cleanup(func() {
		c, err := pgx.Connect(context.Background(), testpg.Server(t))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close(context.Background())
		if _, err := c.Exec(context.Background(), `DROP ROLE "`+role+`"`); err != nil {
			t.Error(err)
		}
	})
	s := open(t, strings.Replace(address, "gatehouse@", role+"@", 1))
	if _, err := s.Versions(t.Context()); fault.CodeOf(err) != "store.rights" || !fault.Is(err, fault.Internal) {
		t.Errorf("got %v, want store.rights, internal", err)
	}
}

func TestDatabaseThatIsNotUTF8IsRefused(t *testing.T) {
	t.Parallel()
	for _, encoding := range []string{"LATIN1", "SQL_ASCII"} {
		name := "gatehouse_test_" + strings.ToLower(encoding)
		server := testpg.Server(t)
		admin(t, server, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)", "CREATE DATABASE "+name+" ENCODING '"+encoding+"' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
		t.Cleanup(func() {
			c, err := pgx.Connect(context.Background(), server)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close(context.Background())
			if _, err := c.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
				t.Error(err)
			}
		})
		_, err := store.Open(t.Context(), store.Config{URL: strings.Replace(server, "/postgres?", "/"+name+"?", 1)}, nil)
		if fault.CodeOf(err) != "store.encoding" || !strings.Contains(err.Error(), "ENCODING 'UTF8' TEMPLATE template0") {
			t.Errorf("%s: got %v, want store.encoding with the remedy", encoding, err)
		}
	}
}

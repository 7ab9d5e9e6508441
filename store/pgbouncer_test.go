package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"gatehouse/fault"
	"gatehouse/internal/testpg"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// In transaction mode each transaction gets another connection, on which nothing
// is that the one before left: no statement by its name, no listener, no lock.
func TestStoreKeepsItsPromisesBehindPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	storetest.Run(t, func(t *testing.T) *store.Store { t.Helper(); return migrated(t, through(testpg.URL(t))) })
}

func TestManyAtOnceShareAFewConnectionsOfPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	s := migrated(t, through(testpg.URL(t)))
	if s.Listens() {
		t.Error("it listens on a connection that PgBouncer lends to others")
	}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			for j := range 10 {
				key := fmt.Sprint(i, ".", j)
				err := s.InTx(t.Context(), func(ctx context.Context) error {
					did, err := s.UseOnce(ctx, "bouncer", key, time.Now())
					if err == nil && !did {
						err = errors.New("the key was there")
					}
					return err
				})
				if _, _, e := s.Family(t.Context(), "fam_nobody"); !fault.Is(e, fault.NotFound) {
					err = errors.Join(err, e)
				}
				if _, e := s.Versions(t.Context()); e != nil || err != nil {
					t.Error(err, e)
				}
			}
		})
	}
	wg.Wait()
}

func TestReplicasMigrateAnEmptyDatabaseTogetherBehindPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	where := through(testpg.Empty(t))
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			s, err := store.Open(t.Context(), store.Config{URL: where}, nil)
			if err == nil {
				err = errors.Join(s.Migrate(t.Context()), s.Close())
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	states, err := open(t, where).MigrationStatus(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range states {
		if !m.Applied {
			t.Errorf("step %d is missing", m.Version)
		}
	}
}

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
	if fault.CodeOf(err) != "store.rights" || !strings.Contains(err.Error(), grant) || time.Since(begun) > 5*time.Second {
		t.Fatalf("after %s: %v, want store.rights with %s", time.Since(begun), err, grant)
	}
	admin(t, address, grant)
	if err := s.Migrate(t.Context()); err != nil {
		t.Errorf("after the grant: %v", err)
	}
	admin(t, address, `DROP OWNED BY "`+role+`"`)
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

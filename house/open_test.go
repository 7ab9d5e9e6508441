package house

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/identity"
	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
)

func openHouse(t *testing.T, cfg config.Config) *House {
	t.Helper()
	h, err := Open(context.Background(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("open the house: %v", err)
	}
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Errorf("close the house: %v", err)
		}
	})
	return h
}

// firstRun is what a start does before it serves.
func firstRun(t *testing.T, h *House) (link string, waiting bool) {
	t.Helper()
	link, waiting, err := h.FirstRun(t.Context())
	if err != nil {
		t.Fatalf("the first run: %v", err)
	}
	return link, waiting
}

func administrators(t *testing.T, h *House) (n int) {
	t.Helper()
	people, _, err := h.Identity.Users(t.Context(), identity.UserFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		is, err := h.Administers(t.Context(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if is {
			n++
		}
	}
	return n
}

func passwordFile(t *testing.T, password string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(name, []byte(password+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func bootstrapping(t *testing.T, cfg config.Config) config.Config {
	t.Helper()
	cfg.Bootstrap.Email, cfg.Bootstrap.PasswordFile = "first@example.test", passwordFile(t, "a long enough sentence")
	return cfg
}

// A key that opens nothing must not lie there: the next look would take it for
// the one that belongs to the database.
func TestWrongMasterKeyRefusesAndLeavesNoStrayFile(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	openHouse(t, cfg)
	elsewhere := cfg
	elsewhere.MasterKeyFile = filepath.Join(t.TempDir(), "master.key")
	_, err := Open(t.Context(), elsewhere, slog.New(slog.DiscardHandler))
	if fault.CodeOf(err) != "master_key.wrong" || !strings.Contains(err.Error(), "does not open this database") {
		t.Errorf("another key: got %v, want master_key.wrong", err)
	}
	if _, err := os.Stat(elsewhere.MasterKeyFile); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a key that opens nothing was left at %s (%v)", elsewhere.MasterKeyFile, err)
	}
}

// A start that fails halfway may have sealed data keys under the new master
// key already, and so may another process that read the same file. Taking the
// file away would lose the database.
func TestFailedFirstStartKeepsTheMasterKey(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	h := openHouse(t, cfg) // makes the schema
	if err := os.Remove(h.Config.MasterKeyFile); err != nil {
		t.Fatal(err)
	}
	testconfig.Exec(t, cfg, "ALTER TABLE data_keys RENAME TO data_keys_away")
	if _, err := Open(t.Context(), cfg, slog.New(slog.DiscardHandler)); err == nil {
		t.Fatal("the house opened without its data keys")
	}
	if _, err := os.Stat(cfg.MasterKeyFile); err != nil {
		t.Errorf("the new master key was taken away again: %v", err)
	}
}

func TestBootstrapMakesTheFirstAdministratorOnce(t *testing.T) {
	t.Parallel()
	cfg := bootstrapping(t, testconfig.New(t))
	h := openHouse(t, cfg)
	for range 2 {
		if link, waiting := firstRun(t, h); link != "" || waiting {
			t.Errorf("the first run left the link %q, waiting %t", link, waiting)
		}
	}
	if n := administrators(t, h); n != 1 {
		t.Errorf("there are %d administrators, want 1", n)
	}
	if _, _, err := h.Identity.CheckPassword(t.Context(), audit.Actor{}, "first@example.test", "a long enough sentence"); err != nil {
		t.Errorf("the first administrator cannot sign in: %v", err)
	}
}

// The password file may lie there for years. It must not make an administrator
// in a house that has people.
func TestBootstrapCountsOnAnEmptyDatabaseOnly(t *testing.T) {
	t.Parallel()
	h := openHouse(t, bootstrapping(t, testconfig.New(t)))
	if _, err := h.Identity.Create(t.Context(), audit.Actor{Kind: audit.Console}, identity.User{Email: "ada@example.test", Name: "Ada"}, ""); err != nil {
		t.Fatal(err)
	}
	link, _ := firstRun(t, h)
	if n := administrators(t, h); n != 0 {
		t.Errorf("bootstrap made %d administrators in a database with people", n)
	}
	if !strings.Contains(link, "#token=") {
		t.Errorf("nobody was told how to get an administrator: %q", link)
	}
}

// Who reads the log must learn which setting to mend.
func TestBootstrapWithABadPasswordSaysWhichSetting(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.Bootstrap.Email, cfg.Bootstrap.PasswordFile = "first@example.test", passwordFile(t, "short")
	h := openHouse(t, cfg)
	_, _, err := h.FirstRun(t.Context())
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Code != "bootstrap.refused" || !strings.Contains(f.Detail, "bootstrap.password_file") || strings.Contains(err.Error(), "short\n") {
		t.Errorf("got %v, want bootstrap.refused that names bootstrap.password_file", err)
	}
}

func TestReplicasBootstrappingAtOnceMakeOneAdministrator(t *testing.T) {
	t.Parallel()
	for name, url := range map[string]func(testing.TB) string{"SQLite": nil, "Postgres": testpg.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := bootstrapping(t, testconfig.New(t))
			if url != nil {
				cfg.Store.URL = url(t)
			}
			houses := []*House{openHouse(t, cfg), openHouse(t, cfg), openHouse(t, cfg)}
			var wait sync.WaitGroup
			for _, h := range houses {
				wait.Go(func() {
					if _, _, err := h.FirstRun(context.Background()); err != nil {
						t.Errorf("a replica does not start: %v", err)
					}
				})
			}
			wait.Wait()
			if n := administrators(t, houses[0]); n != 1 {
				t.Errorf("%d replicas made %d administrators, want 1", len(houses), n)
			}
		})
	}
}

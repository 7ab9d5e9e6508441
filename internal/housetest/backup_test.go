package housetest

import (
	"database/sql"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/access"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house/backup"
	"gatehouse/internal/gatetest"
	"gatehouse/internal/testconfig"
	"gatehouse/internal/testpg"
)

// backup writes a back-up of the gate beside its running server.
func backedUp(t *testing.T, g *gatetest.Gate) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "gatehouse.backup")
	b, err := backup.Make(t.Context(), g.House.Config, g.House.Log, file, backup.Options{By: gatetest.Console})
	if err != nil || b.Unrecorded != nil {
		t.Fatalf("back up: %v, %v", err, b.Unrecorded)
	}
	return file
}

// newHome is a configuration on another machine, with an empty database of the
// kind of g, and the master key of g brought along.
func newHome(t *testing.T, g *gatetest.Gate) config.Config {
	t.Helper()
	cfg := testconfig.New(t)
	cfg.Issuer = gatetest.Issuer
	if !strings.HasPrefix(g.House.Config.Store.URL, "sqlite:") {
		cfg.Store.URL = testpg.Empty(t)
	}
	key, err := os.ReadFile(g.House.Config.MasterKeyFile)
	must(t, err)
	must(t, os.WriteFile(cfg.MasterKeyFile, key, 0o600))
	return cfg
}

func restoreAt(t *testing.T, cfg config.Config, file string, o backup.RestoreOptions) backup.Restored {
	t.Helper()
	o.By = gatetest.Console
	r, err := backup.Restore(t.Context(), cfg, quiet, file, o)
	if err != nil {
		t.Fatalf("restore: %v", err)
	}
	return r
}

var quiet = slog.New(slog.DiscardHandler)

func at(cfg config.Config) func(*config.Config) { return func(c *config.Config) { *c = cfg } }

// Whoever followed the policy, a process or a resource server, sees that another time
// has begun, and no version of the policy comes twice.
func TestARestoreBeginsAnotherEpoch(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		ctx := t.Context()
		_, err := s.House.Access.CreateAPI(ctx, gatetest.Console, shop())
		must(t, err)
		file := backedUp(t, s.Gate)
		_, err = s.House.Access.CreateRole(ctx, gatetest.Console, support())
		must(t, err)
		before, err := s.House.Store.Versions(ctx)
		must(t, err)
		cfg := newHome(t, s.Gate)
		restoreAt(t, cfg, file, backup.RestoreOptions{KeepSessions: true})
		elsewhere := gatetest.New(t, at(cfg))
		after, err := elsewhere.House.Store.Versions(ctx)
		must(t, err)
		if before[access.VersionEpoch] == 0 || before[access.VersionEpoch] == after[access.VersionEpoch] {
			t.Errorf("the epochs are %d and %d", before[access.VersionEpoch], after[access.VersionEpoch])
		}
		if before[access.VersionPolicy] >= after[access.VersionPolicy] {
			t.Errorf("the policy goes from version %d to %d", before[access.VersionPolicy], after[access.VersionPolicy])
		}
	})
}

// A back-up is made while people refresh, and is one state: what it holds works
// elsewhere, under the same keys, and what was alive has to be proved again.
func TestABackupUnderLoadIsAWholeHouseElsewhere(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		const families = 8
		latest := make([]string, families)
		for i := range latest {
			latest[i] = s.tokens().Text("refresh_token")
		}
		access := s.tokens().Text("access_token")
		jwks := string(s.Get("/.well-known/jwks.json").Body)

		stop := make(chan struct{})
		var rotations sync.WaitGroup
		for i := range latest {
			rotations.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						latest[i] = expectTokens(t, "a rotation during the back-up", s.app.Refresh(latest[i])).Text("refresh_token")
					}
				}
			})
		}
		file := backedUp(t, s.Gate)
		close(stop)
		rotations.Wait()

		cfg := newHome(t, s.Gate)
		r := restoreAt(t, cfg, file, backup.RestoreOptions{})
		if r.Sessions == 0 || r.Clients != 1 {
			t.Errorf("ended %d sessions and %d clients, want some and 1", r.Sessions, r.Clients)
		}
		g := gatetest.New(t, at(cfg))
		if got := string(g.Get("/.well-known/jwks.json").Body); got != jwks {
			t.Errorf("the key set is\n%s\nwant\n%s", got, jwks)
		}
		app := s.app.At(g)
		if a := g.Userinfo(access); a.Status != 401 {
			t.Errorf("an access token of before: %d %s, want 401", a.Status, a.Body)
		}
		for i, token := range latest {
			expectRefused(t, "a refresh token of before", app.Refresh(token), "invalid_grant")
			expectTokens(t, "the same where the server went on", s.app.Refresh(latest[i]))
		}
		expectTokens(t, "a program", app.ClientCredentials())
		ada := *s.ada
		fresh := app.Tokens(g.Browser(), &ada)
		expectTokens(t, "a new sign-in", app.Refresh(fresh.Text("refresh_token")))
		if n := len(eventsOf(t, g, backup.ActionRestore)); n != 1 {
			t.Errorf("the audit log tells of %d restores, want 1", n)
		}
		if n := len(eventsOf(t, s.Gate, backup.ActionMake)); n != 1 {
			t.Errorf("the audit log tells of %d back-ups, want 1", n)
		}
	})
}

// What was ended after the back-up would live again.
func TestWhatWasEndedAfterTheBackupStaysEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		tokens := s.tokens()
		file := backedUp(t, s.Gate)
		s.app.Revoke(tokens.Text("refresh_token"))

		cfg := newHome(t, s.Gate)
		restoreAt(t, cfg, file, backup.RestoreOptions{})
		g := gatetest.New(t, at(cfg))
		expectRefused(t, "a token that was revoked after the back-up", s.app.At(g).Refresh(tokens.Text("refresh_token")), "invalid_grant")
		if p := s.browser.At(g).Get("/account"); p.URL.Path != "/signin" {
			t.Errorf("a browser that was signed in before is at %s, want /signin", p.URL.Path)
		}
	})
}

// A sign-in that was half done and a link that was not used yet belong to a moment
// that is gone: whoever changed a password or used the link since would find both
// as they were.
func TestSignInsUnderWayAndLinksEndWithARestore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		grace := s.Person("grace", gatetest.TOTP)
		half := s.browser.Get(s.app.AuthorizeURL()).At("/signin").Submit("email", grace.Email, "password", grace.Password).At("/signin/factor")
		now, link := time.Now(), []byte("the hash of a link")
		made, err := s.House.Store.PutMark(t.Context(), "setup", link, now.Add(time.Hour), now, true)
		if must(t, err); !made {
			t.Fatal("there is no link")
		}
		for _, keep := range []bool{true, false} {
			cfg := newHome(t, s.Gate)
			restoreAt(t, cfg, backedUp(t, s.Gate), backup.RestoreOptions{KeepSessions: keep})
			g := gatetest.New(t, at(cfg))
			want := http.StatusNotFound
			if keep {
				want = http.StatusOK
			}
			s.browser.At(g).Get("/signin/factor?" + half.URL.RawQuery).Is(want)
			left, err := g.House.Store.HasMark(t.Context(), "setup", link, time.Now())
			if must(t, err); left != keep {
				t.Errorf("sessions are kept: %v; the link is there: %v", keep, left)
			}
		}
	})
}

func TestSessionsAreKeptForWhoAsksForIt(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		tokens := s.tokens()
		cfg := newHome(t, s.Gate)
		restoreAt(t, cfg, backedUp(t, s.Gate), backup.RestoreOptions{KeepSessions: true})
		g := gatetest.New(t, at(cfg))
		expectTokens(t, "a refresh token of before", s.app.At(g).Refresh(tokens.Text("refresh_token")))
		if a := g.Userinfo(tokens.Text("access_token")); a.Status != 200 {
			t.Errorf("an access token of before: %d %s", a.Status, a.Body)
		}
	})
}

// Each refusal leaves the database as it was.
func TestARestoreThatIsRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		whole, err := os.ReadFile(backedUp(t, s.Gate))
		must(t, err)
		for _, c := range []struct {
			name, code string
			file       func() []byte
			prepare    func(cfg *config.Config)
		}{
			{name: "cut off", code: "backup.truncated", file: func() []byte { return whole[:len(whole)-7] }},
			{name: "altered", code: "backup.altered", file: func() []byte { return replaceLast(whole, "ada@example.test", "eve@example.test") }},
			{name: "no back-up", code: "backup.format", file: func() []byte { return []byte("SQLite format 3\x00") }},
			{name: "of the next schema", code: "store.newer", file: func() []byte { return replaceFirst(whole, `"schema":1`, `"schema":2`) }},
			{name: "without a key", code: "master_key.missing", prepare: func(cfg *config.Config) { must(t, os.Remove(cfg.MasterKeyFile)) }},
			{name: "with another key", code: "backup.key", prepare: func(cfg *config.Config) {
				must(t, os.WriteFile(cfg.MasterKeyFile, []byte(strings.Repeat("A", 43)+"\n"), 0o600))
			}},
			{name: "a header that names our key", code: "backup.altered", file: func() []byte { return replaceFirst(whole, gatetest.Issuer, "https://id.example.evil") }},
		} {
			cfg := newHome(t, s.Gate)
			if c.prepare != nil {
				c.prepare(&cfg)
			}
			content := whole
			if c.file != nil {
				content = c.file()
			}
			file := filepath.Join(t.TempDir(), "file")
			must(t, os.WriteFile(file, content, 0o600))
			if _, err := backup.Restore(t.Context(), cfg, quiet, file, backup.RestoreOptions{}); fault.CodeOf(err) != c.code {
				t.Errorf("%s: %v, want %s", c.name, err, c.code)
			}
			if strings.HasPrefix(cfg.Store.URL, "sqlite:") {
				left, err := filepath.Glob(filepath.Join(cfg.DataDir, "*.db*"))
				if must(t, err); len(left) > 0 {
					t.Errorf("%s: left %v", c.name, left)
				}
			}
		}
	})
}

func replaceFirst(b []byte, old, with string) []byte {
	return []byte(strings.Replace(string(b), old, with, 1))
}

func replaceLast(b []byte, old, with string) []byte {
	s := string(b)
	i := strings.LastIndex(s, old)
	return []byte(s[:i] + with + s[i+len(old):])
}

func TestADatabaseWithPeopleIsReplacedOnlyWhenAsked(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		file := backedUp(t, s.Gate)
		cfg := newHome(t, s.Gate)
		restoreAt(t, cfg, file, backup.RestoreOptions{})
		if _, err := backup.Restore(t.Context(), cfg, quiet, file, backup.RestoreOptions{}); fault.CodeOf(err) != "restore.not_empty" {
			t.Errorf("into what was restored a moment ago: %v, want restore.not_empty", err)
		}
		restoreAt(t, cfg, file, backup.RestoreOptions{Replace: true})
		if n := len(eventsOf(t, gatetest.New(t, at(cfg)), backup.ActionRestore)); n != 1 {
			t.Errorf("after it was replaced the audit log tells of %d restores, want 1: it is the back-up's", n)
		}
	})
}

func TestNobodyRestoresUnderARunningServer(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		s.tokens()
		file := backedUp(t, s.Gate)
		_, err := backup.Restore(t.Context(), s.House.Config, quiet, file, backup.RestoreOptions{Replace: true})
		if fault.CodeOf(err) != "restore.running" {
			t.Errorf("%v, want restore.running", err)
		}
		expectTokens(t, "the server goes on", s.app.ClientCredentials())
	})
}

// COPY, locks and the one transaction hold where a pooler lends the connections.
func TestABackupPassesThroughPgBouncer(t *testing.T) {
	t.Parallel()
	through := testpg.Bouncer(t)
	s := newScene(t, gatetest.OnPostgres(through(testpg.URL(t))))
	file := backedUp(t, s.Gate)
	cfg := newHome(t, s.Gate)
	cfg.Store.URL = through(cfg.Store.URL)
	restoreAt(t, cfg, file, backup.RestoreOptions{})
	g := gatetest.New(t, at(cfg))
	expectTokens(t, "a sign-in behind PgBouncer", s.app.At(g).Tokens(g.Browser(), s.ada))
}

func TestABackupOfAnotherDatabaseIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	cfg := newHome(t, s.Gate)
	file := backedUp(t, s.Gate)
	cfg.Store.URL = "postgres://gate@127.0.0.1:1/gate" // nobody is asked
	if _, err := backup.Restore(t.Context(), cfg, quiet, file, backup.RestoreOptions{}); fault.CodeOf(err) != "backup.database" {
		t.Errorf("%v, want backup.database", err)
	}
}

// The events of the audit log come back, and their guards with them.
func TestTheAuditLogIsAppendOnlyAfterARestore(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, s *scene) {
		s.tokens()
		want := len(eventsOf(t, s.Gate, ""))
		cfg := newHome(t, s.Gate)
		restoreAt(t, cfg, backedUp(t, s.Gate), backup.RestoreOptions{})
		g := gatetest.New(t, at(cfg))
		if got := len(eventsOf(t, g, "")); got != want+1 {
			t.Errorf("there are %d events, want those %d and the restore's", got, want)
		}
		must(t, g.House.Sealer.Seal(t.Context(), time.Now())) // where there is no leaf yet, nothing keeps one
		for _, text := range []string{"DELETE FROM audit_events", "UPDATE audit_events SET action = ''", "UPDATE audit_details SET ip = ''", "DELETE FROM audit_leaves", "DELETE FROM audit_horizon"} {
			if err := execute(t, cfg, text); err == nil {
				t.Errorf("%s was let through", text)
			}
		}
	})
}

// execute runs a statement on the database of cfg, behind Gatehouse's back.
func execute(t *testing.T, cfg config.Config, text string) error {
	t.Helper()
	driver, source := "pgx", cfg.Store.URL
	if file, ok := strings.CutPrefix(source, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+file+"?_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	must(t, err)
	defer db.Close()
	_, err = db.ExecContext(t.Context(), text)
	return err
}

func TestABackupIsForItsOwnerAloneAndReplacesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	file := backedUp(t, s.Gate)
	info, err := os.Stat(file)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("the back-up has mode %04o, want 0600", info.Mode().Perm())
	}
	make := func(name string, force bool) error {
		_, err := backup.Make(t.Context(), s.House.Config, s.House.Log, name, backup.Options{Overwrite: force})
		return err
	}
	if err := make(file, false); fault.CodeOf(err) != "backup.exists" {
		t.Errorf("over a file: %v, want backup.exists", err)
	}
	if err := make(file, true); err != nil {
		t.Errorf("over a file, with force: %v", err)
	}
	if err := make(filepath.Dir(file), true); fault.CodeOf(err) != "backup.exists" {
		t.Errorf("over a folder: %v, want backup.exists", err)
	}
	if err := make(filepath.Join(file, "not", "there"), false); fault.CodeOf(err) != "backup.write" {
		t.Errorf("into no folder: %v, want backup.write", err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if must(t, err); len(left) != 1 {
		t.Errorf("%d files are left, want the back-up alone: %v", len(left), left)
	}
}

// A key that does not open the database would make a back-up that nobody can
// restore.
func TestABackupIsNotMadeUnderAKeyThatDoesNotFit(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	cfg := s.House.Config
	cfg.MasterKeyFile = filepath.Join(t.TempDir(), "other.key")
	must(t, os.WriteFile(cfg.MasterKeyFile, []byte(strings.Repeat("A", 43)+"\n"), 0o600))
	file := filepath.Join(t.TempDir(), "backup")
	if _, err := backup.Make(t.Context(), cfg, s.House.Log, file, backup.Options{}); fault.CodeOf(err) != "master_key.wrong" {
		t.Errorf("%v, want master_key.wrong", err)
	}
	if _, err := os.Lstat(file); err == nil {
		t.Error("a file was written")
	}
}

// Package testconfig is the configuration that tests begin with. It stands apart
// from gatetest because the tests of house and server are below that.
package testconfig

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver of Exec

	"gatehouse/config"
)

// New returns a configuration on a fresh directory and a fresh SQLite file, with
// free ports and the cheapest argon2id there is: tests prove what happens, not
// how long it takes.
func New(t testing.TB) config.Config {
	t.Helper()
	dir := t.TempDir()
	cfg := config.Default()
	cfg.DataDir = dir
	cfg.Issuer = "http://localhost:8080"
	cfg.MasterKeyFile = filepath.Join(dir, "master.key")
	cfg.Store.URL = "sqlite:" + filepath.Join(dir, "gatehouse.db")
	cfg.Web.Listen.Public, cfg.Web.Listen.Internal = "127.0.0.1:0", "127.0.0.1:0"
	cfg.Identity.Password.MemoryKiB, cfg.Identity.Password.Passes = 64, 1
	cfg.Identity.Password.Wait = 30 * time.Second // a machine that is busy with tests is no rush of people
	// Tests ask faster than people, and their time may stand still.
	cfg.Limits.Address.Enabled, cfg.Limits.Person.Enabled, cfg.Limits.API.Enabled = false, false, false
	cfg.Gate.UpstreamNetworks = []string{"127.0.0.0/8"} // where tests have their applications
	return cfg
}

// Exec runs a statement on the SQLite file of cfg, behind Gatehouse's back.
func Exec(t testing.TB, cfg config.Config, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(cfg.Store.URL, "sqlite:")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

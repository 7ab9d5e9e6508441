package house

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/fault"
	"gatehouse/internal/testconfig"
)

// Who can write in the data directory can replace the master key.
func TestDataDirectoryOpenToAllIsRefusedOrSaid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		mode    os.FileMode
		refused bool
		said    bool
	}{
		{0o700, false, false},
		{0o750, false, false},
		{0o770, false, false},
		{0o755, false, true},
		{0o701, false, true},
		{0o775, false, true},
		{0o777, true, false},
		{0o702, true, false},
		{0o733, true, false},
	} {
		cfg := testconfig.New(t)
		if err := os.Chmod(cfg.DataDir, c.mode); err != nil {
			t.Fatal(err)
		}
		var logged bytes.Buffer
		h, err := Open(t.Context(), cfg, slog.New(slog.NewTextHandler(&logged, nil)))
		if err == nil {
			err = h.Close()
		}
		if refused := fault.CodeOf(err) == "data_dir.open"; refused != c.refused || !refused && err != nil {
			t.Errorf("mode %04o is refused: %t (%v), want %t", c.mode, refused, err, c.refused)
		}
		if err != nil && !strings.Contains(err.Error(), "chmod 700 "+cfg.DataDir) {
			t.Errorf("mode %04o: %v, without the remedy", c.mode, err)
		}
		if said := strings.Contains(logged.String(), "chmod 700 "+cfg.DataDir); said != c.said {
			t.Errorf("mode %04o is said: %t, want %t", c.mode, said, c.said)
		}
		if info, err := os.Stat(cfg.DataDir); err != nil || info.Mode().Perm() != c.mode {
			t.Errorf("mode %04o became %v (%v)", c.mode, info.Mode(), err)
		}
		if _, err := os.Stat(cfg.MasterKeyFile); c.refused == (err == nil) {
			t.Errorf("mode %04o: a key is there: %t", c.mode, err == nil)
		}
	}
}

func TestNewDataDirectoryIsItsOwnersAlone(t *testing.T) {
	t.Parallel()
	cfg := testconfig.New(t)
	cfg.DataDir = filepath.Join(cfg.DataDir, "a", "b")
	cfg.MasterKeyFile, cfg.Store.URL = filepath.Join(cfg.DataDir, "master.key"), "sqlite:"+filepath.Join(cfg.DataDir, "gatehouse.db")
	openHouse(t, cfg)
	for path, want := range map[string]os.FileMode{cfg.DataDir: 0o700, cfg.MasterKeyFile: 0o600, filepath.Join(cfg.DataDir, "gatehouse.db"): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v (%v), want %04o", path, info.Mode(), err, want)
		}
	}
}

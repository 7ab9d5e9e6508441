package place

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"gatehouse/config"
	"gatehouse/fault"
)

// PrepareDataDir makes the data directory, for its owner alone, when something
// of this configuration lives in it. One that is there is looked at and never
// changed: it may be /var/lib, or somebody's home. Faults: "data_dir.create",
// "data_dir.file", "data_dir.open".
func PrepareDataDir(cfg config.Config, log *slog.Logger) error {
	if !usesDataDir(cfg) {
		return nil
	}
	if err := checkDataDir(cfg); err != nil {
		return err
	}
	if err := os.MkdirAll(cfg.DataDir, 0o700); err != nil {
		return fault.Wrap(err, fault.Unavailable, "data_dir.create", fmt.Sprintf("The data directory %s cannot be made. Choose another with data_dir, or make it writable.", cfg.DataDir))
	}
	info, err := os.Stat(cfg.DataDir)
	if err != nil {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if runtime.GOOS == "windows" {
		return nil
	}
	return judgeDataDir(cfg.DataDir, info.Mode().Perm(), log)
}

// CheckDataDir refuses a data directory that PrepareDataDir would refuse, and
// makes none.
func CheckDataDir(cfg config.Config) error {
	if !usesDataDir(cfg) || runtime.GOOS == "windows" {
		return nil
	}
	if err := checkDataDir(cfg); err != nil {
		return err
	}
	info, err := os.Stat(cfg.DataDir)
	if err != nil {
		return nil // it is missed by who looks into it
	}
	return judgeDataDir(cfg.DataDir, info.Mode().Perm(), slog.New(slog.DiscardHandler))
}

// usesDataDir reports whether something of this configuration may live in the
// data directory.
func usesDataDir(cfg config.Config) bool {
	_, is := cfg.Store.SQLite()
	return is || filepath.Dir(cfg.MasterKeyFile) == filepath.Clean(cfg.DataDir)
}

// checkDataDir refuses a file in the place of the data directory.
func checkDataDir(cfg config.Config) error {
	info, err := os.Stat(cfg.DataDir)
	if err != nil || info.IsDir() {
		return nil // one that is not there yet is made, or missed by who looks into it
	}
	return fault.New(fault.Invalid, "data_dir.file", fmt.Sprintf(
		"The data directory %s is a file. Choose another with data_dir.", Absolute(cfg.DataDir)))
}

// judgeDataDir refuses a directory in which everybody may write: who does could
// put a database or a key of their own in the place of ours. One that everybody
// may enter is worth a warning, because the files in it are their owner's alone.
// A group is left alone: container platforms share volumes by it.
func judgeDataDir(dir string, mode fs.FileMode, log *slog.Logger) error {
	switch {
	case mode&0o002 != 0:
		return fault.New(fault.Invalid, "data_dir.open", fmt.Sprintf(
			"Everybody on this machine can write in the data directory %s (mode %04o), and so replace the database or the master key. Run: chmod 700 %s. Where that is not yours to do, choose a directory below it with data_dir; it is made for its owner alone.", dir, mode, dir))
	case mode&0o005 != 0:
		log.Warn("everybody on this machine can look into the data directory; the files in it are closed to them. To close it, too: chmod 700 "+dir, "data_dir", dir, "mode", fmt.Sprintf("%04o", mode))
	}
	return nil
}

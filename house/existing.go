package house

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/store"
)

// OpenExisting is Open for a house that is there already: it makes neither a
// database nor a key. In the wrong folder a question must not be answered by a
// new and empty house, nor a secret be printed that no server knows. Faults:
// "store.not_found", "store.empty", "master_key.missing"; each says where it
// looked.
func OpenExisting(ctx context.Context, cfg config.Config, log *slog.Logger) (*House, error) {
	if err := CheckDatabase(cfg); err != nil {
		return nil, err
	}
	if err := checkMasterKey(cfg); err != nil {
		return nil, err
	}
	return open(ctx, cfg, log, checkSchema)
}

const makeOne = `"gatehouse serve" makes one at its first start`

// CheckDatabase refuses a SQLite file that is not there, and a file where the
// data directory should be.
func CheckDatabase(cfg config.Config) error {
	if usesDataDir(cfg) {
		if err := checkDataDir(cfg); err != nil {
			return err
		}
	}
	file, is := cfg.Store.SQLite()
	if !is || exists(file) {
		return nil
	}
	where := absolute(file)
	if !exists(filepath.Dir(file)) {
		where += ": not even its directory is there"
	}
	return fault.New(fault.NotFound, "store.not_found", fmt.Sprintf(
		`There is no database at %s. Look whether this is the directory and the configuration of the server (--config names a file), and data_dir and store.url are right; %s, and so does "gatehouse migrate up".`, where, makeOne))
}

func checkMasterKey(cfg config.Config) error {
	if exists(cfg.MasterKeyFile) {
		return nil
	}
	remedy := "restore the key from its back-up: without it the database cannot be read"
	if _, is := cfg.Store.SQLite(); !is { // nobody looked yet whether there is anything in it
		remedy = "or restore the key from its back-up; for a new database " + makeOne
	}
	return fault.New(fault.NotFound, "master_key.missing", fmt.Sprintf(
		"There is no master key at %s. Look whether data_dir and master_key_file are right; %s.", absolute(cfg.MasterKeyFile), remedy))
}

// checkSchema refuses a database in which there is no Gatehouse.
func checkSchema(ctx context.Context, s *store.Store) error {
	has, err := s.HasSchema(ctx)
	if err == nil && !has {
		return fault.New(fault.NotFound, "store.empty",
			`The database of store.url holds no Gatehouse. Look whether it is the right one; "gatehouse serve" and "gatehouse migrate up" set one up.`)
	}
	return err
}

// exists reports whether there is something at path; what cannot be looked at
// is there, and who opens it says what is wrong.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// absolute is path as an operator finds it from anywhere.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// Package place knows where a house lies on this machine: its data directory, its
// database and its master key. It says what is not there, and makes nothing but the
// data directory, so that a command in the wrong folder sets up no second house.
package place

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/store"
)

const makeOne = `"gatehouse serve" makes one at its first start`

// CheckDatabase refuses a SQLite file that is not there, and a file where the
// data directory should be. Faults: "store.not_found", "data_dir.file".
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
	where := Absolute(file)
	if !exists(filepath.Dir(file)) {
		where += ": not even its directory is there"
	}
	return fault.New(fault.NotFound, "store.not_found", fmt.Sprintf(
		`There is no database at %s. Look whether this is the directory and the configuration of the server (--config names a file), and data_dir and store.url are right; %s, and so does "gatehouse migrate up".`, where, makeOne))
}

// CheckMasterKey refuses a master key that is not there. Fault: "master_key.missing".
func CheckMasterKey(cfg config.Config) error {
	if exists(cfg.MasterKeyFile) {
		return nil
	}
	remedy := "restore the key from its back-up: without it the database cannot be read"
	if _, is := cfg.Store.SQLite(); !is { // nobody looked yet whether there is anything in it
		remedy = "or restore the key from its back-up; for a new database " + makeOne
	}
	return fault.New(fault.NotFound, "master_key.missing", fmt.Sprintf(
		"There is no master key at %s. Look whether data_dir and master_key_file are right; %s.", Absolute(cfg.MasterKeyFile), remedy))
}

// CheckSchema refuses a database in which there is no Gatehouse. Fault: "store.empty".
func CheckSchema(ctx context.Context, s *store.Store) error {
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

// Absolute is path as an operator finds it from anywhere.
func Absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

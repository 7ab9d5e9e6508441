package check

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/secret"
)

// Files looks at who may read and change the files that the configuration names.
func Files(c config.Config, sources config.Sources) []Finding {
	found := masterKey(c)
	if file, is := c.Store.SQLite(); is {
		found = append(found, closed("file.database", "the database", file, 0o077)...)
	}
	found = append(found, closed("file.tls_key", "the certificate's private key", c.Web.TLS.KeyFile, 0o037)...)
	found = append(found, closed("file.redis_key", "the private key for Redis", c.Redis.KeyFile, 0o037)...)
	found = append(found, closed("file.bootstrap", "the first administrator's password", c.Bootstrap.PasswordFile, 0o037)...)
	found = append(found, folder(c)...)
	return append(found, configFiles(c, sources)...)
}

// masterKey says what a start would have against the key, and where it lies.
func masterKey(c config.Config) []Finding {
	_, err := secret.LoadMaster(c.MasterKeyFile)
	switch fault.CodeOf(err) {
	case "":
		if err != nil {
			return []Finding{{"key.file", Problem, fmt.Sprintf("the master key cannot be read: %v", err), "Let the user that runs Gatehouse read " + c.MasterKeyFile + "."}}
		}
	case "master_key.mode":
		return []Finding{{"key.file", Problem, "others can read or change the master key " + c.MasterKeyFile + ": nothing starts with it", "chmod 600 " + c.MasterKeyFile}}
	case "master_key.missing":
		return []Finding{{"key.file", Problem, "there is no master key at " + c.MasterKeyFile, "Restore it from its back-up, or look at master_key_file; only a first start makes one."}}
	default:
		return []Finding{{"key.file", Problem, c.MasterKeyFile + " does not hold a master key", "Restore it from its back-up, or look at master_key_file."}}
	}
	if file, is := c.Store.SQLite(); is && filepath.Dir(c.MasterKeyFile) == filepath.Dir(file) {
		return []Finding{{
			"key.place", Note, "the master key lies beside the database: who copies the directory has both",
			`Back up with "gatehouse backup", which leaves the key out, and keep a copy of the key elsewhere. master_key_file moves it.`,
		}}
	}
	return nil
}

// configFiles looks at the files that the values come from, if a secret is among
// them.
func configFiles(c config.Config, sources config.Sources) []Finding {
	var files []string
	for _, s := range config.Settings(c, sources) {
		if s.Secret && s.Source.Layer == config.File && !slices.Contains(files, s.Source.Name) {
			files = append(files, s.Source.Name)
		}
	}
	var found []Finding
	for _, f := range files {
		if _, is := c.Store.SQLite(); !is {
			found = append(found, closed("file.config", "the configuration, which holds the database's password,", f, 0o007)...)
		}
	}
	return found
}

// closed warns of a file that others may use: mask are the bits that should not
// be set.
func closed(check, what, file string, mask fs.FileMode) []Finding {
	if file == "" || runtime.GOOS == "windows" {
		return nil
	}
	info, err := os.Stat(file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // who opens it says so
	}
	if err != nil {
		return []Finding{{check, Unknown, fmt.Sprintf("%s %s cannot be looked at: %v", what, file, err), ""}}
	}
	if mode := info.Mode().Perm(); mode&mask != 0 {
		return []Finding{{
			check, Warning, fmt.Sprintf("others can read or change %s %s (mode %04o)", what, file, mode),
			fmt.Sprintf("chmod %03o %s", mode&^mask, file),
		}}
	}
	return nil
}

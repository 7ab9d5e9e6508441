package backup

import (
	"fmt"
	"os"
	"strings"

	"gatehouse/audit"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house/place"
	"gatehouse/secret"
	"gatehouse/store"
	"gatehouse/store/archive"
)

// Check checks a back-up as Restore does before it touches anything, and
// says what it is of.
func Check(cfg config.Config, file string) (archive.Header, error) {
	f, err := open(file)
	if err != nil {
		return archive.Header{}, err
	}
	defer f.Close()
	r := &restore{cfg: cfg, file: f}
	err = r.check()
	return r.Header, err
}

func open(file string) (*os.File, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "backup.not_found", "There is no back-up at "+file+" that can be read.")
	}
	return f, nil
}

// check reads the whole file and refuses what must not be restored here.
func (r *restore) check() error {
	var err error
	if r.Header, err = archive.ReadHeader(r.file); err != nil {
		return err
	}
	if err := fitsDatabase(r.Header, r.cfg); err != nil {
		return err
	}
	master, err := secret.LoadMaster(r.cfg.MasterKeyFile)
	if fault.CodeOf(err) == "master_key.missing" {
		return fault.New(fault.NotFound, "master_key.missing", fmt.Sprintf(
			"There is no master key at %s. Put the one there that belongs to this back-up (fingerprint %s) first: it is not in it.", place.Absolute(r.cfg.MasterKeyFile), plainKey(r.Header.Key)))
	}
	if err != nil {
		return err
	}
	if r.Header.Key != master.Fingerprint() {
		return fault.New(fault.Invalid, "backup.key", fmt.Sprintf(
			"The back-up belongs to another master key (fingerprint %s; %s has %s). Put the right one in its place first.", plainKey(r.Header.Key), r.cfg.MasterKeyFile, master.Fingerprint()))
	}
	r.key, r.audit = master.Key(keyLabel), audit.KeysOf(master.Key)
	if err := r.rewind(); err != nil {
		return err
	}
	return archive.Verify(r.file, r.key)
}

// plainKey is a fingerprint that somebody wrote, fit for a sentence.
func plainKey(s string) string {
	if len(s) > 16 || strings.Trim(s, "0123456789abcdef") != "" {
		return "unreadable"
	}
	return s
}

func fitsDatabase(h archive.Header, cfg config.Config) error {
	kind := "postgres"
	if _, is := cfg.Store.SQLite(); is {
		kind = "sqlite"
	}
	names := map[string]string{"sqlite": "SQLite", "postgres": "Postgres"}
	if h.Database != kind {
		made, known := names[h.Database]
		if !known {
			made = "another database"
		}
		return fault.New(fault.Invalid, "backup.database", fmt.Sprintf("The back-up is of %s, and store.url names %s. Restore it into the kind that it came from.", made, names[kind]))
	}
	latest, err := store.LatestSchema()
	if err != nil {
		return err
	}
	if h.Schema > latest {
		return fault.New(fault.Conflict, "store.newer", fmt.Sprintf(
			"The back-up was made by a newer Gatehouse (schema %d; this one knows %d). Restore it with the newer one.", h.Schema, latest))
	}
	if h.Schema < latest && kind == "postgres" {
		return fault.New(fault.Conflict, "backup.older", fmt.Sprintf(
			"The back-up was made by an older Gatehouse (schema %d; this one has %d). Restore it with the older one, and upgrade then.", h.Schema, latest))
	}
	return nil
}

// Package backup writes the whole database into one file, and fills a database from
// one. How rows are read and written is the store's, the form of the file
// store/archive's; here is what must hold before, and what ends afterwards
// (decision 0025). No house is opened for it.
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house/place"
	"gatehouse/secret"
	"gatehouse/store"
	"gatehouse/store/archive"
)

// keyLabel names the key that authenticates back-ups. It follows from the
// master key, which is kept apart: who can write to a back-up cannot make one.
const keyLabel = "backup"

// Options is what there is to choose about a back-up.
type Options struct {
	By        audit.Actor
	Overwrite bool   // a file of that name may go
	Program   string // the version that makes it
}

// Written is a back-up that was made.
type Written struct {
	archive.Header
	File       string
	Bytes      int64
	Unrecorded error // why the audit log does not tell of it; nil: it does
}

// Make writes the database of cfg into one file, also while servers run on
// it: to another name first, for its owner alone, and under its own once it is
// on disk. The master key is not in it; that it opens the database is checked
// first. The schema is left as it is, so that an upgrade can be prepared. Faults:
// those of house.OpenExisting, "backup.exists", "backup.write".
func Make(ctx context.Context, cfg config.Config, log *slog.Logger, file string, o Options) (Written, error) {
	if err := mayWrite(file, o.Overwrite); err != nil {
		return Written{}, err
	}
	if err := errors.Join(place.CheckDatabase(cfg), place.CheckMasterKey(cfg)); err != nil {
		return Written{}, err
	}
	master, err := secret.LoadMaster(cfg.MasterKeyFile)
	if err != nil {
		return Written{}, err
	}
	s, err := store.Open(ctx, cfg.Store, log)
	if err != nil {
		return Written{}, fmt.Errorf("open the store: %w", err)
	}
	b, err := write(ctx, s, master, cfg.Issuer, file, o)
	return b, errors.Join(err, s.Close())
}

func write(ctx context.Context, s *store.Store, master secret.Master, issuer, file string, o Options) (Written, error) {
	if err := place.CheckSchema(ctx, s); err != nil {
		return Written{}, err
	}
	if err := secret.Fits(ctx, s, master); err != nil {
		return Written{}, err
	}
	schema, err := s.SchemaVersion(ctx)
	if err != nil {
		return Written{}, err
	}
	b := Written{File: file, Header: archive.Header{
		Format: archive.Format, Made: clock.Now(), Database: s.Kind(), Schema: schema,
		Key: master.Fingerprint(), Issuer: issuer, Program: o.Program,
	}}
	b.Bytes, err = writeFile(file, o.Overwrite, func(w io.Writer) error {
		a, err := archive.NewWriter(w, b.Header, master.Key(keyLabel))
		if err != nil {
			return err
		}
		if err := s.Dump(ctx, filepath.Dir(file), a.Part); err != nil {
			return err
		}
		return a.Close()
	})
	if err != nil {
		return Written{}, err
	}
	b.Unrecorded = record(ctx, s, audit.KeysOf(master.Key), o.By, b)
	return b, nil
}

// record tells of a back-up once there is one: who made it has all that
// the database knows.
func record(ctx context.Context, s *store.Store, keys audit.Keys, by audit.Actor, b Written) error {
	log := &audit.Log{Store: s, Keys: keys}
	return log.Record(ctx, audit.Event{
		At: b.Made, Actor: by, Action: ActionMake, Target: audit.Itself(),
		After: audit.Doc(map[string]any{"bytes": b.Bytes, "schema": b.Schema, "key": b.Key}),
	})
}

// Last returns when the last back-up was made by Make, the zero time
// when the audit log tells of none.
func Last(ctx context.Context, s *store.Store) (time.Time, error) {
	events, _, err := s.FindEvents(ctx, audit.Query{Actions: []audit.Action{ActionMake}}, 1)
	if err != nil || len(events) == 0 {
		return time.Time{}, err
	}
	return events[0].At, nil
}

// mayWrite refuses a name that something has already, before any work is done.
func mayWrite(file string, overwrite bool) error {
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return notWritten(err, file)
	case !info.Mode().IsRegular():
		return fault.New(fault.Conflict, "backup.exists", file+" is there already, and is no file that a back-up could replace. Choose another name.")
	case !overwrite:
		return errExists(file)
	case info.Size() > 0 && !isBackup(file):
		return fault.New(fault.Conflict, "backup.exists", file+" is there already, and is no back-up: --force does not replace it. Choose another name.")
	}
	return nil
}

// isBackup reports whether a file begins as one does. Whoever gives --force in a
// script every night means the one of last night, and not what a variable that is
// empty one day makes of the name.
func isBackup(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	_, err = archive.ReadHeader(f)
	return err == nil || fault.CodeOf(err) != "" && fault.CodeOf(err) != "backup.format"
}

func errExists(file string) error {
	return fault.New(fault.Conflict, "backup.exists", file+" is there already. Choose another name, or give --force to replace an older back-up.")
}

func notWritten(err error, file string) error {
	return fault.Wrap(err, fault.Unavailable, "backup.write", "The back-up could not be written to "+file+", and nothing was left there.")
}

// writeFile writes a file that appears complete, on disk and with mode 0600, or
// not at all, and returns its size.
func writeFile(file string, overwrite bool, write func(w io.Writer) error) (size int64, err error) {
	if err := removeLeftovers(filepath.Dir(file), time.Now()); err != nil {
		return 0, notWritten(err, file)
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".gatehouse-backup-*") // mode 0600, O_EXCL
	if err != nil {
		return 0, notWritten(err, file)
	}
	defer os.Remove(f.Name()) // under its own name it stays
	if err := write(f); err != nil {
		return 0, errors.Join(told(err, file), f.Close())
	}
	info, err := f.Stat()
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, notWritten(err, file)
	}
	if err := name(f.Name(), file, overwrite); err != nil {
		return 0, err
	}
	return info.Size(), syncFolder(file)
}

// told is err, as a fault when it is the file's: the database speaks for itself.
func told(err error, file string) error {
	if _, ok := errors.AsType[*fs.PathError](err); ok {
		return notWritten(err, file)
	}
	return err
}

// name gives the file its name: by a link, which fails when somebody has taken
// it meanwhile, unless that one may go, or the file system has no links.
func name(temp, file string, overwrite bool) error {
	if !overwrite {
		err := os.Link(temp, file)
		if errors.Is(err, fs.ErrExist) {
			return errExists(file)
		}
		if err == nil {
			return nil
		}
		if err := mayWrite(file, false); err != nil {
			return err
		}
	}
	if err := mayWrite(file, true); err != nil { // what came meanwhile
		return err
	}
	if err := os.Rename(temp, file); err != nil {
		return notWritten(err, file)
	}
	return nil
}

func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return notWritten(err, file)
	}
	_ = d.Sync() // not every system can
	return d.Close()
}

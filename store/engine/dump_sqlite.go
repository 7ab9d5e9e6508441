package engine

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"modernc.org/sqlite"

	"gatehouse/fault"
)

// sqlitePart is the one part of a dump of SQLite: the file.
const sqlitePart = "file"

// dump copies by VACUUM INTO, on a connection of its own. Unlike the online
// back-up, which begins again whenever another process writes, it comes to an
// end, and leaves behind what was deleted.
func (e *sqliteBackend) dump(ctx context.Context, scratch string, part func(string) (io.Writer, error)) (err error) {
	to, err := os.CreateTemp(scratch, ".gatehouse-dump-*") // empty, as VACUUM wants it, and 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, to.Close(), os.Remove(to.Name())) }()
	if err := e.copyInto(ctx, to.Name()); err != nil {
		return err
	}
	w, err := part(sqlitePart)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, to)
	return err
}

func (e *sqliteBackend) copyInto(ctx context.Context, file string) (err error) {
	db, err := sql.Open("sqlite", dsn(e.file, pragmasAll))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", file)
	return err
}

// Unpack writes the SQLite file of a dump to path, which must not exist, for its
// owner alone, and looks whether it is sound.
func Unpack(ctx context.Context, parts Parts, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	name, r, err := parts()
	if err == nil && name != sqlitePart {
		err = fmt.Errorf("unpack a dump of SQLite: its first part is %q", name)
	}
	if err == nil {
		_, err = io.Copy(f, r)
	}
	if err == nil {
		if _, _, err = parts(); err == nil {
			err = errors.New("unpack a dump of SQLite: there is more than the file")
		} else if errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return sound(ctx, path)
}

// sound refuses a file that SQLite finds damaged.
func sound(ctx context.Context, path string) (err error) {
	db, err := sql.Open("sqlite", dsn(path, pragmasAll))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	var said string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&said); err != nil {
		return fmt.Errorf("look whether the file is sound: %w", classify(err))
	}
	if said != "ok" {
		return fault.Wrap(errors.New(said), fault.Invalid, "backup.damaged", "The database in the back-up is damaged: it was so when the back-up was made. Take another one.")
	}
	return nil
}

// alone opens a file for a process that has it for itself: any other that has it
// open, a reader too, makes it fail. The log is put into the file.
const alone = "_busy_timeout=2000&_dqs=0&_pragma=locking_mode(EXCLUSIVE)&_pragma=journal_mode(DELETE)&_pragma=synchronous(FULL)"

// Adopt makes the database file at path what the one at from is, in one
// transaction of SQLite: a crash leaves the old content. The file is made when
// there is none. Nobody may have it open: ErrInUse. One with people or
// applications is ErrNotEmpty, unless replace says that they may go.
func Adopt(ctx context.Context, from, path string, replace bool) (err error) {
	_, statErr := os.Stat(path)
	from, err = filepath.Abs(from)
	if err != nil {
		return err
	}
	file, err := makeFile(path)
	if err != nil {
		return fmt.Errorf("make the database file: %w", classify(err))
	}
	if statErr != nil { // it was made here; an empty one must not be left behind
		defer func() {
			if err != nil {
				err = errors.Join(err, os.Remove(file))
			}
		}()
	}
	if err := mayAdopt(ctx, file, replace); err != nil {
		return err
	}
	if err := adopt(ctx, from, file); err != nil {
		return inUse(err)
	}
	return syncFolder(file)
}

// mayAdopt looks at the file with nobody else there.
func mayAdopt(ctx context.Context, file string, replace bool) (err error) {
	db, err := sql.Open("sqlite", dsn(file, alone))
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, db.Close()) }()
	// A lock that stays until the connection is closed.
	if _, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE; COMMIT"); err != nil {
		return inUse(err)
	}
	for _, table := range inhabited {
		var n int
		err := db.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM "+table+" LIMIT 1)").Scan(&n)
		if err != nil && !isNoTable(err) {
			return fmt.Errorf("look whether the database is empty: %w", classify(err))
		}
		if n > 0 && !replace {
			return ErrNotEmpty
		}
	}
	return nil
}

// inhabited are the tables with a row in which a database is not empty. A start
// fills the others by itself.
var inhabited = []string{"users", "clients"}

func inUse(err error) error {
	if isBusy(err) {
		return ErrInUse
	}
	return fmt.Errorf("write the database file: %w", classify(err))
}

func adopt(ctx context.Context, from, file string) (err error) {
	db, err := sql.Open("sqlite", dsn(from, pragmasAll))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return conn.Raw(func(driver any) error {
		b, err := driver.(interface {
			NewBackup(to string) (*sqlite.Backup, error)
		}).NewBackup(dsn(file, alone))
		if err != nil {
			return err
		}
		more, err := b.Step(-1)
		if err == nil && more {
			err = errors.New("the copy is not complete")
		}
		return errors.Join(err, b.Finish())
	})
}

// syncFolder makes a new name in a folder outlive a crash.
func syncFolder(file string) error {
	d, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	_ = d.Sync() // not every system can
	return d.Close()
}

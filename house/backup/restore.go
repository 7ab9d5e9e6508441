package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/follow"
	"gatehouse/house/place"
	"gatehouse/oauth"
	"gatehouse/session"
	"gatehouse/store"
	"gatehouse/store/archive"
)

// RestoreOptions is what there is to choose about a restore.
type RestoreOptions struct {
	By      audit.Actor
	Replace bool // what is in the database may go
	// KeepSessions leaves alive what lived when the back-up was made. It is for who
	// knows that nothing was ended since.
	KeepSessions bool
}

// Restored is what came of a restore.
type Restored struct {
	archive.Header
	Sessions int64 // browser sessions that were ended
	Clients  int   // applications whose tokens were ended
}

// Restore fills the database of cfg from a back-up. All of the file is checked
// first, under the key that follows from the master key at hand, and nothing is
// touched unless it is whole, unaltered and of this key. The database appears
// with all of it or stays as it was. Afterwards, in the same transaction,
// sessions, refresh tokens, codes and access tokens are ended: what was ended
// after the back-up would live again. Faults: those of archive, "backup.key",
// "backup.database", "store.newer", "backup.older", "restore.not_empty",
// "restore.running".
func Restore(ctx context.Context, cfg config.Config, log *slog.Logger, file string, o RestoreOptions) (Restored, error) {
	f, err := open(file)
	if err != nil {
		return Restored{}, err
	}
	defer f.Close()
	r := &restore{cfg: cfg, log: log, file: f, options: o}
	if err := r.check(); err != nil {
		return Restored{}, err
	}
	if r.Header.Database == "postgres" {
		err = r.intoPostgres(ctx)
	} else {
		err = r.intoSQLite(ctx)
	}
	if err != nil {
		return Restored{}, err
	}
	return r.Restored, nil
}

// restore is one restore on its way.
type restore struct {
	cfg     config.Config
	log     *slog.Logger
	file    *os.File
	options RestoreOptions
	key     []byte
	audit   audit.Keys
	Restored
}

func (r *restore) rewind() error {
	_, err := r.file.Seek(0, io.SeekStart)
	return err
}

// parts hands out the parts of the file from its beginning. The MAC is checked
// once more at its end: between the two readings it may have become another file.
func (r *restore) parts() (store.Parts, error) {
	if err := r.rewind(); err != nil {
		return nil, err
	}
	a, err := archive.NewReader(r.file, r.key)
	if err != nil {
		return nil, err
	}
	return func() (string, io.Reader, error) {
		name, err := a.Next()
		return name, a, err
	}, nil
}

// intoSQLite makes the new file beside the old one, with all that is to be done
// in it, and copies it over at the end.
func (r *restore) intoSQLite(ctx context.Context) (err error) {
	if err := place.PrepareDataDir(r.cfg, r.log); err != nil {
		return err
	}
	path, _ := r.cfg.Store.SQLite()
	err = removeLeftovers(filepath.Dir(path), time.Now())
	scratch := ""
	if err == nil {
		scratch, err = os.MkdirTemp(filepath.Dir(path), ".gatehouse-restore-*") // mode 0700
	}
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "restore.write", "The database could not be written. Nothing was changed.")
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	parts, err := r.parts()
	if err != nil {
		return err
	}
	temp := filepath.Join(scratch, "gatehouse.db")
	if err := store.Unpack(ctx, parts, temp); err != nil {
		return fmt.Errorf("unpack the back-up: %w", err)
	}
	if err := r.prepare(ctx, temp); err != nil {
		return err
	}
	return store.Adopt(ctx, temp, path, r.options.Replace)
}

// prepare brings the unpacked file up to date and ends what must not live on.
func (r *restore) prepare(ctx context.Context, temp string) (err error) {
	s, err := store.Open(ctx, store.Config{URL: "sqlite:" + temp, MaxConns: 2}, r.log)
	if err != nil {
		return fmt.Errorf("open the back-up: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the back-up: %w", err)
	}
	return r.settle(ctx, s) // nobody else sees the file: it needs no transaction
}

func (r *restore) intoPostgres(ctx context.Context) (err error) {
	s, err := store.OpenToRestore(ctx, r.cfg.Store, r.log)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if err := s.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate the store: %w", err)
	}
	parts, err := r.parts()
	if err != nil {
		return err
	}
	return s.Load(ctx, parts, r.options.Replace, func(ctx context.Context) error { return r.settle(ctx, s) })
}

// settle ends what may have been ended after the back-up, and tells of the restore.
func (r *restore) settle(ctx context.Context, s *store.Store) error {
	if !r.options.KeepSessions {
		if err := r.end(ctx, s); err != nil {
			return fmt.Errorf("end what was alive: %w", err)
		}
	}
	if err := s.NewEpoch(ctx); err != nil {
		return err
	}
	log := &audit.Log{Store: s, Keys: r.audit}
	return log.Record(ctx, audit.Event{
		Actor: r.options.By, Action: ActionRestore, Target: audit.Itself(), Reason: r.reason(),
		Before: audit.Doc(map[string]any{"made": r.Header.Made}),
		After:  audit.Doc(map[string]any{"sessions_ended": r.Sessions, "clients_ended": r.Clients}),
	})
}

func (r *restore) reason() audit.Reason {
	if r.options.KeepSessions {
		return reasonKept
	}
	return ""
}

func (r *restore) end(ctx context.Context, s *store.Store) error {
	now := clock.Now()
	var err error
	if r.Sessions, err = s.EndEverySession(ctx, "", session.ReasonRestored, now); err != nil {
		return err
	}
	if err := s.DropUnfinished(ctx, now); err != nil {
		return err
	}
	clients, err := s.Clients(ctx)
	if err != nil {
		return err
	}
	r.Clients = len(clients)
	ends := &oauth.Service{Store: s, Registry: oauth.NewRegistry(s, follow.NewFeed(s))}
	for _, c := range clients {
		if err := ends.EndClientUntil(ctx, c.ID, now); err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/house"
	"gatehouse/house/place"
	"gatehouse/store"
)

func (a *app) migrate() *cobra.Command {
	return explained(a.group("migrate", "Look at the database's schema, or bring it up to date", a.migrateStatus(), a.migrateUp()),
		`Look at the schema (the tables of the database), or bring it up to what this version
needs. "gatehouse serve" does it by itself at its start.`,
		`  gatehouse migrate status
  gatehouse migrate up`)
}

// stepJSON is one step of the schema's history.
type stepJSON struct {
	Version int64     `json:"version"`
	Name    string    `json:"name"`
	Applied bool      `json:"applied"`
	At      time.Time `json:"at,omitzero"`
}

func (a *app) migrateStatus() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "status",
		Short: "List the steps of the schema, and which the database has",
		Long: `List the steps by which the schema (the tables of the database) came to be, and
which of them this database has. Nothing is changed.`,
		Example: `  gatehouse migrate status`,
		Args:    noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, _, err := a.commandConfig()
			if err != nil {
				return err
			}
			return a.withStore(ctx, cfg, onlyThere, a.printSteps)
		}),
	})
}

func (a *app) migrateUp() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "up",
		Short: "Bring the schema up to date",
		Long: `Bring the schema up to date. The server and the other commands do it too when
they start; this is for who wants to do it before. A SQLite file that is not
there is made, and the master key beside it: then "gatehouse user create" and
the like work before the server's first start.`,
		Example: `  gatehouse migrate up
  gatehouse migrate up --data-dir /var/lib/gatehouse`,
		Args: noArgs,
		RunE: a.action(a.migrateNow),
	})
}

func (a *app) migrateNow(ctx context.Context, _ []string) error {
	cfg, _, err := a.commandConfig()
	if err != nil {
		return err
	}
	// A process without the key's folder has not got the SQLite file either. On
	// Postgres it may well have the database, and a key that it made would be lost.
	if _, is := cfg.Store.SQLite(); is && filepath.Dir(cfg.MasterKeyFile) == filepath.Clean(cfg.DataDir) {
		return a.inHouse(ctx, cfg, house.Open, func(h *house.House) error { return a.printSteps(ctx, h.Store) })
	}
	return a.withStore(ctx, cfg, place.PrepareDataDir, func(ctx context.Context, s *store.Store) error {
		if err := s.Migrate(ctx); err != nil {
			return err
		}
		return a.printSteps(ctx, s)
	})
}

// onlyThere refuses a database that is not there.
func onlyThere(cfg config.Config, _ *slog.Logger) error { return place.CheckDatabase(cfg) }

// withStore opens the store as it is, without migrating it and without keys.
// Before, prepare may refuse the configuration.
func (a *app) withStore(ctx context.Context, cfg config.Config, prepare func(config.Config, *slog.Logger) error, f func(ctx context.Context, s *store.Store) error) error {
	log, flush := house.NewLog(cfg.Log, a.stderr)
	defer flush()
	if err := prepare(cfg, log); err != nil {
		return err
	}
	s, err := store.Open(ctx, cfg.Store, log)
	if err != nil {
		return fmt.Errorf("open the store: %w", err)
	}
	return errors.Join(f(ctx, s), s.Close())
}

func (a *app) printSteps(ctx context.Context, s *store.Store) error {
	states, err := s.MigrationStatus(ctx)
	if err != nil {
		return err
	}
	steps := make([]stepJSON, len(states))
	for i, st := range states {
		steps[i] = stepJSON(st)
	}
	return a.print(steps, func(w io.Writer) {
		row(w, "VERSION", "NAME", "APPLIED")
		for _, st := range steps {
			row(w, fmt.Sprint(st.Version), st.Name, moment(st.At))
		}
	})
}

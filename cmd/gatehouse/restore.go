package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/house/backup"
)

// restoredJSON is a restore as scripts read it.
type restoredJSON struct {
	Made          time.Time `json:"made"`
	Database      string    `json:"database"`
	SessionsEnded int64     `json:"sessions_ended"`
	ClientsEnded  int       `json:"clients_ended"`
	SessionsKept  bool      `json:"sessions_kept"`
}

func (a *app) restore() *cobra.Command {
	var o backup.RestoreOptions
	cmd := a.confirming(a.printing(&cobra.Command{
		Use:   "restore FILE",
		Short: "Fill an empty database from a back-up",
		Long: `Fill an empty database from a back-up of "gatehouse backup". Put the master key
in its place first, and stop every server. The whole file is checked before
anything is touched: a file that was cut off or changed, or that belongs to
another key, is refused. The database gets all of it or stays as it was.

Everybody has to sign in again: all sessions, refresh tokens and access tokens
are ended, because those that were ended after the back-up would live again.
--keep-sessions leaves them alive, for who moves a database that nobody used
since.

People whom you disabled, keys and secrets that you revoked, and passwords that
were changed after the back-up are as they were then. Do that again.`,
		Example: `  gatehouse restore gatehouse.backup
  gatehouse restore gatehouse.backup --replace --yes`,
		Args: one(aBackup),
		RunE: a.action(func(ctx context.Context, args []string) error { return a.restoreFrom(ctx, args[0], o) }),
	}))
	cmd.Flags().BoolVar(&o.Replace, "replace", false, "replace a database with people or applications in it, which are lost then")
	cmd.Flags().BoolVar(&o.KeepSessions, "keep-sessions", false, "leave sessions and refresh tokens of the back-up alive")
	return cmd
}

func (a *app) restoreFrom(ctx context.Context, file string, o backup.RestoreOptions) error {
	cfg, _, err := a.commandConfig()
	if err != nil {
		return err
	}
	if o.Replace {
		h, err := backup.Check(cfg, file) // nobody is asked about a file that cannot be restored
		if err != nil {
			return err
		}
		if err := a.confirm(ctx, "Lose the present database, and have that of "+moment(h.Made)); err != nil {
			return err
		}
	}
	log, flush := house.NewLog(cfg.Log, a.stderr)
	defer flush()
	o.By = operator()
	r, err := backup.Restore(ctx, cfg, log, file, o)
	if err != nil {
		return err
	}
	what := "Everybody has to sign in again."
	if o.KeepSessions {
		what = "Sessions and refresh tokens of then are alive again."
	}
	return a.say(restoredJSON{Made: r.Made, Database: r.Database, SessionsEnded: r.Sessions, ClientsEnded: r.Clients, SessionsKept: o.KeepSessions},
		`The database is as it was on %s. %s
What was changed later is gone: look through "gatehouse user list", "gatehouse client list" and "gatehouse keys list"
for people, secrets and keys that were disabled or revoked since, and do it again before you serve.`, moment(r.Made), what)
}

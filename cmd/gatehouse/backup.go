package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/house/backup"
)

// backupJSON is a back-up as scripts read it.
type backupJSON struct {
	File     string    `json:"file"`
	Bytes    int64     `json:"bytes"`
	Made     time.Time `json:"made"`
	Database string    `json:"database"`
	Schema   int64     `json:"schema"`
	Key      string    `json:"key_fingerprint"`
	KeyFile  string    `json:"master_key_file"`
	Recorded bool      `json:"recorded"`
}

var aBackup = thing{"FILE", "the back-up"}

func (a *app) backup() *cobra.Command {
	var o backup.Options
	cmd := a.printing(&cobra.Command{
		Use:   "backup FILE",
		Short: "Write the whole database into one file, also while the server runs",
		Long: `Write the whole database into one file, also while the server runs. The file
has mode 0600, appears complete or not at all, and replaces an older one only if
--force says so. It takes room for the database twice for a moment, with SQLite.

The master key is not in it. Keep a copy of the key apart from the back-ups:
without it they open for nobody, and with both a thief has everything.
"gatehouse restore" checks that the key at hand is the right one.`,
		Example: `  gatehouse backup gatehouse.backup
  gatehouse backup /var/backups/gatehouse.backup --force`,
		Args: one(aBackup),
		RunE: a.action(func(ctx context.Context, args []string) error { return a.makeBackup(ctx, args[0], o) }),
	})
	cmd.Flags().BoolVar(&o.Overwrite, "force", false, "replace an older back-up of that name")
	return cmd
}

func (a *app) makeBackup(ctx context.Context, file string, o backup.Options) error {
	cfg, _, err := a.commandConfig()
	if err != nil {
		return err
	}
	log, flush := house.NewLog(cfg.Log, a.stderr)
	defer flush()
	o.By, o.Program = operator(), buildVersion().Version
	b, err := backup.Make(ctx, cfg, log, file, o)
	if err != nil {
		return err
	}
	if b.Unrecorded != nil {
		fmt.Fprintf(a.stderr, "The back-up is complete, but the audit log does not tell of it: %v\n", b.Unrecorded)
	}
	return a.say(backupJSON{
		File: b.File, Bytes: b.Bytes, Made: b.Made, Database: b.Database, Schema: b.Schema,
		Key: b.Key, KeyFile: cfg.MasterKeyFile, Recorded: b.Unrecorded == nil,
	}, `The database was written to %s (%s).
The master key is not in it. Keep a copy of %s apart from the back-ups; its fingerprint is %s.`,
		b.File, size(b.Bytes), cfg.MasterKeyFile, b.Key)
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n < 1000:
		return fmt.Sprintf("%d bytes", n)
	case n < 1_000_000:
		return fmt.Sprintf("%.1f kB", float64(n)/1e3)
	case n < 1_000_000_000:
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(n)/1e9)
}

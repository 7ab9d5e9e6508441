package main

import (
	"bufio"
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) auditExport() *cobra.Command {
	var f auditFlags
	var format string
	cmd := a.printing(&cobra.Command{
		Use:   "export",
		Short: "Write events to standard output, for other programs",
		Long: `Write events to standard output, the newest first: a line of JSON for each, as
"gatehouse audit list --json" writes them, or CSV for spreadsheets, in which
nothing is a formula. It takes the questions of "gatehouse audit list", holds
a page of events at a time, and ends with an error when it could not write all.`,
		Example: `  gatehouse audit export --since 30d
  gatehouse audit export --format csv --target user:ada@example.test`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		export := wire.ExportLines
		switch format {
		case "ndjson":
		case "csv":
			export = wire.ExportCSV
		default:
			return usagef("--format %q is neither ndjson nor csv", format)
		}
		if _, err := f.plain(time.Now()); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			q, err := f.query(ctx, h)
			if err != nil {
				return err
			}
			out := bufio.NewWriter(a.stdout)
			if err := export(out, h.Trail.All(ctx, q)); err != nil {
				return fmt.Errorf("export the audit log: %w", err)
			}
			if err := out.Flush(); err != nil {
				return fmt.Errorf("write the result: %w", err)
			}
			return nil
		})
	})
	f.bindFilters(cmd)
	cmd.Flags().StringVar(&format, "format", "ndjson", "how to write them: `ndjson` or csv")
	a.completingFlag(cmd, "client", applications)
	return cmd
}

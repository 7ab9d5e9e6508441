package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/doctor"
	"gatehouse/house/check"
	"gatehouse/setting"
)

// errFound is the end of an examination that found something. It was said.
var errFound = errors.New("something was found")

func (a *app) doctor() *cobra.Command {
	age := durationFlag(7 * setting.Day)
	cmd := a.printing(&cobra.Command{
		Use:   "doctor",
		Short: "Examine the whole installation, and say what to do",
		Long: `Examine the configuration and its files, the database, the server of this
machine, and how the world reaches the issuer, and say of each finding what to
do. Run it where the server runs, as its user and with its configuration. When
no server runs it says what it could not ask.

It changes nothing, prints no secret, and talks to the database, the configured
listeners and the issuer only.

Exit codes: 0 nothing bad; 1 there are warnings or problems; 64 the configuration
is wrong, and nothing was looked at.`,
		Example: `  gatehouse doctor
  gatehouse doctor --backup-age 2d --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			cfg, sources, err := a.commandConfig()
			if err != nil {
				return err
			}
			r := doctor.Examine(ctx, doctor.Patient{Config: cfg, Sources: sources, BackupAge: time.Duration(age)})
			if err := a.print(r, func(w io.Writer) { tellReport(w, r) }); err != nil {
				return err
			}
			if !r.Well() {
				return errFound
			}
			return nil
		}),
	})
	a.internalFlag(cmd)
	cmd.Flags().Var(&age, "backup-age", "how old the last back-up may be (0: do not ask)")
	return cmd
}

// tellReport writes a finding to a line, and below it what to do.
func tellReport(w io.Writer, r doctor.Report) {
	for _, f := range r.Findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.Severity, plain(f.Check), plain(f.Says))
		if f.Remedy != "" && f.Severity != check.OK {
			fmt.Fprintf(w, "\t\t→ %s\n", plain(f.Remedy))
		}
	}
	fmt.Fprintf(w, "\n%s, %s, %d unknown\n", count(r.Problems, "problem"), count(r.Warnings, "warning"), r.Unknown)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

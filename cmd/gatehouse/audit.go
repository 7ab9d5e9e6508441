package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) audit() *cobra.Command {
	return explained(a.group("audit", "Read and prove who did what to whom", a.auditList(), a.auditExport(), a.auditVerify(), a.auditProve(), a.auditErase()),
		`Read the audit log: who did what to whom, when and from where, and what was
refused. It is written with each change and cannot be changed itself; who does so
in the database all the same is found out.`,
		`  gatehouse audit list
  gatehouse audit list --target user:ada@example.test --since 7d
  gatehouse audit verify`)
}

// auditPage is how many events are listed unless somebody asks for more.
const auditPage = 50

func (a *app) auditList() *cobra.Command {
	var f auditFlags
	cmd := a.printing(&cobra.Command{
		Use:   "list",
		Short: "List what was done and what was refused, the newest first",
		Long: `List what was done and what was refused, the newest first.

Whatever is asked for must all be so. The trail of a person or an application
(--target user:ada@example.test, --target client:web) is everything that
concerns them: their sessions, consents and tokens too. The table shows people by
their email address, and by their id once they are gone. With --json each line is
one event; its "cursor" goes on behind it. docs/audit.md explains the actions.`,
		Example: `  gatehouse audit list --target user:ada@example.test
  gatehouse audit list --outcome refused --since 24h
  gatehouse audit list --action client. --actor console
  gatehouse audit list --all --json`,
		Args: noArgs,
	})
	cmd.RunE = a.action(func(ctx context.Context, _ []string) error {
		if err := f.check(cmd); err != nil {
			return err
		}
		return a.withHouse(ctx, func(h *house.House) error {
			q, err := f.query(ctx, h)
			if err != nil {
				return err
			}
			return a.listEvents(ctx, h, q, f.limit)
		})
	})
	f.bind(cmd)
	a.completingFlag(cmd, "client", applications)
	return cmd
}

// listEvents prints events page by page, and holds no more than a page; a limit
// of 0 prints all of them.
func (a *app) listEvents(ctx context.Context, h *house.House, q audit.Query, limit int) error {
	names := personNames{people: h.Identity, emails: map[string]string{}}
	for first := true; ; {
		size := audit.MaxPage
		if limit > 0 {
			size = min(size, limit)
		}
		events, next, err := h.Trail.Page(ctx, q, size)
		if err != nil {
			return err
		}
		if first && len(events) == 0 && next == (audit.Cursor{}) {
			return a.note("No events.")
		}
		if len(events) > 0 { // a page may be empty and have a next one
			if err := a.printEvents(ctx, &names, events, first); err != nil {
				return err
			}
			first = false
		}
		limit -= len(events)
		if next == (audit.Cursor{}) {
			return nil
		}
		if limit == 0 {
			return a.more(next)
		}
		q.After = next
	}
}

// more says where the list goes on; the lines of JSON say so themselves.
func (a *app) more(next audit.Cursor) error {
	return a.note("There is more: --cursor %s", next)
}

func (a *app) printEvents(ctx context.Context, names *personNames, events []audit.Event, first bool) error {
	if a.json {
		return a.eventLines(events)
	}
	actors, targets := make([]string, len(events)), make([]string, len(events))
	for i, e := range events {
		var err error
		if actors[i], err = names.actor(ctx, e.Actor); err != nil {
			return err
		}
		if targets[i], err = names.target(ctx, e.Target); err != nil {
			return err
		}
	}
	return a.table(func(w io.Writer) {
		if first {
			row(w, "TIME", "ACTOR", "ACTION", "TARGET", "CLIENT", "OUTCOME", "REASON", "IP")
		}
		for i, e := range events {
			row(w, moment(e.At), actors[i], string(e.Action), targets[i], string(e.Client), string(e.Outcome), string(e.Reason), e.Actor.IP)
		}
	})
}

func (a *app) eventLines(events []audit.Event) error {
	lines := json.NewEncoder(a.stdout)
	lines.SetEscapeHTML(false)
	for _, e := range events {
		if err := lines.Encode(wire.OfEvent(e)); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	return nil
}

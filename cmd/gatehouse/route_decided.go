package main

import (
	"context"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) routeShadow() *cobra.Command {
	return a.decided("shadow", "List the requests that routes in the shadow let through and would not have",
		`List the requests that routes in the shadow let through and would not have, as far
as they are written down in gate.decisions.file: how many by what would have come
out, and the latest of them.`, (*house.House).Shadowed)
}

func (a *app) routeRefused() *cobra.Command {
	return a.decided("refused", "List the requests that the gate did not let through",
		`List the requests that the gate did not let through, as far as they are written
down in gate.decisions.file: how many by what came out, and the latest of them. Who
asked too often was not decided about, and is not in there.`, (*house.House).GateRefusals)
}

// mostHours is how far back decisions are looked for.
const mostHours = 720

// decided is the command that tells what the log of decisions has of some of them.
func (a *app) decided(use, short, long string, read func(h *house.House, ctx context.Context, since time.Time, route string) (wire.Shadowed, error)) *cobra.Command {
	var route string
	var hours int
	cmd := a.printing(&cobra.Command{
		Use:   use,
		Short: short,
		Long:  long,
		Example: `  gatehouse route ` + use + `
  gatehouse route ` + use + ` --route orders --hours 168 --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			if hours < 1 || hours > mostHours {
				return usagef("--hours must lie between 1 and %d", mostHours)
			}
			return a.withHouse(ctx, func(h *house.House) error {
				found, err := read(h, ctx, time.Now().Add(-time.Duration(hours)*time.Hour), route)
				if err != nil {
					return err
				}
				if !found.Recorded {
					return fault.New(fault.Conflict, "gate.no_decisions", "Nothing is written down of what the gate decides. Set gate.decisions.file, and restart.")
				}
				names := newNames(h)
				for i := range found.Requests {
					if found.Requests[i].Subject, err = asker(ctx, names, found.Requests[i].Subject); err != nil {
						return err
					}
				}
				return a.print(found, func(out io.Writer) { tellDecided(out, found) })
			})
		}),
	})
	cmd.Flags().StringVar(&route, "route", "", "only those of this route, by its `id`")
	cmd.Flags().IntVar(&hours, "hours", 24, "how far back; of a long log, the latest 64 MiB are looked at")
	return cmd
}

// asker is who made a request, with the email of a person who is there.
func asker(ctx context.Context, names *personNames, s wire.Subject) (wire.Subject, error) {
	if s.ID == "" {
		return s, nil
	}
	return shownSubject(ctx, names, access.Subject{Kind: s.Kind, ID: s.ID})
}

func tellDecided(out io.Writer, w wire.Shadowed) {
	row(out, "requests", strconv.Itoa(w.Count))
	for _, outcome := range slices.Sorted(maps.Keys(w.Outcomes)) {
		row(out, outcome, strconv.Itoa(w.Outcomes[outcome]))
	}
	for _, r := range w.Requests {
		who := "nobody who was known"
		if r.Subject.ID != "" {
			who = called(r.Subject)
		}
		row(out, moment(r.At), r.Route, r.Method+" "+r.Host+r.Path, who, r.Decision, r.Reason, r.Permission)
	}
}

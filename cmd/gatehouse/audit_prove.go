package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/id"
	"gatehouse/wire"
)

func (a *app) auditProve() *cobra.Command {
	var details bool
	var since int64
	cmd := &cobra.Command{
		Use:   "prove [EVENT]",
		Short: "Prove to a stranger that an event was recorded",
		Long: `Write a proof, as JSON, that an event was recorded and what it says. Whoever knows
the public key of this Gatehouse's log checks it without us, by the few lines that
docs/audit.md has. Addresses, user agents and documents are left out, unless
--details hands them over too.

With --since instead, it proves that the log still begins with what a checkpoint
of that many entries was about, for whoever kept one.`,
		Example: `  gatehouse audit prove evt_46pu4rcj23img2s22rro4llxsqgwsja7
  gatehouse audit prove --since 1200`,
		Args: cobra.MaximumNArgs(1),
	}
	cmd.RunE = a.action(func(ctx context.Context, args []string) error {
		if (len(args) == 1) == cmd.Flags().Changed("since") {
			return usagef("say either the id of an event (evt_…), or --since with a number of entries")
		}
		return a.withHouse(ctx, func(h *house.House) error {
			if err := audit.WhetherSealed(h.Sealer.Seal(ctx, time.Now())); err != nil {
				return err
			}
			if len(args) == 0 {
				proof, err := h.Prover().Since(ctx, since)
				return a.proof(proof, err)
			}
			proof, err := h.Prover().Event(ctx, id.Event(args[0]), details)
			return a.proof(proof, missing(err, args[0]))
		})
	})
	cmd.Flags().BoolVar(&details, "details", false, "hand over address, user agent and documents, too")
	cmd.Flags().Int64Var(&since, "since", 0, "prove that the log still begins with its first `ENTRIES`")
	return a.printing(cmd)
}

// proof writes a proof, which is JSON for people and for programs.
func (a *app) proof(v any, err error) error {
	if err != nil {
		return err
	}
	e := json.NewEncoder(a.stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

func (a *app) auditErase() *cobra.Command {
	return a.confirming(a.printing(&cobra.Command{
		Use:   "erase PERSON-ID",
		Short: "Erase what the log holds of a person who was deleted",
		Long: `Erase addresses and user agents of what a person did, and the documents about them,
from the audit log. That something happened, when, and to whom by id, stays, and
the seal stays whole. The person must have been deleted; an event tells of the
erasure. Back-ups and exports that were made before have what they have.`,
		Example: `  gatehouse audit erase usr_46pu4rcj23img2s22rro4llxsqgwsja7
  gatehouse audit erase usr_46pu4rcj23img2s22rro4llxsqgwsja7 --yes --json`,
		Args: one(aDeletedPerson),
		RunE: a.action(func(ctx context.Context, args []string) error {
			person := args[0]
			return a.withHouse(ctx, func(h *house.House) error {
				known, _, err := h.Trail.Page(ctx, audit.Query{Target: audit.OfUser(id.User(person))}, 1)
				if err != nil {
					return err
				}
				if len(known) == 0 {
					return missing(fault.Missing("user"), person)
				}
				if err := a.confirm(ctx, fmt.Sprintf("Erase what the audit log holds of %s", person)); err != nil {
					return err
				}
				n, err := h.Eraser().Erase(ctx, operator(), id.User(person))
				if err != nil {
					return err
				}
				return a.say(wire.Erased{ID: id.User(person), Events: n}, "%d events hold nothing of %s any more but the id.", n, plain(person))
			})
		}),
	}))
}

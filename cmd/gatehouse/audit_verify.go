package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/wire"
)

func (a *app) auditVerify() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "verify",
		Short: "Look whether the audit log is what was recorded",
		Long: `Look at every event: whether it was changed, removed, added or moved since it was
sealed, and whether the log is as long as the last checkpoint in
audit.checkpoint_file says. It names the first entry that is not as it was
recorded, what Gatehouse noticed while it went on, and what it cannot prove. It
reads all of the log, while servers go on; what waits to be sealed it seals first,
as a server would.

It needs the master key. Whoever has not that one is given a proof
("gatehouse audit prove"). docs/audit.md says what is promised.

Exit codes: 0 nothing was found; 1 something was, or it could not be looked at.`,
		Example: `  gatehouse audit verify
  gatehouse audit verify --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				sealed := h.Sealer.Seal(ctx, time.Now()) // what keeps it from sealing is found below
				verifier, strange, err := h.Verifier()
				if err != nil {
					return err
				}
				found, err := verifier.Verify(ctx)
				if err != nil {
					return err
				}
				v := wire.OfVerdict(found, strange, h.Config.Audit.CheckpointFile, h.KeepsCheckpoints())
				v.Key = verifier.Keys.Public()
				disturbed := errors.Is(sealed, audit.ErrForged)
				if v.Good && sealed != nil && !disturbed {
					return sealed
				}
				if err := a.print(v, func(w io.Writer) { printVerdict(w, v) }); err != nil {
					return err
				}
				if !v.Good || disturbed {
					return errFound
				}
				return nil
			})
		}),
	})
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func printVerdict(w io.Writer, v wire.Verdict) {
	for i, f := range v.Findings {
		begin := "also bad"
		if i == 0 {
			begin = "first bad"
		}
		entry := "-"
		if f.Entry != nil {
			entry = fmt.Sprint(*f.Entry)
		}
		row(w, begin, "entry "+entry, string(f.Event), f.Problem)
	}
	for _, n := range v.Noticed {
		row(w, "noticed", moment(n.At), string(n.Event), n.Problem)
	}
	switch {
	case v.Sealed == 0 && v.Good:
		row(w, "proved", "nothing: no event is sealed")
	case v.Good:
		row(w, "proved", fmt.Sprintf("the entries 0 to %d are what was recorded (%d pruned, %d with erased details), sealed until %s", v.Sealed-1, v.Pruned, v.Erased, moment(v.Until)))
	}
	if v.StrangeKept > 0 {
		row(w, "note", counted(v.StrangeKept, "piece", "pieces")+" of the checkpoint file are no checkpoints of this Gatehouse")
	}
	for _, n := range v.NotProved {
		row(w, "not proved", n)
	}
}

package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/audit"
	"gatehouse/house"
	"gatehouse/id"
)

// verdict is what audit verify prints as JSON.
type verdict struct {
	Good        bool      `json:"good"`
	Sealed      int64     `json:"sealed"` // entries, from 0
	Pruned      int64     `json:"pruned"` // of these, beyond the retention
	Erased      int64     `json:"erased"` // of these, without what was personal
	Waiting     int       `json:"waiting"`
	Until       time.Time `json:"until,omitzero"` // when the last checkpoint was made
	Kept        int       `json:"kept_checkpoints"`
	KeptSealed  int64     `json:"kept_sealed"` // entries of which a checkpoint was kept
	Key         string    `json:"key"`
	Findings    []finding `json:"findings"`
	NotProved   []string  `json:"not_proved"`
	StrangeKept int       `json:"strange_pieces,omitempty"` // of the checkpoint file
}

type finding struct {
	Entry   *int64   `json:"entry,omitempty"`
	Event   id.Event `json:"event,omitempty"`
	Problem string   `json:"problem"`
}

func (a *app) auditVerify() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "verify",
		Short: "Look whether the audit log is what was recorded",
		Long: `Look at every event: whether it was changed, removed, added or moved since it was
sealed, and whether the log is as long as the last checkpoint in
audit.checkpoint_file says. It names the first entry that is not as it was
recorded, and what it cannot prove. It reads all of the log, while servers go on;
what waits to be sealed it seals first, as a server would.

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
				v := tellVerdict(found, strange, h.Config.Audit.CheckpointFile)
				v.Key = verifier.Keys.Public()
				if v.Good && sealed != nil {
					return sealed
				}
				if err := a.print(v, func(w io.Writer) { printVerdict(w, v) }); err != nil {
					return err
				}
				if !v.Good {
					return errFound
				}
				return nil
			})
		}),
	})
}

func tellVerdict(found audit.Verdict, strange int, file string) verdict {
	v := verdict{
		Good: len(found.Findings) == 0, Sealed: found.Size, Pruned: found.Pruned, Erased: found.Erased, Waiting: found.Waiting,
		Until: found.Until, Kept: found.Kept, KeptSealed: found.KeptSize, StrangeKept: strange, Findings: []finding{}, NotProved: []string{},
	}
	for _, f := range found.Findings {
		one := finding{Event: f.Event, Problem: f.Problem}
		if f.Seq >= 0 {
			one.Entry = &f.Seq
		}
		v.Findings = append(v.Findings, one)
	}
	switch {
	case file == "":
		v.NotProved = append(v.NotProved, "that the end of the log was not cut off: audit.checkpoint_file is not set")
	case found.Kept == 0:
		v.NotProved = append(v.NotProved, "that the end of the log was not cut off: "+file+" has no checkpoint of it")
	case found.KeptSize < found.Size:
		v.NotProved = append(v.NotProved, fmt.Sprintf("that nothing was cut off behind entry %d: %s has no later checkpoint", found.KeptSize-1, file))
	}
	v.NotProved = append(v.NotProved, "what happened in the second before somebody could write to the database")
	if found.Waiting > 0 {
		v.NotProved = append(v.NotProved, fmt.Sprintf("that nothing is missing among %s not sealed yet", counted(found.Waiting, "event that is", "events that are")))
	}
	return v
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func printVerdict(w io.Writer, v verdict) {
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

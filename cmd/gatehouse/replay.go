package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/config/manifest"
	"gatehouse/gate"
	"gatehouse/house"
	"gatehouse/proxy"
)

// replayFlags say what is made again, and by what.
type replayFlags struct {
	from, routes, policy, set string
	prune                     bool
}

func (a *app) routeReplay() *cobra.Command {
	var f replayFlags
	cmd := a.printing(&cobra.Command{
		Use:   "replay --from FILE",
		Short: "Tell which recorded decisions would turn by other routes or another policy",
		Long: `Make the decisions of a log (gate.decisions.file) again, by the clock of then: by
the policy and the routes as they are now, or as files say that are not applied
yet, and tell which would turn from allow to deny, or the other way round. Nothing
is changed. What was set aside beside the file is read too. Decisions of personal
tokens and of MCP servers, and those that failed, are left out: not all that they
depended on is recorded. Exit code 2 says that some would turn.`,
		Example: `  gatehouse route replay --from decisions.jsonl --policy policy/
  gatehouse route replay --from decisions.jsonl --routes routes/ --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error { return a.replay(ctx, h, &f) })
		}),
	})
	flags := cmd.Flags()
	flags.StringVar(&f.from, "from", "", "the `file` with the decisions")
	flags.StringVar(&f.routes, "routes", "", "the routes of this `folder`, instead of those that are served")
	flags.StringVar(&f.policy, "policy", "", "the policy with this `file` or folder applied, as by gatehouse apply")
	flags.StringVar(&f.set, "name", apply.Unnamed, "the `name` of that set of files")
	flags.BoolVar(&f.prune, "prune", false, "without what was made from these files and is in them no more")
	_ = cmd.MarkFlagRequired("from") // the flag is there
	return cmd
}

func (a *app) replay(ctx context.Context, h *house.House, f *replayFlags) error {
	policy, err := a.policyOf(ctx, h, f)
	if err != nil {
		return err
	}
	set, err := a.setOf(ctx, h, f.routes)
	if err != nil {
		return err
	}
	r := proxy.Replayer{Set: set, Policy: policy}
	strange, err := house.EachDecision(f.from, func(e *proxy.Entry) error { r.Replay(e); return ctx.Err() })
	if err != nil {
		return err
	}
	done := r.Done()
	done.Left += strange
	if err := a.print(done, func(out io.Writer) { tellReplayed(out, &done) }); err != nil {
		return err
	}
	if len(done.Turns) > 0 {
		return errDrift // it was said
	}
	return nil
}

func (a *app) policyOf(ctx context.Context, h *house.House, f *replayFlags) (*access.Snapshot, error) {
	if f.policy == "" {
		return h.Snapshot(ctx)
	}
	files, err := manifest.Load(f.policy, a.stdin)
	if err != nil {
		return nil, err
	}
	m, err := manifest.Read(files)
	if err != nil {
		return nil, err
	}
	set := apply.Set{Name: f.set, Objects: m.Objects}
	policy, err := h.Applies.Trial(ctx, operator(), set, apply.Options{Adopt: true, Prune: f.prune}, nil)
	return policy, m.Locate(err)
}

func (a *app) setOf(ctx context.Context, h *house.House, folder string) (*gate.Set, error) {
	if folder == "" {
		folder = h.Config.Gate.Routes
	}
	if folder == "" {
		return h.StoredRoutes(ctx)
	}
	files, err := manifest.Load(folder, a.stdin)
	if err != nil {
		return nil, err
	}
	return house.ReadRoutes(files)
}

// mostTold is how many changed decisions are shown one by one; --json shows more.
const mostTold = 20

func tellReplayed(out io.Writer, done *proxy.Replayed) {
	fmt.Fprintf(out, "%s made again, %d left out.\n", counted(done.Decisions, "decision was", "decisions were"), done.Left)
	for _, t := range done.Turns {
		fmt.Fprintf(out, "%d would turn from %s to %s\n", t.Count, t.From, t.To)
	}
	if len(done.Changes) == 0 {
		return
	}
	fmt.Fprintln(out)
	row(out, "WHEN", "WHO", "REQUEST", "WAS", "WOULD BE", "WHY")
	for i, c := range done.Changes {
		if i == mostTold {
			row(out, "and "+strconv.Itoa(len(done.Changes)-mostTold)+" more")
			break
		}
		row(out, c.Entry.At.Format(time.RFC3339), c.Entry.Subject, c.Entry.Method+" "+c.Entry.Host+c.Entry.Path, c.Entry.Decision, c.To, c.Why)
	}
}

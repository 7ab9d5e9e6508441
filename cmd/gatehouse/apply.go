package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gatehouse/apply"
	"gatehouse/config/manifest"
	"gatehouse/house"
)

// applyFlags are those of apply.
type applyFlags struct {
	file, set string
	there     serverFlags
	plan      bool
	options   apply.Options
}

// errDrift is the end of a plan that would change something. It was said.
var errDrift = errors.New("the house is not as the files say")

func (a *app) apply() *cobra.Command {
	var f applyFlags
	cmd := a.confirming(a.printing(&cobra.Command{
		Use:   "apply -f FILE|FOLDER",
		Short: "Make applications, APIs, roles, groups, grants and the like be as files say",
		Long: `Make organisations, groups, APIs, roles, scopes, applications, service accounts,
memberships and grants be as YAML files say (docs/apply.md). What would change is
shown first; all of it is done, or nothing.

Whatever the files do not name stays as it is. With --prune what was made from them
and is in them no more is removed; what was made elsewhere never is, unless --adopt
took it over. Secrets and keys are in no file and stay; the first secret of a new
application is printed once.

With --plan nothing is done. Exit code 2 then says that the house is not as the
files say, 0 that it is.`,
		Example: `  gatehouse apply -f shop.yaml --plan
  gatehouse apply -f policy/ --prune --yes
  gatehouse apply -f - --adopt --yes
  gatehouse apply -f policy/ --server https://id.example.com --key-file key --yes`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error { return a.applyFiles(ctx, &f) }),
	}))
	flags := cmd.Flags()
	flags.StringVarP(&f.file, "file", "f", "", "a YAML `file`, a folder of them, or - for standard input")
	flags.StringVar(&f.set, "name", apply.Unnamed, "the `name` of this set of files, if there are several that know nothing of each other")
	flags.BoolVar(&f.plan, "plan", false, "only show what would change; exit code 2 if something would")
	flags.BoolVar(&f.options.Prune, "prune", false, "remove what was made from these files and is in them no more")
	flags.BoolVar(&f.options.Adopt, "adopt", false, "manage from now on what is there already, as if it had been made from these files")
	f.there.bind(cmd)
	_ = cmd.MarkFlagRequired("file") // the flag is there
	return cmd
}

func (a *app) applyFiles(ctx context.Context, f *applyFlags) error {
	if f.there.url != "" {
		there, err := a.elsewhere(f.there)
		if err != nil {
			return err
		}
		return a.applyTo(ctx, there, f)
	}
	return a.withHouse(ctx, func(h *house.House) error { return a.applyTo(ctx, here{h.Applies}, f) })
}

// applyTo reads the files, and tells where in them something was refused.
func (a *app) applyTo(ctx context.Context, s applier, f *applyFlags) error {
	files, err := manifest.Load(f.file, a.stdin)
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return failed("apply.no_files", "no file in %s has a name that ends in .yaml or .yml", f.file)
	}
	m, err := manifest.Read(files)
	if err != nil {
		return err
	}
	return m.Locate(a.applySet(ctx, s, apply.Set{Name: f.set, Objects: m.Objects}, f))
}

func (a *app) applySet(ctx context.Context, s applier, set apply.Set, f *applyFlags) error {
	plan, err := s.Plan(ctx, set, f.options)
	if err != nil {
		return err
	}
	if f.plan {
		return a.printPlan(plan)
	}
	if !a.json {
		if err := a.showPlan(plan); err != nil {
			return err
		}
	}
	if plan.Does() {
		if err := a.confirm(ctx, "Do this"); err != nil {
			return err
		}
	}
	done, err := s.Apply(ctx, set, f.options, plan.Digest)
	if err != nil {
		return err
	}
	return a.print(done, func(out io.Writer) {
		for _, one := range done.Secrets {
			row(out, "secret of "+string(one.Client), one.Text)
		}
		if done.Does() {
			fmt.Fprintln(out, "It is done.")
		}
	})
}

// printPlan says what would change, and ends with an exit code that tells whether
// something would.
func (a *app) printPlan(plan *apply.Plan) error {
	if err := a.print(plan, func(out io.Writer) { tellPlan(out, plan) }); err != nil {
		return err
	}
	if plan.Drift() {
		return errDrift
	}
	return nil
}

func (a *app) showPlan(plan *apply.Plan) error {
	return a.table(func(out io.Writer) { tellPlan(out, plan) })
}

var signs = map[apply.Action]string{apply.Create: "+", apply.Update: "~", apply.Delete: "-", apply.Adopt: "=", apply.Ended: "!"}

func tellPlan(out io.Writer, plan *apply.Plan) {
	if plan.Drift() {
		fmt.Fprintf(out, "Set %s:\n", plan.Set)
	}
	for _, c := range plan.Changes {
		fmt.Fprintf(out, "%s %s %s %s%s\n", signs[c.Action], c.Action, c.Kind, plain(c.ID), remark(c.Action))
		for _, one := range c.Fields {
			switch c.Action {
			case apply.Create:
				fmt.Fprintf(out, "    %s: %s\n", one.Name, plain(string(one.After)))
			case apply.Delete:
				fmt.Fprintf(out, "    %s: %s\n", one.Name, plain(string(one.Before)))
			default:
				fmt.Fprintf(out, "    %s: %s -> %s\n", one.Name, orNone(one.Before), orNone(one.After))
			}
		}
	}
	for _, one := range plan.Warnings {
		fmt.Fprintf(out, "? %s %s: %s\n", one.Kind, plain(one.ID), plain(one.Field+": "+one.Problem))
	}
	if !plan.Drift() {
		fmt.Fprintln(out, "Nothing changes: all is as the files say.")
		return
	}
	var parts []string
	for _, action := range []apply.Action{apply.Create, apply.Update, apply.Delete, apply.Adopt, apply.Ended} {
		if n := plan.Count(action); n > 0 {
			parts = append(parts, fmt.Sprintf("%d to %s", n, action))
		}
	}
	fmt.Fprintln(out, strings.ReplaceAll(strings.Join(parts, ", "), "to ended", "ended")+".")
}

func remark(a apply.Action) string {
	if a == apply.Ended {
		return ": it is over and stays so; leave it out, or give it another metadata.id"
	}
	return ""
}

func orNone(value []byte) string {
	if len(value) == 0 {
		return "none"
	}
	return plain(string(value))
}

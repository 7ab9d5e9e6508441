package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"gatehouse/config"
	"gatehouse/fault"
	"gatehouse/house"
	"gatehouse/setting"
	"gatehouse/wire"
)

func (a *app) settings() *cobra.Command {
	return explained(a.group("setting", "Change settings while Gatehouse runs",
		a.settingList(), a.settingShow(), a.settingSet(), a.settingUnset()),
		`Change settings while Gatehouse runs: those of the configuration of which this is
safe, such as how long browsers stay signed in. They are kept in the database and
count on every replica within a second. What the file, a variable or a flag sets
counts more, and is changed there; "gatehouse config show" says where each value
comes from.`,
		`  gatehouse setting list
  gatehouse setting set session.idle 12h`)
}

func (a *app) settingList() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "list",
		Short: "List the settings that may be changed while Gatehouse runs",
		Long: `List the settings that may be changed while Gatehouse runs, with their values and
where these come from, as this command reads the file and the environment: a server
that was started with others may see them differently.`,
		Example: `  gatehouse setting list
  gatehouse setting list --json`,
		Args: noArgs,
		RunE: a.action(func(ctx context.Context, _ []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Shown(ctx)
				if err != nil {
					return err
				}
				all = slices.DeleteFunc(all, func(s wire.Setting) bool { return !s.Changeable })
				return printAll(a, all, printedSettings)
			})
		}),
	})
}

var printedSettings = printed[wire.Setting]{
	header: []string{"KEY", "VALUE", "FROM"},
	row:    func(s wire.Setting) []string { return []string{s.Path, saidSetting(s), s.Source} },
	wire:   func(s wire.Setting) any { return s },
}

// saidSetting is a value for people: no time at all means forever of what is kept.
func saidSetting(s wire.Setting) string {
	if s.Path == "audit.retention" && s.Value == setting.FormatDuration(0) {
		return s.Value + " (kept for good)"
	}
	return s.Value
}

func (a *app) settingShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "show KEY",
		Short: "Print a setting, and where its value comes from",
		Long: `Print a setting that may be changed while Gatehouse runs, and where its value comes
from; "gatehouse config explain" tells what it is for.`,
		Example: `  gatehouse setting show session.idle
  gatehouse setting show session.idle --json`,
		Args:              one(aConfig),
		ValidArgsFunction: changeableNames,
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				all, err := h.Shown(ctx)
				if err != nil {
					return err
				}
				i := slices.IndexFunc(all, func(s wire.Setting) bool { return s.Path == args[0] })
				if i < 0 {
					return unknownKey(fault.New(fault.NotFound, "setting.not_found", "There is no such setting."), args[0])
				}
				return a.print(all[i], func(out io.Writer) { row(out, all[i].Path, saidSetting(all[i]), all[i].Source) })
			})
		}),
	})
}

func (a *app) settingSet() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "set KEY VALUE",
		Short: "Change a setting, on every replica within a second",
		Long: `Change a setting, on every replica within a second and without a restart. The value
is written as in the file. What could not be used is refused, and so is a key that
the file, a variable or a flag sets.`,
		Example: `  gatehouse setting set session.idle 12h
  gatehouse setting set signin.help_text "Ask the desk, extension 4711."`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 2 {
				return nil
			}
			if len(args) == 1 {
				return fmt.Errorf("%q needs the VALUE of %s too: %s KEY VALUE; \"gatehouse setting show %s\" shows what it is", cmd.CommandPath(), brief(args[0]), cmd.CommandPath(), brief(args[0]))
			}
			return fmt.Errorf("%q needs a KEY and its VALUE, but got %d arguments; put quotes around what has spaces in it", cmd.CommandPath(), len(args))
		},
		ValidArgsFunction: changeableNames,
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				if _, err := h.Settings.Set(ctx, operator(), args[0], args[1], nil); err != nil {
					return unknownKey(err, args[0])
				}
				return a.sayIs(ctx, h, args[0])
			})
		}),
	})
}

func (a *app) settingUnset() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "unset KEY",
		Short: "Let a setting have its default again",
		Long: `Take a setting out of the database: its default counts again, on every replica
within a second, or whatever the file, a variable or a flag says.`,
		Example: `  gatehouse setting unset session.idle
  gatehouse setting unset session.idle --json`,
		Args:              one(aConfig),
		ValidArgsFunction: changeableNames,
		RunE: a.action(func(ctx context.Context, args []string) error {
			return a.withHouse(ctx, func(h *house.House) error {
				if err := h.Settings.Unset(ctx, operator(), args[0], nil); err != nil {
					return unknownKey(err, args[0])
				}
				return a.sayIs(ctx, h, args[0])
			})
		}),
	})
}

// sayIs says what a setting is now.
func (a *app) sayIs(ctx context.Context, h *house.House, key string) error {
	all, err := h.Shown(ctx)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(s wire.Setting) bool { return s.Path == key })
	if i < 0 { // of a newer version
		return a.say(map[string]any{"path": key, "stored": false}, "%s is not stored any more.", key)
	}
	return a.say(all[i], "%s is %s now (%s).", key, orNothing(all[i].Value), all[i].Source)
}

// unknownKey tells of the key that may have been meant.
func unknownKey(err error, key string) error {
	if fault.CodeOf(err) != "setting.not_found" {
		return err
	}
	if _, problem := config.Explain(config.Default(), nil, key); problem != "" {
		return usagef("%s", problem)
	}
	return err
}

func changeableNames(_ *cobra.Command, args []string, _ string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return config.Changeable(), cobra.ShellCompDirectiveNoFileComp
}

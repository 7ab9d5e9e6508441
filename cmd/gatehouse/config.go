package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"gatehouse/config"
)

func (a *app) config() *cobra.Command {
	return explained(a.group("config", "Check, show and explain the configuration",
		a.configCheck(), a.configShow(), a.configExplain()),
		`Check, show and explain the configuration: a YAML file (--config), variables of
the environment (GATEHOUSE_…), and flags (--set). What comes later wins. Nothing is
started, and no database is opened.`,
		`  gatehouse config check --config gatehouse.yaml
  gatehouse config explain session.idle`)
}

// settingJSON is a key as scripts read it.
type settingJSON struct {
	Key     string `json:"key"`
	Value   string `json:"value"`
	Source  string `json:"source"`
	Default string `json:"default"`
	Env     string `json:"env"`
	Secret  bool   `json:"secret"`
	Doc     string `json:"doc,omitempty"`
}

func showSetting(s config.Setting) settingJSON {
	return settingJSON{
		Key: s.Path, Value: s.Value, Source: s.Source.String(), Default: s.Default, Env: s.Env, Secret: s.Secret,
	}
}

func (a *app) configShow() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "show",
		Short: "Print every key with its value and where it comes from",
		Long:  "Print every key with its value and where it comes from. Passwords are hidden.",
		Example: `  gatehouse config show
  gatehouse config show --config gatehouse.yaml --json`,
		Args: noArgs,
		RunE: a.action(func(context.Context, []string) error {
			cfg, sources, err := a.load()
			if err != nil {
				return err
			}
			var list []settingJSON
			for _, s := range config.Settings(cfg, sources) {
				list = append(list, showSetting(s))
			}
			return a.print(list, func(w io.Writer) {
				row(w, "KEY", "VALUE", "FROM")
				for _, s := range list {
					row(w, s.Key, s.Value, s.Source)
				}
			})
		}),
	})
}

func (a *app) configExplain() *cobra.Command {
	return a.printing(&cobra.Command{
		Use:   "explain KEY",
		Short: "Say what a key does, its value, and how to set it",
		Long: `Say what a key of the configuration does, which value it has now and where that
comes from, and how to set it: in the file, in the environment, by a flag.`,
		Example: `  gatehouse config explain session.idle
  gatehouse config explain store.url --json`,
		Args:              one(aConfig),
		ValidArgsFunction: settingNames,
		RunE: a.action(func(_ context.Context, args []string) error {
			cfg, sources, err := a.load()
			if err != nil {
				return err
			}
			s, problem := config.Explain(cfg, sources, args[0])
			if problem != "" {
				return usagef("%s", problem)
			}
			shown := showSetting(s)
			shown.Doc = s.Doc
			return a.print(shown, func(w io.Writer) { explain(w, s) })
		}),
	})
}

func explain(w io.Writer, s config.Setting) {
	fmt.Fprintf(w, "%s\n\n", s.Doc)
	row(w, "value", s.Value)
	row(w, "from", s.Source.String())
	row(w, "default", s.Default)
	if s.Env == "" {
		row(w, "environment", "none: it stands in the file")
		return
	}
	env := s.Env
	if s.Secret {
		env += ", or " + s.Env + "_FILE for a file that holds it"
	}
	row(w, "environment", env)
	row(w, "flag", "--set "+s.Path+"=…")
}
